//! Sizes of orders: what an instrument takes, cash quantities, currency lots.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::Order;

use super::desk::Core;
use super::terms::Refusal;
use super::{Kind, Side};
use crate::market::SecType;

/// Largest order, in units.
const QUANTITY_MAX: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);

/// Smallest lots of IDEALPRO, in the first currency of a pair. Source: IBKR, "Spot Currency
/// Minimum/Maximum Order Sizes".
const CURRENCY_LOTS: [(&str, i64); 9] = [
    ("USD", 25_000),
    ("EUR", 20_000),
    ("GBP", 17_000),
    ("AUD", 25_000),
    ("CAD", 25_000),
    ("CHF", 25_000),
    ("NZD", 35_000),
    ("HKD", 200_000),
    ("JPY", 2_500_000),
];

impl Core {
    /// The quantity of an order: as given, or what its cash buys at the present price.
    pub(super) fn quantity(
        &mut self,
        instrument: usize,
        order: &Order,
        kind: Kind,
        side: Side,
        now: Timestamp,
    ) -> Result<Decimal, Refusal> {
        let cash = order.cash_qty.filter(|cash| !cash.is_zero());
        let given = order.total_quantity.unwrap_or_default();
        let quantity = match cash {
            None => given,
            Some(_) if !given.is_zero() => {
                return Err(Refusal::invalid("Both a quantity and a cash quantity are set"));
            }
            Some(cash) => self.bought_with(cash, instrument, kind, side, now)?,
        };
        if quantity.is_zero() {
            return Err(Refusal::new(434, "The order size cannot be zero."));
        }
        if quantity < Decimal::ZERO {
            return Err(Refusal::invalid("Order size must be greater than zero"));
        }
        let i = self.instrument(instrument);
        if !(quantity % i.size_increment).is_zero() {
            return Err(match i.sec_type {
                SecType::Stk => Refusal::new(
                    10243,
                    "Fractional-sized order cannot be placed via API. Please use desktop version to place this order.",
                ),
                SecType::Ind
                | SecType::Cash
                | SecType::Fut
                | SecType::Opt
                | SecType::Cfd
                | SecType::Bond
                | SecType::Fund
                | SecType::Crypto => {
                    Refusal::new(10250, "The size does not conform to the minimum variation of for this contract")
                }
            });
        }
        if quantity < i.min_size {
            return Err(Refusal::new(388, "Order size is smaller than the minimum requirement."));
        }
        if quantity > QUANTITY_MAX {
            return Err(Refusal::rejected("The order size exceeds the maximum of 100,000,000 shares."));
        }
        Ok(quantity.normalize())
    }

    fn bought_with(
        &mut self,
        cash: Decimal,
        instrument: usize,
        kind: Kind,
        side: Side,
        now: Timestamp,
    ) -> Result<Decimal, Refusal> {
        let is_allowed = match self.instrument(instrument).sec_type {
            SecType::Cash | SecType::Crypto => true,
            SecType::Stk
            | SecType::Ind
            | SecType::Fut
            | SecType::Opt
            | SecType::Cfd
            | SecType::Bond
            | SecType::Fund => false,
        };
        if !is_allowed || cash < Decimal::ZERO {
            return Err(Refusal::new(10244, "Cash Quantity cannot be used for this order"));
        }
        let quote = self.priced(instrument, now)?;
        let touch = match side {
            Side::Buy => quote.ask,
            Side::Sell => quote.bid,
        };
        let price = kind.limit().unwrap_or(touch);
        let increment = self.instrument(instrument).size_increment;
        Ok((cash / price / increment).floor() * increment)
    }

    /// IBKR's warning about an order that is too small for the interbank market.
    pub(super) fn odd_lot_warning(&self, instrument: usize, side: Side, quantity: Decimal) -> Option<String> {
        let i = self.instrument(instrument);
        if i.sec_type != SecType::Cash {
            return None;
        }
        let (currency, lot) = CURRENCY_LOTS.iter().find(|(currency, _)| *currency == i.symbol)?;
        (quantity < Decimal::from(*lot)).then(|| {
            format!(
                "Order Message:\n{} {quantity} {} Forex\nWarning: Your order size is below the {currency} {lot} \
                 IdealPro minimum and will be routed as an odd lot order.",
                side.as_str(),
                i.local_symbol
            )
        })
    }
}
