use super::GATE;
use crate::gates::world::{Expect, World, check, dec};
use crate::order::Side;
use crate::principal::{Face, PrincipalKind, Scope};

/// A human with `approve` closes the 10 AAPL that are held.
fn closing(world: &mut World) {
    world.holds(265_598, "10", Some("189.5"));
    world.side(Side::Sell, "10");
    world.order.intent.reduce_only = true;
    world.order.intent.flatten = true;
    world.principal.scopes.insert(Scope::Approve);
}

#[test]
fn a_human_stands_behind_every_closing_order() {
    check(
        &GATE,
        &[
            ("a human with approve", Expect::Pass, closing),
            ("a human without", Expect::Hold(1), |w| {
                closing(w);
                w.principal.scopes.remove(&Scope::Approve);
            }),
            ("a program, whatever its scopes", Expect::Hold(1), |w| {
                closing(w);
                w.principal.kind = PrincipalKind::Agent;
            }),
            ("a program where no policy asks for approvals", Expect::Hold(1), |w| {
                closing(w);
                w.principal.kind = PrincipalKind::Agent;
                w.policy.approval_required_for.clear();
            }),
            ("a human's key over MCP", Expect::Hold(1), |w| {
                closing(w);
                w.principal.face = Face::Mcp;
            }),
            ("a program with a mandate for the sale", Expect::Hold(1), |w| {
                closing(w);
                w.mandated().terms.sides.insert(Side::Sell);
            }),
            ("a program with a human's yes", Expect::Pass, |w| {
                closing(w);
                w.approved();
            }),
            ("a second human where the policy asks for one", Expect::Hold(1), |w| {
                closing(w);
                w.policy.flatten_second_human = true;
            }),
            ("who said yes", Expect::Pass, |w| {
                closing(w);
                w.approved();
                w.policy.flatten_second_human = true;
            }),
            ("a closing order that could open", Expect::Deny(1), |w| {
                closing(w);
                w.order.intent.reduce_only = false;
            }),
            ("the same order of a program that flattens nothing", Expect::Pass, |w| {
                closing(w);
                w.order.intent.flatten = false;
                w.principal.kind = PrincipalKind::Agent;
            }),
        ],
    );
}

#[test]
fn flattening_is_part_of_what_a_request_says() {
    let mut world = World::open_to_all();
    closing(&mut world);
    let flattens = world.order.intent.content_hash().unwrap();
    world.order.intent.flatten = false;
    assert_ne!(world.order.intent.content_hash().unwrap(), flattens);
    assert_eq!(world.order.intent.qty.get(), dec("10"));
}
