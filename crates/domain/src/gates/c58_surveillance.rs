//! Control 58: what our own orders look like to somebody who watches the market. Orders that are nearly all withdrawn before
//! they trade look like layering; buying back and forth at about one price looks like wash trading, whoever was on the other
//! side. A human looks before it goes on. That two orders of ours meet is control 26.

use super::c06_approval;
use super::input::GateInput;
use super::table::{Gate, Verdict, touch_price};
use crate::money::Price;
use crate::reason::Reason;
use rust_decimal::Decimal;

pub(super) const GATE: Gate =
    Gate { number: 58, code: "C58_SURVEILLANCE", title: "Our own pattern looks like trading", check };

fn check(input: &GateInput<'_>) -> Verdict {
    if c06_approval::stands(input) || input.reduces == Some(true) {
        return Verdict::Pass;
    }
    Verdict::hold_on(layering(input).into_iter().chain(wash(input)).collect())
}

fn layering(input: &GateInput<'_>) -> Option<Reason> {
    let (orders, withdrawn) = (input.lately.pattern.orders, input.lately.pattern.withdrawn);
    // Those of yesterday may be withdrawn today.
    let of = orders.max(withdrawn);
    if of == 0 || of < input.policy.cancel_orders_min {
        return None;
    }
    let share = Decimal::from(withdrawn).saturating_mul(Decimal::ONE_HUNDRED).checked_div(Decimal::from(of));
    let limit = input.policy.cancel_percent_max;
    if share.is_some_and(|share| share <= limit) {
        return None;
    }
    Some(GATE.reason(
        &"Nearly every order of this day in this instrument was canceled before it traded, which looks like layering.",
        &format_args!("{withdrawn} of {of} orders canceled"),
        &format_args!("{limit} percent"),
        &"A human looks at what keeps canceling, then approves this order or raises cancel_percent_max.",
    ))
}

fn wash(input: &GateInput<'_>) -> Option<Reason> {
    // A change counts like a new order: it may bring one that rested elsewhere to where the others have just traded.
    let (price, window_s) = (about(input), input.policy.wash_window_s);
    let near =
        input.lately.pattern.against.iter().filter(|traded| is_near(price, **traded, input.policy.wash_price_percent));
    let (near, max) = (near.count(), input.policy.wash_orders_max);
    if u32::try_from(near).is_ok_and(|near| near <= max) {
        return None;
    }
    let at = price.map_or_else(|| "an unknown price".to_owned(), |price| price.normalize().to_string());
    Some(GATE.reason(
        &"Our own orders have just traded on the other side at about this price, again and again, which looks like wash trading.",
        &format_args!("{near} orders within {window_s} s, at about {at}"),
        &format_args!("{max} orders"),
        &"Wait, or let a human look at what trades back and forth and approve this order.",
    ))
}

/// Where the order would trade: at the market if it reaches it, else at its own price.
fn about(input: &GateInput<'_>) -> Option<Decimal> {
    let intent = &input.order.intent;
    let own = intent.order_type.limit_price().or_else(|| intent.order_type.stop_price()).map(Price::get);
    match (own, touch_price(input)) {
        (Some(own), Some(touch)) if intent.order_type.stop_price().is_none() => {
            Some(if intent.side.is_buy() { own.min(touch) } else { own.max(touch) })
        }
        (Some(own), _) => Some(own),
        (None, touch) => touch,
    }
}

/// Without a price every trade is near.
fn is_near(price: Option<Decimal>, (low, high): (Decimal, Decimal), percent: Decimal) -> bool {
    let Some(price) = price else { return true };
    let Some(band) = price.abs().checked_mul(percent / Decimal::ONE_HUNDRED) else { return true };
    price.saturating_add(band) >= low && price.saturating_sub(band) <= high
}

#[cfg(test)]
#[path = "c58_surveillance_tests.rs"]
mod tests;
