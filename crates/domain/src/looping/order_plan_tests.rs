use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn priced(price: Decimal) -> PlanPrice {
    PlanPrice { price, source: DataType::Live, at: Timestamp::UNIX_EPOCH }
}

fn holding(id: i64, held: &str, weight: &str, price: &str) -> Holding {
    Holding {
        con_id: ConId::new(id).unwrap(),
        symbol: format!("S{id}"),
        held: dec(held),
        target: Amount::Weight(dec(weight)),
        price: Ok(priced(dec(price))),
        lot: Decimal::ONE,
        min_size: Decimal::ONE,
        working: 0,
    }
}

fn rules() -> PlanRules {
    PlanRules {
        cash_buffer: dec("0.02"),
        min_trade_value: dec("100"),
        turnover_max: Decimal::TWO,
        slippage: Decimal::ZERO,
        commission_per_unit: Decimal::ZERO,
        commission_min: Decimal::ZERO,
    }
}

#[test]
fn sells_stand_before_buys_and_every_line_says_why() {
    let plan = plan(&[holding(1, "0", "0.5", "10"), holding(2, "500", "0", "10")], dec("10000"), dec("5000"), &rules());
    assert_eq!(plan.lines[0].action, LineAction::Sell);
    assert_eq!(plan.lines[0].qty.unwrap().get(), dec("500"));
    assert_eq!(plan.lines[1].action, LineAction::Buy);
    assert_eq!(plan.lines[1].qty.unwrap().get(), dec("490"));
    assert!(plan.lines.iter().all(|line| line.reason.contains(": ")), "{:?}", plan.lines);
    assert_eq!(
        plan.steps().map(|(step, line)| (step, line.symbol.as_str())).collect::<Vec<_>>(),
        [(1, "S2"), (2, "S1")]
    );
}

#[test]
fn what_cannot_be_planned_is_refused_alone() {
    let refused = |change: fn(&mut Holding)| {
        let mut odd = holding(2, "0", "0.4", "10");
        change(&mut odd);
        let plan = plan(&[holding(1, "0", "0.4", "10"), odd], dec("1000"), dec("1000"), &rules());
        assert_eq!(plan.lines[0].action, LineAction::Buy);
        assert_eq!(plan.lines[1].action, LineAction::Refused);
        plan.lines[1].reason.clone()
    };
    assert!(refused(|odd| odd.price = Err("no quote".to_owned())).starts_with("market_data_error: no quote"));
    assert!(refused(|odd| odd.price = Ok(priced(Decimal::ZERO))).starts_with("market_data_error"));
    assert!(refused(|odd| odd.lot = Decimal::ZERO).starts_with("no_lot"));
    assert!(refused(|odd| odd.working = 2).starts_with("orders_working"));
}

#[test]
fn a_small_difference_is_left_alone() {
    let keeps = |holding: Holding| {
        let plan = plan(&[holding], dec("1000"), dec("510"), &rules());
        assert_eq!(plan.lines[0].action, LineAction::Keep);
        plan.lines[0].reason.clone()
    };
    assert!(keeps(holding(1, "45", "0.5", "10")).starts_with("below_min_trade"));
    assert!(keeps(holding(1, "49", "0.5", "10")).starts_with("at_target"));
    assert!(keeps(Holding { min_size: dec("100"), ..holding(1, "0", "0.5", "10") }).starts_with("below_min_size"));
}

#[test]
fn a_quantity_is_a_target_too() {
    let mut by_qty = holding(1, "3", "0", "10");
    by_qty.target = Amount::Qty(dec("40.7"));
    let plan = plan(&[by_qty], dec("1000"), dec("970"), &rules());
    assert_eq!(plan.lines[0].qty.unwrap().get(), dec("37"));
}

#[test]
fn a_quantity_that_is_worth_more_than_a_target_may_weigh_is_too_large() {
    let mut by_qty = holding(1, "0", "0", "10");
    by_qty.target = Amount::Qty(dec("51"));
    let large = |holding: &Holding| too_large(std::slice::from_ref(holding), dec("1000"), dec("0.5"));
    assert!(large(&by_qty)[0].contains("worth 510, at most 500"), "{:?}", large(&by_qty));
    by_qty.target = Amount::Qty(dec("50"));
    assert_eq!(large(&by_qty), Vec::<String>::new());
    by_qty.target = Amount::Qty(Decimal::MAX);
    assert_eq!(large(&by_qty).len(), 1);
    assert_eq!(large(&holding(1, "0", "1", "10")), Vec::<String>::new(), "weights were told before");
}

#[test]
fn slippage_and_commission_are_paid_for_in_advance() {
    let rules =
        PlanRules { slippage: dec("0.01"), commission_per_unit: dec("0.005"), commission_min: Decimal::ONE, ..rules() };
    let plan = plan(&[holding(1, "0", "1", "10")], dec("1000"), dec("1000"), &rules);
    // 980 may be spent; 97 units cost 979.70 and 1 of commission, 96 cost 970.60.
    assert_eq!(plan.lines[0].qty.unwrap().get(), dec("96"));
    assert!(plan.lines[0].reason.starts_with("cut_to_cash"));
    assert_eq!(plan.lines[0].cost, Decimal::ONE);
}

#[test]
fn rules_that_cannot_be_are_named() {
    let wrong = PlanRules { cash_buffer: Decimal::ONE, turnover_max: dec("2.1"), commission_min: dec("-1"), ..rules() };
    let fields: Vec<&str> = wrong.problems().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["cash_buffer", "turnover_max", "commission_min"]);
    assert_eq!(rules().problems(), Vec::new());
}

/// An account with some instruments and rules of all kinds.
fn accounts() -> impl Strategy<Value = (Vec<Holding>, Decimal, PlanRules)> {
    let assets = prop::collection::vec((0_u32..400, 0_u32..100, 1_u32..50_000, 1_u32..4), 1..8);
    let cents = |value: u32| Decimal::new(i64::from(value), 2);
    let rules = (0_u32..30, 0_u32..300, 0_u32..201, 0_u32..5, 0_u32..2, 0_u32..200).prop_map(
        move |(buffer, min, turnover, slippage, unit, least)| PlanRules {
            cash_buffer: cents(buffer),
            min_trade_value: Decimal::from(min),
            turnover_max: cents(turnover),
            slippage: cents(slippage),
            commission_per_unit: cents(unit),
            commission_min: cents(least),
        },
    );
    (assets, 0_u32..200_000, rules).prop_map(move |(assets, cash, rules)| {
        let sum: u32 = assets.iter().map(|asset| asset.1).sum::<u32>().max(1);
        let holdings = assets.iter().zip(1_i64..).map(|((held, weight, price, lot), id)| Holding {
            con_id: ConId::new(id).unwrap(),
            symbol: format!("S{id}"),
            held: Decimal::from(*held),
            target: if id % 5 == 0 {
                Amount::Qty(Decimal::from(*weight))
            } else {
                Amount::Weight(Decimal::from(*weight) / Decimal::from(sum))
            },
            price: Ok(priced(cents(*price))),
            lot: Decimal::from(10_u32.pow(*lot - 1)),
            min_size: Decimal::from(*lot),
            working: 0,
        });
        (holdings.collect(), Decimal::from(cash), rules)
    })
}

fn worth(holdings: &[Holding], cash: Decimal) -> Decimal {
    cash + holdings.iter().map(|one| one.held * one.price.as_ref().unwrap().price).sum::<Decimal>()
}

proptest! {
    #[test]
    fn a_plan_never_overspends_and_keeps_to_its_rules((holdings, cash, rules) in accounts()) {
        let value = worth(&holdings, cash);
        let plan = plan(&holdings, value, cash, &rules);
        let by_id: BTreeMap<_, _> = holdings.iter().map(|one| (one.con_id, one)).collect();
        let mut left = cash;
        let mut bought = false;
        for (_, line) in plan.steps() {
            let one = by_id[&line.con_id];
            let (qty, price) = (line.qty.unwrap().get(), one.price.as_ref().unwrap().price);
            prop_assert!((qty / one.lot).fract().is_zero(), "lots");
            prop_assert!(qty >= one.min_size && line.value >= rules.min_trade_value);
            if line.action == LineAction::Sell {
                prop_assert!(!bought, "sells before buys");
                prop_assert!(qty <= one.held, "a plan never sells short");
                left += rules.brought(qty, price);
            } else {
                bought = true;
                left -= rules.paid(qty, price);
            }
        }
        if bought {
            prop_assert!(left >= value * rules.cash_buffer, "the buffer stays, at the worst prices and with commissions");
        }
        prop_assert!(plan.turnover() <= value * rules.turnover_max);
        prop_assert_eq!(plan.lines.len(), holdings.len(), "every instrument has its line");
        for line in &plan.lines {
            let (code, words) = line.reason.split_once(": ").unwrap();
            prop_assert!(!code.is_empty() && !words.is_empty(), "every line is explained");
        }
    }

    #[test]
    fn planning_at_the_target_finds_nothing((holdings, cash, rules) in accounts()) {
        let value = worth(&holdings, cash);
        let targets: BTreeMap<_, _> =
            plan(&holdings, value, cash, &rules).lines.into_iter().map(|line| (line.con_id, line.target.unwrap())).collect();
        let there: Vec<Holding> = holdings.iter().map(|one| Holding { held: targets[&one.con_id], ..one.clone() }).collect();
        let again = plan(&there, value, cash, &rules);
        prop_assert!(again.lines.iter().all(|line| line.action == LineAction::Keep), "{:?}", again.lines);
    }

    #[test]
    fn doing_a_plan_that_was_not_cut_leaves_nothing_to_do((holdings, cash, rules) in accounts()) {
        let value = worth(&holdings, cash);
        let first = plan(&holdings, value, cash, &rules);
        let change = |line: &PlanLine| match line.action {
            LineAction::Buy => line.qty.unwrap().get(),
            LineAction::Sell => -line.qty.unwrap().get(),
            LineAction::Keep | LineAction::Refused => Decimal::ZERO,
        };
        let changes: BTreeMap<_, _> = first.lines.iter().map(|line| (line.con_id, change(line))).collect();
        if first.lines.iter().all(|line| !line.reason.starts_with("cut_")) {
            let after: Vec<Holding> = holdings.iter().map(|one| Holding { held: one.held + changes[&one.con_id], ..one.clone() }).collect();
            let again = plan(&after, value, value - worth(&after, Decimal::ZERO), &rules);
            prop_assert!(again.lines.iter().all(|line| !line.action.trades()), "{:?}", again.lines);
        }
    }
}
