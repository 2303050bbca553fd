//! Orders in groups: a bracket in the body of an order, and its exits in the answer.

use crate::fields::{FieldError, Fields, ParseError};
use crate::order::{BrokerMessage, Execution};
use crate::terms::Terms;
use crate::word::{GroupFaultKind, Leg, OrderStatus, OrderType, Side, Tif};
use domain::book::OrderRecord;
use domain::bracket;
use domain::money::Price;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The exits of a bracket: both are sent with the entry, live only once it has traded, and the end of one ends the
/// other. They are good till canceled whatever the entry's `tif` is; what the entry opened stays protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// Limit of the profit taker, on the profitable side of the entry.
    #[schema(format = "decimal")]
    pub take_profit: Decimal,
    /// Trigger of the stop, on the losing side of the entry.
    #[schema(format = "decimal")]
    pub stop_loss: Decimal,
}

impl Bracket {
    /// Takes it out of a body; absent is `None`, wrong is `None` and reported field by field.
    pub fn take(fields: &mut Fields) -> Option<Self> {
        let mut inner = fields.object("bracket")?;
        for name in ["take_profit", "stop_loss"] {
            inner.require(name);
        }
        let (take_profit, stop_loss) = (inner.decimal("take_profit"), inner.decimal("stop_loss"));
        fields.absorb("bracket", inner);
        Some(Self { take_profit: take_profit?, stop_loss: stop_loss? })
    }

    /// As the domain says it.
    ///
    /// # Errors
    /// Every price that is out of range.
    pub fn domain(self) -> Result<bracket::Bracket, Vec<FieldError>> {
        let price = |name: &str, value: Decimal| {
            Price::new(value).map_err(|error| FieldError::new(name, &format!("must be {}", error.rule)))
        };
        match (price("bracket.take_profit", self.take_profit), price("bracket.stop_loss", self.stop_loss)) {
            (Ok(take_profit), Ok(stop_loss)) => Ok(bracket::Bracket { take_profit, stop_loss }),
            (profit, loss) => Err([profit.err(), loss.err()].into_iter().flatten().collect()),
        }
    }
}

impl From<bracket::Bracket> for Bracket {
    fn from(bracket: bracket::Bracket) -> Self {
        Self { take_profit: bracket.take_profit.get(), stop_loss: bracket.stop_loss.get() }
    }
}

/// Refuses what cannot be a group.
pub(crate) fn checked(intent: domain::order::OrderIntent) -> Result<domain::order::OrderIntent, ParseError> {
    let faults = intent.group_faults();
    if faults.is_empty() {
        return Ok(intent);
    }
    Err(ParseError::Fields(faults.iter().map(|(field, rule)| FieldError::new(field, rule)).collect()))
}

/// A way in which the orders of a group do not stand together any more; its instrument is halted until a human resolves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupFault {
    /// In which way.
    pub fault: GroupFaultKind,
    /// In plain words.
    pub reason: String,
}

impl GroupFault {
    pub(crate) fn all(record: &OrderRecord) -> Vec<Self> {
        let one = |(fault, reason): (&domain::group::GroupFault, &String)| Self {
            fault: (*fault).into(),
            reason: reason.clone(),
        };
        record.group_faults.iter().map(one).collect()
    }
}

/// An exit of a bracket: an order of its own at the broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderLeg {
    /// Which exit.
    pub leg: Leg,
    /// Buy or sell.
    pub side: Side,
    /// Quantity as it was sent; the broker takes it down to what the entry has filled and the other exit has left.
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
    /// Time in force.
    pub tif: Tif,
    /// Our state.
    pub status: OrderStatus,
    /// The broker's own word.
    pub broker_status: Option<String>,
    /// Quantity traded.
    #[schema(format = "decimal")]
    pub cum_qty: Decimal,
    /// Average price of the trades; null when nothing was traded.
    #[schema(format = "decimal")]
    pub avg_px: Option<Decimal>,
    /// Trades that count.
    pub executions: Vec<Execution>,
    /// IBKR's order id; reissued after a restart of IB Gateway, never a key.
    pub broker_order_id: Option<String>,
    /// IBKR's permanent id.
    pub perm_id: Option<String>,
    /// The broker's words, newest last.
    pub broker_messages: Vec<BrokerMessage>,
    /// Whether somebody wants it canceled.
    pub cancel_wanted: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<&OrderRecord> for OrderLeg {
    fn from(record: &OrderRecord) -> Self {
        let intent = &record.intent;
        let terms = Terms::of(&intent.order_type, &intent.tif);
        Self {
            leg: intent.cl_ord_id.leg().into(),
            side: intent.side.into(),
            qty: intent.qty.get(),
            order_type: terms.order_type,
            limit_price: terms.limit_price,
            stop_price: terms.stop_price,
            tif: terms.tif,
            status: record.status.into(),
            broker_status: record.broker_status.clone(),
            cum_qty: record.cum_qty(),
            avg_px: record.avg_px(),
            executions: Execution::all(record),
            broker_order_id: record.last_attempt().map(|attempt| attempt.broker_order_id.to_string()),
            perm_id: record.perm_id.map(|id| id.to_string()),
            broker_messages: BrokerMessage::all(record),
            cancel_wanted: record.cancel_wanted,
            updated_at: record.updated_at,
        }
    }
}
