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
fn what_an_order_took_is_left_for_it_and_for_nobody_else() {
    let mut asked = approved();
    let room = |asked: &PlanApproval, name: &str| asked.room_for(&asked.parts[0], &key(name));
    assert_eq!(room(&asked, "run.1.1"), Decimal::TEN);
    asked.used.insert(key("run.1.1"), PartUse { step: 1, qty: Decimal::from(6) });
    asked.used.insert(key("run.2"), PartUse { step: 2, qty: Decimal::from(9) });
    assert_eq!((room(&asked, "run.1.1"), room(&asked, "run.1.2")), (Decimal::TEN, Decimal::from(4)));
    assert_eq!(asked.valid_until(), Some(at(10 + 660)));
}
