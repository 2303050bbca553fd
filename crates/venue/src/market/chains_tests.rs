use super::*;

const FLAT: &dyn Fn(Date) -> Option<f64> = &|_| Some(125.0);

#[test]
fn options_expire_on_fridays_or_the_session_before_a_holiday() {
    let calendar = Calendar::new();
    let rows = options(&calendar, date(2026, 11, 21), FLAT);
    let mut expiries: Vec<Date> = rows.iter().map(|r| r.expiry).collect();
    expiries.dedup();
    assert!(expiries.windows(2).all(|w| w[0] < w[1]));
    assert!(expiries.contains(&date(2026, 12, 18)) && expiries.contains(&date(2026, 12, 24)), "Christmas is a Friday");
    assert!(expiries.contains(&date(2027, 3, 25)), "Good Friday is shut");
    for expiry in &expiries {
        assert!(calendar.session(*expiry).is_some(), "{expiry}");
    }
    assert!(expiries.last().unwrap() > &date(2028, 11, 1));
}

#[test]
fn strikes_lie_around_the_price_and_each_has_a_call_and_a_put_and_a_number_of_its_own() {
    let rows = options(&Calendar::new(), date(2026, 11, 21), FLAT);
    let of = |expiry| {
        let mut strikes: Vec<Decimal> =
            rows.iter().filter(|r| r.expiry == expiry && r.right == Right::Call).map(|r| r.strike).collect();
        strikes.sort();
        strikes
    };
    let monthly = of(date(2026, 12, 18));
    assert_eq!((monthly.len(), monthly[0], monthly[16]), (17, Decimal::from(105), Decimal::from(145)));
    let weekly = of(date(2026, 12, 4));
    assert_eq!((weekly.len(), weekly[0], weekly[10]), (11, Decimal::new(1125, 1), Decimal::new(1375, 1)));
    let numbers: std::collections::BTreeSet<i32> = rows.iter().map(|r| r.number).collect();
    assert_eq!(numbers.len(), rows.len());
    let puts = rows.iter().filter(|r| r.right == Right::Put).count();
    assert_eq!(puts * 2, rows.len());
}

#[test]
fn symbols_of_options_are_those_of_the_clearing_house() {
    let row = OptionRow {
        expiry: date(2026, 12, 18),
        listed: date(2026, 1, 1),
        strike: Decimal::new(1325, 1),
        right: Right::Put,
        number: 1,
    };
    assert_eq!(occ_symbol("AAPL", &row), "AAPL  261218P00132500");
    assert_eq!(occ_symbol("SPY", &OptionRow { strike: Decimal::from(400), ..row }), "SPY   261218P00400000");
}

#[test]
fn futures_expire_in_quarters_on_third_fridays() {
    let rows = futures(&Calendar::new(), date(2026, 11, 21));
    let december = rows.iter().find(|r| r.month_code == "Z6").unwrap();
    assert_eq!(december.expiry, date(2026, 12, 18));
    assert!(rows.iter().any(|r| r.expiry < date(2025, 1, 1)) && rows.iter().all(|r| r.expiry > date(2024, 11, 1)));
}
