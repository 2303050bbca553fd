//! The protobuf encoding, as clients from version 213 on write and read it: fields by number, written
//! and read by hand, so that nothing is shared with the venue's codec.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Failure;
use super::ask::{Ask, Event, Fee, Ticket, Trade};

/// A message of one level.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut n: u64) {
        loop {
            let low = u8::try_from(n & 0x7F).unwrap_or(0);
            n >>= 7;
            if n == 0 {
                return self.0.push(low);
            }
            self.0.push(low | 0x80);
        }
    }

    fn number(mut self, field: u64, n: i32) -> Self {
        self.varint(field << 3);
        self.varint(i64::from(n).cast_unsigned());
        self
    }

    fn flag(self, field: u64, set: bool) -> Self {
        if set { self.number(field, 1) } else { self }
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        if text.is_empty() { self } else { self.bytes(field, text.as_bytes()) }
    }

    fn double(mut self, field: u64, value: Option<Decimal>) -> Self {
        if let Some(value) = value.and_then(|v| v.to_f64()) {
            self.varint(field << 3 | 1);
            self.0.extend_from_slice(&value.to_le_bytes());
        }
        self
    }

    fn message(self, field: u64, inner: &Self) -> Self {
        self.bytes(field, &inner.0)
    }

    /// Under its message id.
    fn under(self, id: u32) -> Vec<u8> {
        [&(id + 200).to_be_bytes(), self.0.as_slice()].concat()
    }
}

fn contract(con_id: i32, exchange: &str) -> Message {
    Message::default().number(1, con_id).text(8, exchange)
}

pub(crate) fn start_api(client_id: i32) -> Vec<u8> {
    Message::default().number(1, client_id).under(71)
}

pub(crate) fn encode(ask: &Ask) -> Vec<u8> {
    let m = Message::default();
    match ask {
        Ask::Place(ticket) => {
            let of = contract(ticket.con_id, &ticket.exchange);
            m.number(1, ticket.order_id).message(2, &of).message(3, &order(ticket)).under(3)
        }
        Ask::Cancel(order_id) => m.number(1, *order_id).under(4),
        Ask::GlobalCancel => m.under(58),
        Ask::Executions { req_id } => m.number(1, *req_id).under(7),
        Ask::OpenOrders => m.under(5),
        Ask::CompletedOrders => m.under(99),
        Ask::MarketData { req_id, con_id, exchange } => {
            m.number(1, *req_id).message(2, &contract(*con_id, exchange)).under(1)
        }
        Ask::CancelMarketData { req_id } => m.number(1, *req_id).under(2),
        Ask::AccountUpdates { subscribe, account } => m.flag(1, *subscribe).text(2, account).under(6),
        Ask::Positions => m.under(61),
        Ask::CancelPositions => m.under(64),
        Ask::Summary { req_id } => {
            m.number(1, *req_id).text(2, "All").text(3, "NetLiquidation,TotalCashValue").under(62)
        }
        Ask::CancelSummary { req_id } => m.number(1, *req_id).under(63),
        Ask::PnL { req_id, account } => m.number(1, *req_id).text(2, account).under(92),
        Ask::CancelPnL { req_id } => m.number(1, *req_id).under(93),
        Ask::CurrentTime => m.under(49),
    }
}

fn order(t: &Ticket) -> Message {
    let m = Message::default();
    let m = if t.parent_id == 0 { m } else { m.number(4, t.parent_id) };
    let m = m.text(5, t.action).text(6, &t.quantity.to_string()).text(8, t.kind);
    let m = m.double(9, t.limit).double(10, t.aux).text(11, t.tif).text(12, &t.account);
    let m = m.flag(19, t.outside_rth).double(22, t.trailing_percent).double(23, t.trail_stop);
    let m = m.text(26, &t.good_till).text(27, &t.group).text(28, &t.reference);
    let m = if t.group.is_empty() { m } else { m.number(30, 1) };
    m.flag(65, t.what_if).flag(66, t.transmit).double(99, t.limit_offset)
}

/// One field of a message.
enum Value<'a> {
    Number(u64),
    Double(f64),
    Bytes(&'a [u8]),
}

/// The fields of a message, the last of each number.
struct Fields<'a>(std::collections::BTreeMap<u64, Value<'a>>);

impl<'a> Fields<'a> {
    fn read(mut rest: &'a [u8]) -> Result<Self, Failure> {
        let mut all = std::collections::BTreeMap::new();
        while !rest.is_empty() {
            let tag = varint(&mut rest)?;
            let value = match tag & 7 {
                0 => Value::Number(varint(&mut rest)?),
                1 => Value::Double(f64::from_le_bytes(*take(&mut rest, 8)?.as_array().ok_or("eight bytes")?)),
                2 => {
                    let len = usize::try_from(varint(&mut rest)?)?;
                    Value::Bytes(take(&mut rest, len)?)
                }
                other => return Err(format!("wire type {other}").into()),
            };
            all.insert(tag >> 3, value);
        }
        Ok(Self(all))
    }

    /// A field that is left out is zero.
    fn number(&self, field: u64) -> Result<i32, Failure> {
        match self.0.get(&field) {
            None => Ok(0),
            // Negative numbers are written as 64 bits of two's complement.
            Some(Value::Number(n)) => Ok(i32::try_from(n.cast_signed())?),
            Some(_) => Err(format!("field {field} is not a number").into()),
        }
    }

    fn text(&self, field: u64) -> Result<&'a str, Failure> {
        Ok(std::str::from_utf8(self.bytes(field)?)?)
    }

    fn bytes(&self, field: u64) -> Result<&'a [u8], Failure> {
        match self.0.get(&field) {
            None => Ok(&[]),
            Some(Value::Bytes(bytes)) => Ok(bytes),
            Some(_) => Err(format!("field {field} is not bytes").into()),
        }
    }

    fn decimal(&self, field: u64) -> Result<Decimal, Failure> {
        Ok(self.text(field)?.parse()?)
    }

    /// A double as the shortest decimal that reads back as it.
    fn double(&self, field: u64) -> Result<Option<Decimal>, Failure> {
        match self.0.get(&field) {
            None => Ok(None),
            Some(Value::Double(value)) if value.to_bits() == f64::MAX.to_bits() => Ok(None),
            Some(Value::Double(value)) => Ok(Some(value.to_string().parse()?)),
            Some(_) => Err(format!("field {field} is not a double").into()),
        }
    }

    fn message(&self, field: u64) -> Result<Self, Failure> {
        Self::read(self.bytes(field)?)
    }
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Result<&'a [u8], Failure> {
    let (taken, after) = rest.split_at_checked(len).ok_or("a message ends too early")?;
    *rest = after;
    Ok(taken)
}

fn varint(rest: &mut &[u8]) -> Result<u64, Failure> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?.first().copied().ok_or("a message ends too early")?;
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("a number without an end".into())
}

pub(crate) fn decode(body: &[u8]) -> Result<Event, Failure> {
    let mut rest = body;
    let id = i32::from_be_bytes(*take(&mut rest, 4)?.as_array().ok_or("four bytes")?) - 200;
    // Most of what is heard is data that no book is kept of.
    if !matches!(id, 3 | 4 | 9 | 11 | 49 | 59) {
        return Ok(Event::Other(id));
    }
    let fields = Fields::read(rest)?;
    Ok(match id {
        3 => Event::Status {
            order_id: fields.number(1)?,
            client_id: fields.number(9)?,
            status: fields.text(2)?.to_owned(),
            remaining: fields.decimal(4)?,
        },
        4 => Event::Notice { id: fields.number(1)?, code: fields.number(3)?, text: fields.text(4)?.to_owned() },
        9 => Event::NextId(fields.number(1)?),
        11 => trade(&fields)?,
        59 => Event::Fee(Fee {
            exec_id: fields.text(1)?.to_owned(),
            commission: fields.double(2)?.ok_or("a commission without a figure")?,
            currency: fields.text(3)?.to_owned(),
            realized: fields.double(4)?,
        }),
        _ => Event::Time,
    })
}

fn trade(fields: &Fields<'_>) -> Result<Event, Failure> {
    let (contract, execution) = (fields.message(2)?, fields.message(3)?);
    let bought = match execution.text(6)? {
        "BOT" => true,
        "SLD" => false,
        other => return Err(format!("{other:?} is no side").into()),
    };
    Ok(Event::Trade(Trade {
        exec_id: execution.text(2)?.to_owned(),
        order_id: execution.number(1)?,
        client_id: execution.number(10)?,
        con_id: contract.number(1)?,
        account: execution.text(4)?.to_owned(),
        bought,
        shares: execution.decimal(7)?,
        price: execution.double(8)?.ok_or("an execution without a price")?,
    }))
}
