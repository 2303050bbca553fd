use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn stock() -> Asset {
    Asset { class: Class::Paid, currency: Currency::BASE, factor: Decimal::ONE }
}

fn future() -> Asset {
    Asset { class: Class::Margined, currency: Currency::BASE, factor: dec("50") }
}

fn pair(bought: &str, priced: &str) -> Asset {
    let class = Class::Exchange { bought: Currency::of(bought) };
    Asset { class, currency: Currency::of(priced), factor: Decimal::ONE }
}

fn trade(instrument: usize, asset: Asset, signed: &str, price: &str, commission: &str) -> Trade {
    let paid_in = if asset.takes_in_fees() { asset.currency } else { Currency::BASE };
    let (signed, price, commission) = (dec(signed), dec(price), dec(commission));
    Trade { instrument, asset, signed, price, commission, paid_in, rate: Decimal::ONE }
}

fn cash(account: &Account, currency: &str) -> Decimal {
    account.ledgers[&Currency::of(currency)].cash
}

/// The identities of the module, for holdings whose assets are given by position.
fn balanced(account: &Account, assets: &[Asset]) -> bool {
    account.ledgers.iter().all(|(currency, l)| {
        let inside: Decimal = account
            .holdings
            .iter()
            .filter(|(i, _)| assets[**i].currency == *currency)
            .map(|(i, h)| match assets[*i].class {
                Class::Paid => h.cost,
                Class::Margined => h.cost - h.carried,
                Class::Exchange { .. } => Decimal::ZERO,
            })
            .sum();
        let bought: Decimal = account
            .holdings
            .iter()
            .filter(|(i, _)| assets[**i].class == Class::Exchange { bought: *currency })
            .map(|(_, h)| h.quantity)
            .sum();
        let paid: Decimal = account
            .holdings
            .iter()
            .filter(|(i, _)| matches!(assets[**i].class, Class::Exchange { .. }) && assets[**i].currency == *currency)
            .map(|(_, h)| h.cost)
            .sum();
        l.cash == l.deposited + l.traded + l.converted - l.commissions
            && l.cash + inside == l.deposited + l.converted + l.realized
            && l.converted == bought - paid + l.realized_fx
    })
}

#[test]
fn buying_adds_commission_to_the_cost_and_selling_realises_net_of_it() {
    let mut account = Account::new("DUV0000001".into(), dec("1000"));
    assert_eq!(account.book(&trade(0, stock(), "10", "20", "1")), None);
    assert_eq!(account.holdings[&0].average_cost(), dec("20.1"));
    assert_eq!(cash(&account, "USD"), dec("799"));
    assert_eq!(account.book(&trade(0, stock(), "-10", "22", "1")), Some(dec("18")));
    assert_eq!(cash(&account, "USD"), dec("1018"));
    assert!(balanced(&account, &[stock()]));
}

#[test]
fn selling_through_zero_realises_the_long_part_and_opens_a_short() {
    let mut account = Account::new("DUV0000001".into(), dec("1000"));
    account.book(&trade(0, stock(), "10", "20", "1"));
    let realized = account.book(&trade(0, stock(), "-30", "21", "3"));
    assert_eq!(realized, Some(dec("8")), "10 up one dollar, less one dollar in and one out");
    let short = &account.holdings[&0];
    assert_eq!(short.quantity, dec("-20"));
    assert_eq!(short.average_cost(), dec("20.9"), "a short's average is what it brought in, net");
    assert!(balanced(&account, &[stock()]));
}

#[test]
fn a_future_costs_its_commission_and_pays_out_its_profit_when_it_closes() {
    let mut account = Account::new("DUV0000001".into(), dec("100000"));
    account.book(&trade(0, future(), "2", "4000", "4.5"));
    assert_eq!(cash(&account, "USD"), dec("99995.5"));
    assert_eq!(account.holdings[&0].average_cost(), dec("200002.25"), "price times multiplier, and its fee");
    assert_eq!(account.book(&trade(0, future(), "-1", "4010", "2.25")), Some(dec("495.5")));
    assert_eq!(cash(&account, "USD"), dec("100493.25"));
    assert!(balanced(&account, &[future()]));
}

#[test]
fn an_exchange_of_currencies_moves_both_and_its_fee_is_an_expense() {
    let mut account = Account::new("DUV0000001".into(), dec("100000"));
    let usd_jpy = pair("USD", "JPY");
    account.book(&trade(0, usd_jpy, "-20000", "150.25", "2"));
    assert_eq!((cash(&account, "USD"), cash(&account, "JPY")), (dec("79998"), dec("3005000")));
    let back = Trade { rate: dec("0.00667"), ..trade(0, usd_jpy, "20000", "149.25", "2") };
    assert_eq!(account.book(&back), Some(dec("131.4")), "20,000 yen in dollars, less the fee");
    assert_eq!((cash(&account, "USD"), cash(&account, "JPY")), (dec("99996"), dec("20000")));
    assert_eq!(account.ledgers[&Currency::of("JPY")].realized_fx, dec("20000"));
    assert_eq!(account.ledgers[&Currency::of("USD")].realized, dec("-4"));
    assert!(balanced(&account, &[usd_jpy]));
}

#[test]
fn the_books_balance_exactly_through_ten_thousand_awkward_trades_of_every_class() {
    let sap = Asset { currency: Currency::of("EUR"), ..stock() };
    let option = Asset { factor: dec("100"), ..stock() };
    let coin = Asset { factor: Decimal::ONE, ..stock() };
    let assets = [stock(), option, future(), pair("EUR", "USD"), pair("EUR", "GBP"), sap, coin];
    let mut account = Account::new("DUV0000001".into(), dec("1000000"));
    let mut x = 12_345_u64;
    for _ in 0..10_000 {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let instrument = usize::try_from((x >> 11) % 7).unwrap();
        let scale = if instrument == 6 { 8 } else { 0 };
        let quantity = Decimal::new(i64::try_from((x >> 33) % 37 + 1).unwrap(), scale);
        let price = Decimal::new(i64::try_from((x >> 20) % 9_999 + 1).unwrap(), 4) + dec("3");
        let side = if x >> 63 == 0 { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
        let one = trade(instrument, assets[instrument], "1", "1", "0.3333");
        account.book(&Trade { signed: side * quantity, price, ..one });
        assert!(balanced(&account, &assets));
    }
    assert!(account.ledgers.len() == 3 && account.holdings.len() == 7);
}
