use super::*;
use crate::market::Hours;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn instrument(sec_type: SecType, option: Option<(Right, &str, i16)>) -> Instrument {
    Instrument {
        con_id: 1,
        symbol: "X".into(),
        local_symbol: "X".into(),
        trading_class: "X".into(),
        long_name: "X".into(),
        sec_type,
        currency: "USD".into(),
        exchanges: &["SMART"],
        primary_exchange: "SMART".into(),
        multiplier: if option.is_some() { dec("100") } else { Decimal::ONE },
        market_rule: 26,
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        expiry: option.map(|(.., year)| jiff::civil::date(year, 1, 15)),
        strike: option.map(|(_, strike, _)| dec(strike)),
        right: option.map(|(right, ..)| right),
        underlying: None,
        sector: ["", "", ""],
        stock_type: "",
        hours: Hours::UsStock,
        ..Instrument::example()
    }
}

fn leg<'a>(of: &'a Instrument, quantity: &str, price: &str) -> Leg<'a> {
    Leg { of, quantity: dec(quantity), price: dec(price), factor: of.multiplier }
}

fn figures(r: Requirement) -> (Decimal, Decimal) {
    (r.initial.normalize(), r.maintenance.normalize())
}

#[test]
fn stock_held_and_sold_short_ties_up_its_share() {
    let stock = instrument(SecType::Stk, None);
    assert_eq!(figures(of_one(&leg(&stock, "100", "50"))), (dec("2500"), dec("1250")));
    assert_eq!(figures(of_one(&leg(&stock, "-100", "50"))), (dec("2500"), dec("1500")));
    assert_eq!(figures(of_one(&leg(&stock, "-100", "10"))), (dec("500"), dec("500")));
    assert_eq!(figures(of_one(&leg(&stock, "-100", "4"))), (dec("250"), dec("400")));
    assert_eq!(figures(of_one(&leg(&stock, "-100", "2"))), (dec("250"), dec("250")));
}

#[test]
fn the_other_kinds_tie_up_their_share() {
    let figures = |sec_type| figures(of_one(&leg(&instrument(sec_type, None), "-10", "50")));
    assert_eq!(figures(SecType::Fund), (dec("500"), dec("500")));
    assert_eq!(figures(SecType::Crypto), (dec("0"), dec("0")));
    assert_eq!(figures(SecType::Fut), (dec("50"), dec("40")));
    assert_eq!(figures(SecType::Cfd), (dec("100"), dec("100")));
    assert_eq!(figures(SecType::Bond), (dec("100"), dec("50")));
    assert_eq!(figures(SecType::Cash), (dec("0"), dec("0")));
}

#[test]
fn a_naked_short_option_ties_up_its_value_and_a_share_of_the_underlying() {
    let call = instrument(SecType::Opt, Some((Right::Call, "110", 2027)));
    let put = instrument(SecType::Opt, Some((Right::Put, "60", 2027)));
    // 2 + max(20 − 10, 10), and 1 + max(20 − 40, 6).
    assert_eq!(of_family(dec("100"), &[leg(&call, "-1", "2")]).initial, dec("1200"));
    assert_eq!(of_family(dec("100"), &[leg(&put, "-2", "1")]).maintenance, dec("1400"));
    assert_eq!(of_family(dec("100"), &[leg(&call, "5", "2")]), Requirement::default());
}

#[test]
fn shares_cover_short_calls_and_nothing_covers_one_twice() {
    let stock = instrument(SecType::Stk, None);
    let call = instrument(SecType::Opt, Some((Right::Call, "110", 2027)));
    let covered = of_family(dec("100"), &[leg(&stock, "100", "100"), leg(&call, "-1", "2")]);
    assert_eq!(covered.initial, dec("5200"));
    let half = of_family(dec("100"), &[leg(&stock, "150", "100"), leg(&call, "-2", "2")]);
    assert_eq!(half.initial, dec("7500") + dec("200") + dec("1200"));
    let put = instrument(SecType::Opt, Some((Right::Put, "90", 2027)));
    let wrong_way = of_family(dec("100"), &[leg(&stock, "100", "100"), leg(&put, "-1", "2")]);
    assert_eq!(wrong_way.initial, dec("5000") + dec("200") + dec("1000"), "shares held do not cover a put");
}

#[test]
fn a_spread_ties_up_the_most_it_can_lose() {
    let low = instrument(SecType::Opt, Some((Right::Call, "100", 2027)));
    let high = instrument(SecType::Opt, Some((Right::Call, "110", 2027)));
    let credit = of_family(dec("100"), &[leg(&low, "-3", "5"), leg(&high, "3", "2")]);
    assert_eq!(credit.initial, dec("3000"));
    let debit = of_family(dec("100"), &[leg(&low, "3", "5"), leg(&high, "-3", "2")]);
    assert_eq!(debit.initial, Decimal::ZERO);
    let earlier = instrument(SecType::Opt, Some((Right::Call, "110", 2026)));
    let uncovered = of_family(dec("100"), &[leg(&low, "-1", "5"), leg(&earlier, "1", "2")]);
    assert_eq!(uncovered.initial, dec("2500"), "what expires earlier covers nothing");
}
