use super::*;
use proptest::prelude::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn holding(id: i64, held: &str, weight: &str, price: &str) -> Holding {
    Holding {
        con_id: ConId::new(id).unwrap(),
        symbol: format!("S{id}"),
        held: dec(held),
        weight: dec(weight),
        price: Some(dec(price)),
        lot: Decimal::ONE,
    }
}

const RULES: PlanRules = PlanRules {
    cash_buffer: Decimal::from_parts(2, 0, 0, false, 2),
    min_trade_value: Decimal::from_parts(100, 0, 0, false, 0),
    turnover_max: Decimal::ONE,
};

#[test]
fn sells_stand_before_buys_and_every_line_says_why() {
    let lines = plan(&[holding(1, "0", "0.5", "10"), holding(2, "500", "0", "10")], dec("10000"), dec("5000"), &RULES);
    assert_eq!(lines[0].action, LineAction::Sell);
    assert_eq!(lines[0].qty.unwrap().get(), dec("500"));
    assert_eq!(lines[1].action, LineAction::Buy);
    assert_eq!(lines[1].qty.unwrap().get(), dec("490"));
    assert!(lines.iter().all(|line| !line.note.is_empty()));
}

#[test]
fn a_missing_price_refuses_its_line_only() {
    let mut blind = holding(1, "0", "0.5", "10");
    blind.price = None;
    let lines = plan(&[blind, holding(2, "0", "0.5", "10")], dec("1000"), dec("1000"), &RULES);
    assert_eq!(lines[0].action, LineAction::Buy);
    assert_eq!(lines[1].action, LineAction::Refused);
    assert!(lines[1].note.contains("market_data_error"));
}

#[test]
fn a_small_difference_is_left_alone() {
    let lines = plan(&[holding(1, "49", "0.5", "10")], dec("1000"), dec("510"), &RULES);
    assert_eq!(lines[0].action, LineAction::Keep);
}

proptest! {
    #[test]
    fn a_plan_never_overspends_and_planning_at_the_target_finds_nothing(
        assets in prop::collection::vec((0_u32..400, 0_u32..100, 1_u32..50_000), 1..8),
        cash in 0_u32..200_000,
        turnover in 1_u32..200,
    ) {
        let sum: u32 = assets.iter().map(|asset| asset.1).sum::<u32>().max(1);
        let holdings: Vec<Holding> = assets.iter().zip(1_i64..).map(|((held, weight, cents), id)| Holding {
            con_id: ConId::new(id).unwrap(),
            symbol: String::new(),
            held: Decimal::from(*held),
            weight: Decimal::from(*weight) / Decimal::from(sum),
            price: Some(Decimal::new(i64::from(*cents), 2)),
            lot: Decimal::ONE,
        }).collect();
        let cash = Decimal::from(cash);
        let invested: Decimal = holdings.iter().map(|one| one.held * one.price.unwrap()).sum();
        let value = cash + invested;
        let rules = PlanRules { turnover_max: Decimal::new(i64::from(turnover), 2), ..RULES };
        let lines = plan(&holdings, value, cash, &rules);
        let traded = |action| lines.iter().filter(|line| line.action == action).map(|line| line.value).sum::<Decimal>();
        let left = cash + traded(LineAction::Sell) - traded(LineAction::Buy);
        prop_assert!(left >= (value * rules.cash_buffer).min(cash));
        prop_assert!(traded(LineAction::Sell) + traded(LineAction::Buy) <= value * rules.turnover_max);
        for line in &lines {
            let held = holdings.iter().find(|one| one.con_id == line.con_id).unwrap().held;
            if line.action == LineAction::Sell {
                prop_assert!(line.qty.unwrap().get() <= held, "a plan of positive weights never sells short");
            }
        }
        if turnover >= 199 {
            let after: Vec<Holding> = holdings.iter().map(|one| {
                let line = lines.iter().find(|line| line.con_id == one.con_id).unwrap();
                let change = match line.action {
                    LineAction::Buy => line.qty.unwrap().get(),
                    LineAction::Sell => -line.qty.unwrap().get(),
                    LineAction::Keep | LineAction::Refused => Decimal::ZERO,
                };
                Holding { held: one.held + change, ..one.clone() }
            }).collect();
            let again = plan(&after, value, left, &rules);
            let uncut = lines.iter().all(|line| !line.note.contains("cut"));
            if uncut {
                prop_assert!(again.iter().all(|line| line.action == LineAction::Keep));
            }
        }
    }
}
