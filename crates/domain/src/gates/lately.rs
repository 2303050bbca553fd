//! What was done lately, as far as it counts for one order.

use crate::activity::{Breaker, PatternSum, Series, Tripped, WindowSum};
use crate::policy::Policy;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

/// The account's funds as the broker told them, in base currency. What it did not say is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funds {
    /// Net liquidation value.
    pub net_liquidation: Option<Decimal>,
    /// Initial margin in use.
    pub init_margin: Option<Decimal>,
    /// Excess liquidity.
    pub excess_liquidity: Option<Decimal>,
    /// When it was told.
    pub at: Timestamp,
}

/// What the account lost, in base currency; below zero is a gain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Since the broker's day began.
    pub loss_day: Decimal,
    /// Since its week began.
    pub loss_week: Decimal,
    /// Below the peak, in percent.
    pub drawdown_percent: Decimal,
    /// When the broker last told what the account is worth.
    pub at: Timestamp,
}

impl Losses {
    /// These, unless they are too old to judge by. A clock that was set back makes nothing old.
    pub(super) fn if_fresh(self, policy: &Policy, now: Timestamp) -> Option<Self> {
        (now.duration_since(self.at) <= SignedDuration::from_secs(policy.loss_age_s_max)).then_some(self)
    }

    /// What was seen of the account's worth where it cannot be judged by.
    pub(super) fn unknown_words(value: Option<Self>, now: Timestamp) -> String {
        value.map_or_else(
            || "unknown account value".to_owned(),
            |value| format!("account value {} s old", now.duration_since(value.at).as_secs()),
        )
    }
}

/// What the broker says that the order does to the account, base currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WhatIfFact {
    /// What it adds to the initial margin.
    pub init_margin_change: Option<Decimal>,
    /// Initial margin after it.
    pub init_margin_after: Option<Decimal>,
    /// Equity less maintenance margin after it.
    pub excess_after: Option<Decimal>,
}

/// Gathered by the engine from [`crate::activity::Activity`] and the prices of the last minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// Worth of the account's trades today in base currency; `None` when a rate is missing.
    pub turnover_day: Option<Decimal>,
    /// Orders that the account sent today.
    pub orders_day: u32,
    /// Orders that this request adds; none for a change.
    pub orders_more: u32,
    /// Quantity that this request adds: of a change only what is more than before.
    pub qty_more: Decimal,
    /// What the account sent within the short window.
    pub window: WindowSum,
    /// Lowest and highest price of the instrument within the short window; `None` when nobody watched it.
    pub window_prices: Option<(Decimal, Decimal)>,
    /// Trades of the strategy since a human last let it go on.
    pub strategy_trades: u32,
    /// Order messages of the account today.
    pub messages_day: u32,
    /// Trades of the account today.
    pub trades_day: u32,
    /// Orders in a row that the broker rejected.
    pub rejects_in_row: u32,
    /// The account's funds; `None` before they were told.
    pub funds: Option<Funds>,
    /// Worth of what trades opened that those funds may not show yet, base currency; `None` is unknown.
    pub opened_unseen: Option<Decimal>,
    /// Worth of what trades opened since the broker was asked for its estimate; `None` is unknown.
    pub opened_since_estimate: Option<Decimal>,
    /// What the account lost; `None` before its worth was told.
    pub value: Option<Losses>,
    /// What the account's own orders in the instrument look like from outside.
    pub pattern: PatternSum,
    /// Losses, stops and rejects in a row.
    pub series: Series,
    /// Breakers that stand and concern this order.
    pub tripped: Vec<(Breaker, Tripped)>,
}
