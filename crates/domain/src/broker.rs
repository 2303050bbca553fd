//! The one door between the engine and a broker adapter: commands out, events in. Nothing else passes.

use crate::account::{AccountPnl, AccountSummary, Position};
use crate::approved::Ticket;
use crate::contract::{Contract, Instrument};
use crate::execution::{Commission, Execution};
use crate::id::{
    AccountId, BrokerOrderId, ClOrdId, ClientId, ConId, ExecId, Generation, KillEpoch, LeaseEpoch, PermId,
};
use crate::market::{Bar, BarDuration, BarSize, Quote, WhatToShow};
use crate::money::Qty;
use crate::order::{OrderType, Side, Tif};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a send was decided under. The adapter shows it to the [`SendGuard`] right before each write to the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendPermit {
    /// Kill epoch at the decision.
    pub kill_epoch: KillEpoch,
    /// Lease epoch at the decision.
    pub lease_epoch: LeaseEpoch,
    /// Connection that it was decided for.
    pub generation: Generation,
}

/// Asked by the adapter immediately before an order is written to the socket. Cancels are not asked about.
pub trait SendGuard: Send + Sync + fmt::Debug {
    /// Whether the permit still holds.
    ///
    /// # Errors
    /// Why the order must not leave; the adapter then reports [`SendOutcome::NotSent`].
    fn check(&self, permit: &SendPermit) -> Result<(), NotSentReason>;

    /// Told by the door itself, by nobody else, as an order message under this id leaves on this connection: the count
    /// is independent of the code that sends.
    ///
    /// # Errors
    /// When as many messages as the journal intends have left already.
    fn leave(&self, generation: Generation, broker_order_id: BrokerOrderId) -> Result<(), NotSentReason>;

    /// Told by the door as a cancel leaves. Cancels are never stopped.
    fn cancel_leaves(&self, generation: Generation);

    /// Told what is left of a budget of messages, right after one was spent.
    fn paced(&self, lane: Lane, budget: MessageBudget);
}

/// Messages to the broker have a budget each, so that a burst of one kind never starves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// New orders and changes.
    Orders,
    /// Cancels.
    Cancels,
    /// Everything that is asked.
    Questions,
}

impl Lane {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Cancels => "cancels",
            Self::Questions => "questions",
        }
    }
}

/// How many messages may go at once, and how many more come free each second up to as many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageBudget {
    /// Regained a second, and the most there is.
    pub per_second: u32,
    /// What was left.
    pub left: u32,
}

/// Why an order did not leave. Only what is listed here is known to be harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSentReason {
    /// A kill came between decision and send.
    Killed,
    /// The file `KILL` lies in the data directory.
    KillFile,
    /// The override file for live trading is not there.
    OverrideFile,
    /// The writer's lease was lost.
    LeaseLost,
    /// The last proof of the lease is too old: this process was stopped, or its journal hangs.
    LeaseUnproven,
    /// The connection that the send was decided for is gone.
    StaleGeneration,
    /// There is no connection.
    NoLink,
    /// The message budget of the second is spent.
    Pacing,
    /// More order messages would have left than the journal intends: a fault of ours that halts everything.
    OverIntent,
    /// The adapter cannot express the order on the wire.
    NotExpressible,
}

impl NotSentReason {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::KillFile => "kill_file",
            Self::OverrideFile => "override_file",
            Self::LeaseLost => "lease_lost",
            Self::LeaseUnproven => "lease_unproven",
            Self::StaleGeneration => "stale_generation",
            Self::NoLink => "no_link",
            Self::Pacing => "pacing",
            Self::OverIntent => "over_intent",
            Self::NotExpressible => "not_expressible",
        }
    }
}

/// The adapter's answer to "can this order be live?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum SendOutcome {
    /// It returned before it called the client library: certainly not.
    NotSent {
        /// Why.
        reason: NotSentReason,
    },
    /// The library took it: probably, the broker has not answered yet.
    Written,
    /// The library failed: nobody knows.
    Unknown {
        /// What it said.
        detail: String,
    },
}

/// What the engine tells the adapter to do.
#[derive(Debug)]
pub enum BrokerCommand {
    /// Send one new order.
    Submit(Box<Ticket>),
    /// Send a change of a working order under its own id.
    Replace {
        /// The ticket of the changed order.
        ticket: Box<Ticket>,
    },
    /// Cancel by the id of this connection's generation.
    Cancel {
        /// Whose order.
        cl_ord_id: ClOrdId,
        /// The broker's id of it.
        broker_order_id: BrokerOrderId,
        /// The connection that the id belongs to.
        generation: Generation,
    },
    /// Ask something; the answer comes as [`BrokerEvent::Answer`] with the same id.
    Ask {
        /// Chosen by the engine, unique while the process lives.
        id: u64,
        /// The question.
        question: Question,
    },
    /// Keep quotes of a contract coming as [`BrokerEvent::Quote`].
    Subscribe(Box<Contract>),
    /// Stop them.
    Unsubscribe(ConId),
    /// Drop the connection and make a new one.
    Reconnect,
}

/// A question to the broker. Each has its deadline inside the adapter; no answer in time is an error, never an empty answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// Every contract that fits.
    Contracts(Instrument),
    /// Contracts whose symbol or name begins like this.
    MatchingSymbols(String),
    /// Which options there are on an underlying, class by class and exchange by exchange.
    OptionChain(Box<Contract>),
    /// One snapshot of a quote.
    Quote(Box<Contract>),
    /// Historical bars, oldest first.
    Bars {
        /// Of which contract.
        contract: Box<Contract>,
        /// Length of a bar.
        size: BarSize,
        /// How far back.
        duration: BarDuration,
        /// End; `None` is now.
        end: Option<Timestamp>,
        /// Price kind.
        what: WhatToShow,
        /// Only regular hours.
        regular_hours: bool,
    },
    /// The broker's own margin and commission estimate of an order; places nothing.
    WhatIf(Box<WhatIfOrder>),
    /// Orders, executions, positions and account values, for reconciliation.
    Snapshot {
        /// The account in use.
        account: AccountId,
    },
    /// Account values only.
    Account(AccountId),
    /// The positions of one account, valued by the broker where it does so in time.
    Positions(AccountId),
    /// Profit and loss.
    Pnl(AccountId),
    /// The broker's clock.
    Time,
}

/// The order of a what-if.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of an order")]
pub struct WhatIfOrder {
    pub broker_order_id: BrokerOrderId,
    pub account: AccountId,
    pub contract: Contract,
    pub side: Side,
    pub qty: Qty,
    pub order_type: OrderType,
    pub tif: Tif,
    pub outside_rth: bool,
}

/// The broker's estimate. What it did not say is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "IBKR's own names: change and state after of margins, and commission")]
pub struct WhatIf {
    pub init_margin_change: Option<Decimal>,
    pub maint_margin_change: Option<Decimal>,
    pub equity_with_loan_change: Option<Decimal>,
    pub init_margin_after: Option<Decimal>,
    pub maint_margin_after: Option<Decimal>,
    pub equity_with_loan_after: Option<Decimal>,
    pub commission: Option<Decimal>,
    pub commission_currency: Option<String>,
    pub warning: Option<String>,
}

/// Questions that an adapter answers side by side; more wait for their turn, so whoever asks shares these out.
pub const QUESTIONS_MAX: usize = 16;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// There is no connection, or it was lost while waiting.
    #[error("the broker is not connected")]
    NoLink,
    /// The end of the answer did not come in time.
    #[error("the broker did not answer in time")]
    Timeout,
    /// The broker refused.
    #[error("the broker answered {code}: {message}")]
    Broker {
        /// IBKR's code.
        code: i32,
        /// IBKR's words: data, never an instruction.
        message: String,
    },
    /// The answer could not be read.
    #[error("the broker's answer could not be read: {0}")]
    Garbled(String),
}

/// Part of a snapshot: complete, or unknown with the reason. Never silently empty.
#[derive(Clone, Debug, PartialEq)]
pub enum Section<T> {
    /// The broker sent the end marker.
    Complete(T),
    /// It did not, or it refused.
    Unknown(String),
}

/// Everything that reconciliation compares with the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerSnapshot {
    /// The connection that it was taken on.
    pub generation: Generation,
    /// When it was begun.
    pub taken_at: Timestamp,
    /// Open orders of all clients.
    pub open_orders: Section<Vec<BrokerOrder>>,
    /// Completed orders.
    pub completed_orders: Section<Vec<BrokerOrder>>,
    /// Executions as far back as the broker gives them.
    pub executions: Section<Vec<Execution>>,
    /// Trades that those executions take back: the broker corrects them to nothing.
    pub busts: Vec<ExecId>,
    /// Since when that list is certain to be complete: the broker's midnight. `None` when its zone is not known.
    pub executions_since: Option<Timestamp>,
    /// Positions of all accounts.
    pub positions: Section<Vec<Position>>,
    /// Account values of the account in use.
    pub account: Section<AccountSummary>,
}

/// An order as the broker reports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokerOrder {
    /// Account.
    pub account: Option<AccountId>,
    /// Contract.
    pub con_id: Option<ConId>,
    /// Symbol, for reading.
    pub symbol: String,
    /// `BUY`, `SELL`, `SSHORT`.
    pub action: String,
    /// Total quantity; for completed orders see `filled`.
    pub total_qty: Option<Decimal>,
    /// Filled quantity, where told.
    pub filled: Option<Decimal>,
    /// IBKR's order type.
    pub order_type: String,
    /// Limit price.
    pub limit_price: Option<Decimal>,
    /// Auxiliary (stop) price.
    pub aux_price: Option<Decimal>,
    /// Distance of a trailing order as a percentage of the price, where told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trail_percent: Option<Decimal>,
    /// IBKR's time in force.
    pub tif: String,
    /// When a dated one ends, where told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good_till: Option<Timestamp>,
    /// May fill outside regular hours.
    pub outside_rth: bool,
    /// Order id in its client's numbering.
    pub broker_order_id: Option<BrokerOrderId>,
    /// Whose order; `None` where the broker does not say (completed orders).
    pub client_id: Option<ClientId>,
    /// Permanent id.
    pub perm_id: Option<PermId>,
    /// Our reference or somebody else's text.
    pub order_ref: String,
    /// IBKR's status word.
    pub status: String,
    /// IBKR's words about a rejection or completion.
    pub detail: Option<String>,
}

/// One `orderStatus` message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Order id in its client's numbering.
    pub broker_order_id: BrokerOrderId,
    /// Whose order.
    pub client_id: Option<ClientId>,
    /// Permanent id.
    pub perm_id: Option<PermId>,
    /// IBKR's status word.
    pub status: String,
    /// Filled so far.
    pub filled: Option<Decimal>,
    /// Left.
    pub remaining: Option<Decimal>,
    /// Average price; `None` when unknown or nothing was filled.
    pub avg_px: Option<Decimal>,
    /// Why IBKR holds it.
    pub why_held: String,
}

/// What a fresh connection says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkFacts {
    /// Which connection.
    pub generation: Generation,
    /// Negotiated server version.
    pub server_version: i32,
    /// Accounts that the login may use.
    pub accounts: Vec<AccountId>,
    /// The next order id that the broker proposes. It may have rolled back; it is never trusted alone.
    pub next_valid_id: i64,
    /// The broker's clock minus ours, milliseconds; `None` when it did not answer.
    pub clock_skew_ms: Option<i64>,
    /// Host and port, for reading.
    pub endpoint: String,
    /// The port.
    pub port: u16,
}

/// What comes from the broker. Every event belongs to a connection; events of an older one are stale but never lost.
#[derive(Debug)]
pub enum BrokerEvent {
    /// A connection stands.
    LinkUp(LinkFacts),
    /// It is gone: whatever was in flight is unknown.
    LinkDown {
        /// Which connection.
        generation: Generation,
        /// Why.
        reason: String,
    },
    /// No connection could be made; tried again by itself.
    LinkFailed {
        /// Why, with the remedy where one is known.
        reason: String,
        /// IBKR's code, e.g. 326 for a client id in use.
        code: Option<i32>,
    },
    /// What the broker's clock said against ours, measured again and again while the connection stands.
    ClockSkew {
        /// Which connection.
        generation: Generation,
        /// The broker's clock minus ours, in milliseconds.
        skew_ms: i64,
    },
    /// A message about no order: farms, 1100, 1101, 1102.
    Notice {
        /// Which connection.
        generation: Generation,
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// What became of a send.
    Sent {
        /// Whose order.
        cl_ord_id: ClOrdId,
        /// Which attempt.
        broker_order_id: BrokerOrderId,
        /// Which change of it; `None` for the order itself.
        change: Option<ClOrdId>,
        /// Whether it can be live.
        outcome: SendOutcome,
    },
    /// What became of the send of a cancel.
    CancelSent {
        /// Whose order.
        cl_ord_id: ClOrdId,
        /// Whether it left.
        outcome: SendOutcome,
    },
    /// An open order, unasked.
    OpenOrder {
        /// Which connection.
        generation: Generation,
        /// The order.
        order: Box<BrokerOrder>,
    },
    /// An order status, unasked.
    Status {
        /// Which connection.
        generation: Generation,
        /// The report.
        report: StatusReport,
    },
    /// A trade, unasked.
    Executed {
        /// Which connection.
        generation: Generation,
        /// The trade.
        execution: Box<Execution>,
    },
    /// A trade was taken back: a correction of it to nothing.
    Busted {
        /// Which connection.
        generation: Generation,
        /// The correction's id.
        exec_id: ExecId,
    },
    /// A commission report.
    CommissionReported {
        /// Of which trade.
        exec_id: ExecId,
        /// How much.
        commission: Commission,
    },
    /// An error that names one of our order ids.
    OrderError {
        /// Which connection.
        generation: Generation,
        /// Which order.
        broker_order_id: BrokerOrderId,
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// A quote changed.
    Quote(Quote),
    /// A subscription cannot be served.
    QuoteRefused {
        /// Whose quote.
        con_id: ConId,
        /// IBKR's code.
        code: i32,
        /// IBKR's words.
        message: String,
    },
    /// The answer to a question.
    Answer {
        /// The id of the question.
        id: u64,
        /// The answer.
        answer: Result<Answer, AskError>,
    },
}

impl BrokerEvent {
    /// Whether it shows that the broker lives. What the adapter tells of its own doing does not.
    pub fn is_of_broker(&self) -> bool {
        match self {
            Self::LinkUp(_)
            | Self::ClockSkew { .. }
            | Self::Notice { .. }
            | Self::OpenOrder { .. }
            | Self::Status { .. }
            | Self::Executed { .. }
            | Self::Busted { .. }
            | Self::CommissionReported { .. }
            | Self::OrderError { .. }
            | Self::Quote(_)
            | Self::QuoteRefused { .. } => true,
            Self::LinkDown { .. }
            | Self::LinkFailed { .. }
            | Self::Sent { .. }
            | Self::CancelSent { .. }
            | Self::Answer { .. } => false,
        }
    }
}

/// Answers, in the order of [`Question`].
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Every contract that fits; may be none.
    Contracts(Vec<Contract>),
    /// Symbols that fit.
    Symbols(Vec<SymbolMatch>),
    /// The classes of options; none where the underlying has none.
    OptionChain(Vec<OptionClass>),
    /// A snapshot quote.
    Quote(Quote),
    /// Bars, oldest first.
    Bars(Vec<Bar>),
    /// The estimate.
    WhatIf(WhatIf),
    /// The snapshot.
    Snapshot(Box<BrokerSnapshot>),
    /// Account values.
    Account(AccountSummary),
    /// Every position of the account.
    Positions(Vec<Position>),
    /// Profit and loss.
    Pnl(AccountPnl),
    /// The broker's clock.
    Time(Timestamp),
}

/// Options of one trading class on one exchange. Expiries and strikes are those of the whole class: not every pair of them
/// is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionClass {
    /// Where they trade.
    pub exchange: String,
    /// IBKR's trading class.
    pub trading_class: String,
    /// Units of the underlying per contract.
    pub multiplier: Decimal,
    /// Expiries, `YYYYMMDD`, ascending.
    pub expiries: Vec<String>,
    /// Strikes, ascending.
    pub strikes: Vec<Decimal>,
}

/// One search hit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a contract")]
pub struct SymbolMatch {
    pub con_id: ConId,
    pub symbol: String,
    pub sec_type: String,
    pub primary_exchange: String,
    pub currency: String,
    pub description: String,
}
