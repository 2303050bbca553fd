use super::GATE;
use crate::gates::world::{Expect, check};
use crate::order::{OrderType, Side};
use rust_decimal::Decimal;

#[test]
fn everything_open_counts_at_its_worst() {
    check(
        &GATE,
        &[
            ("just within", Expect::Pass, |w| {
                w.also_open(Side::Buy, "1", Some("98105"));
            }),
            ("just above", Expect::Deny(1), |w| {
                w.also_open(Side::Buy, "1", Some("98105.01"));
            }),
            ("what is filled is not open", Expect::Pass, |w| {
                w.filled = Decimal::from(4);
                w.also_open(Side::Buy, "1", Some("98863"));
            }),
            ("what is left is", Expect::Deny(1), |w| {
                w.filled = Decimal::from(4);
                w.also_open(Side::Buy, "1", Some("98863.01"));
            }),
            ("sells do not net out", Expect::Deny(1), |w| {
                w.also_open(Side::Sell, "1", Some("98105.01"));
            }),
            ("a negative figure does not make room", Expect::Deny(1), |w| w.also_open(Side::Buy, "1", Some("-98106"))),
            ("the sum counts", Expect::Deny(1), |w| {
                w.also_open(Side::Buy, "1", Some("50000"));
                w.also_open(Side::Sell, "1", Some("50000"));
            }),
        ],
    );
}

#[test]
fn an_unknown_sum_is_refused() {
    check(
        &GATE,
        &[
            ("an open order without a price", Expect::Deny(1), |w| {
                w.also_open(Side::Buy, "1", None);
            }),
            ("this order without a price", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.quote = None;
            }),
            ("this order without a rate", Expect::Deny(1), |w| {
                w.account.fx_to_base = None;
            }),
            ("one without a price, the rest above", Expect::Deny(2), |w| {
                w.also_open(Side::Buy, "1", None);
                w.also_open(Side::Buy, "1", Some("100000"));
            }),
            ("beyond what any account is worth", Expect::Deny(1), |w| {
                w.also_open(Side::Buy, "1", Some("1"));
                w.also_open(Side::Buy, "1", Some(&Decimal::MAX.to_string()));
            }),
        ],
    );
}
