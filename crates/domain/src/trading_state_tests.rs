use super::*;

fn entry(state: TradingState) -> StateEntry {
    let (reason, by) = ("drill".to_owned(), "operator".to_owned());
    StateEntry { state, reason, by, at: Timestamp::UNIX_EPOCH, cancels: false }
}

#[test]
fn every_halt_begins_an_epoch_of_its_own_and_nothing_else_does() {
    use TradingState::{Active, Halted, Reducing};
    let mut states = TradingStates::all_active();
    assert_eq!(states.epoch, KillEpoch(0));
    for (state, epoch) in
        [(Active, 0), (Reducing, 0), (Halted, 1), (Reducing, 1), (Active, 1), (Halted, 2), (Halted, 3)]
    {
        states.set(KillScope::Global, entry(state));
        assert_eq!(states.epoch, KillEpoch(epoch), "{state:?}");
    }
}

#[test]
fn of_all_scopes_that_an_order_is_in_the_strictest_state_counts() {
    let (ours, other): (AccountId, AccountId) = ("DU1234567".parse().unwrap(), "DU7654321".parse().unwrap());
    let (calm, wild): (StrategyId, StrategyId) = ("calm".parse().unwrap(), "wild".parse().unwrap());
    let mut states = TradingStates::all_active();
    states.set(KillScope::Global, entry(TradingState::Active));
    states.set(KillScope::Account(ours.clone()), entry(TradingState::Reducing));
    states.set(KillScope::Strategy(calm.clone()), entry(TradingState::Halted));
    let of = |account, strategy| states.strictest(account, strategy).map(|(scope, entry)| (scope.clone(), entry.state));
    assert_eq!(of(&ours, Some(&calm)), Some((KillScope::Strategy(calm.clone()), TradingState::Halted)));
    assert_eq!(of(&other, Some(&calm)), Some((KillScope::Strategy(calm.clone()), TradingState::Halted)));
    assert_eq!(of(&ours, Some(&wild)), Some((KillScope::Account(ours.clone()), TradingState::Reducing)));
    assert_eq!(of(&ours, None), Some((KillScope::Account(ours.clone()), TradingState::Reducing)));
    assert_eq!(of(&other, Some(&wild)), Some((KillScope::Global, TradingState::Active)));
    assert_eq!(TradingStates::all_active().strictest(&ours, Some(&calm)), None);
}

#[test]
fn a_kill_stays_one_when_an_alarm_halts_once_more_and_comes_before_any_other_halt() {
    use TradingState::{Active, Halted};
    let (ours, calm): (AccountId, StrategyId) = ("DU1234567".parse().unwrap(), "calm".parse().unwrap());
    let kill = || StateEntry { cancels: true, ..entry(Halted) };
    let mut states = TradingStates::all_active();
    let of = |states: &TradingStates| states.halt(Some(&ours), Some(&calm)).map(|halt| halt.cancels);
    states.set(KillScope::Global, entry(Active));
    assert_eq!(of(&states), None);
    states.set(KillScope::Account(ours.clone()), entry(Halted));
    assert_eq!(of(&states), Some(false));
    states.set(KillScope::Strategy(calm.clone()), kill());
    assert_eq!(of(&states), Some(true));
    assert_eq!(states.halt(Some(&ours), None).map(|halt| halt.cancels), Some(false));
    states.set(KillScope::Strategy(calm.clone()), entry(Halted));
    assert_eq!(of(&states), Some(true), "said again by an alarm");
    states.set(KillScope::Strategy(calm.clone()), entry(Active));
    states.set(KillScope::Strategy(calm.clone()), entry(Halted));
    assert_eq!(of(&states), Some(false), "lifted in between");
}
