//! What the account may come to hold at worst with the order that is judged.

use super::input::GateInput;
use super::table::{worst_leaves_notional, worst_notional};
use crate::worth::{Place, Sum};
use rust_decimal::Decimal;

/// An amount without and with the order. A limit is broken by an order only if the order makes it worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) before: Decimal,
    pub(super) after: Decimal,
}

impl Step {
    /// Whether the order leads above the limit, or further above it.
    pub(super) fn breaks(self, limit: Decimal) -> bool {
        self.after > limit && self.after > self.before
    }
}

/// Every amount that the order may move; `None` where it is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WorstAfter {
    pub(super) qty: Step,
    pub(super) worth: Option<Step>,
    pub(super) gross: Option<Step>,
    pub(super) net: Option<Step>,
    pub(super) currency: Option<Step>,
    pub(super) issuer: Option<Step>,
    /// Gross worth of what is held with this order filled and nothing else: what a broker sees that is asked about it.
    pub(super) alone: Option<Decimal>,
}

pub(super) fn worst_after(input: &GateInput<'_>) -> WorstAfter {
    let view = input.worth;
    let (buys, leaves) = (input.order.intent.side.is_buy(), input.leaves);
    let none = Place::nothing(&input.order.contract);
    let place = view.place.as_ref().unwrap_or(&none);
    let qty = place.qty();
    let ranges =
        place.worth().zip(worst_leaves_notional(input).and_then(|notional| place.worth_with(buys, leaves, notional)));
    let worth = ranges.map(|(before, after)| Step { before: before.worst(), after: after.worst() });
    let of = |sum: Sum| {
        let (before, own) = (sum.get()?, worth?);
        Some(Step { before, after: before.saturating_add(own.after.saturating_sub(own.before)) })
    };
    let net = || {
        let (low, high, (before, after)) = (view.low.get()?, view.high.get()?, ranges?);
        let moved_low = low.saturating_add(after.low.saturating_sub(before.low));
        let moved_high = high.saturating_add(after.high.saturating_sub(before.high));
        Some(Step { before: low.abs().max(high.abs()), after: moved_low.abs().max(moved_high.abs()) })
    };
    // A broker that is asked about a change is asked about its total.
    let alone = || {
        let (held, now) = (view.held.get()?, place.worth()?.now);
        let here = place.filled_alone(buys, input.order.intent.qty.get(), worst_notional(input)?)?;
        Some(held.saturating_sub(now.abs()).saturating_add(here.abs()))
    };
    WorstAfter {
        qty: Step { before: qty.worst(), after: qty.with(buys, leaves).worst() },
        worth,
        gross: of(view.gross),
        net: net(),
        currency: of(view.currency),
        issuer: of(view.issuer),
        alone: alone(),
    }
}

/// Why an amount is unknown, for people.
pub(super) fn unknown_words(input: &GateInput<'_>) -> String {
    if worst_notional(input).is_none() {
        "unknown notional of this order".to_owned()
    } else {
        format!("{} positions or open orders of unknown worth", input.worth.gross.unknown)
    }
}
