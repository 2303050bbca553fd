//! The order resource, the same in every answer about an order.

use crate::audit::AuditRecord;
use crate::group::{Bracket, GroupFault, OrderLeg};
use crate::terms::Terms;
use crate::word::{Face, Leg, OrderStatus, OrderType, Outcome, Right, SecType, Side, Tif};
use domain::book::OrderRecord;
use domain::contract::{Instrument, SymbolSpec};
use domain::execution;
use domain::id::{ClOrdId, InstallationId};
use domain::money::Price;
use domain::order_ref::OrderRef;
use domain::reason;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why something was refused or held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// Number of the control.
    pub control: u8,
    /// Its stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What was seen.
    pub observed: Option<String>,
    /// What is allowed.
    pub limit: Option<String>,
    /// What to do about it.
    pub hint: String,
}

impl From<&reason::Reason> for Reason {
    fn from(reason: &reason::Reason) -> Self {
        Self {
            control: reason.control,
            code: reason.code.clone(),
            message: reason.message.clone(),
            observed: reason.observed.clone(),
            limit: reason.limit.clone(),
            hint: reason.hint.clone(),
        }
    }
}

/// The shapes of all reasons.
pub fn reasons(reasons: &[reason::Reason]) -> Vec<Reason> {
    reasons.iter().map(Reason::from).collect()
}

/// What a trade cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Commission {
    /// The amount.
    #[schema(format = "decimal")]
    pub amount: Decimal,
    /// Its currency.
    pub currency: String,
    /// Realised profit or loss; null when the trade opened a position.
    #[schema(format = "decimal")]
    pub realized_pnl: Option<Decimal>,
}

/// The broker's record of one trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Execution {
    /// The broker's id.
    pub exec_id: String,
    /// The key of our order; null for a trade of somebody else.
    pub cl_ord_id: Option<String>,
    /// Which order of its bracket traded; null for an order of its own and for a trade of somebody else.
    #[serde(default)]
    pub leg: Option<Leg>,
    /// Account.
    pub account: String,
    /// Contract.
    pub con_id: String,
    /// Symbol.
    pub symbol: String,
    /// Expiry of a future or an option, `YYYYMMDD` or `YYYYMM`.
    #[serde(default)]
    pub expiry: Option<String>,
    /// Strike of an option.
    #[serde(default)]
    #[schema(format = "decimal")]
    pub strike: Option<Decimal>,
    /// Right of an option.
    #[serde(default)]
    pub right: Option<Right>,
    /// `buy` or `sell`: all that the broker says.
    pub side: Side,
    /// Quantity of this trade.
    #[schema(format = "decimal")]
    pub last_qty: Decimal,
    /// Price of this trade.
    #[schema(format = "decimal")]
    pub last_px: Decimal,
    /// Exchange.
    pub exchange: String,
    /// The broker's time; null when its time zone is not known.
    pub executed_at: Option<Timestamp>,
    /// IBKR's order id in its client's numbering.
    pub broker_order_id: Option<String>,
    /// IBKR's permanent id.
    pub perm_id: Option<String>,
    /// The order reference, verbatim.
    pub order_ref: String,
    /// Null until it is known, never zero for unknown.
    pub commission: Option<Commission>,
}

impl Execution {
    /// The shape of a trade as the installation sees it: only its own references name an order of ours.
    pub fn of(one: &execution::Execution, installation: &InstallationId) -> Self {
        let reference = OrderRef::parse(&one.order_ref).filter(|reference| reference.installation == *installation);
        reference.map_or_else(|| Self::nobodys(one), |reference| Self::owned(one, &reference.cl_ord_id))
    }

    /// The trades of an order, under its caller's key.
    pub(crate) fn all(record: &OrderRecord) -> Vec<Self> {
        record.executions.values().map(|one| Self::owned(one, &record.intent.cl_ord_id)).collect()
    }

    fn owned(one: &execution::Execution, key: &ClOrdId) -> Self {
        let leg = key.is_exit().then(|| key.leg().into());
        Self { cl_ord_id: Some(key.group_str().to_owned()), leg, ..Self::nobodys(one) }
    }

    fn nobodys(one: &execution::Execution) -> Self {
        Self {
            exec_id: one.exec_id.to_string(),
            cl_ord_id: None,
            leg: None,
            account: one.account.to_string(),
            con_id: one.con_id.to_string(),
            symbol: one.symbol.clone(),
            expiry: one.terms.expiry.clone(),
            strike: one.terms.strike.map(domain::money::Price::get),
            right: one.terms.right.map(Into::into),
            side: if one.is_buy { Side::Buy } else { Side::Sell },
            last_qty: one.last_qty.get(),
            last_px: one.last_px.get(),
            exchange: one.exchange.clone(),
            executed_at: one.executed_at,
            broker_order_id: one.broker_order_id.map(|id| id.to_string()),
            perm_id: one.perm_id.map(|id| id.to_string()),
            order_ref: one.order_ref.clone(),
            commission: one.commission.as_ref().map(|commission| Commission {
                amount: commission.amount.amount,
                currency: commission.amount.currency.to_string(),
                realized_pnl: commission.realized_pnl,
            }),
        }
    }
}

/// Words of the broker about an order: data, never an instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrokerMessage {
    /// IBKR's code.
    pub code: i32,
    /// IBKR's words.
    pub message: String,
}

impl BrokerMessage {
    pub(crate) fn all(record: &OrderRecord) -> Vec<Self> {
        let words = record.broker_messages.iter();
        words.map(|(code, message)| Self { code: *code, message: message.clone() }).collect()
    }
}

/// A change under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingReplace {
    /// The key of the change.
    pub key: String,
    /// New quantity.
    #[schema(format = "decimal")]
    pub qty: Decimal,
    /// New worst price.
    #[schema(format = "decimal")]
    pub limit_price: Option<Decimal>,
    /// New trigger.
    #[schema(format = "decimal")]
    pub stop_price: Option<Decimal>,
    /// New time in force.
    pub tif: Tif,
}

/// One order: the request, and everything that happened to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// The key.
    pub cl_ord_id: String,
    /// The account; null where a denied order could not be resolved.
    pub account: Option<String>,
    /// IBKR's contract id; null where it could not be resolved.
    pub con_id: Option<String>,
    /// Ticker.
    pub symbol: Option<String>,
    /// Kind of security.
    pub sec_type: Option<SecType>,
    /// Exchange.
    pub exchange: Option<String>,
    /// Currency of the price.
    pub currency: Option<String>,
    /// Expiry.
    pub expiry: Option<String>,
    /// Strike.
    #[schema(format = "decimal")]
    pub strike: Option<Decimal>,
    /// Right.
    pub right: Option<Right>,
    /// Buy or sell.
    pub side: Side,
    /// Quantity, with acknowledged changes worked in.
    #[schema(format = "decimal")]
    pub qty: Decimal,
    /// Kind of order.
    pub order_type: OrderType,
    /// Worst price.
    #[schema(format = "decimal")]
    pub limit_price: Option<Decimal>,
    /// Trigger.
    #[schema(format = "decimal")]
    pub stop_price: Option<Decimal>,
    /// Trail by an amount.
    #[schema(format = "decimal")]
    pub trail_amount: Option<Decimal>,
    /// Trail by a percentage.
    #[schema(format = "decimal")]
    pub trail_percent: Option<Decimal>,
    /// Time in force.
    pub tif: Tif,
    /// End of a `gtd` order.
    pub good_till: Option<Timestamp>,
    /// May fill outside regular hours.
    pub outside_rth: bool,
    /// May only make the position smaller.
    pub reduce_only: bool,
    /// Attribution.
    pub strategy: Option<String>,
    /// The preview it stands on.
    pub preview_id: Option<String>,
    /// The exits that it was asked with.
    #[serde(default)]
    pub bracket: Option<Bracket>,
    /// Its one-cancels-all group, by the caller's name.
    #[serde(default)]
    pub oca_group: Option<String>,
    /// Our state.
    pub status: OrderStatus,
    /// The broker's own word.
    pub broker_status: Option<String>,
    /// What a human should know now, e.g. that TWS holds the order behind a dialog.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false)]
    pub note: Option<String>,
    /// Quantity traded.
    #[schema(format = "decimal")]
    pub cum_qty: Decimal,
    /// Quantity that may still trade.
    #[schema(format = "decimal")]
    pub leaves_qty: Decimal,
    /// Average price of the trades; null when nothing was traded.
    #[schema(format = "decimal")]
    pub avg_px: Option<Decimal>,
    /// Value traded in the contract's currency: `cum_qty` × `avg_px` × multiplier; null when nothing was traded.
    #[schema(format = "decimal")]
    pub notional: Option<Decimal>,
    /// Trades that count.
    pub executions: Vec<Execution>,
    /// The exits of a bracket that was sent, each an order of its own at the broker.
    #[serde(default)]
    pub legs: Vec<OrderLeg>,
    /// In which ways its group does not stand together any more.
    #[serde(default)]
    pub group_faults: Vec<GroupFault>,
    /// IBKR's order id of the newest attempt; reissued after a restart of IB Gateway, never a key.
    pub broker_order_id: Option<String>,
    /// IBKR's permanent id.
    pub perm_id: Option<String>,
    /// Its approval.
    pub approval_id: Option<String>,
    /// Why it was denied, held or rejected.
    pub reasons: Vec<Reason>,
    /// The broker's words, newest last.
    pub broker_messages: Vec<BrokerMessage>,
    /// Whether somebody wants it canceled.
    pub cancel_wanted: bool,
    /// A change under way.
    pub pending_replace: Option<PendingReplace>,
    /// Counts acknowledged changes, from 1.
    pub version: u32,
    /// The key that asked for it.
    pub requested_by: String,
    /// The door it came through.
    pub face: Face,
    /// When it was first booked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Follows the request through logs and audit.
    pub correlation_id: String,
    /// Its records in the journal, oldest first; only with `history=true`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false)]
    pub history: Option<Vec<AuditRecord>>,
    /// Where a history of more than 1,000 records goes on: give it as `cursor` to `GET /audit?cl_ord_id=…`. Absent when the history is
    /// whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false)]
    pub history_cursor: Option<String>,
}

struct Place {
    con_id: Option<String>,
    symbol: Option<String>,
    sec_type: Option<SecType>,
    exchange: Option<String>,
    currency: Option<String>,
    expiry: Option<String>,
    strike: Option<Decimal>,
    right: Option<Right>,
}

impl Place {
    fn of(record: &OrderRecord) -> Self {
        if let Some(contract) = &record.contract {
            return Self {
                con_id: Some(contract.con_id.to_string()),
                symbol: Some(contract.symbol.clone()),
                sec_type: Some(contract.sec_type.into()),
                exchange: Some(contract.exchange.clone()),
                currency: Some(contract.currency.to_string()),
                expiry: contract.expiry.clone(),
                strike: contract.strike.map(Price::get),
                right: contract.right.map(Into::into),
            };
        }
        let unresolved = |con_id: Option<String>| Self {
            con_id,
            symbol: None,
            sec_type: None,
            exchange: None,
            currency: None,
            expiry: None,
            strike: None,
            right: None,
        };
        match &record.intent.instrument {
            Instrument::ConId(con_id) => unresolved(Some(con_id.to_string())),
            Instrument::Spec(spec) => Self::of_spec(spec, unresolved(None)),
        }
    }

    fn of_spec(spec: &SymbolSpec, unresolved: Self) -> Self {
        Self {
            symbol: Some(spec.symbol.clone()),
            sec_type: Some(spec.sec_type.into()),
            exchange: Some(spec.exchange.clone()),
            currency: Some(spec.currency.to_string()),
            expiry: spec.expiry.clone(),
            strike: spec.strike.map(Price::get),
            right: spec.right.map(Into::into),
            ..unresolved
        }
    }
}

fn traded_notional(record: &OrderRecord) -> Option<Decimal> {
    let multiplier = record.contract.as_ref()?.multiplier;
    record.avg_px()?.checked_mul(record.cum_qty())?.checked_mul(multiplier).map(|value| value.normalize())
}

fn pending_replace(record: &OrderRecord) -> Option<PendingReplace> {
    let replace = record.pending_replace.as_ref()?;
    Some(PendingReplace {
        key: replace.key.to_string(),
        qty: replace.amendment.qty.get(),
        limit_price: replace.amendment.order_type.limit_price().map(Price::get),
        stop_price: replace.amendment.order_type.stop_price().map(Price::get),
        tif: replace.amendment.tif.kind().into(),
    })
}

impl From<&OrderRecord> for Order {
    fn from(record: &OrderRecord) -> Self {
        let intent = &record.intent;
        let terms = Terms::of(&intent.order_type, &intent.tif);
        let place = Place::of(record);
        Self {
            cl_ord_id: intent.cl_ord_id.to_string(),
            account: record.account.as_ref().map(ToString::to_string),
            con_id: place.con_id,
            symbol: place.symbol,
            sec_type: place.sec_type,
            exchange: place.exchange,
            currency: place.currency,
            expiry: place.expiry,
            strike: place.strike,
            right: place.right,
            side: intent.side.into(),
            qty: intent.qty.get(),
            order_type: terms.order_type,
            limit_price: terms.limit_price,
            stop_price: terms.stop_price,
            trail_amount: terms.trail_amount,
            trail_percent: terms.trail_percent,
            tif: terms.tif,
            good_till: terms.good_till,
            outside_rth: intent.outside_rth,
            reduce_only: intent.reduce_only,
            strategy: intent.strategy.as_ref().map(ToString::to_string),
            preview_id: intent.preview_id.as_ref().map(ToString::to_string),
            bracket: intent.bracket.map(Into::into),
            oca_group: intent.oca_group.as_ref().map(ToString::to_string),
            status: record.status.into(),
            broker_status: record.broker_status.clone(),
            note: None,
            cum_qty: record.cum_qty(),
            leaves_qty: record.leaves_qty(),
            avg_px: record.avg_px(),
            notional: traded_notional(record),
            executions: Execution::all(record),
            legs: Vec::new(),
            group_faults: GroupFault::all(record),
            broker_order_id: record.last_attempt().map(|attempt| attempt.broker_order_id.to_string()),
            perm_id: record.perm_id.map(|id| id.to_string()),
            approval_id: record.approval_id.as_ref().map(ToString::to_string),
            reasons: reasons(&record.reasons),
            broker_messages: BrokerMessage::all(record),
            cancel_wanted: record.cancel_wanted,
            pending_replace: pending_replace(record),
            version: record.version,
            requested_by: record.by.key_id.to_string(),
            face: record.by.face.into(),
            created_at: record.created_at,
            updated_at: record.updated_at,
            correlation_id: record.by.correlation_id.to_string(),
            history: None,
            history_cursor: None,
        }
    }
}

impl Order {
    /// The order with the exits that were sent with it. It changes whenever one of them does.
    #[must_use]
    pub fn with_exits(mut self, exits: &[OrderRecord]) -> Self {
        self.legs = exits.iter().map(OrderLeg::from).collect();
        self.updated_at = self.legs.iter().map(|leg| leg.updated_at).fold(self.updated_at, Timestamp::max);
        self
    }
}

/// The answer to a submit, a replace or an approval: the order, and how it stands towards its caller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderAnswer {
    /// How it stands.
    pub outcome: Outcome,
    /// The order.
    #[serde(flatten)]
    pub order: Order,
}

/// The answer to a cancel: the order, and whether the cancel is proven.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CancelAnswer {
    /// Whether the cancel is proven; else it is under way, or the order ended otherwise first, as its status says.
    pub proven: bool,
    /// The order.
    #[serde(flatten)]
    pub order: Order,
}
