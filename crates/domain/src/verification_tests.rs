use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_800_000_000 + second, 0).unwrap()
}

#[test]
fn a_start_walks_soon_and_then_every_day_and_one_at_a_time() {
    let mut plan = VerificationPlan::begun(at(0));
    assert!(!plan.begin(at(4)));
    assert!(plan.begin(at(5)));
    assert!(plan.is_under_way());
    assert!(!plan.begin(at(90_000)), "the first one still walks");
    assert_eq!(plan.ended(at(90_000), true), at(5));
    assert!(!plan.begin(at(90_000 + 86_399)));
    assert!(plan.begin(at(90_000 + 86_400)));
}

#[test]
fn a_walk_that_could_not_be_made_is_tried_again_soon() {
    let mut plan = VerificationPlan::begun(at(0));
    assert!(plan.begin(at(5)));
    plan.ended(at(6), false);
    assert!(!plan.begin(at(65)));
    assert!(plan.begin(at(66)));
}
