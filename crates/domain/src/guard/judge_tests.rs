use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_772_463_600 + seconds).unwrap()
}

fn rules() -> GuardRules {
    let limit = |most: i64, action| Limit { most: Decimal::from(most), action };
    GuardRules {
        limits: BTreeMap::from([
            (GuardRule::Drawdown, limit(10, GuardAction::Halt)),
            (GuardRule::Exposure, limit(100, GuardAction::Reduce)),
            (GuardRule::StaleData, limit(60, GuardAction::Alert)),
        ]),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "in the shape of a fact")]
fn seen(value: i64) -> Known {
    Ok(Some(Observed { value: Some(Decimal::from(value)), of: "DU1".to_owned() }))
}

fn facts(drawdown: Known, exposure: Known, stale: Known) -> Facts {
    Facts(BTreeMap::from([
        (GuardRule::Drawdown, drawdown),
        (GuardRule::Exposure, exposure),
        (GuardRule::StaleData, stale),
    ]))
}

fn calm() -> Facts {
    facts(seen(1), seen(50), seen(1))
}

fn look(facts: &Facts, before: Option<&GuardReport>, second: i64) -> GuardReport {
    judge(&rules(), facts, before, None, at(second))
}

/// The rules whose action is to be taken, and then taken.
fn act(report: &mut GuardReport) -> Vec<GuardRule> {
    let rules: Vec<GuardRule> = report.to_act().map(|finding| finding.rule).collect();
    let now = report.at;
    for finding in &mut report.findings {
        if rules.contains(&finding.rule) {
            finding.acted_at = Some(now);
        }
    }
    rules
}

#[test]
fn a_figure_at_its_limit_holds_and_one_above_it_is_broken() {
    for (value, verdict, outcome) in
        [(10, Verdict::Holds, None), (11, Verdict::Broken, Some(GuardAction::Halt)), (0, Verdict::Holds, None)]
    {
        let report = look(&facts(seen(value), seen(0), Ok(None)), None, 0);
        assert_eq!((report.findings[0].verdict, report.outcome), (verdict, outcome), "{value}");
        assert_eq!(report.findings[2].verdict, Verdict::Nothing);
    }
}

#[test]
fn the_strongest_action_of_all_broken_rules_is_the_outcome() {
    let report = look(&facts(seen(1), seen(101), seen(61)), None, 0);
    assert_eq!(report.outcome, Some(GuardAction::Reduce));
    let words: Vec<String> = report.findings.iter().map(Finding::words).collect();
    assert_eq!(
        words,
        [
            "drawdown: 1% (DU1), at most 10%",
            "exposure: 101% (DU1), at most 100%",
            "stale_data: 61 s (DU1), at most 60 s"
        ]
    );
}

#[test]
fn a_breach_acts_once_and_again_only_after_the_rule_has_held() {
    let broken = facts(seen(20), seen(50), seen(1));
    let mut first = look(&broken, None, 0);
    assert_eq!(act(&mut first), [GuardRule::Drawdown]);
    // A human resumes in spite of it.
    let mut second = look(&broken, Some(&first), 30);
    assert!(act(&mut second).is_empty());
    assert_eq!((second.findings[0].since, second.outcome), (at(0), Some(GuardAction::Halt)));
    // Not to know is not to hold.
    let mut third = look(&facts(Err("no answer".to_owned()), seen(50), seen(1)), Some(&second), 60);
    assert!(act(&mut third).is_empty());
    let mut fourth = look(&broken, Some(&third), 90);
    assert!(act(&mut fourth).is_empty());
    let mut held = look(&calm(), Some(&fourth), 120);
    assert_eq!((act(&mut held).len(), held.outcome), (0, None));
    let mut again = look(&broken, Some(&held), 150);
    assert_eq!(act(&mut again), [GuardRule::Drawdown]);
}

#[test]
fn an_action_that_could_not_be_taken_is_tried_again() {
    let broken = facts(seen(20), seen(50), seen(1));
    let first = look(&broken, None, 0);
    assert_eq!(first.to_act().count(), 1);
    assert_eq!(look(&broken, Some(&first), 30).to_act().count(), 1);
}

#[test]
fn a_stronger_action_in_the_configuration_acts_for_a_breach_that_was_there() {
    let broken = facts(seen(1), seen(200), seen(1));
    let mut first = look(&broken, None, 0);
    assert_eq!(act(&mut first), [GuardRule::Exposure]);
    let mut stronger = rules();
    stronger.limits.insert(GuardRule::Exposure, Limit { most: Decimal::from(100), action: GuardAction::Halt });
    let report = judge(&stronger, &broken, Some(&first), None, at(30));
    assert_eq!(report.to_act().count(), 1);
}

#[test]
fn what_is_unknown_is_told_after_a_while_and_stops_nothing() {
    let unknown = facts(Err("no answer".to_owned()), seen(50), seen(1));
    let first = look(&unknown, None, 0);
    assert_eq!((first.findings[0].verdict, first.outcome), (Verdict::Unknown, None));
    let early = look(&unknown, Some(&first), 299);
    assert_eq!(early.outcome, None);
    let late = look(&unknown, Some(&early), 300);
    assert_eq!(late.outcome, Some(GuardAction::Alert));
    assert_eq!(late.to_act().count(), 0);
    assert!(late.is_told(&late.findings[0]) && !late.is_told(&late.findings[1]));
    assert_eq!(late.findings[0].words(), "drawdown: unknown (no answer)");
    assert_eq!(judge(&rules(), &Facts::default(), None, None, at(0)).findings[0].verdict, Verdict::Unknown);
}

#[test]
fn no_price_at_all_is_older_than_any() {
    let none = Ok(Some(Observed { value: None, of: "AAPL has no price".to_owned() }));
    let report = look(&facts(seen(1), seen(1), none), None, 0);
    assert_eq!((report.findings[2].verdict, report.outcome), (Verdict::Broken, Some(GuardAction::Alert)));
    assert_eq!(report.findings[2].words(), "stale_data: AAPL has no price, at most 60 s");
}

#[test]
fn figures_that_move_are_no_difference_and_verdicts_that_do_are_one() {
    let first = look(&calm(), None, 0);
    assert!(first.differs(None));
    let moved = look(&facts(seen(2), seen(60), seen(2)), Some(&first), 30);
    assert!(!moved.differs(Some(&first)));
    assert!(look(&facts(seen(20), seen(60), seen(2)), Some(&moved), 60).differs(Some(&moved)));
    assert!(judge(&GuardRules::default(), &calm(), None, None, at(90)).differs(Some(&moved)));
}

#[test]
fn a_report_is_read_again_as_it_was_written() {
    let report = look(&facts(seen(20), Err("no".to_owned()), Ok(None)), None, 0);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<GuardReport>(&text).unwrap(), report);
}
