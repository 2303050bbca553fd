//! A bracket: an entry with the two exits that close what it opens. One intent, three orders at the broker.

use crate::id::{BrokerOrderId, Leg};
use crate::money::Price;
use crate::order::{OrderIntent, OrderType, Side, Tif};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The prices of both exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bracket {
    /// Limit of the profit taker.
    pub take_profit: Price,
    /// Trigger of the stop.
    pub stop_loss: Price,
}

/// The broker's ids of both exits, reserved together with the entry's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitIds {
    /// Of the profit taker.
    pub take_profit: BrokerOrderId,
    /// Of the stop.
    pub stop_loss: BrokerOrderId,
}

impl ExitIds {
    /// Each exit with its id, in the order in which they are sent.
    pub fn pairs(self) -> [(Leg, BrokerOrderId); 2] {
        [(Leg::TakeProfit, self.take_profit), (Leg::StopLoss, self.stop_loss)]
    }
}

impl OrderIntent {
    /// How many orders the broker is sent for this intent.
    pub fn orders(&self) -> u32 {
        if self.bracket.is_some() { 3 } else { 1 }
    }

    /// The intent of an exit; `None` for the entry and for an order without a bracket.
    ///
    /// Exits are good till canceled whatever the entry's time in force is: protection that lapses at the end of the day
    /// protects nobody. IBKR ends them with an entry that ends unfilled.
    pub fn exit(&self, leg: Leg) -> Option<Self> {
        let bracket = self.bracket?;
        let order_type = match leg {
            Leg::Entry => return None,
            Leg::TakeProfit => OrderType::Limit { limit: bracket.take_profit },
            Leg::StopLoss => OrderType::Stop { stop: bracket.stop_loss },
        };
        Some(Self {
            cl_ord_id: self.cl_ord_id.leg_key(leg),
            account: self.account.clone(),
            instrument: self.instrument.clone(),
            side: closing(self.side),
            qty: self.qty,
            order_type,
            tif: Tif::Gtc,
            outside_rth: self.outside_rth,
            reduce_only: false,
            strategy: self.strategy.clone(),
            preview_id: None,
            bracket: None,
            oca_group: None,
            flatten: false,
        })
    }

    /// What is wrong with the order as a member of a group, field by field with the rule that it breaks.
    pub fn group_faults(&self) -> Vec<(&'static str, String)> {
        let Some(bracket) = self.bracket else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        let mut must = |holds: bool, field: &'static str, rule: &str| {
            if !holds {
                faults.push((field, rule.to_owned()));
            }
        };
        must(self.oca_group.is_none(), "oca_group", "must be left out beside bracket: its exits are a group already");
        must(!self.reduce_only, "reduce_only", "must be left out beside bracket: its exits close what the entry opens");
        let opens = match self.side {
            Side::Buy | Side::SellShort => true,
            Side::Sell | Side::BuyToCover => false,
        };
        must(opens, "side", "must be buy or sell_short beside bracket: its exits close what the entry opens");
        let (profit, loss) = (bracket.take_profit.get(), bracket.stop_loss.get());
        let buy = self.side.is_buy();
        let (beyond, before) = if buy { ("above", "below") } else { ("below", "above") };
        if let Some(entry) = self.own_entry_price() {
            let what = format!("the price of the entry, {}", entry.normalize());
            must(
                is_beyond(buy, profit, entry),
                "bracket.take_profit",
                &format!("must be {beyond} {what}: it is where the position is closed with a profit"),
            );
            must(
                is_beyond(buy, entry, loss),
                "bracket.stop_loss",
                &format!("must be {before} {what}: it is where the position is closed with a loss"),
            );
        } else {
            must(
                is_beyond(buy, profit, loss),
                "bracket.take_profit",
                &format!("must be {beyond} the stop loss, {}", loss.normalize()),
            );
        }
        faults
    }

    /// The price at which the entry's own words let it trade: its limit, else its trigger.
    pub fn own_entry_price(&self) -> Option<Decimal> {
        self.order_type.limit_price().or(self.order_type.stop_price()).map(Price::get)
    }
}

/// Whether `price` lies on the profitable side of `from`.
pub(crate) fn is_beyond(buy: bool, price: Decimal, from: Decimal) -> bool {
    if buy { price > from } else { price < from }
}

/// The side that closes what `side` opens.
fn closing(side: Side) -> Side {
    match side {
        Side::Buy | Side::BuyToCover => Side::Sell,
        Side::Sell | Side::SellShort => Side::BuyToCover,
    }
}

#[cfg(test)]
#[path = "bracket_tests.rs"]
mod tests;
