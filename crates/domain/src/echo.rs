//! What the broker shows of an order, against what was meant.

use crate::broker::BrokerOrder;
use crate::money::Price;
use crate::order::{Amendment, OrderType, OrderTypeKind, Tif, TifKind, Trail};
use crate::order_record::OrderRecord;
use rust_decimal::Decimal;

/// Which version of an order that was to be changed the broker shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The change: it was taken.
    Changed,
    /// The original: it acknowledges no change.
    Original,
    /// Neither: somebody else changed it.
    Neither,
    /// They differ in nothing that is told.
    Either,
}

/// Which of both versions an echo shows.
pub fn version_shown(seen: &BrokerOrder, order: &OrderRecord, asked: &Amendment) -> Version {
    let intent = &order.intent;
    let original = Amendment { qty: intent.qty, order_type: intent.order_type, tif: intent.tif };
    let told_total = |terms: &Amendment| seen.total_qty.is_none_or(|total| total == terms.qty.get());
    // The broker takes an exit's quantity down to what its entry has filled and its sibling has left: then its other terms
    // tell.
    let is_of_neither = intent.cl_ord_id.is_exit() && !told_total(asked) && !told_total(&original);
    let fits = |terms: &Amendment| (is_of_neither || told_total(terms)) && terms_fit(seen, terms);
    match (fits(asked), fits(&original)) {
        (true, true) if original == *asked => Version::Changed,
        (true, true) => Version::Either,
        (true, false) => Version::Changed,
        (false, true) => Version::Original,
        (false, false) => Version::Neither,
    }
}

/// Whether prices and time in force are these. What an echo need not tell decides nothing where it is left out.
fn terms_fit(seen: &BrokerOrder, terms: &Amendment) -> bool {
    let agree = |ours: Option<Price>, theirs: Option<Decimal>| ours.is_none_or(|ours| theirs == Some(ours.get()));
    let limit = terms.order_type.limit_price();
    // Only here a limit may be there or not; of other kinds that have none an echo may say anything.
    let is_midprice = terms.order_type.kind() == OrderTypeKind::Midprice;
    let limits_agree =
        if is_midprice { seen.limit_price == limit.map(Price::get) } else { agree(limit, seen.limit_price) };
    let percent = trail_percent(&terms.order_type).zip(seen.trail_percent).is_none_or(|(ours, theirs)| ours == theirs);
    let until = if let Tif::Gtd { until } = terms.tif { Some(until.as_second()) } else { None };
    let ends = until.zip(seen.good_till).is_none_or(|(ours, theirs)| ours == theirs.as_second());
    let tif = seen.tif.eq_ignore_ascii_case(terms.tif.kind().word());
    limits_agree && agree(auxiliary_price(&terms.order_type), seen.aux_price) && percent && ends && tif
}

fn trail_percent(order_type: &OrderType) -> Option<Decimal> {
    match order_type {
        OrderType::Trail { trail: Trail::Percent(percent) }
        | OrderType::TrailLimit { trail: Trail::Percent(percent), .. } => Some(percent.get()),
        OrderType::Trail { trail: Trail::Amount(_) }
        | OrderType::TrailLimit { trail: Trail::Amount(_), .. }
        | OrderType::Market
        | OrderType::Limit { .. }
        | OrderType::Stop { .. }
        | OrderType::StopLimit { .. }
        | OrderType::Midprice { .. }
        | OrderType::Moc
        | OrderType::Loc { .. }
        | OrderType::Moo
        | OrderType::Loo { .. } => None,
    }
}

/// What an open order's echo says otherwise than its intent.
pub fn echo_differences(order: &OrderRecord, seen: &BrokerOrder) -> Vec<String> {
    let intent = &order.intent;
    let mut found = Vec::new();
    let mut compare = |name: &str, ours: Option<Decimal>, theirs: Option<Decimal>| {
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && ours != theirs
        {
            found.push(format!("{name} is {theirs}, the intent says {ours}"));
        }
    };
    // The broker takes an exit's quantity down to what its entry has filled and its sibling has left, never up.
    let taken_down = intent.cl_ord_id.is_exit() && seen.total_qty.is_some_and(|qty| qty < intent.qty.get());
    compare("quantity", Some(intent.qty.get()).filter(|_| !taken_down), seen.total_qty);
    compare("limit price", intent.order_type.limit_price().map(Price::get), seen.limit_price);
    compare("stop price", auxiliary_price(&intent.order_type).map(Price::get), seen.aux_price);
    compare("trailing percentage", trail_percent(&intent.order_type), seen.trail_percent);
    if let (Some(ours), Some(theirs)) = (&order.account, &seen.account)
        && ours != theirs
    {
        found.push(format!("account is {theirs}, the intent says {ours}"));
    }
    if !seen.tif.eq_ignore_ascii_case(intent.tif.kind().word()) && intent.tif.kind() != TifKind::Opg {
        found.push(format!("time in force is {}, the intent says {}", seen.tif, intent.tif.kind().word()));
    }
    if let (Some(ours), Some(theirs)) = (&order.contract, seen.con_id)
        && ours.con_id != theirs
    {
        found.push(format!("contract is {theirs}, the intent says {}", ours.con_id));
    }
    if seen.outside_rth && !intent.outside_rth {
        found.push("it may fill outside regular hours, the intent says it may not".to_owned());
    }
    if let Some(ours) = plain_word(intent.order_type.kind())
        && !seen.order_type.is_empty()
        && !seen.order_type.replace(' ', "").eq_ignore_ascii_case(ours)
    {
        found.push(format!("type is {}, the intent says {}", seen.order_type, intent.order_type.kind().word()));
    }
    if seen.action.starts_with('B') != intent.side.is_buy() {
        found.push(format!("side is {}, the intent says {}", seen.action, intent.side.word()));
    }
    found
}

/// What the echo's auxiliary price must be: the trigger, or the distance of a trailing order; `None` where it may say
/// anything.
fn auxiliary_price(order_type: &OrderType) -> Option<Price> {
    match order_type {
        OrderType::Stop { stop } | OrderType::StopLimit { stop, .. } => Some(*stop),
        OrderType::Trail { trail: Trail::Amount(distance) }
        | OrderType::TrailLimit { trail: Trail::Amount(distance), .. } => Some(*distance),
        OrderType::Trail { trail: Trail::Percent(_) }
        | OrderType::TrailLimit { trail: Trail::Percent(_), .. }
        | OrderType::Market
        | OrderType::Limit { .. }
        | OrderType::Midprice { .. }
        | OrderType::Moc
        | OrderType::Loc { .. }
        | OrderType::Moo
        | OrderType::Loo { .. } => None,
    }
}

/// IBKR's word of an order type without its blanks; `None` where the echo may come under another name.
fn plain_word(kind: OrderTypeKind) -> Option<&'static str> {
    match kind {
        OrderTypeKind::Market => Some("MKT"),
        OrderTypeKind::Limit => Some("LMT"),
        OrderTypeKind::Stop => Some("STP"),
        OrderTypeKind::StopLimit => Some("STPLMT"),
        OrderTypeKind::Trail => Some("TRAIL"),
        OrderTypeKind::TrailLimit => Some("TRAILLIMIT"),
        OrderTypeKind::Midprice => Some("MIDPRICE"),
        OrderTypeKind::Moc => Some("MOC"),
        OrderTypeKind::Loc => Some("LOC"),
        OrderTypeKind::Moo | OrderTypeKind::Loo => None,
    }
}

#[cfg(test)]
#[path = "echo_tests.rs"]
mod tests;
