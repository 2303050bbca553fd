//! The terms of an order that the venue acts on.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tws::model::ExecSide;

use super::Kind;
use super::kind::TriggerMethod;

/// Side of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Side {
    /// Buy.
    Buy,
    /// Sell, long or short.
    Sell,
}

impl Side {
    /// IBKR's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        }
    }

    /// The word of its executions.
    pub const fn executed(self) -> ExecSide {
        match self {
            Self::Buy => ExecSide::Bought,
            Self::Sell => ExecSide::Sold,
        }
    }

    /// Whether a limit lets it trade at a price.
    pub fn accepts(self, limit: Decimal, price: Decimal) -> bool {
        match self {
            Self::Buy => price <= limit,
            Self::Sell => price >= limit,
        }
    }

    /// A quantity with the sign of the side.
    pub fn signed(self, quantity: Decimal) -> Decimal {
        match self {
            Self::Buy => quantity,
            Self::Sell => -quantity,
        }
    }
}

/// How long an order lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tif {
    /// Until the session closes.
    Day,
    /// Until it is cancelled.
    Gtc,
    /// What can be filled at once; the rest is cancelled.
    Ioc,
    /// All at once or nothing.
    Fok,
    /// Until an instant.
    Gtd(Timestamp),
    /// In the next opening auction only.
    Opg,
}

impl Tif {
    /// IBKR's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Gtc => "GTC",
            Self::Ioc => "IOC",
            Self::Fok => "FOK",
            Self::Gtd(_) => "GTD",
            Self::Opg => "OPG",
        }
    }

    /// Whether the order ends with its first look at the market.
    pub const fn is_immediate(self) -> bool {
        match self {
            Self::Ioc | Self::Fok => true,
            Self::Day | Self::Gtc | Self::Gtd(_) | Self::Opg => false,
        }
    }
}

/// What the venue acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Side.
    pub side: Side,
    /// Shares.
    pub quantity: Decimal,
    /// Pricing.
    pub kind: Kind,
    /// Duration.
    pub tif: Tif,
    /// Which price sets it off, if it waits for one.
    pub trigger: TriggerMethod,
    /// Works outside regular trading hours too.
    pub outside_rth: bool,
    /// Fills whole or not at all.
    pub all_or_none: bool,
    /// Smallest first fill.
    pub min_qty: Option<Decimal>,
    /// Does nothing before this instant.
    pub starts_at: Option<Timestamp>,
}

impl Terms {
    /// Whether it trades in an auction only, the closing or the next opening one.
    pub fn is_auction(&self) -> bool {
        self.kind.is_on_close() || self.tif == Tif::Opg
    }
}

/// IBKR's code and text for an order it will not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: i32,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// 321, with the cause in IBKR's form.
    pub(super) fn invalid(cause: &str) -> Self {
        Self::new(321, format!("Error validating request.-'bH' : cause - {cause}"))
    }

    /// 201 for a time in force that does not go with an instrument.
    pub(super) fn tif(tif: &str) -> Self {
        Self::rejected(&format!(
            "The time-in-force {tif} is invalid for the combination of exchange and security type."
        ))
    }

    /// 201, with the reason in IBKR's form.
    pub(super) fn rejected(reason: &str) -> Self {
        Self::new(201, format!("Order rejected - reason:{reason}"))
    }
}
