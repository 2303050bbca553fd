//! The venue's market: instruments, trading calendar, prices.
//!
//! Every price is a pure function of seed, instrument, day and second: real adjusted daily closes,
//! joined by seeded bridges, continued by a seeded walk after the last of them. Live quotes and
//! historical bars read the same path and therefore agree to the cent, and nothing has to be stored
//! but the price moves an operator commands.

mod bars;
mod calendar;
mod closes;
mod instrument;
mod noise;
mod path;
mod price;
mod quotes;
mod stocks;
mod universe;

pub use bars::{Bar, BarQuery, BarSize, BarsError, Duration, What};
pub use calendar::{Calendar, Session};
pub use closes::{Closes, ClosesError};
pub use instrument::{Hours, Instrument, Right, SecType};
pub(crate) use noise::mix;
pub use quotes::{DayFigures, Market, MarketConfig, MarketError, Move, Quote, Sessions};
pub use universe::Universe;
