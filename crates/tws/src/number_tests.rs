use proptest::prelude::*;

use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn doubles_become_the_decimal_the_user_typed() {
    for (value, expected) in
        [(257.95, "257.95"), (0.1, "0.1"), (-3.0, "-3"), (1e15, "1000000000000000"), (0.0001, "0.0001")]
    {
        assert_eq!(decimal(Some(value), "p"), Ok(Some(dec(expected))));
    }
}

#[test]
fn sentinels_are_none() {
    assert_eq!(decimal(None, "p"), Ok(None));
    assert_eq!(decimal(Some(f64::MAX), "p"), Ok(None));
    assert_eq!(integer(Some(i32::MAX)), None);
    for text in [
        "",
        "2147483647",
        "9223372036854775807",
        "-9223372036854775808",
        "1.7976931348623157E308",
        "1.7976931348623157e+308",
    ] {
        assert_eq!(decimal_text(Some(text), "q"), Ok(None), "{text}");
    }
}

#[test]
fn what_is_no_finite_number_is_an_error() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(decimal(Some(value), "p"), Err(DecodeError::NotFinite { field: "p" }));
    }
    for text in ["NaN", "inf", "-Infinity"] {
        assert_eq!(decimal_text(Some(text), "q"), Err(DecodeError::NotFinite { field: "q" }), "{text}");
    }
    for value in [1e300, -f64::MAX, 1e-40] {
        assert_eq!(decimal(Some(value), "p"), Err(DecodeError::NotDecimal { field: "p" }));
    }
    for text in ["abc", " ", "1e300", "0x10", "1,5"] {
        assert_eq!(decimal_text(Some(text), "q"), Err(DecodeError::NotDecimal { field: "q" }), "{text}");
    }
    let long = "1".repeat(65);
    assert_eq!(decimal_text(Some(&long), "q"), Err(DecodeError::NotDecimal { field: "q" }));
}

#[test]
fn sizes_are_written_without_trailing_zeros() {
    assert_eq!(text(dec("100.000")), "100");
    assert_eq!(text(dec("0.50")), "0.5");
    assert_eq!(decimal_text(Some("1E+2"), "q"), Ok(Some(dec("100"))));
}

proptest! {
    #[test]
    fn a_price_survives_the_wire(units in -1_000_000_000_000_i64..1_000_000_000_000, scale in 0_u32..5) {
        let price = Decimal::new(units, scale);
        prop_assert_eq!(decimal(Some(double(price)), "p"), Ok(Some(price.normalize())));
        prop_assert_eq!(decimal_text(Some(&text(price)), "q"), Ok(Some(price.normalize())));
    }

    #[test]
    fn no_double_and_no_text_panics(value in any::<f64>(), input in "\\PC{0,80}") {
        let _ = decimal(Some(value), "p");
        let _ = decimal_text(Some(&input), "q");
    }
}
