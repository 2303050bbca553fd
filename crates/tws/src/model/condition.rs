//! Conditions that an order waits for, or that cancel it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One condition of an order and how it joins the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCondition {
    /// The condition.
    pub condition: Condition,
    /// `true` joins it to the next one with *and*, `false` with *or*.
    pub is_conjunction: bool,
}

/// A condition. The number is its type on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// 1: a price is at or beyond a level.
    Price {
        /// Contract whose price counts.
        con_id: i32,
        /// Exchange whose price counts.
        exchange: String,
        /// At or above rather than at or below.
        is_more: bool,
        /// Level.
        price: Decimal,
        /// Which price counts, see [`super::Order::trigger_method`].
        trigger_method: i32,
    },
    /// 3: a time is past, or not yet come.
    Time {
        /// After rather than before.
        is_more: bool,
        /// `YYYYMMDD HH:MM:SS zone` or `YYYYMMDD-HH:MM:SS`.
        time: String,
    },
    /// 4: the margin cushion is at or beyond a percentage.
    Margin {
        /// At or above rather than at or below.
        is_more: bool,
        /// Percentage.
        percent: i32,
    },
    /// 5: something executed.
    Execution {
        /// Symbol.
        symbol: String,
        /// Security type.
        sec_type: String,
        /// Exchange.
        exchange: String,
    },
    /// 6: the volume of the day is at or beyond a number.
    Volume {
        /// Contract whose volume counts.
        con_id: i32,
        /// Exchange whose volume counts.
        exchange: String,
        /// At or above rather than at or below.
        is_more: bool,
        /// Volume.
        volume: i32,
    },
    /// 7: the change since the last close is at or beyond a percentage.
    PercentChange {
        /// Contract whose change counts.
        con_id: i32,
        /// Exchange whose change counts.
        exchange: String,
        /// At or above rather than at or below.
        is_more: bool,
        /// Percentage.
        change_percent: Decimal,
    },
}

impl Condition {
    /// The number on the wire.
    pub const fn to_wire(&self) -> i32 {
        match self {
            Self::Price { .. } => 1,
            Self::Time { .. } => 3,
            Self::Margin { .. } => 4,
            Self::Execution { .. } => 5,
            Self::Volume { .. } => 6,
            Self::PercentChange { .. } => 7,
        }
    }
}
