use super::*;

#[test]
fn a_budget_comes_back_with_time_up_to_what_there_is() {
    let mut paces = Paces::default();
    assert_eq!(paces.now(Duration::ZERO), [], "nothing was told, nothing is known");
    paces.note(Lane::Orders, MessageBudget { per_second: 20, left: 3 }, Duration::from_secs(10));
    let left = |ms: u64| paces.now(Duration::from_millis(ms)).first().map(|(lane, budget)| (*lane, budget.left));
    for (ms, expected) in [(9_000, 3), (10_000, 3), (10_049, 3), (10_050, 4), (10_500, 13), (10_850, 20), (99_000, 20)]
    {
        assert_eq!(left(ms), Some((Lane::Orders, expected)), "at {ms} ms");
    }
}

#[test]
fn lanes_do_not_mix() {
    let mut paces = Paces::default();
    paces.note(Lane::Cancels, MessageBudget { per_second: 10, left: 0 }, Duration::ZERO);
    paces.note(Lane::Questions, MessageBudget { per_second: 20, left: 19 }, Duration::ZERO);
    let left: Vec<(Lane, u32)> = paces.now(Duration::ZERO).into_iter().map(|(lane, one)| (lane, one.left)).collect();
    assert_eq!(left, [(Lane::Cancels, 0), (Lane::Questions, 19)]);
}
