use super::{Holding, Open, Place, Range, Sum, Totals, Worth, rounded};
use crate::exposure::OpenRisk;
use crate::id::{ClOrdId, ConId};
use crate::money::Currency;
use crate::order::Side;
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

fn con_id(number: i64) -> ConId {
    ConId::new(number).unwrap()
}

fn currency(number: i64) -> Currency {
    if number == 1 { "USD" } else { "EUR" }.parse().unwrap()
}

fn issuer(number: i64) -> String {
    // Two instruments of one issuer.
    format!("S{}", number / 2)
}

fn key(number: usize) -> ClOrdId {
    format!("k-{number}").parse().unwrap()
}

fn holding(number: i64, qty: i64, unit: Option<i64>) -> Holding {
    Holding {
        currency: currency(number),
        issuer: issuer(number),
        qty: Decimal::from(qty),
        unit: unit.map(|unit| Decimal::new(unit, 3)),
        // What is worth an odd figure is told otherwise by another source.
        cheap: unit.map(|unit| Decimal::new(unit - unit % 2 * unit / 3, 3)),
    }
}

fn risk(number: i64, buys: bool, leaves: i64, price: Option<i64>) -> OpenRisk {
    OpenRisk {
        con_id: con_id(number),
        side: if buys { Side::Buy } else { Side::Sell },
        leaves: Decimal::from(leaves),
        notional: price.map(|price| Decimal::new(price, 3) * Decimal::from(leaves)),
        unknown: false,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Hold(i64, i64, Option<i64>),
    Order(usize, Option<(i64, bool, i64, Option<i64>)>),
    KeepOnly(i64),
    Revalue(i64, Option<i64>),
}

fn price() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![1 => Just(None), 9 => (1_i64..1_000_000).prop_map(Some)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1_i64..5, -100_i64..100, price()).prop_map(|(id, qty, unit)| Step::Hold(id, qty, unit)),
        (0_usize..8, proptest::option::of((1_i64..5, any::<bool>(), 1_i64..50, price())))
            .prop_map(|(key, order)| Step::Order(key, order)),
        (1_i64..5).prop_map(Step::KeepOnly),
        (1_i64..5, price()).prop_map(|(id, price)| Step::Revalue(id, price)),
    ]
}

/// Everything added up anew.
fn recomputed(held: &BTreeMap<i64, Holding>, open: &BTreeMap<usize, OpenRisk>) -> Totals {
    let mut totals = Totals::default();
    for number in 1..5 {
        let none = holding(number, 0, None);
        let of = |buys: bool| {
            let those = open.values().filter(|risk| risk.con_id == con_id(number) && risk.side.is_buy() == buys);
            let mut open = Open::default();
            for risk in those {
                open.qty += risk.leaves;
                open.worth += risk.notional.unwrap_or_default();
                if let Some(notional) = risk.notional {
                    *open.units.entry(notional / risk.leaves).or_default() += 1;
                }
            }
            open
        };
        let unpriced = open.values().filter(|risk| risk.con_id == con_id(number) && risk.notional.is_none()).count();
        let place = Place {
            held: held.get(&number).cloned().unwrap_or(none),
            buys: of(true),
            sells: of(false),
            unpriced: u32::try_from(unpriced).unwrap(),
        };
        if !place.is_idle() {
            totals.count(&place, Sum::add);
        }
    }
    for risk in open.values() {
        totals.open.add(risk.notional);
    }
    totals
}

proptest! {
    #[test]
    fn the_sums_are_what_adding_everything_up_gives(steps in vec(step(), 0..60)) {
        let (mut worth, mut held, mut open) = (Worth::default(), BTreeMap::new(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Hold(number, qty, unit) => {
                    worth.hold(con_id(number), holding(number, qty, unit));
                    held.insert(number, holding(number, qty, unit));
                }
                Step::Order(number, Some((id, buys, leaves, price))) => {
                    let risk = risk(id, buys, leaves, price);
                    worth.order(&key(number), Some(&risk), &currency(id), &issuer(id));
                    open.insert(number, risk);
                }
                Step::Order(number, None) => {
                    worth.order(&key(number), None, &currency(1), "");
                    open.remove(&number);
                }
                Step::KeepOnly(number) => {
                    worth.keep_only(|id| id == con_id(number));
                    held.retain(|id, _| *id == number);
                }
                Step::Revalue(id, price) => {
                    // Told of every order, it takes those of the instrument.
                    let anew = |risk: &OpenRisk| price.map(|price| Decimal::new(price, 3) * risk.leaves);
                    let any = Decimal::new(price.unwrap_or_default(), 3);
                    worth.revalue(
                        con_id(id),
                        (0..8).map(|number| (key(number), open.get(&number).map_or(Some(any), anew))),
                    );
                    for risk in open.values_mut().filter(|risk| risk.con_id == con_id(id)) {
                        risk.notional = anew(risk);
                    }
                }
            }
            let booked: BTreeMap<ClOrdId, OpenRisk> = (1..5)
                .flat_map(|id| worth.open_in(con_id(id)).map(move |(key, risk)| (id, key, risk)))
                .inspect(|(id, _, risk)| assert_eq!(risk.con_id, con_id(*id)))
                .map(|(_, key, risk)| (key.clone(), risk.clone()))
                .collect();
            let all: BTreeMap<ClOrdId, OpenRisk> = open.iter().map(|(number, risk)| (key(*number), risk.clone())).collect();
            let unpriced: BTreeSet<&ClOrdId> = worth.unpriced().collect();
            let expected = all.iter().filter(|(_, risk)| risk.notional.is_none()).map(|(key, _)| key);
            prop_assert_eq!(unpriced, expected.collect());
            for number in 0..9 {
                let besides = all.keys().filter(|other| **other != key(number)).count();
                prop_assert_eq!(worth.open_count(&key(number)), besides);
            }
            prop_assert_eq!(booked, all);
            prop_assert_eq!(worth.totals(), &recomputed(&held, &open));
            for without in 0_usize..8 {
                let mut rest = open.clone();
                rest.remove(&without);
                let Some(con_id) = open.get(&without).map(|risk| risk.con_id) else { continue };
                let view = worth.view(&key(without), con_id, &currency(con_id.get().into()), &issuer(con_id.get().into()));
                let totals = recomputed(&held, &rest);
                prop_assert_eq!((view.gross, view.low, view.high), (totals.gross, totals.low, totals.high));
                let of = |sum: Option<&Sum>| sum.copied().unwrap_or_default();
                prop_assert_eq!(view.currency, of(totals.currencies.get(&currency(con_id.get().into()))));
                prop_assert_eq!(view.issuer, of(totals.issuers.get(&issuer(con_id.get().into()))));
                prop_assert_eq!((view.open, view.held), (totals.open, totals.held));
            }
        }
    }

    #[test]
    fn no_order_of_fills_at_any_prices_opens_more_than_the_worst(
        start in -50_i64..50,
        unit in 1_i64..100,
        orders in vec((any::<bool>(), 1_i64..40, 1_i64..100), 1..6),
        fills in vec((0_usize..6, 1_i64..40), 0..20),
    ) {
        let (low, now, high) = range(start, unit, unit, &orders);
        // What is held, lot by lot: signed quantity, worth of a unit.
        let mut lots = if start == 0 { Vec::new() } else { vec![(start, unit)] };
        let mut left: Vec<i64> = orders.iter().map(|(_, leaves, _)| *leaves).collect();
        for (pick, many) in fills {
            let at = pick % orders.len();
            let (buys, _, price) = orders[at];
            let mut many = many.min(left[at]);
            left[at] -= many;
            let sign = if buys { 1 } else { -1 };
            while many > 0 && lots.first().is_some_and(|(qty, _)| qty.signum() != sign) {
                let closed = many.min(lots[0].0.abs());
                lots[0].0 += sign * closed;
                many -= closed;
                lots.retain(|(qty, _)| *qty != 0);
            }
            if many > 0 {
                lots.push((sign * many, price));
            }
        }
        let only = |sign: i64| orders.iter().zip(&left).all(|((buys, leaves, _), left)| *left == *leaves || *buys == (sign > 0));
        let held: i64 = lots.iter().map(|(qty, unit)| qty * unit).sum();
        // Both sides filled may turn a position over twice: then what counts is what one side alone opens.
        if only(1) || only(-1) {
            prop_assert!(held.abs() <= low.abs().max(now.abs()).max(high.abs()), "{lots:?}");
        }
    }

    #[test]
    fn no_order_of_fills_leads_beyond_the_worst(
        start in -50_i64..50,
        orders in vec((any::<bool>(), 1_i64..20, 0_i64..21), 0..6),
    ) {
        // One unit is worth one: quantity and worth are the same figure.
        let mut worth = Worth::default();
        worth.hold(con_id(1), holding(1, start, Some(1_000)));
        for (number, (buys, leaves, _)) in orders.iter().enumerate() {
            worth.order(&key(number), Some(&risk(1, *buys, *leaves, Some(1_000))), &currency(1), "S0");
        }
        let filled: i64 =
            orders.iter().map(|(buys, leaves, part)| if *buys { *part.min(leaves) } else { -*part.min(leaves) }).sum();
        let reached = Decimal::from((start + filled).abs());
        prop_assert!(reached <= worth.totals().gross.get().unwrap());
    }
}

/// Position, worth of a unit, then the orders: buys or not, quantity, worth of a unit.
fn range(start: i64, unit: i64, cheap: i64, orders: &[(bool, i64, i64)]) -> (i64, i64, i64) {
    let mut worth = Worth::default();
    let held = Holding { cheap: Some(Decimal::from(cheap)), ..holding(1, start, Some(unit * 1_000)) };
    worth.hold(con_id(1), held);
    for (number, (buys, leaves, price)) in orders.iter().enumerate() {
        let risk = risk(1, *buys, *leaves, Some(price * 1_000));
        worth.order(&key(number), Some(&risk), &currency(1), "S0");
    }
    let range = worth.place(con_id(1)).unwrap().worth().unwrap();
    let whole = |amount: Decimal| i64::try_from(amount).unwrap();
    (whole(range.low), whole(range.now), whole(range.high))
}

#[test]
fn a_position_that_is_turned_over_counts_what_was_opened_at_the_dearest_price_of_its_orders() {
    assert_eq!(
        range(-100, 100, 100, &[(true, 500, 50)]),
        (-10_000, -10_000, 20_000),
        "400 at 50, not 25,000 less 10,000"
    );
    assert_eq!(range(100, 100, 100, &[(false, 500, 50)]), (-20_000, 10_000, 10_000));
    assert_eq!(range(-100, 100, 100, &[(true, 100, 40), (true, 100, 60)]).2, 6_000, "the dearer may be what opens");
    assert_eq!(range(-100, 100, 100, &[(true, 60, 50)]).2, -4_000, "forty are left");
    assert_eq!(range(-100, 100, 100, &[(true, 100, 500)]).2, 0, "closed, whatever it costs");
    assert_eq!(range(100, 100, 100, &[(true, 10, 50), (false, 30, 1)]), (7_000, 10_000, 10_500));
    assert_eq!(range(0, 100, 100, &[(true, 10, 50), (false, 30, 1)]), (-30, 0, 500));
}

#[test]
fn what_is_held_the_other_way_makes_up_for_no_more_than_its_cheaper_worth() {
    assert_eq!(range(-1_000, 60, 50, &[]), (-60_000, -60_000, -50_000));
    assert_eq!(range(1_000, 60, 50, &[]), (50_000, 60_000, 60_000));
}

#[test]
fn an_exit_adds_nothing_and_makes_no_room() {
    let mut worth = Worth::default();
    worth.hold(con_id(1), holding(1, 10, Some(100_000)));
    let before = worth.totals().gross;
    worth.order(&key(1), Some(&risk(1, false, 10, Some(100_000))), &currency(1), "S0");
    assert_eq!(worth.totals().gross, before);
    worth.order(&key(2), Some(&risk(1, false, 25, Some(100_000))), &currency(1), "S0");
    assert_eq!(worth.totals().gross.get(), Some(Decimal::from(2_500)), "ten held, 35 for sale: 25 short at worst");
}

#[test]
fn what_is_not_known_makes_the_sum_unknown_until_it_is() {
    let mut worth = Worth::default();
    worth.hold(con_id(1), holding(1, 10, None));
    assert_eq!(worth.totals().gross.get(), None);
    worth.hold(con_id(1), holding(1, 10, Some(1_000)));
    assert_eq!(worth.totals().gross.get(), Some(Decimal::TEN));
    let most = Decimal::from(super::WORTH_MAX);
    assert_eq!(rounded(Some(most)), Some(most));
    assert_eq!(rounded(Some(most + Decimal::ONE)), None, "a figure that no account has");
    assert_eq!(rounded(Some(-most - Decimal::ONE)), None);
}

#[test]
fn a_range_names_its_worst_side() {
    let range = Range { now: Decimal::ONE, low: -Decimal::TEN, high: Decimal::TWO };
    assert_eq!(range.worst(), Decimal::TEN);
    assert_eq!(range.with(true, Decimal::ONE_HUNDRED).worst(), Decimal::from(102));
    assert_eq!(range.with(false, Decimal::ONE).worst(), Decimal::from(11));
}

#[test]
fn an_instrument_has_a_place_for_as_long_as_anything_is_held_or_open_in_it() {
    let mut worth = Worth::default();
    let order = |worth: &mut Worth, number, risk: Option<OpenRisk>| {
        worth.order(&key(number), risk.as_ref(), &currency(1), &issuer(1));
    };
    let range = |worth: &Worth| {
        let whole = |amount: Decimal| i64::try_from(amount).unwrap();
        worth.place(con_id(1)).map(|place| (whole(place.qty().low), whole(place.qty().high)))
    };
    assert_eq!(range(&worth), None);
    worth.hold(con_id(1), holding(1, 10, Some(1_000)));
    order(&mut worth, 1, Some(risk(1, true, 3, Some(1_000))));
    order(&mut worth, 2, Some(risk(1, true, 4, Some(1_000))));
    order(&mut worth, 3, Some(risk(1, false, 5, Some(1_000))));
    assert_eq!(range(&worth), Some((5, 17)));
    let near: Vec<&ClOrdId> = worth.open_in(con_id(1)).map(|(key, _)| key).collect();
    assert_eq!(near, [&key(1), &key(2), &key(3)]);
    assert_eq!(worth.open_in(con_id(2)).count(), 0);
    order(&mut worth, 1, None);
    assert_eq!(range(&worth), Some((5, 14)));
    order(&mut worth, 3, None);
    assert_eq!(range(&worth), Some((10, 14)));
    worth.hold(con_id(1), holding(1, 0, Some(1_000)));
    assert_eq!(range(&worth), Some((0, 4)));
    order(&mut worth, 2, None);
    assert_eq!(range(&worth), None);
}

#[test]
fn an_order_of_unknown_worth_counts_though_nothing_is_left_of_it_until_it_is_over() {
    let mut worth = Worth::default();
    worth.order(&key(1), Some(&risk(1, true, 0, None)), &currency(1), &issuer(1));
    assert!(worth.place(con_id(1)).is_some());
    assert_eq!((worth.totals().gross.get(), worth.totals().open.get()), (None, None));
    worth.order(&key(1), None, &currency(1), &issuer(1));
    assert!(worth.place(con_id(1)).is_none());
    assert_eq!(worth.totals(), &Totals::default());
}
