use super::*;

const MARGIN: &str =
    "weekly-1.2: C29_MARGIN: The margin in percent of the account's worth would be above the limit, or is unknown.";

fn ended(outcome: StepOutcome, reasons: &[&str]) -> StepEnd {
    let reasons = reasons.iter().map(|reason| (*reason).to_owned()).collect();
    StepEnd { outcome, filled: Decimal::ZERO, avg_px: None, reasons, orders: Vec::new() }
}

#[test]
fn only_buys_that_control_29_refused_are_the_aftermath_of_an_unsold_position() {
    let cases = [
        (StepOutcome::Refused, vec![MARGIN], true),
        (StepOutcome::Refused, vec![], false),
        (StepOutcome::Refused, vec![MARGIN, "weekly-1.2: C09_MARKET_DATA: old"], false),
        (StepOutcome::Refused, vec!["weekly-1.2: broker 201: no"], false),
        (StepOutcome::Unfilled, vec![MARGIN], false),
        (StepOutcome::Unknown, vec![MARGIN], false),
    ];
    for (outcome, reasons, is_so) in cases {
        let steps = [ended(StepOutcome::Filled, &[]), ended(outcome, &reasons)];
        assert_eq!(lacks_margin(steps.iter()), is_so, "{outcome:?} {reasons:?}");
    }
}
