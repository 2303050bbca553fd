use super::GATE;
use crate::approval::ApprovalStatus;
use crate::gates::world::{Case, Expect, World, check, con_id, dec, price};
use crate::gates::{Decision, evaluate};
use crate::mode::Mode;
use crate::order::OrderType;
use crate::principal::{Face, PrincipalKind};

#[test]
fn the_policy_says_who_must_ask() {
    check(
        &GATE,
        &[
            ("an agent asks", Expect::Hold(1), |w| {
                w.principal.kind = PrincipalKind::Agent;
            }),
            ("a human over MCP counts as an agent", Expect::Hold(1), |w| w.principal.face = Face::Mcp),
            ("a human where humans must ask too", Expect::Hold(1), |w| {
                w.policy.approval_required_for.insert(PrincipalKind::Human);
            }),
            ("an agent where nobody must ask", Expect::Pass, |w| {
                w.principal.kind = PrincipalKind::Agent;
                w.policy.approval_required_for.clear();
            }),
        ],
    );
}

#[test]
fn an_approval_that_fits_opens() {
    check(
        &GATE,
        &[
            ("fits", Expect::Pass, |w| {
                w.approved();
            }),
            ("the notional may reach the bound", Expect::Pass, |w| {
                w.approved().bounds.notional_max = dec("1895");
            }),
            ("the price may reach the bounds", Expect::Pass, |w| {
                let bounds = &mut w.approved().bounds;
                bounds.price_low = price("189.50");
                bounds.price_high = price("189.50");
            }),
        ],
    );
    let mut world = World::open_to_all();
    world.approved();
    assert!(matches!(evaluate(&world.input()).decision, Decision::Approved(_)));
}

#[test]
fn an_approval_of_something_else_is_refused() {
    let cases: &[Case] = &[
        ("another key", Expect::Deny(1), |w| {
            w.approved().cl_ord_id = "k-2".parse().unwrap();
        }),
        ("another request", Expect::Deny(1), |w| {
            w.approved().bounds.request_hash = "request-2".to_owned();
        }),
        ("another contract", Expect::Deny(1), |w| {
            w.approved().bounds.con_id = con_id(1);
        }),
        ("another account", Expect::Deny(1), |w| {
            w.approved().bounds.account = "DU1".parse().unwrap();
        }),
        ("another policy", Expect::Deny(1), |w| {
            w.approved().bounds.policy_hash = "policy-2".to_owned();
        }),
        ("another mode", Expect::Deny(1), |w| {
            w.approved().bounds.mode = Mode::Live;
        }),
        ("unknown mode", Expect::Deny(1), |w| {
            w.approved();
            w.mode = None;
        }),
        ("lapsed at this very moment", Expect::Deny(1), |w| {
            let now = w.now;
            w.approved().expires_at = now;
        }),
        ("answered by nobody", Expect::Deny(1), |w| {
            w.approved().decided_by = None;
        }),
        ("answered by the requester", Expect::Deny(1), |w| {
            w.approved().decided_by = Some("agent".parse().unwrap());
        }),
        ("also a human's approval must fit", Expect::Deny(1), |w| {
            w.approved().bounds.con_id = con_id(1);
            w.principal.kind = PrincipalKind::Human;
        }),
        ("two faults are two reasons", Expect::Deny(2), |w| {
            let approval = w.approved();
            approval.decided_by = None;
            approval.bounds.con_id = con_id(1);
        }),
        ("a fault and a drift are reported together", Expect::Deny(2), |w| {
            let approval = w.approved();
            approval.bounds.con_id = con_id(1);
            approval.bounds.notional_max = dec("1");
        }),
    ];
    check(&GATE, cases);
}

#[test]
fn only_the_status_approved_stands() {
    check(
        &GATE,
        &[
            ("pending", Expect::Deny(1), |w| {
                w.approved().status = ApprovalStatus::Pending;
            }),
            ("consumed", Expect::Deny(1), |w| {
                w.approved().status = ApprovalStatus::Consumed;
            }),
            ("denied", Expect::Deny(1), |w| {
                w.approved().status = ApprovalStatus::Denied;
            }),
            ("revoked", Expect::Deny(1), |w| {
                w.approved().status = ApprovalStatus::Revoked;
            }),
            ("expired", Expect::Deny(1), |w| {
                w.approved().status = ApprovalStatus::Expired;
            }),
            ("void", Expect::Deny(1), |w| {
                w.approved().status = ApprovalStatus::Void;
            }),
        ],
    );
}

#[test]
fn a_market_that_moved_leads_back_to_the_human() {
    check(
        &GATE,
        &[
            ("reference above the band", Expect::Hold(1), |w| {
                w.approved().bounds.price_high = price("189.49");
            }),
            ("reference below the band", Expect::Hold(1), |w| {
                w.approved().bounds.price_low = price("189.51");
            }),
            ("notional above the maximum", Expect::Hold(1), |w| {
                w.approved().bounds.notional_max = dec("1894.99");
            }),
            ("both", Expect::Hold(2), |w| {
                let bounds = &mut w.approved().bounds;
                bounds.price_low = price("190");
                bounds.notional_max = dec("1");
            }),
            ("no quote: the band cannot be checked", Expect::Deny(1), |w| {
                w.approved();
                w.quote = None;
            }),
            ("no rate: the notional cannot be checked", Expect::Deny(1), |w| {
                w.approved();
                w.account.fx_to_base = None;
            }),
            ("no price at all", Expect::Deny(2), |w| {
                w.approved();
                w.types(OrderType::Market);
                w.quote = None;
            }),
        ],
    );
}
