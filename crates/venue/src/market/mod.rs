//! The venue's market: instruments, trading calendar, prices.
//!
//! Every price is a pure function of seed, instrument, day and second: real adjusted daily closes,
//! joined by seeded bridges, continued by a seeded walk after the last of them. Live quotes and
//! historical bars read the same path and therefore agree to the cent, and nothing has to be stored
//! but the price moves an operator commands.

mod bars;
mod calendar;
mod closes;
mod noise;
mod path;
mod price;
mod quotes;
mod universe;

pub use bars::{Bar, BarQuery, BarSize, BarsError, Duration, What};
pub use calendar::{Calendar, Session};
pub use closes::{Closes, ClosesError};
pub use price::{min_tick, on_tick};
pub use quotes::{DayFigures, Market, MarketConfig, MarketError, Move, Quote, Sessions};
pub use universe::{Instrument, UNIVERSE, find_con_id};
