//! The broker's what-if before an order, where the policy wants one.

use crate::support::*;
use domain::broker::WhatIf;
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::order::{Amendment, OrderIntent, OrderType, Tif};
use engine::desk::{Desk as _, Outcome};
use jiff::SignedDuration;
use std::time::Duration;

/// An order that asks so much margin of an account of 100,000.
pub(crate) fn margin(change: &str, after: &str) -> WhatIf {
    WhatIf {
        init_margin_change: Some(dec(change)),
        maint_margin_change: Some(dec(change)),
        equity_with_loan_change: Some(dec("0")),
        init_margin_after: Some(dec(after)),
        maint_margin_after: Some(dec(after)),
        equity_with_loan_after: Some(dec("100000")),
        commission: None,
        commission_currency: None,
        warning: None,
    }
}

async fn wanting() -> Rig {
    Rig::ready_with(|config| config.policy.base.what_if_required = true).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_sent_once_the_broker_has_estimated_it_and_not_without() {
    let rig = wanting().await;
    let refused = rig.submit(&alice(), buy("k-1")).await.unwrap();
    assert_eq!((refused.outcome, reason_codes(&refused.order)), (Outcome::Denied, vec!["C29_MARGIN".to_owned()]));
    rig.broker.estimates(margin("300", "300"));
    rig.working("k-2").await;
    rig.broker.estimates(margin("60000", "60000"));
    rig.pass(SignedDuration::from_secs(11));
    let refused = rig.submit(&alice(), buy("k-3")).await.unwrap();
    assert_eq!(reason_codes(&refused.order), ["C29_MARGIN"], "half of the account at most");
    assert_eq!(rig.broker.submits(), ["k-2"]);
    assert_eq!(rig.broker.asked("what_if"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_estimate_counts_for_the_same_terms_for_ten_seconds_and_for_no_others() {
    let rig = wanting().await;
    rig.broker.estimates(margin("300", "300"));
    let preview = rig.desk().preview(&alice(), buy("p-1")).await.unwrap();
    assert_eq!(preview.what_if, Ok(margin("300", "300")));
    rig.working("k-1").await;
    assert_eq!(rig.broker.asked("what_if"), 1, "the preview's own");
    let change = Amendment { qty: qty("9"), order_type: OrderType::Limit { limit: px("100") }, tif: Tif::Day };
    let replaced = rig.desk().replace(&alice(), key("k-1"), key("r-1"), change, None, Duration::ZERO).await;
    assert_eq!(told_of(&replaced), "UnderWay", "{replaced:?}");
    assert_eq!(rig.broker.asked("what_if"), 2, "another quantity");
    rig.pass(SignedDuration::from_secs(11));
    rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!(rig.broker.asked("what_if"), 3, "the account may have moved");
}

/// The broker's estimate is of one order beside what is held: it leaves out what is at work or on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_at_work_count_beside_the_estimate_and_a_trade_makes_it_old() {
    let rig = wanting().await;
    rig.broker.estimates(margin("500", "49500"));
    rig.working("k-1").await;
    let refused = rig.submit(&alice(), buy("k-2")).await.unwrap();
    assert_eq!(reason_codes(&refused.order), ["C29_MARGIN"], "both together ask for more than half of the account");
    assert_eq!(rig.broker.asked("what_if"), 1);
    rig.broker.fill("k-1", "10", "e1.01").await;
    rig.until_status("k-1", OrdStatus::Filled).await;
    rig.broker.estimates(margin("500", "50500"));
    let refused = rig.submit(&alice(), buy("k-3")).await.unwrap();
    assert_eq!(reason_codes(&refused.order), ["C29_MARGIN"]);
    assert_eq!(rig.broker.asked("what_if"), 2, "what was estimated before the trade is not told again");
    assert_eq!(rig.broker.submits(), ["k-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_policys_wish_an_order_does_not_wait_for_an_estimate() {
    let rig = Rig::ready().await;
    rig.working("k-1").await;
    assert_eq!(rig.broker.asked("what_if"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_is_bound_to_the_margin_that_was_estimated_when_it_was_asked() {
    let rig = wanting().await;
    rig.broker.estimates(margin("300", "300"));
    rig.submit(&bot(), buy("k-1")).await.unwrap();
    let approval = rig.pending_approval();
    assert_eq!(approval.bounds.margin_max, Some(dec("306")), "and the band of two percent");
    rig.broker.estimates(margin("306.01", "306.01"));
    rig.pass(SignedDuration::from_secs(11));
    let answer = rig.desk().approve(&bob(), approval.id, None, Duration::ZERO).await.unwrap();
    assert_eq!(answer.outcome, Outcome::NeedsApproval, "a human looks again");
    assert_eq!(rig.order("k-1").status, OrdStatus::PendingApproval);
    let again = rig.pending_approval();
    assert_eq!(again.bounds.margin_max, Some(dec("312.1302")));
    rig.desk().approve(&bob(), again.id, None, Duration::ZERO).await.unwrap();
    rig.until("the broker has it", || rig.broker.submits() == ["k-1"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_trades_opened_counts_as_margin_until_the_account_shows_it() {
    let rig = Rig::ready_with(|config| config.policy.base.margin_use_percent_max = dec("30")).await;
    let large = |name: &str| OrderIntent { qty: qty("200"), ..buy(name) };
    let fill = async |name: &str| {
        rig.submit(&alice(), large(name)).await.unwrap();
        rig.until("the broker has it", || rig.broker.submits().iter().any(|sent| sent == name)).await;
        rig.broker.fill(name, "200", &format!("{name}.01")).await;
        rig.until_status(name, OrdStatus::Filled).await;
        rig.settle().await;
    };
    fill("k-1").await;
    let refused = rig.submit(&alice(), large("k-2")).await.unwrap();
    assert_eq!(reason_codes(&refused.order), ["C29_MARGIN"], "20,000 are traded, and not in the account's margin yet");
    // As soon as the broker's books must show the trade they are asked for, and count instead. Here margin costs nothing.
    let told = rig.log.count(|event| matches!(event, JournalEvent::AccountMarked { .. }));
    rig.broker.be_worth("100001");
    rig.pass(SignedDuration::from_secs(10));
    let is_told = || rig.log.count(|event| matches!(event, JournalEvent::AccountMarked { .. })) > told;
    rig.until("the account is told", is_told).await;
    fill("k-3").await;
}
