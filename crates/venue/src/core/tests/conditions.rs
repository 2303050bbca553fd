use super::rig::{CONN, Rig, dec, order, place};
use tws::model::{Condition, Order, OrderCondition, Request, Status};

const AAPL: i32 = 265_598;
const MSFT: i32 = 272_093;

fn on(text: &str, conditions: &[(Condition, bool)]) -> Order {
    let conditions = conditions
        .iter()
        .map(|(condition, and)| OrderCondition { condition: condition.clone(), is_conjunction: *and })
        .collect();
    Order { conditions, conditions_ignore_rth: true, ..order(text) }
}

fn price(con_id: i32, is_more: bool, price: &str) -> Condition {
    Condition::Price { con_id, exchange: "SMART".into(), is_more, price: dec(price), trigger_method: 0 }
}

fn time(is_more: bool, time: &str) -> Condition {
    Condition::Time { is_more, time: time.into() }
}

#[test]
fn an_order_waits_for_the_price_of_another_contract() {
    let mut rig = Rig::always();
    rig.price("100");
    let buy_msft = on("BUY 5 MKT", &[(price(AAPL, true, "110"), true)]);
    let told = rig.ask_raw(CONN, place(1, "MSFT", buy_msft));
    assert_eq!(told.len(), 2, "open order and PreSubmitted");
    assert!(rig.price("109").is_empty());
    assert_eq!(rig.price("111")[0], "exec 1 BOT 5");
    assert_eq!(rig.line(1).con_id, MSFT);
}

#[test]
fn a_condition_that_holds_already_lets_the_order_go_within_a_second() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, on("BUY 5 MKT", &[(price(AAPL, false, "105"), true)]));
    rig.pass(1);
    assert_eq!(rig.line(1).status, Status::Filled);
}

#[test]
fn an_order_waits_for_a_time() {
    let mut rig = Rig::exchange();
    rig.place(1, on("BUY 5 MKT", &[(time(true, "20261123 11:00:00 US/Eastern"), true)]));
    rig.pass(1799);
    assert_eq!(rig.line(1).status, Status::PreSubmitted);
    rig.pass(1);
    assert_eq!(rig.line(1).status, Status::Filled);
}

#[test]
fn and_binds_tighter_than_or() {
    let (never, always) = (|| price(AAPL, true, "500"), || price(AAPL, true, "1"));
    let met = |conditions: &[(Condition, bool)]| {
        let mut rig = Rig::always();
        rig.price("100");
        rig.place(1, on("BUY 5 MKT", conditions));
        rig.pass(1);
        rig.line(1).status == Status::Filled
    };
    assert!(!met(&[(never(), true), (always(), true)]), "a and b");
    assert!(met(&[(never(), false), (always(), true)]), "a or b");
    assert!(met(&[(always(), false), (never(), true), (never(), true)]), "a or (b and c)");
    assert!(met(&[(never(), true), (never(), false), (always(), false)]), "(a and b) or c");
    assert!(!met(&[(never(), true), (always(), false), (never(), false)]), "(a and b) or c, all short of it");
}

#[test]
fn conditions_can_cancel_a_working_order_instead() {
    let mut rig = Rig::always();
    rig.price("100");
    let until = Order { conditions_cancel_order: true, ..on("BUY 5 LMT 90", &[(price(AAPL, true, "110"), true)]) };
    let told = rig.place(1, until);
    assert_eq!(told.last().unwrap(), "status 1 Submitted 0/5", "it works meanwhile");
    assert_eq!(rig.price("111"), ["status 1 Cancelled 0/5", "error 1 202"]);
    assert_eq!(rig.line(1).reason, "Cancelled by its conditions");
}

#[test]
fn an_execution_of_the_account_in_a_symbol_is_a_condition() {
    let mut rig = Rig::always();
    rig.price("100");
    let traded = Condition::Execution { symbol: "MSFT".into(), sec_type: "STK".into(), exchange: "SMART".into() };
    rig.ask_raw(CONN, place(1, "MSFT", order("BUY 1 MKT")));
    rig.place(2, on("BUY 5 MKT", &[(traded, true)]));
    rig.pass(10);
    assert_eq!(rig.line(2).status, Status::PreSubmitted, "the execution before it does not count");
    rig.ask_raw(CONN, place(3, "MSFT", order("BUY 1 MKT")));
    rig.pass(1);
    assert_eq!(rig.line(2).status, Status::Filled);
}

#[test]
fn volume_percent_change_and_margin_are_conditions() {
    let smart = || "SMART".to_owned();
    let met = |condition: Condition| {
        let mut rig = Rig::always();
        rig.price("100");
        rig.place(1, on("BUY 5 MKT", &[(condition, true)]));
        rig.pass(1);
        rig.line(1).status == Status::Filled
    };
    let volume = |volume| Condition::Volume { con_id: AAPL, exchange: smart(), is_more: true, volume };
    assert!(met(volume(1_000)) && !met(volume(2_000_000_000)));
    // From about 125 to 100.
    let change = |percent: &str| Condition::PercentChange {
        con_id: AAPL,
        exchange: smart(),
        is_more: false,
        change_percent: dec(percent),
    };
    assert!(met(change("-10")) && !met(change("-60")));
    let cushion = |is_more, percent| Condition::Margin { is_more, percent };
    assert!(met(cushion(true, 90)) && !met(cushion(false, 90)), "an account without holdings has a cushion of 100 %");
}

#[test]
fn prices_are_not_looked_at_outside_regular_hours_unless_asked() {
    let mut rig = Rig::with(crate::core::CoreConfig::default(), "2026-11-23T14:00:00Z");
    let waiting = Order { conditions_ignore_rth: false, ..on("BUY 5 MKT", &[(price(MSFT, true, "1"), true)]) };
    rig.place(1, waiting);
    rig.pass(1790);
    assert!(rig.core.state.order(rig.line(1).perm_id).unmet);
    rig.pass(20);
    assert_eq!(rig.line(1).status, Status::Filled);
}

#[test]
fn a_conditional_order_expires_survives_a_crash_and_can_lose_its_condition() {
    let mut rig = Rig::exchange();
    let never = || [(price(AAPL, true, "5000"), true)];
    rig.place(1, on("BUY 5 MKT", &never()));
    rig.place(2, on("BUY 5 MKT GTC", &never()));
    assert!(rig.restored().state == rig.core.state);
    assert_eq!(rig.place(2, order("BUY 5 MKT GTC"))[2], "exec 2 BOT 5", "changed to one without");
    rig.pass(6 * 3600);
    assert_eq!(rig.line(1).reason, "Expired");
    assert_eq!(rig.ask(Request::OpenOrders), ["open end"]);
}

#[test]
fn conditions_on_nothing_are_refused() {
    let mut rig = Rig::always();
    let exchange = String::new;
    let bad = [
        (price(999, true, "1"), 147),
        (
            Condition::Price { con_id: AAPL, exchange: exchange(), is_more: true, price: dec("1"), trigger_method: 6 },
            146,
        ),
        (time(true, "noon"), 343),
        (Condition::Execution { symbol: "NOPE".into(), sec_type: "STK".into(), exchange: exchange() }, 147),
    ];
    for (id, (condition, code)) in (1..).zip(bad) {
        assert_eq!(rig.place(id, on("BUY 5 MKT", &[(condition, true)])), [format!("error {id} {code}")]);
    }
    assert!(rig.core.ledger().is_empty());
}
