//! What the account may come to hold at worst with the order that is judged.

use super::input::GateInput;
use super::table::{worst_leaves_notional, worst_notional};
use crate::worth::{Range, Sum};
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
    let buys = input.order.intent.side.is_buy();
    let place = view.place.as_ref();
    let qty = place.map_or_else(Range::default, crate::worth::Place::qty);
    let range = place.map_or_else(|| Some(Range::default()), crate::worth::Place::worth);
    let ranges = range.zip(worst_leaves_notional(input)).map(|(before, amount)| (before, before.with(buys, amount)));
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
    let alone = || {
        let (held, (before, after)) = (view.held.get()?, ranges?);
        let filled = if buys { after.high.saturating_sub(before.high) } else { after.low.saturating_sub(before.low) };
        let here = before.now.saturating_add(filled).abs();
        Some(held.saturating_sub(before.now.abs()).saturating_add(here))
    };
    WorstAfter {
        qty: Step { before: qty.worst(), after: qty.with(buys, input.leaves).worst() },
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
