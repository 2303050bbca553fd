//! How an order is priced, and what sets it off.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::market::SecType;

/// How far a trailing stop keeps from the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Distance {
    /// In the price's currency.
    Amount(Decimal),
    /// In percent of the price.
    Percent(Decimal),
}

impl Distance {
    /// The distance at a price.
    pub fn at(self, price: Decimal) -> Decimal {
        match self {
            Self::Amount(amount) => amount,
            Self::Percent(percent) => price * percent / Decimal::ONE_HUNDRED,
        }
    }
}

/// How an order is priced. Prices here are those of the order; what moves with the market (a trailing
/// stop, the limit of a market-to-limit order) is kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// At the market.
    Market,
    /// At the limit or better.
    Limit {
        /// Limit.
        limit: Decimal,
    },
    /// At the market once the price reaches the stop.
    Stop {
        /// Stop.
        stop: Decimal,
    },
    /// At the limit or better once the price reaches the stop.
    StopLimit {
        /// Stop.
        stop: Decimal,
        /// Limit.
        limit: Decimal,
    },
    /// A stop that follows the market while the market moves in the order's favour.
    Trail {
        /// How far behind.
        distance: Distance,
        /// Where it begins; `None`: at the distance from the first price it sees.
        stop: Option<Decimal>,
    },
    /// A trailing stop that becomes a limit order.
    TrailLimit {
        /// How far behind.
        distance: Distance,
        /// Where it begins.
        stop: Decimal,
        /// The limit is this far below the stop of a sell, above that of a buy.
        offset: Decimal,
    },
    /// At the market once the price comes down (buy) or up (sell) to the trigger.
    MarketIfTouched {
        /// Trigger.
        trigger: Decimal,
    },
    /// At the limit or better once the price comes down (buy) or up (sell) to the trigger.
    LimitIfTouched {
        /// Trigger.
        trigger: Decimal,
        /// Limit.
        limit: Decimal,
    },
    /// At the closing price.
    MarketOnClose,
    /// At the closing price, if that is the limit or better.
    LimitOnClose {
        /// Limit.
        limit: Decimal,
    },
    /// At the midpoint of the quote.
    MidPrice {
        /// Worst price, if there is one.
        cap: Option<Decimal>,
    },
    /// At the market; what is left becomes a limit order at the price of the first fill.
    MarketToLimit,
}

impl Kind {
    /// IBKR's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Market => "MKT",
            Self::Limit { .. } => "LMT",
            Self::Stop { .. } => "STP",
            Self::StopLimit { .. } => "STP LMT",
            Self::Trail { .. } => "TRAIL",
            Self::TrailLimit { .. } => "TRAIL LIMIT",
            Self::MarketIfTouched { .. } => "MIT",
            Self::LimitIfTouched { .. } => "LIT",
            Self::MarketOnClose => "MOC",
            Self::LimitOnClose { .. } => "LOC",
            Self::MidPrice { .. } => "MIDPRICE",
            Self::MarketToLimit => "MTL",
        }
    }

    /// The limit as ordered, if there is one.
    pub const fn limit(self) -> Option<Decimal> {
        match self {
            Self::Limit { limit }
            | Self::StopLimit { limit, .. }
            | Self::LimitIfTouched { limit, .. }
            | Self::LimitOnClose { limit } => Some(limit),
            Self::MidPrice { cap } => cap,
            Self::Market
            | Self::Stop { .. }
            | Self::Trail { .. }
            | Self::TrailLimit { .. }
            | Self::MarketIfTouched { .. }
            | Self::MarketOnClose
            | Self::MarketToLimit => None,
        }
    }

    /// The stop as ordered, if there is one.
    pub const fn stop(self) -> Option<Decimal> {
        match self {
            Self::Stop { stop } | Self::StopLimit { stop, .. } | Self::TrailLimit { stop, .. } => Some(stop),
            Self::Trail { stop, .. } => stop,
            Self::Market
            | Self::Limit { .. }
            | Self::MarketIfTouched { .. }
            | Self::LimitIfTouched { .. }
            | Self::MarketOnClose
            | Self::LimitOnClose { .. }
            | Self::MidPrice { .. }
            | Self::MarketToLimit => None,
        }
    }

    /// The price that an if-touched order waits for.
    pub const fn touch(self) -> Option<Decimal> {
        match self {
            Self::MarketIfTouched { trigger } | Self::LimitIfTouched { trigger, .. } => Some(trigger),
            Self::Market
            | Self::Limit { .. }
            | Self::Stop { .. }
            | Self::StopLimit { .. }
            | Self::Trail { .. }
            | Self::TrailLimit { .. }
            | Self::MarketOnClose
            | Self::LimitOnClose { .. }
            | Self::MidPrice { .. }
            | Self::MarketToLimit => None,
        }
    }

    /// How far a trailing order keeps from the market.
    pub const fn distance(self) -> Option<Distance> {
        match self {
            Self::Trail { distance, .. } | Self::TrailLimit { distance, .. } => Some(distance),
            Self::Market
            | Self::Limit { .. }
            | Self::Stop { .. }
            | Self::StopLimit { .. }
            | Self::MarketIfTouched { .. }
            | Self::LimitIfTouched { .. }
            | Self::MarketOnClose
            | Self::LimitOnClose { .. }
            | Self::MidPrice { .. }
            | Self::MarketToLimit => None,
        }
    }

    /// Whether it waits for a price before it works.
    pub const fn is_triggered(self) -> bool {
        match self {
            Self::Stop { .. }
            | Self::StopLimit { .. }
            | Self::Trail { .. }
            | Self::TrailLimit { .. }
            | Self::MarketIfTouched { .. }
            | Self::LimitIfTouched { .. } => true,
            Self::Market
            | Self::Limit { .. }
            | Self::MarketOnClose
            | Self::LimitOnClose { .. }
            | Self::MidPrice { .. }
            | Self::MarketToLimit => false,
        }
    }

    /// Whether it only trades in the closing auction.
    pub const fn is_on_close(self) -> bool {
        match self {
            Self::MarketOnClose | Self::LimitOnClose { .. } => true,
            Self::Market
            | Self::Limit { .. }
            | Self::Stop { .. }
            | Self::StopLimit { .. }
            | Self::Trail { .. }
            | Self::TrailLimit { .. }
            | Self::MarketIfTouched { .. }
            | Self::LimitIfTouched { .. }
            | Self::MidPrice { .. }
            | Self::MarketToLimit => false,
        }
    }

    /// Whether IBKR lets it work outside regular trading hours when it is asked to: what ends up as a
    /// limit order. Of anything else the wish is ignored, with warning 2109.
    pub const fn may_work_outside_rth(self) -> bool {
        match self {
            Self::Limit { .. } | Self::StopLimit { .. } | Self::TrailLimit { .. } | Self::LimitIfTouched { .. } => true,
            Self::Market
            | Self::Stop { .. }
            | Self::Trail { .. }
            | Self::MarketIfTouched { .. }
            | Self::MarketOnClose
            | Self::LimitOnClose { .. }
            | Self::MidPrice { .. }
            | Self::MarketToLimit => false,
        }
    }
}

/// Which price sets a stop off: IBKR's trigger methods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TriggerMethod {
    /// 1: two bids in a row (of a sell: asks).
    DoubleBidAsk,
    /// 2: a trade.
    #[default]
    Last,
    /// 3: two trades in a row.
    DoubleLast,
    /// 4: a bid (of a sell: an ask).
    BidAsk,
    /// 7: a trade or a bid (of a sell: an ask).
    LastOrBidAsk,
    /// 8: the midpoint.
    Midpoint,
}

impl TriggerMethod {
    /// What 0 means. Source: IBKR, "Trigger Method Limitations".
    pub const fn default_of(sec_type: SecType) -> Self {
        match sec_type {
            SecType::Opt => Self::DoubleBidAsk,
            SecType::Cash => Self::BidAsk,
            SecType::Stk
            | SecType::Ind
            | SecType::Fut
            | SecType::Cfd
            | SecType::Bond
            | SecType::Fund
            | SecType::Crypto => Self::Last,
        }
    }

    /// Whether it looks at two prices in a row.
    pub const fn is_double(self) -> bool {
        match self {
            Self::DoubleBidAsk | Self::DoubleLast => true,
            Self::Last | Self::BidAsk | Self::LastOrBidAsk | Self::Midpoint => false,
        }
    }

    /// The method of a number other than 0. `None`: IBKR has no such method.
    pub const fn from_wire(number: i32) -> Option<Self> {
        match number {
            1 => Some(Self::DoubleBidAsk),
            2 => Some(Self::Last),
            3 => Some(Self::DoubleLast),
            4 => Some(Self::BidAsk),
            7 => Some(Self::LastOrBidAsk),
            8 => Some(Self::Midpoint),
            _ => None,
        }
    }
}
