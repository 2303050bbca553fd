//! What passed over the link, against the kills and against what callers asked; and the limits, by the ledger.

use crate::callers_log::{Call, Verb};
use crate::home::{OPEN_ORDERS_MAX, OPEN_PER_SIDE_MAX, ORDER_QTY_MAX};
use crate::ledger::LedgerOrder;
use crate::tally::Violation;
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What this program itself may be late in reading the link, on a busy machine.
const LATE: SignedDuration = SignedDuration::from_millis(750);

/// Nothing was sent twice, and nothing under a kill.
pub(crate) fn check(world: &World, calls: &[Call]) {
    let mut changes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut first_asked: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for call in calls {
        match call.verb {
            Verb::Replace { .. } => {
                changes.entry(&call.order).or_default().insert(&call.key);
            }
            Verb::Submit => {
                first_asked.entry(&call.key).or_insert(call.asked_at);
            }
            Verb::SubmitOther | Verb::Cancel | Verb::CancelAll | Verb::Show | Verb::List => {}
        }
    }
    let kills = world.kills.all();
    for (key, times) in world.witness.all() {
        let asked = 1 + changes.get(key.as_str()).map_or(0, BTreeSet::len);
        if times.len() > asked {
            let what = format!("{key} went over the link {} times, {asked} were asked for", times.len());
            world.tally.violation(Violation::Duplicate, what);
        }
        let first = times.iter().min().copied().unwrap_or(Timestamp::MIN);
        let group = key.split(':').next().unwrap_or_default();
        let asked_at = first_asked.get(group).copied().unwrap_or(Timestamp::MIN);
        for kill in &kills {
            let began_under_it = asked_at > kill.from && first < kill.to;
            let sent_under_it = first > kill.from + LATE && first < kill.to;
            if began_under_it || sent_under_it {
                let what = format!("{key} was sent at {first}, killed from {} to {}", kill.from, kill.to);
                world.tally.violation(Violation::Killed, what);
            }
        }
    }
}

/// No limit was exceeded at any time, as far as the ledger shows.
pub(crate) fn limits(world: &World, ledger: &[LedgerOrder]) {
    let mut sides: BTreeMap<(i32, &str), Vec<(Timestamp, i64)>> = BTreeMap::new();
    let mut all = Vec::new();
    for line in ledger {
        if line.total_qty > Decimal::from(ORDER_QTY_MAX) {
            let what = format!("{} has {} units, {ORDER_QTY_MAX} are allowed", line.order_ref, line.total_qty);
            world.tally.violation(Violation::Limit, what);
        }
        let mut steps = vec![(line.accepted_at, 1)];
        if !line.is_working() {
            steps.push((line.updated_at, -1));
        }
        all.extend(steps.iter().copied());
        sides.entry((line.con_id, &line.side)).or_default().extend(steps);
    }
    let most = peak(all);
    if most > OPEN_ORDERS_MAX {
        world.tally.violation(Violation::Limit, format!("{most} orders were open, {OPEN_ORDERS_MAX} are allowed"));
    }
    for ((con_id, side), steps) in sides {
        let most = peak(steps);
        if most > OPEN_PER_SIDE_MAX {
            let what = format!("{most} orders to {side} {con_id} were open, {OPEN_PER_SIDE_MAX} are allowed");
            world.tally.violation(Violation::Limit, what);
        }
    }
}

fn peak(mut steps: Vec<(Timestamp, i64)>) -> usize {
    // At the same instant the end counts first.
    steps.sort_unstable();
    let mut open = 0_i64;
    let mut most = 0;
    for (_, step) in steps {
        open += step;
        most = most.max(open);
    }
    usize::try_from(most).unwrap_or_default()
}
