use super::rig::{CONN, Rig, dec, order, place};
use tws::model::{Order, Reply, Request, Status};

/// Orders that no broker takes, with IBKR's code.
fn bad_orders() -> Vec<(Order, i32)> {
    let set = |f: fn(&mut Order)| {
        let mut o = order("BUY 10 LMT 90");
        f(&mut o);
        o
    };
    vec![
        (order("BUY 10 LMT 90.001"), 110),
        (order("BUY 10 LMT 0"), 321),
        (order("BUY 10 LMT -5"), 321),
        (order("BUY 0 MKT"), 434),
        (order("BUY -1 MKT"), 321),
        (order("BUY 0.5 MKT"), 10243),
        (order("BUY 1000000000 MKT"), 201),
        (order("HOLD 10 MKT"), 321),
        (order("SLONG 10 MKT"), 321),
        (order("BUY 10 MAGIC"), 387),
        (order("BUY 10 MKT DTC"), 201),
        (order("BUY 10 MKT AUC"), 201),
        (order("BUY 10 STP 110 OPG"), 111),
        (order("BUY 10 MIT 90 IOC"), 111),
        (order("BUY 10 TRAIL 1 FOK"), 111),
        (order("BUY 10 MOC GTC"), 113),
        (order("BUY 10 LOC 90 OPG"), 113),
        (order("BUY 10 LOC"), 321),
        (order("BUY 10 TRAIL"), 158),
        (set(|o| o.display_size = Some(10)), 10020),
        (set(|o| o.cash_qty = Some(dec("100"))), 321),
        (Order { total_quantity: None, cash_qty: Some(dec("100")), ..order("BUY 1 MKT") }, 10244),
        (order("BUY 10 STP 0"), 403),
        (order("BUY 10 MIT 0"), 361),
        (Order { trailing_percent: Some(dec("100")), ..order("BUY 1 TRAIL") }, 159),
        (order("BUY 10 TRAIL 0.005"), 110),
        (order("BUY 10 TRAIL LIMIT 1"), 321),
        (order("BUY 10 LMT 90 GTD"), 334),
        (set(|o| o.not_held = true), 321),
        (set(|o| o.block_order = true), 321),
        (set(|o| o.discretionary_amt = Some(dec("0.05"))), 321),
        (set(|o| o.trailing_percent = Some(dec("1"))), 321),
        (set(|o| o.trigger_method = Some(5)), 146),
        (set(|o| o.min_qty = Some(-1)), 321),
        (set(|o| o.unsupported = vec!["algoStrategy".into()]), 321),
        (set(|o| o.unsupported = vec!["eTradeOnly".into(), "firmQuoteOnly".into()]), 10268),
        (set(|o| o.unsupported = vec!["firmQuoteOnly".into()]), 10269),
        (set(|o| o.unsupported = vec!["nbboPriceCap".into()]), 10270),
        (
            set(|o| {
                o.conditions = vec![tws::model::OrderCondition {
                    condition: tws::model::Condition::Time { is_more: true, time: "soon".into() },
                    is_conjunction: true,
                }];
            }),
            343,
        ),
        (set(|o| o.account = "DU1".into()), 321),
        (set(|o| o.parent_id = Some(77)), 135),
        (set(|o| o.good_after_time = "tomorrow".into()), 343),
        (
            set(|o| {
                o.oca_group = "g".into();
                o.oca_type = Some(4);
            }),
            321,
        ),
    ]
}

#[test]
fn what_the_venue_does_not_take_is_refused_with_ibkrs_code_and_leaves_no_trace() {
    let mut rig = Rig::always();
    rig.price("100");
    let cases = bad_orders();
    for (case, (bad, code)) in (1..).zip(cases) {
        assert_eq!(rig.place(case, bad), [format!("error {case} {code}")]);
    }
    assert!(rig.core.ledger().is_empty());
    assert_eq!(rig.core.next_valid_id(1), 1, "no order id is used up");
}

#[test]
fn a_contract_that_is_not_there_is_200() {
    let mut rig = Rig::always();
    assert_eq!(rig.ask(place(1, "NOPE", order("BUY 1 MKT"))), ["error 1 200"]);
    let mut euro = place(2, "AAPL", order("BUY 1 MKT"));
    if let Request::PlaceOrder(p) = &mut euro {
        p.contract.currency = "EUR".into();
    }
    assert_eq!(rig.ask(euro), ["error 2 200"]);
}

#[test]
fn an_order_beyond_the_buying_power_is_inactive_and_201() {
    let mut rig = Rig::always();
    rig.price("100");
    assert_eq!(
        rig.place(1, order("BUY 20100 LMT 100")),
        ["open 1 Inactive", "status 1 Inactive 0/20100", "error 1 201"]
    );
    assert!(rig.core.ledger().is_empty(), "it was never accepted");
    let [refused] = &rig.core.refused_orders()[..] else {
        panic!("one refused order");
    };
    assert_eq!((refused.order_id, refused.status, refused.total_qty), (1, Status::Inactive, dec("20100")));
    assert!(refused.reason.contains("INITIAL MARGIN") && refused.perm_id > 0);
    assert_eq!(rig.place(1, order("BUY 1 LMT 100")), ["error 1 103"], "its id is spent");
    assert!(rig.restored().state == rig.core.state);
    rig.place(2, order("BUY 10000 LMT 90"));
    rig.place(3, order("BUY 10000 LMT 90"));
    assert_eq!(rig.place(4, order("BUY 10000 LMT 90"))[2], "error 4 201", "working orders hold their margin");
    rig.cancel(2);
    assert_eq!(rig.place(5, order("BUY 10000 LMT 90")).len(), 4, "and give it back");
}

#[test]
fn a_preview_answers_margin_and_commission_and_places_nothing() {
    let mut rig = Rig::always();
    rig.price("100");
    let preview = Order { what_if: true, ..order("BUY 1000 LMT 100") };
    let replies = rig.ask_raw(CONN, place(1, "AAPL", preview));
    let [(_, Reply::OpenOrder(open))] = &replies[..] else {
        panic!("{replies:?}");
    };
    let text = |d: Option<rust_decimal::Decimal>| d.unwrap().normalize().to_string();
    assert_eq!(text(open.state.init_margin_change), "50000");
    assert_eq!(text(open.state.maint_margin_change), "25000");
    assert_eq!(text(open.state.equity_with_loan_before), "1000000");
    assert_eq!(text(open.state.commission), "5");
    assert!(rig.core.ledger().is_empty() && rig.ask(Request::OpenOrders) == ["open end"]);
    assert_eq!(rig.core.next_valid_id(1), 1, "no order id is used up");
}

#[test]
fn with_several_accounts_an_order_must_name_one() {
    let config = crate::core::CoreConfig { accounts: 2, always: true, live_like: true, ..Default::default() };
    let mut rig = Rig::with(config, "2026-11-21T15:00:00Z");
    assert_eq!(rig.place(1, order("BUY 1 MKT")), ["error 1 435"]);
    let named = Order { account: "UV0000002".into(), ..order("BUY 1 MKT") };
    rig.place(1, named);
    assert_eq!(rig.line(1).account, "UV0000002");
}

#[test]
fn the_warning_of_a_closed_market_says_when_it_opens_in_ibkrs_words() {
    let mut rig = Rig::with(crate::core::CoreConfig::default(), "2026-11-23T14:00:00Z");
    let replies = rig.ask_raw(CONN, place(1, "AAPL", order("BUY 5 MKT")));
    let Some((_, Reply::Notice(notice))) = replies.last() else {
        panic!("{replies:?}");
    };
    assert_eq!(
        notice.message,
        "Order Message:\nBUY 5 AAPL NASDAQ.NMS\nWarning: Your order will not be placed at the exchange until \
         2026-11-23 09:30:00 US/Eastern."
    );
}

#[test]
fn outside_regular_hours_is_ignored_with_a_warning_for_orders_that_end_up_at_the_market() {
    let mut rig = Rig::always();
    rig.price("100");
    for (id, text, warned) in [(1, "BUY 1 MKT", true), (2, "SELL 1 STP 90", true), (3, "BUY 1 LMT 90", false)] {
        let told = rig.place(id, Order { outside_rth: true, ..order(text) });
        assert_eq!(told.contains(&format!("error {id} 2109")), warned, "{text}");
    }
}

#[test]
fn children_of_an_all_or_none_order_must_be_all_or_none_and_a_preview_must_be_transmitted() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, Order { all_or_none: true, transmit: false, ..order("BUY 5 LMT 90") });
    assert_eq!(rig.place(2, Order { parent_id: Some(1), ..order("SELL 5 LMT 110") }), ["error 2 10236"]);
    assert_eq!(rig.place(3, Order { what_if: true, transmit: false, ..order("BUY 5 LMT 90") }), ["error 3 413"]);
}

#[test]
fn a_child_of_an_order_that_has_ended_is_10006() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 5 LMT 10"));
    rig.cancel(1);
    assert_eq!(rig.place(2, Order { parent_id: Some(1), ..order("SELL 5 LMT 300") }), ["error 2 10006"]);
}

#[test]
fn a_preview_of_a_change_answers_and_leaves_the_order_as_it_was() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 10 LMT 90"));
    let before = rig.line(1);
    let told = rig.place(1, Order { what_if: true, ..order("BUY 5000 LMT 95") });
    assert_eq!(told, ["open 1 PreSubmitted"]);
    assert_eq!(rig.line(1), before);
}

#[test]
fn an_id_of_another_client_names_another_order() {
    let mut rig = Rig::always();
    rig.price("100");
    let other = crate::core::ConnId(2);
    rig.connect(other, 2);
    rig.place(1, order("BUY 10 LMT 90"));
    let before = rig.line_of(1, 1);
    rig.ask_raw(other, place(1, "AAPL", order("BUY 20 LMT 91")));
    assert_eq!(rig.line_of(1, 1), before, "it cannot change what is not its own");
    assert_eq!(rig.line_of(2, 1).total_qty, dec("20"));
}
