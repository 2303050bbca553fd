//! A question that the checker does not ask: whether from **every** state the end can be reached. The states are kept
//! whole, so it is for small bounds.

use crate::model::Protocol;
use crate::state::State;
use stateright::Model;
use std::collections::HashMap;

/// What a survey found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survey {
    /// States in all.
    pub states: usize,
    /// Steps between them.
    pub steps: usize,
    /// States from which no settled state can be reached.
    pub stuck: usize,
}

/// Walks every state, then backwards from all settled ones: those in which each known order is final, nothing waits in an
/// adapter, and nothing is in flight.
pub fn survey(model: &Protocol) -> Survey {
    let mut numbers: HashMap<State, usize> = HashMap::new();
    let mut states: Vec<State> = Vec::new();
    let mut back: Vec<Vec<u32>> = Vec::new();
    let mut steps = 0;
    let mut number = |state: State, states: &mut Vec<State>, back: &mut Vec<Vec<u32>>| {
        *numbers.entry(state).or_insert_with(|| {
            states.push(state);
            back.push(Vec::new());
            states.len() - 1
        })
    };
    for state in model.init_states() {
        number(state, &mut states, &mut back);
    }
    let mut at = 0;
    while let Some(state) = states.get(at).copied() {
        for next in model.next_states(&state) {
            let to = number(next, &mut states, &mut back);
            back[to].push(u32::try_from(at).unwrap_or(u32::MAX));
            steps += 1;
        }
        at += 1;
    }
    let mut reaches = vec![false; states.len()];
    let mut open: Vec<usize> = (0..states.len()).filter(|at| is_settled(&states[*at])).collect();
    for at in &open {
        reaches[*at] = true;
    }
    while let Some(at) = open.pop() {
        for from in std::mem::take(&mut back[at]) {
            let from = from as usize;
            if !std::mem::replace(&mut reaches[from], true) {
                open.push(from);
            }
        }
    }
    Survey { states: states.len(), steps, stuck: reaches.iter().filter(|reached| !**reached).count() }
}

fn is_settled(state: &State) -> bool {
    let over = state.journal.orders.iter().flatten().all(|order| order.status.is_final());
    let idle =
        state.seats.iter().filter_map(|seat| seat.writer.as_ref()).all(|w| w.commands.iter().all(Option::is_none));
    let calm = state.seats.iter().filter_map(|seat| seat.socket.as_ref()).all(|s| s.wire.iter().all(Option::is_none));
    over && idle && calm
}
