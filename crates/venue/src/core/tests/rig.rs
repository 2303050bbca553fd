//! A core with one client, and short words for what happens to it.

use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use tws::model::{Contract, Order, PlaceOrder, Reply, Request};

use crate::core::{Change, ConnId, Core, CoreConfig, LedgerOrder, Step};

pub(super) const CONN: ConnId = ConnId(1);

pub(super) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) struct Rig {
    pub(super) core: Core,
    pub(super) now: Timestamp,
    pub(super) config: CoreConfig,
    pub(super) changes: Vec<Change>,
}

impl Rig {
    /// A Saturday, the market always open.
    pub(super) fn always() -> Self {
        Self::with(CoreConfig { always: true, ..CoreConfig::default() }, "2026-11-21T15:00:00Z")
    }

    /// A Monday, an hour after the open.
    pub(super) fn exchange() -> Self {
        Self::with(CoreConfig::default(), "2026-11-23T15:30:00Z")
    }

    pub(super) fn with(config: CoreConfig, now: &str) -> Self {
        let now: Timestamp = now.parse().unwrap();
        let core = Core::new(config, now).unwrap();
        let mut rig = Self { core, now, config, changes: Vec::new() };
        rig.connect(CONN, 1);
        rig
    }

    fn keep(&mut self, step: Step) -> Vec<String> {
        self.changes.extend(step.changes);
        step.out.iter().map(|(conn, reply)| tell(*conn, reply)).collect()
    }

    pub(super) fn connect(&mut self, conn: ConnId, client_id: i32) -> Vec<String> {
        let step = self.core.connect(conn, client_id, self.now);
        self.keep(step)
    }

    pub(super) fn ask_raw(&mut self, conn: ConnId, request: Request) -> Vec<(ConnId, Reply)> {
        let step = self.core.request(conn, request, self.now);
        self.changes.extend(step.changes);
        step.out
    }

    pub(super) fn ask(&mut self, request: Request) -> Vec<String> {
        self.ask_raw(CONN, request).iter().map(|(conn, reply)| tell(*conn, reply)).collect()
    }

    pub(super) fn place(&mut self, order_id: i32, order: Order) -> Vec<String> {
        self.ask(place(order_id, "AAPL", order))
    }

    pub(super) fn cancel(&mut self, order_id: i32) -> Vec<String> {
        let cancel = tws::model::CancelOrder { order_id, ..Default::default() };
        self.ask(Request::CancelOrder(cancel))
    }

    pub(super) fn pass(&mut self, seconds: i64) -> Vec<String> {
        self.now += seconds.seconds();
        let step = self.core.advance(self.now);
        self.keep(step)
    }

    pub(super) fn price(&mut self, price: &str) -> Vec<String> {
        self.now += 1.seconds();
        let step = self.core.move_price("AAPL", dec(price), self.now).unwrap();
        self.keep(step)
    }

    pub(super) fn line(&self, order_id: i32) -> LedgerOrder {
        self.core.ledger().into_iter().find(|o| o.order_id == order_id).unwrap()
    }

    pub(super) fn line_of(&self, client_id: i32, order_id: i32) -> LedgerOrder {
        let mut ledger = self.core.ledger().into_iter();
        ledger.find(|o| o.client_id == client_id && o.order_id == order_id).unwrap()
    }

    /// The same core after a crash.
    pub(super) fn restored(&self) -> Core {
        Core::restore(self.config, self.changes.clone().into_iter(), self.now).unwrap()
    }
}

pub(super) fn stock(symbol: &str) -> Contract {
    Contract {
        symbol: symbol.into(),
        sec_type: "STK".into(),
        exchange: "SMART".into(),
        currency: "USD".into(),
        ..Contract::default()
    }
}

pub(super) fn place(order_id: i32, symbol: &str, order: Order) -> Request {
    Request::PlaceOrder(Box::new(PlaceOrder { order_id, contract: stock(symbol), order }))
}

/// `BUY 5 MKT`, `SELL 10 LMT 120.50 GTC`, `BUY 1 STP 130`, `BUY 1 STP LMT 130 131`, `SELL 1 TRAIL 2`,
/// `BUY 1 MIT 95`, `BUY 1 LIT 95 94`, `SELL 1 LOC 101`: trigger first, then limit.
pub(super) fn order(text: &str) -> Order {
    let words: Vec<&str> = text.split(' ').collect();
    let (kind, rest) = match words[2..] {
        ["STP", "LMT", ref rest @ ..] => ("STP LMT", rest.to_vec()),
        ["TRAIL", "LIMIT", ref rest @ ..] => ("TRAIL LIMIT", rest.to_vec()),
        [kind, ref rest @ ..] => (kind, rest.to_vec()),
        [] => panic!("no order type in {text}"),
    };
    let prices: Vec<Decimal> = rest.iter().filter_map(|w| w.parse().ok()).collect();
    let tif = rest.iter().find(|w| w.parse::<Decimal>().is_err()).copied().unwrap_or("DAY");
    let (lmt_price, aux_price) = match kind {
        "LMT" | "LOC" | "MIDPRICE" => (prices.first().copied(), None),
        "STP" | "MIT" | "TRAIL" | "TRAIL LIMIT" => (None, prices.first().copied()),
        "STP LMT" | "LIT" => (prices.get(1).copied(), prices.first().copied()),
        _ => (None, None),
    };
    Order {
        action: words[0].into(),
        total_quantity: Some(dec(words[1])),
        order_type: kind.into(),
        lmt_price,
        aux_price,
        tif: tif.into(),
        order_ref: format!("ref:{text}"),
        transmit: true,
        ..Order::default()
    }
}

/// One line per reply: what it is and what matters in it.
fn tell(conn: ConnId, reply: &Reply) -> String {
    let text = match reply {
        Reply::OpenOrder(o) => format!("open {} {}", o.order_id, o.state.status),
        Reply::OrderStatus(s) => {
            let held = if s.why_held.is_empty() { String::new() } else { format!(" held:{}", s.why_held) };
            format!("status {} {} {}/{}{held}", s.order_id, s.status, s.filled, s.filled + s.remaining)
        }
        Reply::ExecutionDetails(e) => {
            format!("exec {} {} {}", e.execution.order_id, e.execution.side.as_str(), e.execution.shares)
        }
        Reply::CommissionReport(c) => format!("commission {}", c.commission),
        Reply::Notice(n) => format!("error {} {}", n.req_id, n.code),
        Reply::OpenOrdersEnd => "open end".into(),
        Reply::CompletedOrder(c) => format!(
            "completed {} {} left {}",
            c.state.status,
            c.state.completed_status,
            c.order.total_quantity.unwrap()
        ),
        Reply::CompletedOrdersEnd => "completed end".into(),
        Reply::ExecutionDetailsEnd { req_id } => format!("exec end {req_id}"),
        Reply::NextValidId { order_id } => format!("next {order_id}"),
        Reply::ManagedAccounts { accounts } => format!("accounts {}", accounts.join(",")),
        Reply::Position(p) => format!("position {} {}", p.contract.symbol, p.position),
        Reply::PositionEnd => "position end".into(),
        other => format!("{other:?}").chars().take_while(char::is_ascii_alphanumeric).collect(),
    };
    if conn == CONN { text } else { format!("[{}] {text}", conn.0) }
}
