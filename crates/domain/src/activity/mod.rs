//! What was done lately, added up: trades and orders of the broker's day, orders of the last minutes, trades of each
//! strategy, rejects and losses in a row, and the breakers that stand. Fed by the journal's records like the rest of the
//! book, so that a replay gives the same; nothing here grows with history.
//!
//! The day is the broker's: it ends at the close of `BrokerCalendar`, which is when a day's profit ends too. The pure
//! book knows no calendar: the writer journals `TradingDayBegan` when a close has passed. A day that was never begun goes
//! on: counters only stay too high.

mod breaker;
mod footprint;
mod pattern;
mod sums;
mod value;
mod window;

pub use breaker::{Breaker, Tripped};
pub(crate) use footprint::Footprint;
pub use pattern::PatternSum;
pub use sums::{Activity, DayCount, Series, added_share};
pub use value::{AccountMark, AccountValue};
pub use window::{WINDOW_MAX, WindowSum};
