//! What an order costs, by IBKR Pro's published schedules ("Commissions", as of 2026; exchange,
//! regulatory and clearing fees are left out but for futures, where they are the larger part).
//!
//! | | each | least | most |
//! |---|---|---|---|
//! | US stocks and ETFs, fixed | 0.005 USD a share | 1.00 | 1 % of the value |
//! | US stocks and ETFs, tiered | 0.0035 USD a share, less with the month's volume | 0.35 | 1 % |
//! | stocks elsewhere | 0.05 % (Japan 0.08 %) | 3.00 (80 yen) | |
//! | options | 0.65, 0.50 below 0.10 USD, 0.25 below 0.05 | 1.00 | |
//! | futures | 0.85 and 1.40 of fees; 0.25 and 0.37 for a multiplier below 10 | | |
//! | currencies | 0.2 basis points | 2.00 | |
//! | CFDs on US stocks | 0.005 USD a share | 1.00 | |
//! | bonds | 0.1 % of the first 10,000 of face value, 0.025 % of the rest | 1.00 | |
//! | funds | | 14.95 | 3 % of the value |
//! | crypto | 0.18 % | 1.75 | 1 % of the value |
//!
//! Minimum and maximum are per order, over all its fills: the first fill pays the minimum, the next
//! ones only what goes beyond it. The maximum beats the minimum.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::asset::Currency;
use crate::market::{Instrument, SecType};

/// IBKR's pricing of US stocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Commissions {
    /// One price for all.
    #[default]
    Fixed,
    /// Less with the volume of the month, on the shares beyond each step.
    Tiered,
}

/// Decimal places a commission is rounded to.
const PLACES: u32 = 4;
/// Shares of a month from which on the next price holds, and that price.
const TIERS: [(i64, Decimal); 5] =
    [(0, of(35, 4)), (300_000, of(20, 4)), (3_000_000, of(15, 4)), (20_000_000, of(10, 4)), (100_000_000, of(5, 4))];
/// Face value of a bond up to which the higher price holds.
const BOND_STEP: Decimal = of(10_000, 0);

const fn of(units: u32, scale: u32) -> Decimal {
    Decimal::from_parts(units, 0, 0, false, scale)
}

/// An order's commissions so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charged {
    /// Paid.
    pub commission: Decimal,
    /// What it would be without minimum and maximum.
    pub uncapped: Decimal,
    /// Value traded, in the currency of the commission.
    pub value: Decimal,
}

/// A fill to be charged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chargeable<'a> {
    pub(super) of: &'a Instrument,
    pub(super) schedule: Commissions,
    /// Units that filled before.
    pub(super) filled: Decimal,
    pub(super) quantity: Decimal,
    pub(super) price: Decimal,
    /// What one unit is worth at a price of one.
    pub(super) factor: Decimal,
    /// Its value in the currency of the commission.
    pub(super) value: Decimal,
    /// Shares the account has traded this month.
    pub(super) month: Decimal,
}

/// The currency an instrument's commissions are paid in: that of its price, but the base currency for
/// an exchange of currencies.
pub(super) fn currency(of: &Instrument) -> Currency {
    match of.sec_type {
        SecType::Cash => Currency::BASE,
        SecType::Stk
        | SecType::Ind
        | SecType::Fut
        | SecType::Opt
        | SecType::Cfd
        | SecType::Bond
        | SecType::Fund
        | SecType::Crypto => Currency::of(&of.currency),
    }
}

/// An order's commissions after one more fill.
pub(super) fn charge(before: Charged, fill: &Chargeable<'_>) -> Charged {
    let uncapped = before.uncapped + uncapped(fill);
    let value = before.value + fill.value;
    let (least, most) = bounds(fill.of, fill.schedule);
    let due = uncapped.max(least);
    let due = most.map_or(due, |share| due.min(value * share)).round_dp(PLACES);
    // A rebate is never paid: what was charged stays charged.
    Charged { commission: due.max(before.commission).normalize(), uncapped, value }
}

fn uncapped(fill: &Chargeable<'_>) -> Decimal {
    let Chargeable { of: i, filled, quantity, price, factor, value, .. } = *fill;
    match i.sec_type {
        SecType::Stk if i.currency != "USD" => value * foreign_share(i),
        SecType::Stk => match fill.schedule {
            Commissions::Fixed => quantity * of(5, 3),
            Commissions::Tiered => tiered(fill.month, quantity),
        },
        SecType::Cfd => quantity * of(5, 3),
        SecType::Opt if price < of(5, 2) => quantity * of(25, 2),
        SecType::Opt if price < of(10, 2) => quantity * of(50, 2),
        SecType::Opt => quantity * of(65, 2),
        SecType::Fut if i.multiplier < of(10, 0) => quantity * of(62, 2),
        SecType::Fut => quantity * of(225, 2),
        SecType::Cash => value * of(2, 5),
        SecType::Bond => {
            // A bond is worth its face value at a price of 100.
            let face = |units: Decimal| units * factor * Decimal::ONE_HUNDRED;
            let (before, after) = (face(filled), face(filled + quantity));
            let low = after.min(BOND_STEP) - before.min(BOND_STEP);
            low * of(1, 3) + (after - before - low) * of(25, 5)
        }
        SecType::Fund => Decimal::ZERO,
        SecType::Crypto => value * of(18, 4),
        // Nobody trades an index.
        SecType::Ind => Decimal::ZERO,
    }
}

fn foreign_share(i: &Instrument) -> Decimal {
    if i.currency == "JPY" { of(8, 4) } else { of(5, 4) }
}

/// The price of shares of a month from `before` on.
fn tiered(before: Decimal, quantity: Decimal) -> Decimal {
    let after = before + quantity;
    let mut sum = Decimal::ZERO;
    for (n, (from, price)) in TIERS.iter().enumerate() {
        let from = Decimal::from(*from);
        let to = TIERS.get(n + 1).map_or(Decimal::MAX, |(next, _)| Decimal::from(*next));
        let within = after.min(to) - before.max(from);
        sum += within.max(Decimal::ZERO) * price;
    }
    sum
}

/// Least of an order, and most as a share of its value.
fn bounds(i: &Instrument, schedule: Commissions) -> (Decimal, Option<Decimal>) {
    match i.sec_type {
        SecType::Stk if i.currency == "JPY" => (of(80, 0), None),
        SecType::Stk if i.currency != "USD" => (of(3, 0), None),
        SecType::Stk => match schedule {
            Commissions::Fixed => (of(1, 0), Some(of(1, 2))),
            Commissions::Tiered => (of(35, 2), Some(of(1, 2))),
        },
        SecType::Opt | SecType::Cfd | SecType::Bond => (of(1, 0), None),
        SecType::Cash => (of(2, 0), None),
        SecType::Fund => (of(1495, 2), Some(of(3, 2))),
        SecType::Crypto => (of(175, 2), Some(of(1, 2))),
        SecType::Fut | SecType::Ind => (Decimal::ZERO, None),
    }
}

#[cfg(test)]
#[path = "commission_tests.rs"]
mod tests;
