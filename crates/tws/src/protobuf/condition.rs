//! Conditions of an order, both ways.

use super::decode::{con_id, flag, required};
use super::encode::some;
use super::schema as wire;
use crate::error::DecodeError;
use crate::model::{Condition, OrderCondition};
use crate::number::{decimal, double, integer};

/// Reads a condition of a request. Zero is a number that clients leave out; a price of zero is none.
pub(super) fn decode(m: wire::OrderCondition) -> Result<OrderCondition, DecodeError> {
    let is_more = flag(m.is_more);
    let exchange = m.exchange.unwrap_or_default();
    let condition = match required(m.kind, "conditionType")? {
        1 => Condition::Price {
            con_id: required(con_id(m.con_id), "conditionConId")?,
            exchange,
            is_more,
            price: required(decimal(m.price, "conditionPrice")?, "conditionPrice")?,
            trigger_method: integer(m.trigger_method).unwrap_or(0),
        },
        3 => Condition::Time { is_more, time: required(m.time, "conditionTime")? },
        4 => Condition::Margin { is_more, percent: integer(m.percent).unwrap_or(0) },
        5 => Condition::Execution {
            symbol: required(m.symbol, "conditionSymbol")?,
            sec_type: m.sec_type.unwrap_or_default(),
            exchange,
        },
        6 => Condition::Volume {
            con_id: required(con_id(m.con_id), "conditionConId")?,
            exchange,
            is_more,
            volume: integer(m.volume).unwrap_or(0),
        },
        7 => Condition::PercentChange {
            con_id: required(con_id(m.con_id), "conditionConId")?,
            exchange,
            is_more,
            change_percent: decimal(m.change_percent, "conditionChangePercent")?.unwrap_or_default(),
        },
        kind => return Err(DecodeError::UnknownCondition { kind }),
    };
    Ok(OrderCondition { condition, is_conjunction: flag(m.is_conjunction_connection) })
}

/// Writes a condition of a report.
pub(super) fn encode(condition: &OrderCondition) -> wire::OrderCondition {
    let common = wire::OrderCondition {
        kind: Some(condition.condition.to_wire()),
        is_conjunction_connection: Some(condition.is_conjunction),
        ..wire::OrderCondition::default()
    };
    match &condition.condition {
        Condition::Price { con_id, exchange, is_more, price, trigger_method } => wire::OrderCondition {
            con_id: Some(*con_id),
            exchange: some(exchange),
            is_more: Some(*is_more),
            price: Some(double(*price)),
            trigger_method: Some(*trigger_method),
            ..common
        },
        Condition::Time { is_more, time } => {
            wire::OrderCondition { is_more: Some(*is_more), time: Some(time.clone()), ..common }
        }
        Condition::Margin { is_more, percent } => {
            wire::OrderCondition { is_more: Some(*is_more), percent: Some(*percent), ..common }
        }
        Condition::Execution { symbol, sec_type, exchange } => wire::OrderCondition {
            symbol: Some(symbol.clone()),
            sec_type: some(sec_type),
            exchange: some(exchange),
            ..common
        },
        Condition::Volume { con_id, exchange, is_more, volume } => wire::OrderCondition {
            con_id: Some(*con_id),
            exchange: some(exchange),
            is_more: Some(*is_more),
            volume: Some(*volume),
            ..common
        },
        Condition::PercentChange { con_id, exchange, is_more, change_percent } => wire::OrderCondition {
            con_id: Some(*con_id),
            exchange: some(exchange),
            is_more: Some(*is_more),
            change_percent: Some(double(*change_percent)),
            ..common
        },
    }
}
