use super::GATE;
use crate::approval::ApprovalStatus;
use crate::gates::world::{Case, Expect, World, check, con_id, dec, price};
use crate::gates::{Dated, Decision, WhatIfFact, evaluate, mandate_in_use};
use crate::mode::Mode;
use crate::order::{OrderType, Side};
use crate::principal::{Face, PrincipalKind};
use std::collections::BTreeSet;

fn asks_margin(world: &mut World, margin: &str) {
    let value = WhatIfFact { init_margin_change: Some(dec(margin)), ..WhatIfFact::default() };
    world.reference.what_if = Some(Dated { value, at: world.now });
}

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

#[test]
fn rest_command_line_and_dashboard_are_one_door() {
    check(
        &GATE,
        &[
            // Which of these three it is, the caller says himself: by a header, or by signing in.
            ("who must ask by REST says that he is the command line", Expect::Hold(1), |w| {
                w.policy.approval_required_on.insert(Face::Rest);
                w.principal.face = Face::Cli;
            }),
            ("who must ask by REST signs in", Expect::Hold(1), |w| {
                w.policy.approval_required_on.insert(Face::Rest);
                w.principal.face = Face::Dashboard;
            }),
            ("who must ask by the dashboard uses the key itself", Expect::Hold(1), |w| {
                w.policy.approval_required_on.insert(Face::Dashboard);
            }),
            ("who must ask over MCP comes by REST", Expect::Pass, |w| {
                w.policy.approval_required_on.insert(Face::Mcp);
                w.principal.face = Face::Rest;
            }),
        ],
    );
}

#[test]
fn the_policy_says_when() {
    check(
        &GATE,
        &[
            ("a face that must ask", Expect::Hold(1), |w| {
                w.policy.approval_required_on.insert(Face::Rest);
            }),
            ("another face must ask", Expect::Pass, |w| {
                w.policy.approval_required_on.insert(Face::Mcp);
            }),
            ("the loop must ask, and a caller does", Expect::Pass, |w| {
                w.policy.approval_required_on.insert(Face::Loop);
            }),
            ("over MCP", Expect::Hold(1), |w| {
                w.policy.approval_required_on.insert(Face::Mcp);
                w.policy.approval_required_for.clear();
                w.principal.face = Face::Mcp;
            }),
            ("a strategy that must ask", Expect::Hold(1), |w| {
                w.order.intent.strategy = Some("momentum".parse().unwrap());
                w.policy.approval_required_for_strategies.insert("momentum".to_owned());
            }),
            ("another strategy must ask", Expect::Pass, |w| {
                w.order.intent.strategy = Some("momentum".parse().unwrap());
                w.policy.approval_required_for_strategies.insert("carry".to_owned());
            }),
            ("no strategy is none that must ask", Expect::Pass, |w| {
                w.policy.approval_required_for_strategies.insert("momentum".to_owned());
            }),
            ("just below the size", Expect::Pass, |w| w.policy.approval_notional_min = Some(dec("1895.01"))),
            ("from the size on", Expect::Hold(1), |w| w.policy.approval_notional_min = Some(dec("1895"))),
            ("a size that is not known", Expect::Deny(1), |w| {
                w.policy.approval_notional_min = Some(dec("1895"));
                w.account.fx_to_base = None;
            }),
            ("the size of live does not count on paper", Expect::Pass, |w| {
                w.policy.approval_live_notional_min = Some(dec("1"));
            }),
            ("from the size of live on", Expect::Hold(1), |w| {
                w.mode.as_mut().unwrap().pinned = Some("U1234567".parse().unwrap());
                w.mode.as_mut().unwrap().connected = vec!["U1234567".parse().unwrap()];
                w.mode.as_mut().unwrap().port = 7496;
                w.policy.approval_live_notional_min = Some(dec("1895"));
            }),
            ("just below the size of live", Expect::Pass, |w| {
                w.mode.as_mut().unwrap().pinned = Some("U1234567".parse().unwrap());
                w.mode.as_mut().unwrap().connected = vec!["U1234567".parse().unwrap()];
                w.mode.as_mut().unwrap().port = 7496;
                w.policy.approval_live_notional_min = Some(dec("1895.01"));
            }),
            ("a mode that is not known may be live", Expect::Hold(1), |w| {
                w.mode = None;
                w.policy.approval_live_notional_min = Some(dec("1"));
            }),
            ("the first order in an instrument", Expect::Hold(1), |w| {
                w.first_use = true;
                w.policy.approval_first_use = true;
            }),
            ("the first order where that does not count", Expect::Pass, |w| w.first_use = true),
            ("the second order in an instrument", Expect::Pass, |w| w.policy.approval_first_use = true),
            ("every cause is told", Expect::Hold(3), |w| {
                w.principal.kind = PrincipalKind::Agent;
                w.policy.approval_required_on.insert(Face::Rest);
                w.policy.approval_notional_min = Some(dec("1"));
            }),
        ],
    );
}

#[test]
fn an_approval_is_bound_to_the_terms_of_the_contract_and_to_the_margin() {
    check(
        &GATE,
        &[
            ("the multiplier changed", Expect::Deny(1), |w| {
                w.approved().bounds.notional_max = dec("189500");
                w.order.contract.multiplier = dec("100");
            }),
            ("the hours changed", Expect::Pass, |w| {
                w.approved();
                w.order.contract.trading_hours = Some("20260303:CLOSED".to_owned());
            }),
            ("terms that were not kept", Expect::Deny(1), |w| w.approved().bounds.contract_terms.clear()),
            ("the margin may reach the bound", Expect::Pass, |w| {
                w.approved().bounds.margin_max = Some(dec("500"));
                asks_margin(w, "500");
            }),
            ("the margin above the bound", Expect::Hold(1), |w| {
                w.approved().bounds.margin_max = Some(dec("500"));
                asks_margin(w, "500.01");
            }),
            ("a margin that is not known any more", Expect::Deny(1), |w| {
                w.approved().bounds.margin_max = Some(dec("500"));
            }),
        ],
    );
}

#[test]
fn a_mandate_stands_for_the_yes_inside_its_budget() {
    let cases: &[Case] = &[
        ("inside", Expect::Pass, |w| {
            w.mandated();
        }),
        ("above the notional of one order", Expect::Hold(2), |w| {
            w.mandated().terms.order_notional_max = dec("1894.99");
        }),
        ("above the notional in total", Expect::Hold(2), |w| {
            w.mandated().terms.notional_max = dec("1894.99");
        }),
        ("no order is left", Expect::Hold(2), |w| w.mandated().terms.orders_max = 0),
        ("another side", Expect::Hold(2), |w| {
            w.mandated();
            w.side(Side::SellShort, "10");
        }),
        ("another symbol", Expect::Hold(2), |w| {
            w.mandated().terms.symbols = BTreeSet::from(["MSFT".to_owned()]);
        }),
        ("another account", Expect::Hold(2), |w| {
            w.mandated().terms.account = "DU7654321".parse().unwrap();
        }),
        ("for live, on paper", Expect::Hold(2), |w| w.mandated().terms.mode = Mode::Live),
        ("another key's", Expect::Hold(1), |w| w.mandated().terms.key = Some("agent-2".parse().unwrap())),
        ("another strategy's", Expect::Hold(1), |w| w.mandated().terms.strategy = Some("carry".parse().unwrap())),
        ("its strategy's", Expect::Pass, |w| {
            let terms = &mut w.mandated().terms;
            (terms.key, terms.strategy) = (None, Some("carry".parse().unwrap()));
            w.order.intent.strategy = Some("carry".parse().unwrap());
        }),
        ("over at this very moment", Expect::Hold(1), |w| {
            let now = w.now;
            w.mandated().terms.expires_at = now;
        }),
        ("of whoever asks alone", Expect::Hold(1), |w| {
            w.mandated();
            let (key, now) = (w.principal.key_id.clone(), w.now);
            let mandate = w.mandated();
            mandate.granted_by = key.clone();
            mandate.confirmed = Some((key, now));
        }),
        ("of whoever asks and another human", Expect::Pass, |w| {
            w.mandated();
            let (key, now) = (w.principal.key_id.clone(), w.now);
            let mandate = w.mandated();
            mandate.granted_by = key;
            mandate.confirmed = Some(("bob".parse().unwrap(), now));
        }),
        ("nobody looked again", Expect::Hold(1), |w| w.mandated().confirmed = None),
        ("no rate: nothing is covered", Expect::Hold(1), |w| {
            w.mandated();
            w.account.fx_to_base = None;
        }),
    ];
    check(&GATE, cases);
}

#[test]
fn a_mandate_is_used_only_where_it_is_needed() {
    let mut world = World::open_to_all();
    world.mandated();
    assert!(mandate_in_use(&world.input()).is_some());
    world.policy.approval_required_for.clear();
    assert_eq!(mandate_in_use(&world.input()), None, "nobody must ask");
    let mut world = World::open_to_all();
    world.mandated();
    world.approved();
    assert_eq!(mandate_in_use(&world.input()), None, "a human said yes to this very order");
}

/// Line 18 of what existing gateways get wrong: one agent previews, approves and submits.
#[test]
fn whoever_asked_never_answers_and_an_agent_neither() {
    let mut world = World::open_to_all();
    world.approved().decided_by = Some("agent".parse().unwrap());
    assert!(matches!(evaluate(&world.input()).decision, Decision::Denied(_)));
    let mut mandate = World::open_to_all();
    let granted = mandate.mandated().clone();
    let agent = &mandate.principal;
    let waiting = crate::mandate::Mandate { confirmed: None, ..granted };
    let later = waiting.granted_at.checked_add(jiff::SignedDuration::from_secs(11)).unwrap();
    assert!(waiting.may_confirm(agent, None, later).is_err(), "an agent confirms no mandate");
}
