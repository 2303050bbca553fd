//! The venue's market: instruments, sessions, prices.
//!
//! Every price is a pure function of seed, instrument and second: real adjusted daily closes of twenty
//! stocks, joined by seeded bridges and continued by a seeded walk after the last of them; baskets and
//! seeded walks for what has no real closes here; and from those, by formula, everything derived.
//!
//! ```text
//! roots ── closes by day ─► line: one value a second ─► pricing: futures, options, index, CFD …
//!                                                        ├─► quote, depth   (rule: steps, class: spread)
//!                                                        └─► tape: trades ─► last, volume, ticks, bars
//! ```
//!
//! Live quotes, ticks and historical bars read the same line and therefore agree to the cent, and
//! nothing has to be stored but the price moves an operator commands.

mod bars;
mod calendar;
mod chains;
mod class;
mod clock;
mod closes;
mod depth;
mod greeks;
mod hours;
mod instrument;
mod line;
mod listing;
mod noise;
mod others;
mod path;
mod pricing;
mod quote;
mod quotes;
mod roots;
mod rule;
#[cfg(test)]
mod sample;
mod stocks;
mod tape;
mod trading;
mod universe;
mod volatility;

pub use bars::{Bar, BarQuery, BarSize, BarsError, Duration, What};
pub use calendar::{Calendar, Session};
pub use closes::{Closes, ClosesError};
pub use depth::{Depth, DepthRow};
pub use greeks::OptionFigures;
pub use hours::{DayHours, Hours};
pub use instrument::{Instrument, Right, SecType};
pub(crate) use noise::mix;
pub use quote::{DayFigures, Quote};
pub use quotes::{Intraday, Market, MarketConfig, MarketError, Move, Sessions};
pub use rule::increments;
pub use tape::Print;
pub use universe::Universe;
