use super::*;
use crate::market::Closes;

#[test]
fn the_rules_give_exactly_the_trading_days_of_thirty_three_years_of_real_data() {
    let closes = Closes::load().unwrap();
    let calendar = Calendar::new();
    let ruled: Vec<Date> = calendar.sessions()[..closes.dates.len()].iter().map(|s| s.date).collect();
    for (ruled, real) in ruled.iter().zip(&closes.dates) {
        assert_eq!(ruled, real);
    }
}

#[test]
fn known_holidays_are_closed_and_known_early_closes_end_at_one() {
    let calendar = Calendar::new();
    for shut in [date(2026, 11, 26), date(2026, 7, 3), date(2026, 4, 3), date(2027, 12, 24), date(2025, 1, 9)] {
        assert_eq!(calendar.session(shut), None, "{shut}");
    }
    for early in [date(2026, 11, 27), date(2026, 12, 24), date(2025, 7, 3), date(2024, 11, 29)] {
        let session = calendar.session(early).unwrap();
        assert!(session.early, "{early}");
        assert_eq!(session.close - session.open, 3 * 3600 + 1800);
    }
    for early in [date(1996, 7, 5), date(2002, 7, 5), date(2013, 7, 3), date(1997, 12, 26), date(2003, 12, 26)] {
        assert!(calendar.session(early).unwrap().early, "{early}");
    }
    for whole in [date(1992, 11, 27), date(1992, 12, 24), date(1996, 7, 3), date(2002, 7, 3), date(2013, 7, 5)] {
        assert!(!calendar.session(whole).unwrap().early, "{whole}");
    }
    assert!(calendar.session(date(2021, 12, 31)).is_some(), "New Year on a Saturday is not made up for");
}
