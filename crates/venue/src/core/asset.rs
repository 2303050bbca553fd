//! An instrument as the books see it: what a trade in it moves.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The currency accounts are kept in.
    pub const BASE: Self = Self(*b"USD");

    /// The currency of a code of three letters, of which the universe has no others.
    pub fn of(code: &str) -> Self {
        let mut letters = [b'?'; 3];
        for (letter, byte) in letters.iter_mut().zip(code.bytes()) {
            *letter = if byte.is_ascii() { byte } else { b'?' };
        }
        Self(letters)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| fmt::Write::write_char(f, char::from(*b)))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(&String::deserialize(deserializer)?))
    }
}

/// What is bought, and with which money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asset {
    pub(super) class: Class,
    /// Currency of its price, and of the profit it makes.
    pub(super) currency: Currency,
    /// What one unit is worth at a price of one: the multiplier; of a bond, a hundredth of its par.
    pub(super) factor: Decimal,
}

/// How a trade moves cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Paid for in full when bought: stocks, options, bonds, funds, crypto.
    Paid,
    /// Held on margin: futures and CFDs. Cash moves by the profit, when the position closes.
    Margined,
    /// One currency for another. The holding only remembers what the bought one cost: the money
    /// itself is in the cash balances.
    Exchange {
        /// The currency that is bought and sold.
        bought: Currency,
    },
}

impl Asset {
    /// What a quantity is worth at a price, in the asset's currency.
    pub(super) fn value(&self, quantity: Decimal, price: Decimal) -> Decimal {
        quantity * price * self.factor
    }

    /// Whether a fee is part of what a holding costs. That of an exchange of currencies is an expense
    /// of its own, as it need not be in the currency of the price.
    pub(super) fn takes_in_fees(&self) -> bool {
        match self.class {
            Class::Paid | Class::Margined => true,
            Class::Exchange { .. } => false,
        }
    }
}
