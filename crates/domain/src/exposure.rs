//! What may happen at worst: every open or unknown order counts as filled or as not filled, whichever is worse.

use crate::id::ConId;
use crate::order::Side;
use rust_decimal::Decimal;

/// One order that may still trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRisk {
    /// Contract.
    pub con_id: ConId,
    /// Buy or sell.
    pub side: Side,
    /// What is left, taking the larger version while a change is under way.
    pub leaves: Decimal,
    /// Worst-case notional of what is left in base currency; `None` when no price is known for it.
    pub notional: Option<Decimal>,
    /// Whether nobody knows if it is live.
    pub unknown: bool,
}

/// The position if only the buys, or only the sells, of what is open were filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionRange {
    /// All sells filled, no buy.
    pub low: Decimal,
    /// All buys filled, no sell.
    pub high: Decimal,
}

/// The range of positions that `open` can lead to from `held`.
pub fn position_range(held: Decimal, con_id: ConId, open: &[OpenRisk]) -> PositionRange {
    let mut range = PositionRange { low: held, high: held };
    for risk in open.iter().filter(|risk| risk.con_id == con_id) {
        if risk.side.is_buy() {
            range.high = range.high.saturating_add(risk.leaves);
        } else {
            range.low = range.low.saturating_sub(risk.leaves);
        }
    }
    range
}

/// Whether an order can only make the position smaller, whatever happens to the open ones first. Open reductions are
/// subtracted before, so that two orders never close the same shares.
pub fn only_reduces(held: Decimal, con_id: ConId, open: &[OpenRisk], side: Side, qty: Decimal) -> bool {
    let range = position_range(held, con_id, open);
    if side.is_buy() {
        // A short position, of which the open buys may already cover a part.
        held < Decimal::ZERO && range.high + qty <= Decimal::ZERO
    } else {
        held > Decimal::ZERO && range.low - qty >= Decimal::ZERO
    }
}

/// Those of `orders` that may open or grow a position, or flip one, if all that comes before them and all of `kept` is
/// filled too. `kept` stays whatever happens; of two orders that would close the same shares the first one stays.
pub fn may_open<K>(
    orders: impl IntoIterator<Item = (K, OpenRisk)>,
    mut kept: Vec<OpenRisk>,
    held: impl Fn(ConId) -> Decimal,
) -> Vec<K> {
    let mut opens = Vec::new();
    for (key, risk) in orders {
        if only_reduces(held(risk.con_id), risk.con_id, &kept, risk.side, risk.leaves) {
            kept.push(risk);
        } else {
            opens.push(key);
        }
    }
    opens
}

/// Sum of the worst-case notionals. `None` when one of them is unknown: then no sum is known.
pub fn open_notional(open: &[OpenRisk]) -> Option<Decimal> {
    open.iter().try_fold(Decimal::ZERO, |sum, risk| sum.checked_add(risk.notional?))
}

#[cfg(test)]
#[path = "exposure_tests.rs"]
mod tests;
