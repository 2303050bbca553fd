//! Streaming market data and snapshots.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Contract;

/// A request for market data (message 1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarketDataRequest {
    /// Names the subscription.
    pub req_id: i32,
    /// Contract wanted.
    pub contract: Contract,
    /// Generic tick numbers, comma-separated.
    pub generic_ticks: String,
    /// One snapshot instead of a stream.
    pub snapshot: bool,
    /// A paid regulatory snapshot.
    pub regulatory_snapshot: bool,
}

/// What kind of data is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MarketDataType {
    /// 1.
    Live,
    /// 2, the last data of a closed market.
    Frozen,
    /// 3, fifteen to twenty minutes late.
    Delayed,
    /// 4.
    DelayedFrozen,
}

impl MarketDataType {
    /// The number on the wire.
    pub const fn to_wire(self) -> i32 {
        match self {
            Self::Live => 1,
            Self::Frozen => 2,
            Self::Delayed => 3,
            Self::DelayedFrozen => 4,
        }
    }

    /// The type a number stands for; `None` for a number that is none of the four.
    pub const fn from_wire(number: i32) -> Option<Self> {
        match number {
            1 => Some(Self::Live),
            2 => Some(Self::Frozen),
            3 => Some(Self::Delayed),
            4 => Some(Self::DelayedFrozen),
            _ => None,
        }
    }
}

/// Tick type numbers.
pub mod tick {
    /// Bid size.
    pub const BID_SIZE: i32 = 0;
    /// Bid.
    pub const BID: i32 = 1;
    /// Ask.
    pub const ASK: i32 = 2;
    /// Ask size.
    pub const ASK_SIZE: i32 = 3;
    /// Last price.
    pub const LAST: i32 = 4;
    /// Last size.
    pub const LAST_SIZE: i32 = 5;
    /// High of the day.
    pub const HIGH: i32 = 6;
    /// Low of the day.
    pub const LOW: i32 = 7;
    /// Volume of the day.
    pub const VOLUME: i32 = 8;
    /// Close of the day before.
    pub const CLOSE: i32 = 9;
    /// Option figures at the bid.
    pub const BID_OPTION: i32 = 10;
    /// Option figures at the ask.
    pub const ASK_OPTION: i32 = 11;
    /// Option figures at the last price.
    pub const LAST_OPTION: i32 = 12;
    /// Option figures by the model.
    pub const MODEL_OPTION: i32 = 13;
    /// Open of the day.
    pub const OPEN: i32 = 14;
    /// Low of 13 weeks.
    pub const LOW_13_WEEK: i32 = 15;
    /// High of 13 weeks.
    pub const HIGH_13_WEEK: i32 = 16;
    /// Low of 26 weeks.
    pub const LOW_26_WEEK: i32 = 17;
    /// High of 26 weeks.
    pub const HIGH_26_WEEK: i32 = 18;
    /// Low of 52 weeks.
    pub const LOW_52_WEEK: i32 = 19;
    /// High of 52 weeks.
    pub const HIGH_52_WEEK: i32 = 20;
    /// Average daily volume of 90 days.
    pub const AVG_VOLUME: i32 = 21;
    /// Historical volatility of the underlying, 30 days.
    pub const OPTION_HISTORICAL_VOL: i32 = 23;
    /// Implied volatility of the underlying's options, 30 days.
    pub const OPTION_IMPLIED_VOL: i32 = 24;
    /// Open interest of the calls.
    pub const CALL_OPEN_INTEREST: i32 = 27;
    /// Open interest of the puts.
    pub const PUT_OPEN_INTEREST: i32 = 28;
    /// Volume of the calls.
    pub const CALL_OPTION_VOLUME: i32 = 29;
    /// Volume of the puts.
    pub const PUT_OPTION_VOLUME: i32 = 30;
    /// Exchanges at the bid, as letters.
    pub const BID_EXCHANGE: i32 = 32;
    /// Exchanges at the ask, as letters.
    pub const ASK_EXCHANGE: i32 = 33;
    /// Mark price.
    pub const MARK_PRICE: i32 = 37;
    /// Unix time of the last trade, as text.
    pub const LAST_TIMESTAMP: i32 = 45;
    /// How easily it can be borrowed: above 2.5 easy, above 1.5 by locate, else hardly.
    pub const SHORTABLE: i32 = 46;
    /// Time and sales as `price;size;time in ms;volume;average;single market maker`.
    pub const RT_VOLUME: i32 = 48;
    /// 1 while the contract is halted.
    pub const HALTED: i32 = 49;
    /// Delayed bid.
    pub const DELAYED_BID: i32 = 66;
    /// Delayed ask.
    pub const DELAYED_ASK: i32 = 67;
    /// Delayed last price.
    pub const DELAYED_LAST: i32 = 68;
    /// Delayed bid size.
    pub const DELAYED_BID_SIZE: i32 = 69;
    /// Delayed ask size.
    pub const DELAYED_ASK_SIZE: i32 = 70;
    /// Delayed last size.
    pub const DELAYED_LAST_SIZE: i32 = 71;
    /// Delayed high.
    pub const DELAYED_HIGH: i32 = 72;
    /// Delayed low.
    pub const DELAYED_LOW: i32 = 73;
    /// Delayed volume.
    pub const DELAYED_VOLUME: i32 = 74;
    /// Delayed close.
    pub const DELAYED_CLOSE: i32 = 75;
    /// Delayed open.
    pub const DELAYED_OPEN: i32 = 76;
    /// Option figures computed on request.
    pub const CUSTOM_OPTION: i32 = 53;
    /// Trades of the day.
    pub const TRADE_COUNT: i32 = 54;
    /// Trades a minute.
    pub const TRADE_RATE: i32 = 55;
    /// Volume a minute.
    pub const VOLUME_RATE: i32 = 56;
    /// Last price of regular trading hours.
    pub const LAST_RTH_TRADE: i32 = 57;
    /// Historical volatility of the last minutes.
    pub const RT_HISTORICAL_VOL: i32 = 58;
    /// Dividends as `past year,next year,next date,next amount`.
    pub const IB_DIVIDENDS: i32 = 59;
    /// As [`RT_VOLUME`], trades of the tape only.
    pub const RT_TRADE_VOLUME: i32 = 77;
    /// Delayed option figures at the bid.
    pub const DELAYED_BID_OPTION: i32 = 80;
    /// Delayed option figures at the ask.
    pub const DELAYED_ASK_OPTION: i32 = 81;
    /// Delayed option figures at the last price.
    pub const DELAYED_LAST_OPTION: i32 = 82;
    /// Delayed option figures by the model.
    pub const DELAYED_MODEL_OPTION: i32 = 83;
    /// Exchange of the last trade, as a letter.
    pub const LAST_EXCHANGE: i32 = 84;
    /// Open interest of a future.
    pub const FUTURES_OPEN_INTEREST: i32 = 86;
    /// Average volume of the options.
    pub const AVG_OPTION_VOLUME: i32 = 87;
    /// Shares that can be borrowed.
    pub const SHORTABLE_SHARES: i32 = 89;
    /// Unix time of the last delayed trade, as text.
    pub const DELAYED_LAST_TIMESTAMP: i32 = 88;
}

/// Attributes of a price tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TickAttrib {
    /// The quote can be executed automatically.
    pub can_auto_execute: bool,
    /// The price lies beyond a daily limit.
    pub past_limit: bool,
    /// The price is of the pre-open.
    pub pre_open: bool,
}

/// A price (message 1 of the server), with the size that goes with it where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickPrice {
    /// Subscription.
    pub req_id: i32,
    /// See [`tick`].
    pub tick_type: i32,
    /// Price; `None` says that there is none (-1 on the wire).
    pub price: Option<Decimal>,
    /// Size at that price.
    pub size: Option<Decimal>,
    /// Attributes.
    pub attrib: TickAttrib,
}

/// A size (message 2 of the server).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickSize {
    /// Subscription.
    pub req_id: i32,
    /// See [`tick`].
    pub tick_type: i32,
    /// Size.
    pub size: Decimal,
}

/// A text tick (message 46).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickString {
    /// Subscription.
    pub req_id: i32,
    /// See [`tick`].
    pub tick_type: i32,
    /// Text.
    pub value: String,
}

/// A number tick (message 45).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickGeneric {
    /// Subscription.
    pub req_id: i32,
    /// See [`tick`].
    pub tick_type: i32,
    /// Number.
    pub value: Decimal,
}

/// Parameters of a market-data subscription (message 81), before its first tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickReqParams {
    /// Subscription.
    pub req_id: i32,
    /// Smallest price step.
    pub min_tick: Decimal,
    /// Map code of the exchanges behind the best bid and offer.
    pub bbo_exchange: String,
    /// Rights to regulatory snapshots.
    pub snapshot_permissions: i32,
}
