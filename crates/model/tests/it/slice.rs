//! The protocol as it is keeps every promise.

use stateright::{Checker as _, Expectation, Model as _};
use tollgate_model::{Bounds, Protocol, survey};

#[test]
fn every_promise_holds_in_every_state_of_the_slice() {
    let model = Protocol::new(Bounds::SLICE);
    let checker = model.clone().checker().spawn_bfs().join();
    println!("{:?}: {} states, {} deep", model.bounds, checker.unique_state_count(), checker.max_depth());
    assert!(checker.is_done());
    for property in model.properties() {
        let found = checker.discovery(property.name);
        match property.expectation {
            Expectation::Always | Expectation::Eventually => assert!(found.is_none(), "{}: {found:?}", property.name),
            Expectation::Sometimes => assert!(found.is_some(), "{} was never reached", property.name),
        }
    }
}

#[test]
fn from_every_state_every_order_can_be_settled() {
    let found = survey(&Protocol::new(Bounds { silences: 0, ..Bounds::SLICE }));
    println!("{found:?}");
    assert!(found.states > 1_000, "{found:?}");
    assert_eq!(found.stuck, 0, "{found:?}");
}
