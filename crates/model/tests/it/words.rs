//! The model speaks the code's own words.

use domain::journal::JournalEvent;
use domain::lifecycle::{EventKind, OrdStatus, Transition, next};
use stateright::{Checker as _, Model as _};
use std::collections::BTreeSet;
use tollgate_model::{Action, Bounds, Protocol, State};

/// Every row that the protocol takes when one order meets a crash, a lost line, a cancel and a kill.
fn rows() -> Vec<(OrdStatus, EventKind)> {
    let model = Protocol::new(Bounds { silences: 0, cancel: true, ..Bounds::SLICE });
    assert!(model.clone().checker().spawn_bfs().join().is_done());
    model.rows.taken()
}

#[test]
fn the_model_takes_no_row_that_the_code_calls_never_and_walks_the_heart_of_the_table() {
    let rows = rows();
    for (status, kind) in &rows {
        assert_ne!(next(*status, *kind), Transition::Never, "{status:?} meets {kind:?}");
    }
    let states: BTreeSet<_> = rows.iter().map(|(status, _)| *status).collect();
    let expected = [
        OrdStatus::Submitting,
        OrdStatus::Unconfirmed,
        OrdStatus::Missing,
        OrdStatus::Working,
        OrdStatus::PendingCancel,
        OrdStatus::Canceled,
    ];
    assert!(expected.iter().all(|status| states.contains(status)), "{states:?}");
    for row in [
        (OrdStatus::Submitting, EventKind::LinkLost),
        (OrdStatus::Unconfirmed, EventKind::NotFound),
        (OrdStatus::Missing, EventKind::ResolvedDead),
        (OrdStatus::Canceled, EventKind::Acknowledged),
    ] {
        assert!(rows.contains(&row), "{row:?} was never taken");
    }
}

#[test]
fn every_record_that_a_step_writes_is_one_that_the_journal_knows() {
    let model = Protocol::new(Bounds::FULL[0]);
    let mut actions: Vec<Action> = Vec::new();
    let mut state = State::new();
    for _ in 0..2 {
        model.actions(&state, &mut actions);
        state = model.next_state(&state, Action::TakeLease { seat: 1 }).unwrap_or(state);
    }
    let kinds: BTreeSet<_> = actions.into_iter().filter_map(Action::record).collect();
    assert!(kinds.len() >= 9, "{kinds:?}");
    for kind in kinds {
        let read = serde_json::from_str::<JournalEvent>(&format!(r#"{{"kind":"{kind}"}}"#));
        let is_known = match &read {
            Ok(event) => event.kind() == kind,
            Err(error) => error.to_string().starts_with("missing field"),
        };
        assert!(is_known, "{kind}: {read:?}");
    }
}
