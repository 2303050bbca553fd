//! The order as its caller means it: parsed, complete, nothing defaulted.

use crate::bracket::Bracket;
use crate::contract::Instrument;
use crate::id::{AccountId, ClOrdId, OcaGroup, PreviewId, StrategyId};
use crate::money::{Price, Qty};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What the caller does. The last two state an intent that is checked against the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Buy.
    Buy,
    /// Sell what is held.
    Sell,
    /// Sell what is not held.
    SellShort,
    /// Buy back what was sold short.
    BuyToCover,
}

impl Side {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
            Self::SellShort => "sell_short",
            Self::BuyToCover => "buy_to_cover",
        }
    }

    /// Whether the position grows.
    pub fn is_buy(self) -> bool {
        match self {
            Self::Buy | Self::BuyToCover => true,
            Self::Sell | Self::SellShort => false,
        }
    }

    /// The change of the position for `qty`: positive for a buy.
    pub fn signed(self, qty: Decimal) -> Decimal {
        if self.is_buy() { qty } else { -qty }
    }
}

/// How a trailing order trails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trail {
    /// By an amount of price.
    Amount(Price),
    /// By a percentage, e.g. 1.5.
    Percent(Price),
}

/// The order type with just the prices that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum OrderType {
    /// `MKT`.
    Market,
    /// `LMT`.
    Limit {
        /// Worst price.
        limit: Price,
    },
    /// `STP`.
    Stop {
        /// Trigger.
        stop: Price,
    },
    /// `STP LMT`.
    StopLimit {
        /// Trigger.
        stop: Price,
        /// Worst price after the trigger.
        limit: Price,
    },
    /// `TRAIL`.
    Trail {
        /// Distance.
        trail: Trail,
    },
    /// `TRAIL LIMIT`.
    TrailLimit {
        /// Distance.
        trail: Trail,
        /// Initial trigger.
        stop: Price,
        /// Initial worst price.
        limit: Price,
    },
    /// `MIDPRICE`, with an optional cap.
    Midprice {
        /// Worst price, if any.
        cap: Option<Price>,
    },
    /// Market on close.
    Moc,
    /// Limit on close.
    Loc {
        /// Worst price.
        limit: Price,
    },
    /// Market on open.
    Moo,
    /// Limit on open.
    Loo {
        /// Worst price.
        limit: Price,
    },
}

/// The kind of an order type, without prices; what policies list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of OrderType")]
pub enum OrderTypeKind {
    Market,
    Limit,
    Stop,
    StopLimit,
    Trail,
    TrailLimit,
    Midprice,
    Moc,
    Loc,
    Moo,
    Loo,
}

impl OrderTypeKind {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit => "limit",
            Self::Stop => "stop",
            Self::StopLimit => "stop_limit",
            Self::Trail => "trail",
            Self::TrailLimit => "trail_limit",
            Self::Midprice => "midprice",
            Self::Moc => "moc",
            Self::Loc => "loc",
            Self::Moo => "moo",
            Self::Loo => "loo",
        }
    }
}

impl OrderType {
    /// The kind without its prices.
    pub fn kind(&self) -> OrderTypeKind {
        match self {
            Self::Market => OrderTypeKind::Market,
            Self::Limit { .. } => OrderTypeKind::Limit,
            Self::Stop { .. } => OrderTypeKind::Stop,
            Self::StopLimit { .. } => OrderTypeKind::StopLimit,
            Self::Trail { .. } => OrderTypeKind::Trail,
            Self::TrailLimit { .. } => OrderTypeKind::TrailLimit,
            Self::Midprice { .. } => OrderTypeKind::Midprice,
            Self::Moc => OrderTypeKind::Moc,
            Self::Loc { .. } => OrderTypeKind::Loc,
            Self::Moo => OrderTypeKind::Moo,
            Self::Loo { .. } => OrderTypeKind::Loo,
        }
    }

    /// The worst price that the order itself guarantees, if it has one.
    pub fn limit_price(&self) -> Option<Price> {
        match self {
            Self::Limit { limit }
            | Self::StopLimit { limit, .. }
            | Self::TrailLimit { limit, .. }
            | Self::Loc { limit }
            | Self::Loo { limit } => Some(*limit),
            Self::Midprice { cap } => *cap,
            Self::Market | Self::Stop { .. } | Self::Trail { .. } | Self::Moc | Self::Moo => None,
        }
    }

    /// The trigger price, if there is one.
    pub fn stop_price(&self) -> Option<Price> {
        match self {
            Self::Stop { stop } | Self::StopLimit { stop, .. } | Self::TrailLimit { stop, .. } => Some(*stop),
            Self::Market
            | Self::Limit { .. }
            | Self::Trail { .. }
            | Self::Midprice { .. }
            | Self::Moc
            | Self::Loc { .. }
            | Self::Moo
            | Self::Loo { .. } => None,
        }
    }
}

/// Time in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "tif")]
pub enum Tif {
    /// Until the end of the session.
    Day,
    /// Until canceled.
    Gtc,
    /// Immediate or cancel.
    Ioc,
    /// Fill or kill.
    Fok,
    /// Until a time.
    Gtd {
        /// The end.
        until: Timestamp,
    },
    /// At the opening.
    Opg,
}

/// The kind of a time in force; what policies list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are those of Tif")]
pub enum TifKind {
    Day,
    Gtc,
    Ioc,
    Fok,
    Gtd,
    Opg,
}

impl TifKind {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Gtc => "gtc",
            Self::Ioc => "ioc",
            Self::Fok => "fok",
            Self::Gtd => "gtd",
            Self::Opg => "opg",
        }
    }
}

impl Tif {
    /// The kind without its time.
    pub fn kind(&self) -> TifKind {
        match self {
            Self::Day => TifKind::Day,
            Self::Gtc => TifKind::Gtc,
            Self::Ioc => TifKind::Ioc,
            Self::Fok => TifKind::Fok,
            Self::Gtd { .. } => TifKind::Gtd,
            Self::Opg => TifKind::Opg,
        }
    }
}

/// One order as its caller asks for it. Every field was said by the caller or by the one rule that fills it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderIntent {
    /// The idempotency key.
    pub cl_ord_id: ClOrdId,
    /// The account; `None` means "the pinned one" and is resolved before the gates.
    pub account: Option<AccountId>,
    /// The instrument.
    pub instrument: Instrument,
    /// Buy or sell.
    pub side: Side,
    /// Quantity.
    pub qty: Qty,
    /// Type with its prices.
    pub order_type: OrderType,
    /// Time in force.
    pub tif: Tif,
    /// May fill outside regular hours.
    pub outside_rth: bool,
    /// May only make the position smaller.
    pub reduce_only: bool,
    /// Attribution.
    pub strategy: Option<StrategyId>,
    /// The preview that this submit stands on.
    pub preview_id: Option<PreviewId>,
    /// The exits that are sent with it, live only once it has traded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bracket: Option<Bracket>,
    /// The one-cancels-all group that it joins: the first fill of a member cancels the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oca_group: Option<OcaGroup>,
    /// It closes a position because somebody asked to flatten (control 43). No order body says this: only that action does.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flatten: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl OrderIntent {
    /// Hash of what is asked: everything but the key, which names the request, and the preview, which is evidence
    /// beside it. 64 hex digits of BLAKE3 over canonical JSON.
    ///
    /// # Errors
    /// The encoder's words; none is known for this shape.
    pub fn content_hash(&self) -> Result<String, serde_json::Error> {
        let content = (
            &self.account,
            &self.instrument,
            self.side,
            self.qty,
            self.order_type,
            self.tif,
            self.outside_rth,
            self.reduce_only,
            &self.strategy,
        );
        // An order without a group keeps the hash that it had before there were groups.
        let text = if self.flatten {
            serde_json::to_vec(&(content, "flatten"))?
        } else if self.bracket.is_none() && self.oca_group.is_none() {
            serde_json::to_vec(&content)?
        } else {
            serde_json::to_vec(&(content, self.bracket, &self.oca_group))?
        };
        Ok(blake3::hash(&text).to_hex().to_string())
    }
}

/// The few words that change when an order is replaced; all else stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// The new total quantity.
    pub qty: Qty,
    /// The new type with its prices; its kind must be the old one's.
    pub order_type: OrderType,
    /// The new time in force.
    pub tif: Tif,
}

impl Amendment {
    /// The order as it is once it is changed.
    pub fn of(&self, mut intent: OrderIntent) -> OrderIntent {
        (intent.qty, intent.order_type, intent.tif) = (self.qty, self.order_type, self.tif);
        intent
    }
}
