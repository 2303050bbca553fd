//! What was done lately, as far as it counts for one order.

use crate::activity::{Breaker, Series, Tripped, WindowSum};
use rust_decimal::Decimal;

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
    /// Losses, stops and rejects in a row.
    pub series: Series,
    /// Breakers that stand and concern this order.
    pub tripped: Vec<(Breaker, Tripped)>,
}
