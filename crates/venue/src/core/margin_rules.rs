//! How much an account must have for what it holds: Regulation T and FINRA Rule 4210 in outline (12 CFR
//! 220.12; Rule 4210 (c), (e)(2), (f)(2)), and rates of the house where those say nothing.
//!
//! | | to open | to keep |
//! |---|---|---|
//! | stock, long | 50 % | 25 % |
//! | stock, short | 50 %, at least 2.50 a share | 30 %, at least 5.00 a share; below 5.00 its whole value or 2.50 |
//! | option, long | none: it is paid for and lends nothing | none |
//! | option, short | its value and the greater of 20 % of the underlying less what it is out of the money, and 10 % of the underlying (a call) or strike (a put) | the same |
//! | call on shares held, put on shares sold short | its value | its value |
//! | short option against a long one that expires no earlier | the most the pair can lose | the same |
//! | future | 10 % of the contract | 8 % |
//! | CFD | 20 % | 20 % |
//! | bond | 20 % | 10 % |
//! | fund | 100 % | 100 % |
//! | crypto | none: it is paid for and lends nothing | none |
//! | a balance in another currency | 3 % | 3 % |
//!
//! A future's margin is a share of the contract rather than IBKR's dollar amount, because the venue's
//! prices range over decades.

use rust_decimal::Decimal;

use crate::market::{Instrument, Right, SecType};

/// Share of a balance in a currency other than the base.
pub(super) const CURRENCY: Decimal = of(3, 2);
/// Share of a stock's value to open it.
pub(super) const STOCK_INITIAL: Decimal = of(5, 1);

const fn of(units: u32, scale: u32) -> Decimal {
    Decimal::from_parts(units, 0, 0, false, scale)
}

/// A holding at its price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg<'a> {
    pub(super) of: &'a Instrument,
    /// Units, negative when short.
    pub(super) quantity: Decimal,
    pub(super) price: Decimal,
    /// What one unit is worth at a price of one.
    pub(super) factor: Decimal,
}

/// Funds that holdings tie up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) initial: Decimal,
    pub(super) maintenance: Decimal,
}

impl Requirement {
    fn both(amount: Decimal) -> Self {
        Self { initial: amount, maintenance: amount }
    }

    fn shares(value: Decimal, initial: Decimal, maintenance: Decimal) -> Self {
        Self { initial: value * initial, maintenance: value * maintenance }
    }

    pub(super) fn scaled(self, rate: Decimal) -> Self {
        Self { initial: self.initial * rate, maintenance: self.maintenance * rate }
    }
}

impl std::ops::Add for Requirement {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { initial: self.initial + other.initial, maintenance: self.maintenance + other.maintenance }
    }
}

impl std::iter::Sum for Requirement {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |sum, one| sum + one)
    }
}

/// What a holding that is no option ties up, in its currency.
pub(super) fn of_one(leg: &Leg<'_>) -> Requirement {
    let value = (leg.quantity * leg.price * leg.factor).abs();
    match leg.of.sec_type {
        SecType::Stk if leg.quantity.is_sign_negative() => short_stock(value, leg.quantity.abs(), leg.price),
        SecType::Stk => Requirement::shares(value, STOCK_INITIAL, of(25, 2)),
        SecType::Fut => Requirement::shares(value, of(10, 2), of(8, 2)),
        SecType::Cfd => Requirement::both(value * of(20, 2)),
        SecType::Bond => Requirement::shares(value, of(20, 2), of(10, 2)),
        SecType::Fund => Requirement::both(value),
        // The money of a currency pair is in the balances, where its margin is asked for; options are
        // looked at together with their underlying; crypto lends nothing; nobody holds an index.
        SecType::Cash | SecType::Opt | SecType::Crypto | SecType::Ind => Requirement::default(),
    }
}

fn short_stock(value: Decimal, shares: Decimal, price: Decimal) -> Requirement {
    let low = shares * of(25, 1);
    let maintenance = if price < of(5, 0) { value.max(low) } else { (value * of(30, 2)).max(shares * of(5, 0)) };
    Requirement { initial: (value * STOCK_INITIAL).max(low), maintenance }
}

/// What an underlying and its options tie up together, in their currency.
pub(super) fn of_family(underlying: Decimal, legs: &[Leg<'_>]) -> Requirement {
    let (options, others): (Vec<&Leg<'_>>, Vec<&Leg<'_>>) = legs.iter().partition(|l| l.of.sec_type == SecType::Opt);
    let shares: Decimal = others.iter().filter(|l| l.of.sec_type == SecType::Stk).map(|l| l.quantity).sum();
    let own: Requirement = others.iter().map(|l| of_one(l)).sum();
    let side = |right: Right, cover: Decimal| {
        let of_right = options.iter().filter(|l| l.of.right == Some(right));
        let (long, short): (Vec<Leg<'_>>, Vec<Leg<'_>>) =
            of_right.map(|l| **l).partition(|l| l.quantity.is_sign_positive());
        options_of_a_right(right, underlying, long, short, cover.max(Decimal::ZERO))
    };
    own + Requirement::both(side(Right::Call, shares) + side(Right::Put, -shares))
}

/// Short options of a right: covered by shares first, then by long options, the rest naked.
fn options_of_a_right(
    right: Right,
    underlying: Decimal,
    mut long: Vec<Leg<'_>>,
    mut short: Vec<Leg<'_>>,
    mut cover: Decimal,
) -> Decimal {
    let strike = |l: &Leg<'_>| l.of.strike.unwrap_or_default();
    // Those that would cost most come first to the cover: low calls, high puts.
    let risk = |l: &Leg<'_>| match right {
        Right::Call => strike(l),
        Right::Put => -strike(l),
    };
    short.sort_by_key(risk);
    long.sort_by_key(risk);
    let mut sum = Decimal::ZERO;
    for leg in &mut short {
        let unit = leg.factor;
        let covered = if unit.is_zero() { Decimal::ZERO } else { (cover / unit).floor().min(leg.quantity.abs()) };
        cover -= covered * unit;
        leg.quantity += covered;
        sum += covered * leg.price * unit;
        for against in long.iter_mut().filter(|l| l.of.expiry >= leg.of.expiry) {
            let paired = against.quantity.min(leg.quantity.abs());
            against.quantity -= paired;
            leg.quantity += paired;
            sum += paired * unit * (risk(against) - risk(leg)).max(Decimal::ZERO);
        }
        sum += leg.quantity.abs() * unit * naked(right, strike(leg), underlying, leg.price);
    }
    sum
}

/// What a naked short option ties up for each unit of its multiplier.
fn naked(right: Right, strike: Decimal, underlying: Decimal, price: Decimal) -> Decimal {
    let (out_of_the_money, floor) = match right {
        Right::Call => (strike - underlying, underlying),
        Right::Put => (underlying - strike, strike),
    };
    let usual = underlying * of(20, 2) - out_of_the_money.max(Decimal::ZERO);
    price + usual.max(floor * of(10, 2))
}

#[cfg(test)]
#[path = "margin_rules_tests.rs"]
mod tests;
