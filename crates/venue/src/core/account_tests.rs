use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn balanced(account: &Account) -> bool {
    let cost: Decimal = account.holdings.values().map(|h| h.cost).sum();
    account.cash + cost == account.deposit + account.realized
}

#[test]
fn buying_adds_commission_to_the_cost_and_selling_realises_net_of_it() {
    let mut account = Account::new("DUV0000001".into(), dec("1000"));
    assert_eq!(account.book(0, dec("10"), dec("20"), dec("1")), None);
    assert_eq!(account.holdings[&0].average_cost(), dec("20.1"));
    assert_eq!(account.cash, dec("799"));
    assert_eq!(account.book(0, dec("-10"), dec("22"), dec("1")), Some(dec("18")));
    assert_eq!(account.cash, dec("1018"));
    assert!(balanced(&account));
}

#[test]
fn selling_through_zero_realises_the_long_part_and_opens_a_short() {
    let mut account = Account::new("DUV0000001".into(), dec("1000"));
    account.book(3, dec("10"), dec("20"), dec("1"));
    let realized = account.book(3, dec("-30"), dec("21"), dec("3"));
    assert_eq!(realized, Some(dec("8")), "10 up one dollar, less one dollar in and one out");
    let short = &account.holdings[&3];
    assert_eq!(short.quantity, dec("-20"));
    assert_eq!(short.average_cost(), dec("20.9"), "a short's average is what it brought in, net");
    assert!(balanced(&account));
}

#[test]
fn the_books_balance_exactly_through_ten_thousand_awkward_fills() {
    let mut account = Account::new("DUV0000001".into(), dec("1000000"));
    let mut x = 12_345_u64;
    for _ in 0..10_000 {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let quantity = Decimal::from((x >> 33) % 37 + 1);
        let price = Decimal::new(i64::try_from((x >> 20) % 9_999 + 1).unwrap(), 4) + dec("3");
        let side = if x >> 63 == 0 { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
        account.book(usize::try_from((x >> 11) % 3).unwrap(), side * quantity, price, dec("0.3333"));
        assert!(balanced(&account));
    }
}
