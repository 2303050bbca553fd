use super::*;
use crate::looping::book::tests::{at, small_plan, terms};
use crate::looping::execution::Style;

fn key(text: &str) -> ClOrdId {
    text.parse().unwrap()
}

/// Ten of the first at 10, asked for by `loop` and answered with yes.
fn approved() -> PlanApproval {
    let (run, by, account) = ("run".parse().unwrap(), "loop".parse().unwrap(), "DU1234567".parse().unwrap());
    let question = PlanQuestion {
        id: "ap-1".parse().unwrap(),
        run: &run,
        terms: &terms(Style::Moc),
        by: &by,
        account: &account,
        mode: Mode::Paper,
        policy_hash: "policy",
        ttl_s: 900,
        band: "0.02".parse().unwrap(),
        reasons: Vec::new(),
    };
    let mut asked = PlanApproval::ask(question, &small_plan(), at(0)).unwrap();
    assert_eq!(asked.expires_at, at(600), "a run's deadline bounds how long it waits");
    asked.status = ApprovalStatus::Approved;
    asked.decided_at = Some(at(10));
    asked.decided_by = Some("operator".parse().unwrap());
    asked
}

#[test]
fn a_part_is_bound_to_the_plan_s_quantity_and_price() {
    let asked = approved();
    let part = &asked.parts[0];
    assert_eq!((part.step, part.side, part.qty), (1, Side::Buy, Decimal::TEN));
    assert_eq!((part.price_low.get(), part.price_high.get()), ("9.8".parse().unwrap(), "10.2".parse().unwrap()));
    assert_eq!(asked.notional_max(), "102".parse().unwrap());
}

#[test]
fn only_keys_of_the_run_name_parts() {
    let asked = approved();
    for named in ["run.1", "run.1.2"] {
        assert_eq!(asked.part_of(&key(named)).map(|part| part.step), Some(1), "{named}");
    }
    for other in ["run", "run.2", "run.x", "run1.1", "ru.1", "other.1", "run..1"] {
        assert_eq!(asked.part_of(&key(other)), None, "{other}");
    }
}

#[test]
fn orders_take_their_parts_once_and_never_more_than_there_is() {
    let mut asked = approved();
    let may = |asked: &PlanApproval, name: &str, qty: i64| asked.may_use(1, &key(name), Decimal::from(qty), at(20));
    assert_eq!(may(&asked, "run.1.1", 6), Ok(()));
    assert!(may(&asked, "run.1.1", 11).unwrap_err().contains("wants 11 of step 1, and 10 is left"));
    assert!(may(&asked, "run.1.1", 0).is_err());
    asked.used.insert(key("run.1.1"), PartUse { step: 1, qty: Decimal::from(6) });
    assert!(may(&asked, "run.1.1", 1).unwrap_err().contains("took its part before"));
    assert!(may(&asked, "run.1.2", 5).unwrap_err().contains("and 4 is left"));
    assert_eq!(may(&asked, "run.1.2", 4), Ok(()));
    assert_eq!(asked.room_for(&asked.parts[0], &key("run.1.1")), Decimal::TEN, "a change may be as large as its order");
    assert!(may(&asked, "other.1", 1).unwrap_err().contains("no part"));
}

#[test]
fn a_yes_holds_as_long_as_the_run_works_and_no_longer() {
    let asked = approved();
    let may = |second| asked.may_use(1, &key("run.1"), Decimal::ONE, at(second));
    assert_eq!(asked.valid_until(), Some(at(10 + 660)));
    assert_eq!(may(669), Ok(()));
    assert!(may(670).unwrap_err().contains("lapsed"));
    for status in [ApprovalStatus::Pending, ApprovalStatus::Revoked, ApprovalStatus::Void] {
        let other = PlanApproval { status, ..asked.clone() };
        assert!(other.may_use(1, &key("run.1"), Decimal::ONE, at(20)).is_err());
    }
}
