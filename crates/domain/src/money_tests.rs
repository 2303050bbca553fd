use super::{Currency, Money, Price, Qty, parse_decimal};
use proptest::prelude::*;
use rust_decimal::Decimal;

#[test]
fn what_is_no_plain_positive_decimal_is_no_amount() {
    let refused = [
        "",
        " ",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "1e15",
        "1E5",
        "1e-5",
        "0x10",
        "1_000",
        "1,000",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "--1",
        "1-",
        "1.2.3",
        ".",
        "-",
        "-1",
        "-0.01",
        "0",
        "0.00",
        "-0",
        "null",
        "１",
        "½",
        "1000000001",
        "1000000000000000",
        "0.000000001",
        "79228162514264337593543950336",
        "0.00000000000000000000000000000000001",
        "99999999999999999999999999999999999999999999999999999999999999",
    ];
    for text in refused {
        assert!(text.parse::<Price>().is_err(), "price {text:?}");
        assert!(text.parse::<Qty>().is_err(), "qty {text:?}");
    }
}

#[test]
fn a_plain_positive_decimal_is_an_amount() {
    for (text, shown) in
        [("189.50", "189.5"), ("1", "1"), ("0.00000001", "0.00000001"), ("1000000000", "1000000000"), ("007", "7")]
    {
        assert_eq!(text.parse::<Price>().unwrap().to_string(), shown);
        assert_eq!(text.parse::<Qty>().unwrap().to_string(), shown);
    }
    assert_eq!("1.0".parse::<Price>().unwrap(), "1".parse::<Price>().unwrap(), "the same amount is equal");
}

#[test]
fn the_error_names_the_amount_and_the_rule() {
    let error = "1e15".parse::<Qty>().unwrap_err();
    assert_eq!(error.what, "qty");
    assert!(error.to_string().starts_with("qty must be a plain decimal"), "{error}");
    let error = "-1".parse::<Price>().unwrap_err();
    assert!(error.to_string().starts_with("price must be a decimal above 0"), "{error}");
}

#[test]
fn json_is_checked_too() {
    assert_eq!(serde_json::from_str::<Price>("\"189.50\"").unwrap(), "189.5".parse().unwrap());
    assert_eq!(serde_json::to_string(&"189.50".parse::<Price>().unwrap()).unwrap(), "\"189.5\"");
    for json in ["\"0\"", "\"-1\"", "\"NaN\"", "null", "\"\"", "\"1000000001\"", "{}"] {
        assert!(serde_json::from_str::<Price>(json).is_err(), "{json}");
    }
}

#[test]
fn signed_decimals_are_plain_as_well() {
    assert_eq!(parse_decimal("-12.5", "cash").unwrap(), Decimal::new(-125, 1));
    assert_eq!(parse_decimal("NaN", "cash").unwrap_err().what, "cash");
    assert!(parse_decimal("1.00000000000000000000000000000001", "cash").is_err(), "nothing is rounded silently");
}

#[test]
fn a_currency_is_three_capital_letters() {
    assert_eq!("USD".parse::<Currency>().unwrap().as_str(), "USD");
    for text in ["", "usd", "US", "USDT", "U5D", "ÄÖÜ", "US ", "€"] {
        assert!(text.parse::<Currency>().is_err(), "{text:?}");
    }
    let debit = Money { amount: Decimal::new(-125, 1), currency: "USD".parse().unwrap() };
    assert_eq!(debit.to_string(), "-12.5 USD", "a margin debit is an amount");
}

proptest! {
    #[test]
    fn any_text_is_an_amount_in_range_or_an_error(text in "\\PC{0,40}") {
        if let Ok(price) = text.parse::<Price>() {
            prop_assert!(price.get() > Decimal::ZERO && price.get() <= Decimal::from(1_000_000_000));
        }
    }

    #[test]
    fn an_amount_reads_back_as_it_is_shown(mantissa in 1i64..100_000_000_000_000, scale in 0u32..9) {
        if let Ok(price) = Price::new(Decimal::new(mantissa, scale)) {
            prop_assert_eq!(price.to_string().parse::<Price>().unwrap(), price);
        }
    }
}

#[test]
fn a_decimal_has_digits_on_both_sides_of_its_point() {
    for text in ["10.", ".5", ".", "-", "-.5", "1-2", "1.2.3", "--1", "+1", ""] {
        assert!(parse_decimal(text, "qty").is_err(), "{text:?} is no plain decimal");
    }
    for text in ["10", "10.5", "-10.5", "0.5"] {
        assert!(parse_decimal(text, "qty").is_ok(), "{text:?} is one");
    }
}
