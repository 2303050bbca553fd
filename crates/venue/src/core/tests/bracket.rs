use super::rig::{Rig, order};
use tws::model::{Order, Status};

fn bracket(rig: &mut Rig, entry: &str) -> Vec<String> {
    let mut told = rig.place(1, Order { transmit: false, ..order(entry) });
    let leg = |text: &str, transmit| Order { parent_id: Some(1), transmit, ..order(text) };
    told.extend(rig.place(2, leg("SELL 5 LMT 110", false)));
    told.extend(rig.place(3, leg("SELL 5 STP 90", true)));
    told
}

fn statuses(rig: &Rig) -> [Status; 3] {
    [1, 2, 3].map(|id| rig.line(id).status)
}

#[test]
fn the_last_leg_sends_the_whole_bracket_and_exits_wait_for_the_entry() {
    let mut rig = Rig::always();
    rig.price("100");
    let told = bracket(&mut rig, "BUY 5 LMT 95");
    assert_eq!(told[0], "open 1 PreSubmitted");
    assert_eq!(statuses(&rig), [Status::Submitted, Status::PreSubmitted, Status::PreSubmitted]);
    rig.price("112");
    assert_eq!(
        statuses(&rig),
        [Status::Submitted, Status::PreSubmitted, Status::PreSubmitted],
        "no exit without an entry"
    );
    rig.price("94");
    assert_eq!(statuses(&rig), [Status::Filled, Status::Submitted, Status::PreSubmitted]);
    rig.price("111");
    assert_eq!(statuses(&rig), [Status::Filled, Status::Filled, Status::Cancelled]);
    assert!(rig.core.state_view(rig.now).accounts[0].positions.is_empty());
}

#[test]
fn an_entry_that_fills_at_once_arms_its_exits() {
    let mut rig = Rig::always();
    rig.price("100");
    bracket(&mut rig, "BUY 5 MKT");
    assert_eq!(statuses(&rig), [Status::Filled, Status::Submitted, Status::PreSubmitted]);
    rig.price("89");
    assert_eq!(statuses(&rig), [Status::Filled, Status::Cancelled, Status::Filled]);
}

#[test]
fn cancelling_the_entry_ends_its_exits_and_cancelling_an_exit_ends_the_other() {
    let mut rig = Rig::always();
    rig.price("100");
    bracket(&mut rig, "BUY 5 LMT 95");
    rig.cancel(1);
    assert_eq!(statuses(&rig), [Status::Cancelled; 3]);
    let mut rig = Rig::always();
    rig.price("100");
    bracket(&mut rig, "BUY 5 MKT");
    rig.cancel(2);
    assert_eq!(statuses(&rig), [Status::Filled, Status::Cancelled, Status::Cancelled]);
}

#[test]
fn a_fill_in_a_one_cancels_all_group_ends_the_others() {
    let mut rig = Rig::always();
    rig.price("100");
    let grouped = |text: &str| Order { oca_group: "exit".into(), oca_type: Some(1), ..order(text) };
    rig.place(1, grouped("BUY 5 LMT 90"));
    rig.place(2, grouped("BUY 5 LMT 91"));
    rig.place(3, order("BUY 5 LMT 80"));
    rig.price("90.5");
    assert_eq!(statuses(&rig), [Status::Cancelled, Status::Filled, Status::Submitted]);
}

#[test]
fn a_parent_with_thousands_of_children_ends_with_all_of_them() {
    let mut rig = Rig::always();
    rig.place(1, Order { transmit: false, ..order("BUY 1 LMT 1 GTC") });
    for id in 2..=3_000 {
        rig.place(id, Order { parent_id: Some(1), transmit: false, ..order("SELL 1 LMT 900 GTC") });
    }
    rig.cancel(1);
    assert!(rig.core.state.live.is_empty(), "{} are left", rig.core.state.live.len());
    assert_eq!(rig.line(3_000).reason, "Parent order ended");
}

#[test]
fn attached_orders_nest_only_so_deep() {
    let mut rig = Rig::always();
    rig.place(1, Order { transmit: false, ..order("BUY 1 LMT 1 GTC") });
    for id in 2..=9 {
        let told = rig.place(id, Order { parent_id: Some(id - 1), transmit: false, ..order("SELL 1 LMT 900 GTC") });
        assert!(!told.iter().any(|line| line.starts_with("error")), "{told:?}");
    }
    let told = rig.place(10, Order { parent_id: Some(9), transmit: false, ..order("SELL 1 LMT 900 GTC") });
    assert_eq!(told, ["error 10 201"]);
    rig.cancel(1);
    assert!(rig.core.state.live.is_empty());
}
