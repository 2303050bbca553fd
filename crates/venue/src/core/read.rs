//! Reading an order: from the wire's open vocabulary to [`Terms`]. What the venue does not simulate is
//! refused with IBKR's code, never ignored.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::Order;

use super::desk::Core;
use super::kind::{Distance, TriggerMethod};
use super::order::LOCK_IN;
use super::terms::Refusal;
use super::{Kind, Side, Terms, Tif};
use crate::market::SecType;

/// Largest price.
const PRICE_MAX: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
/// IBKR's text of 387.
const UNSUPPORTED_TYPE: &str = "Unsupported order type for this exchange and security type.";
/// IBKR's text of 343.
pub(super) const BAD_TIME: &str =
    "The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss xxx";
/// IBKR's text of 111.
const INCOMPATIBLE: &str = "The TIF (Tif type) and the order type are incompatible.";

impl Core {
    /// Reads an order for an instrument.
    pub(super) fn read_terms(&mut self, instrument: usize, order: &Order, now: Timestamp) -> Result<Terms, Refusal> {
        refuse_unsupported(order)?;
        self.check_conditions(order)?;
        let side = match order.action.as_str() {
            "BUY" => Side::Buy,
            // A short sale said so: which it is, the position decides.
            "SELL" | "SSHORT" => Side::Sell,
            other => return Err(Refusal::invalid(&format!("Invalid side '{other}'"))),
        };
        let kind = self.kind(instrument, order, side, now)?;
        self.refuse_by_type(instrument, order, kind, now)?;
        let quantity = self.quantity(instrument, order, kind, side, now)?;
        if order.display_size.is_some_and(|shown| shown > 0 && Decimal::from(shown) >= quantity) {
            return Err(Refusal::new(10020, "Display size should be smaller than order size."));
        }
        let tif = tif(order, kind, now)?;
        let terms = Terms {
            side,
            quantity,
            kind,
            tif,
            trigger: self.trigger_method(instrument, order)?,
            outside_rth: order.outside_rth && kind.may_work_outside_rth(),
            all_or_none: order.all_or_none,
            min_qty: order.min_qty.filter(|n| *n > 0).map(|n| Decimal::from(n).min(quantity)),
            starts_at: starts_at(order, now)?,
        };
        let close = kind.is_on_close().then(|| self.market.day_end(instrument, now)).flatten();
        if close.is_some_and(|close| close - LOCK_IN <= now) {
            return Err(Refusal::rejected("It is too late to enter an order for the closing auction."));
        }
        if terms.starts_at.is_some() && (terms.is_auction() || terms.tif.is_immediate()) {
            return Err(Refusal::new(111, INCOMPATIBLE));
        }
        Ok(terms)
    }

    /// Refuses what IBKR does not take for a security type.
    fn refuse_by_type(&self, instrument: usize, order: &Order, kind: Kind, now: Timestamp) -> Result<(), Refusal> {
        let sec_type = self.instrument(instrument).sec_type;
        let is_stock = sec_type == SecType::Stk;
        let has_auctions = is_stock || sec_type == SecType::Fut;
        let is_unsupported = match kind {
            Kind::MarketOnClose | Kind::LimitOnClose { .. } => !has_auctions,
            Kind::MidPrice { .. } => !is_stock,
            Kind::Market
            | Kind::Limit { .. }
            | Kind::Stop { .. }
            | Kind::StopLimit { .. }
            | Kind::Trail { .. }
            | Kind::TrailLimit { .. }
            | Kind::MarketIfTouched { .. }
            | Kind::LimitIfTouched { .. }
            | Kind::MarketToLimit => sec_type == SecType::Fund && kind != Kind::Market,
        };
        if is_unsupported {
            return Err(Refusal::new(387, UNSUPPORTED_TYPE));
        }
        if order.tif == "OPG" && !has_auctions {
            return Err(Refusal::tif("OPG"));
        }
        if order.hidden && !is_stock {
            return Err(Refusal::new(152, "The \"hidden\" order attribute may not be specified for this order."));
        }
        if self.instrument(instrument).expiry.is_some_and(|day| tws::time::in_zone(now).date() > day) {
            return Err(Refusal::new(392, "Invalid order: contract expired."));
        }
        Ok(())
    }

    fn trigger_method(&self, instrument: usize, order: &Order) -> Result<TriggerMethod, Refusal> {
        match order.trigger_method {
            None | Some(0) => Ok(TriggerMethod::default_of(self.instrument(instrument).sec_type)),
            Some(number) => {
                TriggerMethod::from_wire(number).ok_or_else(|| Refusal::new(146, "Invalid trigger method."))
            }
        }
    }

    fn kind(&self, instrument: usize, order: &Order, side: Side, now: Timestamp) -> Result<Kind, Refusal> {
        let price = |price: Option<Decimal>, name: &str| self.price(instrument, price, name);
        let limit = || price(order.lmt_price, "limit");
        let aux = |name: &str| price(order.aux_price, name);
        Ok(match order.order_type.as_str() {
            "MKT" => Kind::Market,
            "LMT" => Kind::Limit { limit: limit()? },
            "STP" => Kind::Stop { stop: aux("stop")? },
            "STP LMT" => Kind::StopLimit { stop: aux("stop")?, limit: limit()? },
            "TRAIL" => Kind::Trail {
                distance: self.distance(instrument, order, now)?,
                stop: self.optional(instrument, order.trail_stop_price, "trailing stop")?,
            },
            "TRAIL LIMIT" => self.trail_limit(instrument, order, side, now)?,
            "MIT" => Kind::MarketIfTouched { trigger: aux("trigger")? },
            "LIT" => Kind::LimitIfTouched { trigger: aux("trigger")?, limit: limit()? },
            "MOC" => Kind::MarketOnClose,
            "LOC" => Kind::LimitOnClose { limit: limit()? },
            "MIDPRICE" => Kind::MidPrice { cap: self.optional(instrument, order.lmt_price, "limit")? },
            "MTL" => Kind::MarketToLimit,
            _ => return Err(Refusal::new(387, UNSUPPORTED_TYPE)),
        })
    }

    fn distance(&self, instrument: usize, order: &Order, now: Timestamp) -> Result<Distance, Refusal> {
        let percent = order.trailing_percent.filter(|p| !p.is_zero());
        let amount = order.aux_price.filter(|p| !p.is_zero());
        match (amount, percent) {
            (Some(_), Some(_)) => Err(Refusal::invalid("Both a trailing amount and a trailing percentage are set")),
            (None, None) => Err(Refusal::new(158, "You must specify an offset amount or a percent offset value.")),
            (Some(a), None) if a < Decimal::ZERO || a > PRICE_MAX => {
                Err(Refusal::invalid("The trailing amount is out of range"))
            }
            // An amount moves in the steps of the price it is taken off.
            (Some(a), None) if !(a % self.market.tick(instrument, self.mark(instrument, now))).is_zero() => {
                Err(off_tick())
            }
            (Some(a), None) => Ok(Distance::Amount(a.normalize())),
            (None, Some(p)) if p > Decimal::ZERO && p < Decimal::ONE_HUNDRED => Ok(Distance::Percent(p.normalize())),
            (None, Some(_)) => Err(Refusal::new(159, "The percent offset value must be between 0% and 100%.")),
        }
    }

    fn trail_limit(&self, instrument: usize, order: &Order, side: Side, now: Timestamp) -> Result<Kind, Refusal> {
        let distance = self.distance(instrument, order, now)?;
        let stop = self.price(instrument, order.trail_stop_price, "trailing stop")?;
        let offset = order.lmt_price_offset;
        let limit = self.optional(instrument, order.lmt_price, "limit")?;
        let offset = match (offset, limit) {
            // A limit that the offset gives is what a report of this order carries: no contradiction.
            (Some(offset), Some(limit)) if limit == stop + side.signed(offset) => offset,
            (Some(_), Some(_)) => return Err(Refusal::invalid("Both a limit price and a limit offset are set")),
            (None, None) => return Err(Refusal::invalid("A limit price or a limit offset is required")),
            (Some(offset), None) => offset,
            (None, Some(limit)) => side.signed(limit - stop),
        };
        if !(offset % self.market.tick(instrument, stop)).is_zero() {
            return Err(off_tick());
        }
        Ok(Kind::TrailLimit { distance, stop, offset: offset.normalize() })
    }

    /// A price that may be left out: unset and 0 are the same on the wire.
    fn optional(&self, instrument: usize, price: Option<Decimal>, name: &str) -> Result<Option<Decimal>, Refusal> {
        match price.filter(|p| !p.is_zero()) {
            None => Ok(None),
            set => self.price(instrument, set, name).map(Some),
        }
    }

    fn price(&self, instrument: usize, price: Option<Decimal>, name: &str) -> Result<Decimal, Refusal> {
        let price = price.unwrap_or_default();
        if price <= Decimal::ZERO {
            return Err(match name {
                "stop" => Refusal::new(403, "Invalid stop price."),
                "trigger" => Refusal::new(361, "Invalid trigger price."),
                _ => Refusal::invalid(&format!("The {name} price must be greater than zero")),
            });
        }
        if price > PRICE_MAX {
            return Err(Refusal::invalid(&format!("The {name} price is out of range")));
        }
        if !(price % self.market.tick(instrument, price)).is_zero() {
            return Err(off_tick());
        }
        Ok(price.normalize())
    }
}

fn off_tick() -> Refusal {
    Refusal::new(110, "The price does not conform to the minimum price variation for this contract.")
}

fn refuse_unsupported(order: &Order) -> Result<(), Refusal> {
    if let Some(field) = order.unsupported.first() {
        // Attributes that old clients set unasked, and that IBKR refuses by codes of their own.
        let retired = match field.as_str() {
            "eTradeOnly" => Some((10268, "EtradeOnly")),
            "firmQuoteOnly" => Some((10269, "FirmQuoteOnly")),
            "nbboPriceCap" => Some((10270, "NbboPriceCap")),
            _ => None,
        };
        if let Some((code, name)) = retired {
            return Err(Refusal::new(code, format!("The '{name}' order attribute is not supported.")));
        }
        return Err(Refusal::invalid(&format!("This venue does not simulate '{field}'")));
    }
    let trailing = order.order_type.starts_with("TRAIL");
    let set = |value: Option<Decimal>| value.is_some_and(|v| !v.is_zero());
    let named = [
        ("blockOrder", order.block_order),
        ("notHeld", order.not_held),
        ("includeOvernight", order.include_overnight),
        ("trailingPercent", set(order.trailing_percent) && !trailing),
        ("trailStopPrice", set(order.trail_stop_price) && !trailing),
        ("lmtPriceOffset", set(order.lmt_price_offset) && order.order_type != "TRAIL LIMIT"),
        ("percentOffset", set(order.percent_offset)),
        ("discretionaryAmt", set(order.discretionary_amt)),
        ("modelCode", !order.model_code.is_empty()),
    ];
    if let Some((field, _)) = named.iter().find(|(_, set)| *set) {
        return Err(Refusal::invalid(&format!("This venue does not simulate '{field}'")));
    }
    if !order.oca_group.is_empty() && order.oca_type.is_some_and(|t| !(0..=3).contains(&t)) {
        return Err(Refusal::invalid("Invalid OCA type"));
    }
    if order.min_qty.is_some_and(|n| n < 0) || order.display_size.is_some_and(|n| n < 0) {
        return Err(Refusal::invalid("Invalid minimum or display quantity"));
    }
    Ok(())
}

fn starts_at(order: &Order, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    if order.good_after_time.is_empty() {
        return Ok(None);
    }
    tws::time::parse_date_time(&order.good_after_time)
        .map(|at| Some(at).filter(|at| *at > now))
        .ok_or_else(|| Refusal::new(343, BAD_TIME))
}

fn tif(order: &Order, kind: Kind, now: Timestamp) -> Result<Tif, Refusal> {
    let tif = match order.tif.as_str() {
        "" | "DAY" => Tif::Day,
        "GTC" => Tif::Gtc,
        "IOC" => Tif::Ioc,
        "FOK" => Tif::Fok,
        "OPG" => Tif::Opg,
        "GTD" => Tif::Gtd(good_till(order, now)?),
        other => {
            return Err(Refusal::tif(other));
        }
    };
    if kind.is_on_close() && tif != Tif::Day {
        return Err(Refusal::new(113, "The Tif option should be set to DAY for MOC and LOC orders."));
    }
    let compatible = match kind {
        Kind::Market | Kind::Limit { .. } => true,
        Kind::MarketToLimit | Kind::Stop { .. } | Kind::StopLimit { .. } | Kind::MidPrice { .. } => tif != Tif::Opg,
        Kind::Trail { .. } | Kind::TrailLimit { .. } | Kind::MarketIfTouched { .. } | Kind::LimitIfTouched { .. } => {
            tif != Tif::Opg && !tif.is_immediate()
        }
        Kind::MarketOnClose | Kind::LimitOnClose { .. } => true,
    };
    if compatible { Ok(tif) } else { Err(Refusal::new(111, INCOMPATIBLE)) }
}

/// A date alone means its end.
fn good_till(order: &Order, now: Timestamp) -> Result<Timestamp, Refusal> {
    let text = &order.good_till_date;
    let until = tws::time::parse_date_time(text)
        .or_else(|| tws::time::parse_date_time(&format!("{text} 23:59:59")))
        .ok_or_else(|| Refusal::new(334, "Invalid Good Till Date order"))?;
    if until <= now {
        return Err(Refusal::rejected("The good-till-date is in the past."));
    }
    Ok(until)
}
