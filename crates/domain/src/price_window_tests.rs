use super::PriceWindow;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

#[test]
fn prices_count_as_long_as_the_window_is_wide() {
    let mut window = PriceWindow::default();
    for (second, price) in [(0, 100), (10, 90), (20, 110), (80, 105)] {
        window.add(Decimal::from(price), at(second));
    }
    let range = |window_s| window.range(window_s, at(80)).map(|(low, high)| (low.to_string(), high.to_string()));
    assert_eq!(range(10), Some(("105".to_owned(), "105".to_owned())));
    assert_eq!(range(60), Some(("105".to_owned(), "110".to_owned())));
    assert_eq!(range(70), Some(("90".to_owned(), "110".to_owned())));
    assert_eq!(window.range(60, at(10_000)), None);
}

#[test]
fn it_does_not_grow_with_the_number_of_prices() {
    let mut window = PriceWindow::default();
    for second in 0..20_000 {
        window.add(Decimal::from(second), at(second));
    }
    assert!(window.0.len() <= super::STEPS_MAX);
    assert_eq!(window.range(5, at(19_999)).unwrap().1, Decimal::from(19_999));
}
