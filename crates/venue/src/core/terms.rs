//! The terms of an order that the venue acts on, read once from the wire's open vocabulary.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tws::model::{ExecSide, Order};

use crate::market::Market;

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

    /// A quantity with the sign of the side.
    pub fn signed(self, quantity: Decimal) -> Decimal {
        match self {
            Self::Buy => quantity,
            Self::Sell => -quantity,
        }
    }
}

/// How an order is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// At the market.
    Market,
    /// At the limit or better.
    Limit {
        /// Limit.
        limit: Decimal,
    },
    /// At the market once the last price reaches the stop.
    Stop {
        /// Stop.
        stop: Decimal,
    },
    /// At the limit or better once the last price reaches the stop.
    StopLimit {
        /// Stop.
        stop: Decimal,
        /// Limit.
        limit: Decimal,
    },
}

impl Kind {
    /// IBKR's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Market => "MKT",
            Self::Limit { .. } => "LMT",
            Self::Stop { .. } => "STP",
            Self::StopLimit { .. } => "STP LMT",
        }
    }

    /// The limit, if there is one.
    pub const fn limit(self) -> Option<Decimal> {
        match self {
            Self::Limit { limit } | Self::StopLimit { limit, .. } => Some(limit),
            Self::Market | Self::Stop { .. } => None,
        }
    }

    /// The stop, if there is one.
    pub const fn stop(self) -> Option<Decimal> {
        match self {
            Self::Stop { stop } | Self::StopLimit { stop, .. } => Some(stop),
            Self::Market | Self::Limit { .. } => None,
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
        }
    }

    /// Whether the order ends with its first look at the market.
    pub const fn is_immediate(self) -> bool {
        match self {
            Self::Ioc | Self::Fok => true,
            Self::Day | Self::Gtc | Self::Gtd(_) => false,
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

    /// 201, with the reason in IBKR's form.
    pub(super) fn rejected(reason: &str) -> Self {
        Self::new(201, format!("Order rejected - reason:{reason}"))
    }
}

/// Largest order, in shares.
const QUANTITY_MAX: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);
/// Largest price.
const PRICE_MAX: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

impl Terms {
    /// Reads an order of an instrument. What the venue does not simulate is refused, never ignored.
    pub(super) fn read(order: &Order, market: &Market, instrument: usize, now: Timestamp) -> Result<Self, Refusal> {
        refuse_unsupported(order)?;
        let side = match order.action.as_str() {
            "BUY" => Side::Buy,
            "SELL" => Side::Sell,
            other => return Err(Refusal::invalid(&format!("Invalid side '{other}'"))),
        };
        Ok(Self {
            side,
            quantity: quantity(order)?,
            kind: kind(order, &|price| market.on_tick(instrument, price))?,
            tif: tif(order, now)?,
        })
    }
}

fn refuse_unsupported(order: &Order) -> Result<(), Refusal> {
    if let Some(field) = order.unsupported.first() {
        return Err(Refusal::invalid(&format!("This venue does not simulate '{field}'")));
    }
    let named = [
        ("conditions", !order.conditions.is_empty()),
        ("hidden", order.hidden),
        ("allOrNone", order.all_or_none),
        ("blockOrder", order.block_order),
        ("sweepToFill", order.sweep_to_fill),
        ("notHeld", order.not_held),
        ("includeOvernight", order.include_overnight),
        ("minQty", order.min_qty.is_some_and(|n| n > 0)),
        ("displaySize", order.display_size.is_some_and(|n| n > 0)),
        ("cashQty", order.cash_qty.is_some_and(|q| !q.is_zero())),
        ("trailingPercent", order.trailing_percent.is_some_and(|q| !q.is_zero())),
        ("trailStopPrice", order.trail_stop_price.is_some_and(|q| !q.is_zero())),
        ("lmtPriceOffset", order.lmt_price_offset.is_some_and(|q| !q.is_zero())),
        ("percentOffset", order.percent_offset.is_some_and(|q| !q.is_zero())),
        ("discretionaryAmt", order.discretionary_amt.is_some_and(|q| !q.is_zero())),
        ("goodAfterTime", !order.good_after_time.is_empty()),
        ("modelCode", !order.model_code.is_empty()),
        ("triggerMethod", order.trigger_method.is_some_and(|m| !matches!(m, 0 | 2))),
        ("ocaType", order.oca_type.is_some_and(|t| t > 1) && !order.oca_group.is_empty()),
    ];
    match named.iter().find(|(_, set)| *set) {
        Some((field, _)) => Err(Refusal::invalid(&format!("This venue does not simulate '{field}'"))),
        None => Ok(()),
    }
}

fn quantity(order: &Order) -> Result<Decimal, Refusal> {
    let quantity = order.total_quantity.unwrap_or_default();
    if quantity <= Decimal::ZERO {
        return Err(Refusal::invalid("Order size must be greater than zero"));
    }
    if !quantity.fract().is_zero() {
        return Err(Refusal::new(
            10243,
            "Fractional-sized order cannot be placed via API. Please refer to the documentation for further details.",
        ));
    }
    if quantity > QUANTITY_MAX {
        return Err(Refusal::rejected("The order size exceeds the maximum of 100,000,000 shares."));
    }
    Ok(quantity.normalize())
}

fn kind(order: &Order, on_tick: &dyn Fn(Decimal) -> bool) -> Result<Kind, Refusal> {
    let limit = || price(order.lmt_price, "limit", on_tick);
    let stop = || price(order.aux_price, "stop", on_tick);
    match order.order_type.as_str() {
        "MKT" => Ok(Kind::Market),
        "LMT" => Ok(Kind::Limit { limit: limit()? }),
        "STP" => Ok(Kind::Stop { stop: stop()? }),
        "STP LMT" => Ok(Kind::StopLimit { stop: stop()?, limit: limit()? }),
        other => {
            Err(Refusal::new(387, format!("Unsupported order type for this exchange and security type: '{other}'")))
        }
    }
}

fn price(price: Option<Decimal>, name: &str, on_tick: &dyn Fn(Decimal) -> bool) -> Result<Decimal, Refusal> {
    let price = price.unwrap_or_default();
    if price <= Decimal::ZERO {
        return Err(Refusal::invalid(&format!("The {name} price must be greater than zero")));
    }
    if price > PRICE_MAX {
        return Err(Refusal::invalid(&format!("The {name} price is out of range")));
    }
    if !on_tick(price) {
        return Err(Refusal::new(110, "The price does not conform to the minimum price variation for this contract."));
    }
    Ok(price.normalize())
}

fn tif(order: &Order, now: Timestamp) -> Result<Tif, Refusal> {
    match order.tif.as_str() {
        "" | "DAY" => Ok(Tif::Day),
        "GTC" => Ok(Tif::Gtc),
        "IOC" => Ok(Tif::Ioc),
        "FOK" => Ok(Tif::Fok),
        "GTD" => tws::time::parse_date_time(&order.good_till_date)
            .map(Tif::Gtd)
            .ok_or_else(|| Refusal::invalid("Invalid or missing goodTillDate"))
            .and_then(|tif| match tif {
                Tif::Gtd(until) if until <= now => Err(Refusal::rejected("The good-till-date is in the past.")),
                Tif::Day | Tif::Gtc | Tif::Ioc | Tif::Fok | Tif::Gtd(_) => Ok(tif),
            }),
        other => Err(Refusal::rejected(&format!(
            "The time-in-force {other} is invalid for the combination of exchange and security type."
        ))),
    }
}
