use super::*;
use crate::market::Hours;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn instrument(sec_type: SecType, currency: &str, multiplier: &str) -> Instrument {
    Instrument {
        con_id: 1,
        symbol: "X".into(),
        local_symbol: "X".into(),
        trading_class: "X".into(),
        long_name: "X".into(),
        sec_type,
        currency: currency.into(),
        exchanges: &["SMART"],
        primary_exchange: "SMART".into(),
        multiplier: dec(multiplier),
        market_rule: 26,
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        expiry: None,
        strike: None,
        right: None,
        underlying: None,
        sector: ["", "", ""],
        stock_type: "",
        hours: Hours::UsStock,
        ..Instrument::example()
    }
}

/// Commissions after each of an order's fills `quantity@price`.
fn fills(of: &Instrument, schedule: Commissions, month: &str, fills: &[&str]) -> Vec<Decimal> {
    let mut charged = Charged::default();
    let mut filled = Decimal::ZERO;
    let mut totals = Vec::new();
    for fill in fills {
        let (quantity, price) = fill.split_once('@').unwrap();
        let (quantity, price) = (dec(quantity), dec(price));
        let (value, month) = (quantity * price * of.multiplier, dec(month) + filled);
        let fill = Chargeable { of, schedule, filled, quantity, price, factor: of.multiplier, value, month };
        charged = charge(charged, &fill);
        filled += quantity;
        totals.push(charged.commission);
    }
    totals
}

fn one(sec_type: SecType, currency: &str, multiplier: &str, fill: &str) -> Decimal {
    fills(&instrument(sec_type, currency, multiplier), Commissions::Fixed, "0", &[fill])[0]
}

#[test]
fn a_stock_order_pays_its_minimum_once_over_all_its_fills_and_never_more_than_a_percent() {
    let stock = instrument(SecType::Stk, "USD", "1");
    let totals = fills(&stock, Commissions::Fixed, "0", &["100@50", "60@50", "100@50"]);
    assert_eq!(totals, [dec("1"), dec("1"), dec("1.3")]);
    assert_eq!(fills(&stock, Commissions::Fixed, "0", &["1@50", "1@50"]), [dec("0.5"), dec("1")]);
}

#[test]
fn tiered_prices_fall_with_the_volume_of_the_month_on_the_shares_beyond_each_step() {
    let stock = instrument(SecType::Stk, "USD", "1");
    assert_eq!(fills(&stock, Commissions::Tiered, "0", &["10@50", "1000@50"]), [dec("0.35"), dec("3.535")]);
    // 1,000 at 0.0035 and 1,000 at 0.0020.
    assert_eq!(fills(&stock, Commissions::Tiered, "299000", &["2000@50"]), [dec("5.5")]);
    assert_eq!(fills(&stock, Commissions::Tiered, "200000000", &["10000@50"]), [dec("5")]);
}

#[test]
fn every_other_kind_has_its_schedule() {
    assert_eq!(one(SecType::Stk, "EUR", "1", "100@50"), dec("3"));
    assert_eq!(one(SecType::Stk, "EUR", "1", "1000@50"), dec("25"));
    assert_eq!(one(SecType::Opt, "USD", "100", "10@2.50"), dec("6.5"));
    assert_eq!(one(SecType::Opt, "USD", "100", "10@0.06"), dec("5"));
    assert_eq!(one(SecType::Opt, "USD", "100", "1@0.01"), dec("1"));
    assert_eq!(one(SecType::Fut, "USD", "50", "3@4000"), dec("6.75"));
    assert_eq!(one(SecType::Fut, "USD", "5", "3@4000"), dec("1.86"));
    assert_eq!(one(SecType::Cash, "USD", "1", "50000@1.1"), dec("2"));
    assert_eq!(one(SecType::Cash, "USD", "1", "1000000@1.1"), dec("22"));
    assert_eq!(one(SecType::Cfd, "USD", "1", "1000@50"), dec("5"));
    assert_eq!(one(SecType::Fund, "USD", "1", "10@20"), dec("6"));
    assert_eq!(one(SecType::Fund, "USD", "1", "1000@20"), dec("14.95"));
    assert_eq!(one(SecType::Crypto, "USD", "1", "0.5@60000"), dec("54"));
    assert_eq!(one(SecType::Crypto, "USD", "1", "0.001@60000"), dec("0.6"));
}

#[test]
fn a_bond_pays_by_its_face_value_and_less_beyond_the_step() {
    // A factor of 10: face value 1,000, priced in percent.
    let totals = fills(&instrument(SecType::Bond, "USD", "10"), Commissions::Fixed, "0", &["8@98", "4@99", "10@97"]);
    assert_eq!(totals, [dec("8"), dec("10.5"), dec("13")]);
}

#[test]
fn an_option_falling_in_price_is_never_paid_back_what_it_was_charged() {
    let option = instrument(SecType::Opt, "USD", "100");
    assert_eq!(fills(&option, Commissions::Fixed, "0", &["10@0.12", "10@0.01"]), [dec("6.5"), dec("9")]);
}
