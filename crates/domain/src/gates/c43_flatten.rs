//! Control 43: flattening is an action of its own that a human stands behind. A human whose key carries `approve` asks for it
//! himself; whatever a program asks for waits for a human's yes to each closing order, and no mandate stands for that yes.

use super::c05_authorised::kind_at_face;
use super::c06_approval;
use super::input::GateInput;
use super::table::{Gate, Verdict};
use crate::principal::{PrincipalKind, Scope};

pub(super) const GATE: Gate =
    Gate { number: 43, code: "C43_FLATTEN", title: "A human stands behind flattening", check };

fn check(input: &GateInput<'_>) -> Verdict {
    let intent = &input.order.intent;
    if !intent.flatten {
        return Verdict::Pass;
    }
    if !intent.reduce_only {
        return Verdict::Deny(vec![GATE.reason(
            &"A closing order only reduces.",
            &"reduce_only false",
            &"reduce_only true",
            &"Ask for it with `tollgate flatten`, which makes such orders.",
        )]);
    }
    let asker = input.principal;
    let answers_for_it = kind_at_face(asker) == PrincipalKind::Human && asker.may(Scope::Approve);
    if c06_approval::stands(input) || (answers_for_it && !input.policy.flatten_second_human) {
        return Verdict::Pass;
    }
    let limit = if input.policy.flatten_second_human {
        "a yes of another human"
    } else {
        "a human with approve, or the yes of one"
    };
    Verdict::Hold(vec![GATE.reason(
        &"Flattening is approved by a human; a mandate does not stand for it.",
        &format_args!("{} asks through {}", asker.key_id, asker.face.word()),
        &limit,
        &"A human looks at the position and answers (`tollgate approval approve`).",
    )])
}

#[cfg(test)]
#[path = "c43_flatten_tests.rs"]
mod tests;
