//! Control 7: the order stands on a preview of this very order, where the policy asks for one or the caller names one.

use super::c05_authorised::kind_at_face;
use super::c06_approval;
use super::input::{GateInput, PreviewFact};
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate =
    Gate { number: 7, code: "C07_PREVIEW", title: "The order was previewed where that is required", check };

const PREVIEW_FIRST: &str =
    "Preview this exact order (`tollgate order preview`) and submit it with the preview_id within five minutes.";

fn check(input: &GateInput<'_>) -> Verdict {
    let required = input.policy.preview_required_for.contains(&kind_at_face(input.principal));
    let (message, observed) = match input.preview {
        PreviewFact::Valid => return Verdict::Pass,
        PreviewFact::NotNamed if !required => return Verdict::Pass,
        // A human who approved has seen the preview beside the order, and takes longer than it lives. The approval is
        // bound to the same request and to price and notional, and every gate runs again with fresh figures.
        PreviewFact::Expired if c06_approval::stands(input) => return Verdict::Pass,
        PreviewFact::NotNamed => ("The policy requires a preview, and the order names none.", "none"),
        PreviewFact::Unknown => ("The order names a preview that does not exist.", "unknown preview_id"),
        PreviewFact::OtherOrder => ("The preview was made for another order.", "preview of another order"),
        PreviewFact::Expired => ("The preview has lapsed.", "expired preview"),
    };
    Verdict::Deny(vec![GATE.reason(&message, &observed, &"a valid preview of this very order", &PREVIEW_FIRST)])
}

#[cfg(test)]
#[path = "c07_preview_tests.rs"]
mod tests;
