//! The text encoding, as clients up to version 200 write and read it.
//!
//! Only what this soak says and hears. It shares nothing with the venue's codec, so that a field which
//! both sides misplace alike would have to be misplaced twice.

use rust_decimal::Decimal;

use super::Failure;
use super::ask::{Ask, Event, Fee, Ticket, Trade};

/// Fields of one message, each ended by a zero byte.
struct Fields(Vec<u8>);

impl Fields {
    fn of(message: i32) -> Self {
        Self(Vec::new()).add(message)
    }

    fn add(mut self, field: impl std::fmt::Display) -> Self {
        self.0.extend_from_slice(field.to_string().as_bytes());
        self.0.push(0);
        self
    }

    fn flag(self, set: bool) -> Self {
        self.add(i32::from(set))
    }

    fn price(self, price: Option<Decimal>) -> Self {
        self.add(price.map_or_else(String::new, |p| p.to_string()))
    }

    fn empty(self, times: usize) -> Self {
        (0..times).fold(self, |fields, _| fields.add(""))
    }

    fn zeros(self, times: usize) -> Self {
        (0..times).fold(self, |fields, _| fields.add(0))
    }

    /// A contract named by its id alone.
    fn contract(self, con_id: i32, exchange: &str) -> Self {
        self.add(con_id).empty(3).add(0).empty(2).add(exchange).empty(4)
    }
}

pub(crate) fn start_api(client_id: i32) -> Vec<u8> {
    Fields::of(71).add(2).add(client_id).add("").0
}

pub(crate) fn encode(version: i32, ask: &Ask) -> Vec<u8> {
    match ask {
        Ask::Place(ticket) => place(version, ticket),
        Ask::Cancel(order_id) => {
            let fields = if version < 192 { Fields::of(4).add(1) } else { Fields::of(4) };
            let fields = fields.add(order_id);
            let fields = if version >= 169 { fields.add("") } else { fields };
            if version >= 192 { fields.empty(2).0 } else { fields.0 }
        }
        Ask::GlobalCancel if version >= 192 => Fields::of(58).empty(2).0,
        Ask::GlobalCancel => Fields::of(58).add(1).0,
        Ask::Executions { req_id } => {
            let fields = Fields::of(7).add(3).add(req_id).add(0).empty(6);
            if version >= 200 { fields.add(i32::MAX).add(0).0 } else { fields.0 }
        }
        Ask::OpenOrders => Fields::of(5).add(1).0,
        Ask::CompletedOrders => Fields::of(99).flag(false).0,
        Ask::MarketData { req_id, con_id, exchange } => {
            let fields = Fields::of(1).add(11).add(req_id).contract(*con_id, exchange);
            fields.flag(false).add("").flag(false).flag(false).add("").0
        }
        Ask::CancelMarketData { req_id } => Fields::of(2).add(2).add(req_id).0,
        Ask::AccountUpdates { subscribe, account } => Fields::of(6).add(2).flag(*subscribe).add(account).0,
        Ask::Positions => Fields::of(61).add(1).0,
        Ask::CancelPositions => Fields::of(64).add(1).0,
        Ask::Summary { req_id } => Fields::of(62).add(1).add(req_id).add("All").add("NetLiquidation,TotalCashValue").0,
        Ask::CancelSummary { req_id } => Fields::of(63).add(1).add(req_id).0,
        Ask::PnL { req_id, account } => Fields::of(92).add(req_id).add(account).add("").0,
        Ask::CancelPnL { req_id } => Fields::of(93).add(req_id).0,
        Ask::CurrentTime => Fields::of(49).add(1).0,
    }
}

fn place(version: i32, t: &Ticket) -> Vec<u8> {
    let fields = terms(t);
    let fields = if version < 177 { fields.add("") } else { fields };
    let fields = rest(fields, t);
    let fields = if version >= 158 { fields.add("") } else { fields };
    let fields = if version >= 160 { fields.add("") } else { fields };
    let fields = if version >= 162 { fields.flag(false) } else { fields };
    let fields = if version >= 166 { fields.add("") } else { fields };
    let fields = if version >= 169 { fields.add("") } else { fields };
    let fields = if version >= 183 { fields.add("") } else { fields };
    let fields = if version >= 184 { fields.flag(false) } else { fields };
    let fields = if version >= 189 { fields.flag(false) } else { fields };
    let fields = if version >= 192 { fields.add("") } else { fields };
    if version >= 199 { fields.flag(false).0 } else { fields.0 }
}

/// The front of an order, the same in all versions.
fn terms(t: &Ticket) -> Fields {
    Fields::of(3)
        .add(t.order_id)
        .contract(t.con_id, &t.exchange)
        .empty(2)
        .add(t.action)
        .add(t.quantity)
        .add(t.kind)
        .price(t.limit)
        .price(t.aux)
        .add(t.tif)
        .add(&t.group)
        .add(&t.account)
        .add("")
        .add(0)
        .add(&t.reference)
        .flag(t.transmit)
        .add(t.parent_id)
        // Block order, sweep, display size, trigger method.
        .zeros(4)
        .flag(t.outside_rth)
        .flag(false)
        // Shares allocation, discretionary amount, good after.
        .add("")
        .add(0)
        .add("")
        .add(&t.good_till)
        .empty(3)
}

/// What follows the advisor's fields, the same in all versions.
fn rest(fields: Fields, t: &Ticket) -> Fields {
    fields
        .add("")
        .add(0)
        .add("")
        .add(-1)
        .add(i32::from(!t.group.is_empty()))
        .empty(2)
        .flag(false)
        .empty(2)
        .zeros(2)
        // NBBO price cap, then auction strategy, five prices, override.
        .add("")
        .add(0)
        .empty(5)
        .flag(false)
        // Volatility, its type, delta neutral type and price; continuous update, reference price.
        .empty(4)
        .flag(false)
        .add("")
        .price(t.trail_stop)
        .price(t.trailing_percent)
        // Scale: three figures, table, start, stop; hedge.
        .empty(7)
        .flag(false)
        // Clearing account and intent, not held, no delta neutral contract, no algorithm and its id.
        .empty(2)
        .zeros(2)
        .empty(2)
        .flag(t.what_if)
        .add("")
        .zeros(3)
        // No conditions; adjusted type and trigger price.
        .add(0)
        .empty(2)
        .price(t.limit_offset)
        .empty(3)
        .add(0)
        // Operator, soft dollar tier, cash quantity, four of MiFID.
        .empty(8)
        .zeros(3)
        .add("")
}

/// Reads fields one after another.
struct Reader<'a>(std::str::Split<'a, char>);

impl<'a> Reader<'a> {
    fn text(&mut self) -> Result<&'a str, Failure> {
        self.0.next().ok_or_else(|| "a message ends too early".into())
    }

    fn number<T: std::str::FromStr>(&mut self) -> Result<T, Failure> {
        let text = self.text()?;
        text.parse().map_err(|_| format!("{text:?} is not a number").into())
    }

    fn skip(&mut self, fields: usize) -> Result<(), Failure> {
        (0..fields).try_for_each(|_| self.text().map(drop))
    }
}

pub(crate) fn decode(version: i32, body: &[u8]) -> Result<Event, Failure> {
    let text = std::str::from_utf8(body)?;
    let mut fields = Reader(text.split('\0'));
    let id: i32 = fields.number()?;
    match id {
        3 => {
            let (order_id, status) = (fields.number()?, fields.text()?.to_owned());
            fields.skip(1)?;
            let remaining = fields.number()?;
            fields.skip(4)?;
            Ok(Event::Status { order_id, client_id: fields.number()?, status, remaining })
        }
        4 => {
            fields.skip(usize::from(version < 194))?;
            Ok(Event::Notice { id: fields.number()?, code: fields.number()?, text: fields.text()?.to_owned() })
        }
        9 => {
            fields.skip(1)?;
            Ok(Event::NextId(fields.number()?))
        }
        11 => trade(&mut fields),
        49 => Ok(Event::Time),
        59 => {
            fields.skip(1)?;
            let (exec_id, commission) = (fields.text()?.to_owned(), fields.number()?);
            let currency = fields.text()?.to_owned();
            let realized = match fields.text()? {
                "" | "1.7976931348623157E308" => None,
                text => Some(text.parse()?),
            };
            Ok(Event::Fee(Fee { exec_id, commission, currency, realized }))
        }
        other => Ok(Event::Other(other)),
    }
}

fn trade(fields: &mut Reader<'_>) -> Result<Event, Failure> {
    fields.skip(1)?;
    let (order_id, con_id) = (fields.number()?, fields.number()?);
    // Symbol to trading class.
    fields.skip(10)?;
    let exec_id = fields.text()?.to_owned();
    fields.skip(1)?;
    let account = fields.text()?.to_owned();
    fields.skip(1)?;
    let bought = match fields.text()? {
        "BOT" => true,
        "SLD" => false,
        other => return Err(format!("{other:?} is no side").into()),
    };
    let (shares, price) = (fields.number()?, fields.number()?);
    fields.skip(1)?;
    let client_id = fields.number()?;
    Ok(Event::Trade(Trade { exec_id, order_id, client_id, con_id, account, bought, shares, price }))
}
