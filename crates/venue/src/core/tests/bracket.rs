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
