use super::rig::{CONN, Rig, dec, order, place};
use tws::model::{Reply, Request, Status};

#[test]
fn a_client_is_greeted_with_its_accounts_its_next_id_and_three_notices() {
    let mut rig = Rig::always();
    let greeting = rig.connect(crate::core::ConnId(2), 7);
    assert_eq!(
        greeting,
        ["[2] accounts DUV0000001", "[2] next 1", "[2] error -1 2104", "[2] error -1 2106", "[2] error -1 2158"]
    );
}

#[test]
fn a_market_order_is_presubmitted_executed_filled_and_charged() {
    let mut rig = Rig::always();
    assert_eq!(
        rig.place(1, order("BUY 5 MKT")),
        [
            "open 1 PreSubmitted",
            "status 1 PreSubmitted 0/5",
            "exec 1 BOT 5",
            "open 1 Filled",
            "status 1 Filled 5/5",
            "commission 1",
        ]
    );
    let line = rig.line(1);
    assert_eq!((line.status, line.filled_qty, line.executions.len()), (Status::Filled, dec("5"), 1));
    assert_eq!(line.order_ref, "ref:BUY 5 MKT");
}

#[test]
fn execution_and_filled_status_come_in_either_order_and_the_commission_after_both() {
    let mut rig = Rig::always();
    let mut seen = std::collections::BTreeSet::new();
    for id in 1..=100 {
        let told = rig.place(id, order("BUY 1 MKT"));
        let at = |text: String| told.iter().position(|line| *line == text).unwrap();
        let (execution, status) = (at(format!("exec {id} BOT 1")), at(format!("status {id} Filled 1/1")));
        assert!(told.last().unwrap().starts_with("commission"), "{told:?}");
        seen.insert(execution < status);
        rig.pass(1);
    }
    assert_eq!(seen.len(), 2, "both orders occur");
}

#[test]
fn a_limit_order_above_the_market_fills_at_the_ask_not_at_its_limit() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 5 LMT 110"));
    let line = rig.line(1);
    assert_eq!(line.status, Status::Filled);
    assert!(line.avg_price > dec("100") && line.avg_price < dec("100.1"), "{}", line.avg_price);
}

#[test]
fn a_resting_order_is_presubmitted_then_submitted_and_fills_when_the_market_comes() {
    let mut rig = Rig::always();
    rig.price("100");
    assert_eq!(
        rig.place(1, order("BUY 10 LMT 90")),
        ["open 1 PreSubmitted", "status 1 PreSubmitted 0/10", "open 1 Submitted", "status 1 Submitted 0/10"]
    );
    assert!(rig.pass(60).is_empty());
    assert_eq!(rig.price("89.50"), ["exec 1 BOT 10", "open 1 Filled", "status 1 Filled 10/10", "commission 1"]);
    assert!(rig.line(1).avg_price <= dec("90"));
}

#[test]
fn an_order_larger_than_the_displayed_size_fills_in_parts_second_by_second() {
    let mut rig = Rig::always();
    rig.price("10");
    let first = rig.place(1, order("BUY 5000 MKT"));
    assert!(first.contains(&"open 1 Submitted".to_owned()), "{first:?}");
    let after_first = rig.line(1).filled_qty;
    assert!(after_first >= dec("100") && after_first <= dec("1200"));
    let same_second = rig.core.advance(rig.now);
    assert!(same_second.changes.is_empty(), "the displayed size is used up in this second");
    for _ in 0..60 {
        rig.pass(1);
    }
    let line = rig.line(1);
    assert_eq!((line.status, line.filled_qty), (Status::Filled, dec("5000")));
    assert!(line.executions.len() > 4);
    assert_eq!(line.executions.iter().map(|e| e.quantity).sum::<rust_decimal::Decimal>(), dec("5000"));
    assert_eq!(line.commission, dec("25"), "5,000 shares at half a cent, however many parts");
    let mut ids: Vec<_> = line.executions.iter().map(|e| &e.exec_id).collect();
    ids.dedup();
    assert_eq!(ids.len(), line.executions.len());
}

#[test]
fn a_stop_waits_for_its_trigger_and_then_fills_at_the_market() {
    let mut rig = Rig::always();
    rig.price("100");
    assert_eq!(rig.place(1, order("SELL 5 STP 95")), ["open 1 PreSubmitted", "status 1 PreSubmitted 0/5 held:trigger"]);
    assert!(rig.price("95.50").is_empty());
    assert_eq!(
        rig.price("94"),
        [
            "open 1 Submitted",
            "status 1 Submitted 0/5",
            "exec 1 SLD 5",
            "open 1 Filled",
            "status 1 Filled 5/5",
            "commission 1"
        ]
    );
}

#[test]
fn a_triggered_stop_limit_beyond_its_limit_rests() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 5 STP LMT 105 106"));
    assert_eq!(rig.price("110"), ["open 1 Submitted", "status 1 Submitted 0/5"]);
    assert!(rig.price("107").is_empty());
    assert_eq!(rig.price("105")[0], "exec 1 BOT 5");
}

#[test]
fn an_immediate_order_that_cannot_fill_is_cancelled_and_a_fill_or_kill_is_inactive() {
    let mut rig = Rig::always();
    rig.price("100");
    assert_eq!(
        rig.place(1, order("BUY 5 LMT 90 IOC")),
        [
            "open 1 PreSubmitted",
            "status 1 PreSubmitted 0/5",
            "status 1 PendingCancel 0/5",
            "status 1 Cancelled 0/5",
            "error 1 202"
        ]
    );
    assert_eq!(
        rig.place(2, order("BUY 5000 MKT FOK")),
        ["open 2 PreSubmitted", "status 2 PreSubmitted 0/5000", "open 2 Inactive", "status 2 Inactive 0/5000"]
    );
    rig.place(3, order("BUY 5000 MKT IOC"));
    let line = rig.line(3);
    assert_eq!(line.status, Status::Cancelled);
    assert!(line.filled_qty > dec("0") && line.filled_qty < dec("5000"));
}

#[test]
fn before_the_open_orders_wait_with_a_warning_and_work_from_the_open_on() {
    let mut rig = Rig::with(crate::core::CoreConfig::default(), "2026-11-23T14:00:00Z");
    assert_eq!(rig.place(1, order("BUY 5 MKT")), ["open 1 PreSubmitted", "status 1 PreSubmitted 0/5", "error 1 399"]);
    assert!(rig.pass(1799).is_empty());
    assert_eq!(rig.pass(1)[0], "exec 1 BOT 5");
}

#[test]
fn a_day_order_ends_with_the_session_and_a_gtc_order_does_not() {
    let mut rig = Rig::exchange();
    rig.place(1, order("BUY 5 LMT 1"));
    rig.place(2, order("BUY 5 LMT 1 GTC"));
    let told = rig.pass(6 * 3600);
    assert_eq!(told, ["status 1 Cancelled 0/5", "error 1 202"]);
    assert_eq!(rig.line(1).reason, "Expired");
    assert_eq!(rig.line(1).updated_at, "2026-11-23T21:00:00Z".parse().unwrap());
    assert_eq!(rig.line(2).status, Status::Submitted);
}

#[test]
fn a_gtd_order_ends_at_its_instant() {
    let mut rig = Rig::exchange();
    let mut gtd = order("BUY 5 LMT 1 GTD");
    gtd.good_till_date = "20261123 11:00:00 US/Eastern".into();
    rig.place(1, gtd.clone());
    assert!(rig.pass(1799).is_empty());
    assert_eq!(rig.pass(1), ["status 1 Cancelled 0/5", "error 1 202"]);
    assert_eq!(rig.place(2, gtd), ["error 2 201"], "in the past");
}

#[test]
fn the_same_calls_give_the_same_answers() {
    let run = || {
        let mut rig = Rig::always();
        let mut all = rig.place(1, order("BUY 3000 MKT"));
        all.extend(rig.place(2, order("SELL 100 LMT 126.50")));
        for _ in 0..50 {
            all.extend(rig.pass(7));
        }
        (all, rig.changes)
    };
    assert_eq!(run(), run());
}

#[test]
fn a_long_step_of_the_clock_meets_every_second_on_its_way() {
    let mut walked = Rig::exchange();
    let mut jumped = Rig::exchange();
    for rig in [&mut walked, &mut jumped] {
        rig.place(1, order("BUY 500 LMT 125.40"));
        rig.place(2, order("SELL 500 STP 124.00"));
    }
    for _ in 0..3600 {
        walked.pass(1);
    }
    jumped.pass(3600);
    assert_eq!(walked.core.ledger(), jumped.core.ledger());
}

#[test]
fn an_order_by_con_id_alone_is_understood() {
    let mut rig = Rig::always();
    let mut request = place(1, "", order("BUY 1 MKT"));
    if let Request::PlaceOrder(p) = &mut request {
        p.contract = tws::model::Contract { con_id: Some(272_093), exchange: "SMART".into(), ..Default::default() };
    }
    let replies = rig.ask_raw(CONN, request);
    let named = replies.iter().any(|(_, r)| matches!(r, Reply::OpenOrder(o) if o.contract.symbol == "MSFT"));
    assert!(named);
}
