//! From paper to live: what must be shown, and what the journal shows of it.

use super::evidence::{Evidence, Shown};
use crate::mode::World;
use crate::policy::Policy;
use crate::verification::Verification;
use jiff::{SignedDuration, Timestamp};

/// The items, in the order in which one works through them.
pub const CHECKS: [&str; 7] =
    ["paper_orders", "kill_drill", "limits_drill", "clean_reconciliations", "verified_restore", "order_ref", "journal"];

/// A walk over the journal counts so long.
const WALK_AGE_MAX: SignedDuration = SignedDuration::from_hours(48);

/// One item with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    /// Its name.
    pub name: &'static str,
    /// Whether the journal shows it.
    pub done: bool,
    /// What the journal shows.
    pub evidence: String,
    /// What is asked for.
    pub wanted: String,
    /// How to get there.
    pub hint: &'static str,
}

/// The whole list, for an account of that world.
pub fn checklist(
    evidence: &Evidence,
    world: World,
    walk: Option<&(Timestamp, Verification)>,
    policy: &Policy,
    now: Timestamp,
) -> Vec<ChecklistItem> {
    let shown = evidence.of(world);
    vec![
        paper_orders(shown, policy),
        kill_drill(shown, policy, now),
        limits_drill(evidence, policy, now),
        ChecklistItem {
            name: "clean_reconciliations",
            done: shown.clean_looks >= policy.live_clean_reconciliations_min,
            evidence: format!("{} in a row", shown.clean_looks),
            wanted: format!("{} in a row", policy.live_clean_reconciliations_min),
            hint: "Let the gateway run on paper; `tollgate status` shows what differs.",
        },
        ChecklistItem {
            name: "verified_restore",
            done: evidence.restore_verified_at.is_some(),
            evidence: match (evidence.restore_verified_at, evidence.restored_at) {
                (Some(at), _) => format!("restored, and walked without a finding at {at}"),
                (None, Some(at)) => format!("restored at {at}, not walked without a finding since"),
                (None, None) => "this journal was never restored".to_owned(),
            },
            wanted: "a restore of this installation, walked without a finding".to_owned(),
            hint: "`tollgate backup`, stop, `tollgate restore`, start, and let it verify the journal.",
        },
        ChecklistItem {
            name: "order_ref",
            done: !shown.references.is_empty(),
            evidence: references(shown),
            wanted: "an order whose reference the broker told on a later connection".to_owned(),
            hint: "Leave an order working on paper, restart the gateway, and let it reconcile.",
        },
        journal(walk, now),
    ]
}

fn paper_orders(shown: &Shown, policy: &Policy) -> ChecklistItem {
    let names = |kinds: &mut dyn Iterator<Item = crate::order::OrderTypeKind>| {
        let words: Vec<&str> = kinds.map(crate::order::OrderTypeKind::word).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    };
    let allowed = &policy.order_types_allowed;
    ChecklistItem {
        name: "paper_orders",
        done: !allowed.is_empty() && allowed.iter().all(|kind| shown.paper_types.contains_key(kind)),
        evidence: names(&mut shown.paper_types.keys().copied()),
        wanted: names(&mut allowed.iter().copied()),
        hint: "Place an order of each type on paper with this version, or take the type out of order_types_allowed.",
    }
}

fn kill_drill(shown: &Shown, policy: &Policy, now: Timestamp) -> ChecklistItem {
    ChecklistItem {
        name: "kill_drill",
        done: shown.kill_drill.is_some_and(|at| is_young(at, policy, now)),
        evidence: shown.kill_drill.map_or_else(|| "never".to_owned(), |at| format!("lifted at {at}")),
        wanted: format!(
            "a kill with orders at work, all proven canceled before it was lifted, in the last {} days",
            policy.live_drill_age_d_max
        ),
        hint: "With an order working on paper: `tollgate kill on`, wait for the cancels, `tollgate kill off --reason`.",
    }
}

fn limits_drill(evidence: &Evidence, policy: &Policy, now: Timestamp) -> ChecklistItem {
    let run = evidence.limits_drill;
    ChecklistItem {
        name: "limits_drill",
        done: run.is_some_and(|run| run.total > 0 && run.passed == run.total && is_young(run.at, policy, now)),
        evidence: run
            .map_or_else(|| "never".to_owned(), |run| format!("{} of {} at {}", run.passed, run.total, run.at)),
        wanted: format!("every control refused what it is to refuse, in the last {} days", policy.live_drill_age_d_max),
        hint: "`tollgate limits drill`.",
    }
}

fn references(shown: &Shown) -> String {
    let told: Vec<String> =
        shown.references.iter().map(|(account, (at, key))| format!("{account}: {key} at {at}")).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

fn journal(walk: Option<&(Timestamp, Verification)>, now: Timestamp) -> ChecklistItem {
    let age = |at: &Timestamp| now.duration_since(*at);
    ChecklistItem {
        name: "journal",
        done: walk.is_some_and(|(at, walk)| walk.is_clean() && *at <= now && age(at) <= WALK_AGE_MAX),
        evidence: walk.map_or_else(
            || "never walked".to_owned(),
            |(at, walk)| format!("{} findings in {} records at {at}", walk.findings_total, walk.records),
        ),
        wanted: "the whole journal walked without a finding in the last 48 hours".to_owned(),
        hint: "The gateway walks it after each start and daily; `tollgate audit verify` names findings.",
    }
}

fn is_young(at: Timestamp, policy: &Policy, now: Timestamp) -> bool {
    let days = policy.live_drill_age_d_max.clamp(0, 3_650);
    at <= now && now.duration_since(at) <= SignedDuration::from_hours(days.saturating_mul(24))
}
