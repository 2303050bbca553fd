//! Everything that can happen to what must survive.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tws::model::{Execution, Order, Status};

use super::Terms;
use super::commission::Charged;
use crate::market::MarketConfig;

/// A durable mutation. The state is what its changes, applied in order, make of nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// The venue opened for the first time.
    Opened(Opened),
    /// An order was taken in.
    Accepted(Box<Accepted>),
    /// An order's terms changed.
    Replaced(Box<Replaced>),
    /// An order held back by its client went out.
    Transmitted {
        /// Order.
        perm_id: i64,
        /// When.
        at: Timestamp,
    },
    /// A child's parent filled: the child works from now on.
    Activated {
        /// Order.
        perm_id: i64,
        /// When.
        at: Timestamp,
    },
    /// A stop was reached.
    Triggered {
        /// Order.
        perm_id: i64,
        /// When.
        at: Timestamp,
    },
    /// The time of an order that was to start later has come.
    Started {
        /// Order.
        perm_id: i64,
        /// When.
        at: Timestamp,
    },
    /// What an order waited for has come about.
    ConditionsMet {
        /// Order.
        perm_id: i64,
        /// When.
        at: Timestamp,
    },
    /// An order was read and refused: it was never accepted.
    Refused(Box<Refused>),
    /// An order entered by hand became client 0's.
    Bound {
        /// Order.
        perm_id: i64,
        /// Its id there, negative.
        order_id: i32,
        /// When.
        at: Timestamp,
    },
    /// The market moved the prices an order works at.
    Priced {
        /// Order.
        perm_id: i64,
        /// Its stop now; `None`: as before.
        stop: Option<Decimal>,
        /// Its limit now; `None`: as before.
        limit: Option<Decimal>,
        /// When.
        at: Timestamp,
    },
    /// What an order is tied to took part of its quantity.
    Reduced {
        /// Order.
        perm_id: i64,
        /// Its whole quantity now, what has filled included.
        quantity: Decimal,
        /// When.
        at: Timestamp,
    },
    /// An order's status changed without an execution.
    StatusSet {
        /// Order.
        perm_id: i64,
        /// Its status now.
        status: Status,
        /// Why it ended, empty otherwise.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// An order was filled, wholly or in part.
    Executed(Box<Executed>),
    /// An operator moved a price.
    PriceMoved {
        /// Instrument.
        con_id: i32,
        /// New middle.
        price: Decimal,
        /// The factor it took, as the bits of a double: text would not keep all of them.
        factor_bits: u64,
        /// When.
        at: Timestamp,
    },
    /// Trading in an instrument was halted, or goes on.
    Halted {
        /// Instrument.
        con_id: i32,
        /// Whether it is halted now.
        halted: bool,
        /// When.
        at: Timestamp,
    },
    /// An order got a second permId.
    PermIdReissued {
        /// Order.
        perm_id: i64,
        /// What it is reported under from now on.
        second: i64,
    },
    /// A holding, or a part of what it turned into, was settled at its expiry.
    Settled(Box<Settled>),
    /// An operator limited what can be borrowed.
    ShortableSet {
        /// Instrument.
        con_id: i32,
        /// Shares, of all accounts together; `None`: without limit.
        shares: Option<Decimal>,
    },
    /// An order began, or ceased, to wait for shares to borrow.
    Locating {
        /// Order.
        perm_id: i64,
        /// Whether it waits from now on.
        locating: bool,
        /// When.
        at: Timestamp,
    },
    /// A day began in New York: daily profit counts from here.
    DayBegan {
        /// Day.
        date: Date,
        /// Net liquidation value of each account.
        equity: Vec<Decimal>,
        /// Prices of what is held, by contract.
        marks: Vec<(i32, Decimal)>,
    },
}

/// The first change of every history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The market.
    pub market: MarketConfig,
    /// Account names.
    pub accounts: Vec<String>,
    /// Cash in each.
    pub deposit: Decimal,
}

/// An order taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The broker's id.
    pub perm_id: i64,
    /// Owner.
    pub client_id: i32,
    /// The owner's id; 0 for an order entered by hand.
    pub order_id: i32,
    /// Instrument.
    pub con_id: i32,
    /// Destination as ordered.
    pub exchange: String,
    /// Position of the account in [`Opened::accounts`].
    pub account: usize,
    /// What the venue acts on.
    pub terms: Terms,
    /// The order as sent, with the broker's own fields filled in.
    pub order: Arc<Order>,
    /// Held back until its client transmits it.
    pub held: bool,
    /// Waits for this order to fill.
    pub parent: Option<i64>,
    /// Whether that order has not filled yet.
    pub waiting: bool,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Exposure reserved for it, in dollars.
    pub reserve: Decimal,
    /// When.
    pub at: Timestamp,
}

/// An order that was read and refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The order as it would have been taken in.
    pub asked: Accepted,
    /// IBKR's text.
    pub reason: String,
}

/// New terms of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// Order.
    pub perm_id: i64,
    /// What the venue acts on from now on.
    pub terms: Terms,
    /// The order as sent, with the broker's own fields filled in.
    pub order: Arc<Order>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Exposure reserved for what remains.
    pub reserve: Decimal,
    /// When.
    pub at: Timestamp,
}

/// An execution with its money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executed {
    /// The execution.
    pub execution: Arc<Execution>,
    /// The order's commissions, this execution's included.
    pub charged: Charged,
    /// Units of the base currency for one of the instrument's, then.
    pub rate: Decimal,
    /// With another order of this venue rather than out of the displayed size.
    pub crossed: bool,
}

/// A settlement: an execution without an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Position of the account in [`Opened::accounts`].
    pub account: usize,
    /// Instrument.
    pub con_id: i32,
    /// The execution.
    pub execution: Arc<Execution>,
    /// Units of the base currency for one of the instrument's, then.
    pub rate: Decimal,
}
