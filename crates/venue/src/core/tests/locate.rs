use super::rig::{Rig, dec, order};
use tws::model::Status;

#[test]
fn everything_can_be_borrowed_unless_the_operator_says_otherwise() {
    let mut rig = Rig::always();
    assert_eq!(rig.place(1, order("SELL 100 MKT")).last().unwrap(), "commission 1");
    rig.core.set_shortable("AAPL", Some(dec("150")), rig.now).unwrap();
    assert_eq!(rig.place(2, order("SELL 50 MKT")).last().unwrap(), "commission 1", "as many as there are");
    assert!(rig.place(3, order("SELL 1 MKT")).contains(&"error 3 404".to_owned()));
}

#[test]
fn a_short_sale_without_shares_to_borrow_is_held_and_released_when_there_are_some() {
    let mut rig = Rig::always();
    let step = rig.core.set_shortable("AAPL", Some(dec("0")), rig.now).unwrap();
    rig.changes.extend(step.changes);
    assert_eq!(
        rig.place(1, order("SELL 5 MKT GTC")),
        [
            "open 1 PreSubmitted",
            "status 1 PreSubmitted 0/5",
            "open 1 PreSubmitted",
            "status 1 PreSubmitted 0/5 held:locate",
            "error 1 404",
        ]
    );
    assert!(rig.pass(600).is_empty());
    assert!(rig.restored().state == rig.core.state, "the hold survives");
    let step = rig.core.set_shortable("AAPL", Some(dec("5")), rig.now).unwrap();
    rig.changes.extend(step.changes);
    assert_eq!(rig.line(1).status, Status::Filled);
    assert!(rig.restored().state == rig.core.state);
}

#[test]
fn selling_what_is_held_needs_no_shares_and_buying_back_frees_them() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 10 MKT"));
    rig.core.set_shortable("AAPL", Some(dec("3")), rig.now).unwrap();
    rig.place(2, order("SELL 13 MKT"));
    assert_eq!(rig.line(2).status, Status::Filled, "10 of its own and 3 borrowed");
    rig.place(3, order("SELL 2 MKT GTC"));
    assert_eq!(rig.line(3).status, Status::PreSubmitted);
    rig.place(4, order("BUY 2 MKT"));
    rig.pass(1);
    assert_eq!(rig.line(3).status, Status::Filled);
}

#[test]
fn a_resting_sale_that_has_lost_its_shares_is_held_when_the_market_comes() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 10 MKT"));
    rig.place(2, order("SELL 10 LMT 101 GTC"));
    rig.core.set_shortable("AAPL", Some(dec("0")), rig.now).unwrap();
    rig.place(3, order("SELL 10 MKT"));
    let told = rig.price("102");
    assert!(told.contains(&"error 2 404".to_owned()), "{told:?}");
    assert_eq!(rig.line(2).filled_qty, dec("0"));
    rig.cancel(2);
    assert_eq!(rig.line(2).status, Status::Cancelled);
}

#[test]
fn a_number_of_shares_below_zero_is_refused() {
    let mut rig = Rig::always();
    assert!(rig.core.set_shortable("AAPL", Some(dec("-1")), rig.now).is_err());
    assert!(rig.core.set_shortable("NONE", None, rig.now).is_err());
}
