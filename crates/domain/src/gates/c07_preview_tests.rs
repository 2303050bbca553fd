use super::GATE;
use crate::gates::PreviewFact;
use crate::gates::world::{Expect, World, check, con_id};
use crate::principal::{Face, PrincipalKind};

fn required(world: &mut World) {
    world.policy.preview_required_for.insert(PrincipalKind::Human);
}

#[test]
fn a_preview_is_needed_where_the_policy_says_so() {
    check(
        &GATE,
        &[
            ("required and none named", Expect::Deny(1), required),
            ("required and valid", Expect::Pass, |w| {
                required(w);
                w.preview = PreviewFact::Valid;
            }),
            ("required of agents, asked by a human", Expect::Pass, |w| {
                w.policy.preview_required_for.insert(PrincipalKind::Agent);
            }),
            ("required of agents, asked by a human over MCP", Expect::Deny(1), |w| {
                w.policy.preview_required_for.insert(PrincipalKind::Agent);
                w.principal.face = Face::Mcp;
            }),
        ],
    );
}

#[test]
fn who_names_a_preview_names_a_valid_one() {
    check(
        &GATE,
        &[
            ("valid", Expect::Pass, |w| w.preview = PreviewFact::Valid),
            ("unknown", Expect::Deny(1), |w| {
                w.preview = PreviewFact::Unknown;
            }),
            ("of another order", Expect::Deny(1), |w| {
                w.preview = PreviewFact::OtherOrder;
            }),
            ("expired", Expect::Deny(1), |w| {
                w.preview = PreviewFact::Expired;
            }),
        ],
    );
}

#[test]
fn a_preview_may_lapse_while_a_human_thinks() {
    check(
        &GATE,
        &[
            ("expired under a fitting approval", Expect::Pass, |w| {
                w.approved();
                w.preview = PreviewFact::Expired;
            }),
            ("expired under an approval of another contract", Expect::Deny(1), |w| {
                w.approved().bounds.con_id = con_id(1);
                w.preview = PreviewFact::Expired;
            }),
            ("of another order, approved or not", Expect::Deny(1), |w| {
                w.approved();
                w.preview = PreviewFact::OtherOrder;
            }),
        ],
    );
}
