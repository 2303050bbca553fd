use super::{decimal, nonzero, price, qty, size, text, wire};
use rust_decimal::Decimal;

fn exact(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

#[test]
fn a_double_becomes_the_shortest_decimal_that_means_it() {
    for (double, text) in [
        (0.1, "0.1"),
        (189.5, "189.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-7, "0.0000001"),
        (1_000_000_000.0, "1000000000"),
        (-12.34, "-12.34"),
        (0.0, "0"),
    ] {
        assert_eq!(decimal(double), Some(exact(text)), "{double}");
    }
}

#[test]
fn what_is_not_a_number_is_unknown() {
    for double in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 1e300] {
        assert_eq!(decimal(double), None, "{double}");
    }
}

#[test]
fn a_zero_or_negative_price_is_unknown() {
    for double in [0.0, -0.0, -1.0, f64::MAX, f64::NAN] {
        assert_eq!(price(double), None, "{double}");
    }
    assert_eq!(price(189.123_456_789_01).unwrap().get(), exact("189.12345679"));
}

#[test]
fn a_quantity_is_exact_or_unknown() {
    assert_eq!(qty(0.0), None);
    assert_eq!(qty(0.0001).unwrap().get(), exact("0.0001"));
    assert_eq!(qty(0.000_000_000_1), None);
}

#[test]
fn a_size_may_be_zero_and_a_limit_price_may_not() {
    assert_eq!(size(0.0), Some(Decimal::ZERO));
    assert_eq!(size(-1.0), None);
    assert_eq!(nonzero(0.0), None);
    assert_eq!(nonzero(-0.35), Some(exact("-0.35")));
}

#[test]
fn only_an_exact_double_leaves_for_the_wire() {
    for text in ["189.5", "0.0001", "999999999.12", "1", "100.00", "0.00000001"] {
        let double = wire(exact(text)).unwrap();
        assert_eq!(double.to_string().parse::<Decimal>().unwrap(), exact(text), "{text}");
    }
    assert_eq!(wire(exact("999999999.12345678")), None, "17 digits do not fit into a double");
}

#[test]
fn text_amounts_are_read_and_sentinels_are_not() {
    assert_eq!(text("1000000.00"), Some(exact("1000000")));
    assert_eq!(text(" -5.5 "), Some(exact("-5.5")));
    assert_eq!(text("1.5E3"), Some(exact("1500")));
    for junk in ["", "N/A", "NaN", "1.7976931348623157E308", "2147483647", "inf"] {
        assert_eq!(text(junk), None, "{junk}");
    }
}
