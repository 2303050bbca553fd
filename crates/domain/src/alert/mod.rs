//! Alerts: what of the journal and of the gateway's own state somebody is told, when, how often and by which way. Pure: records,
//! facts and the time go in, entries of the outbox come out, and the outbox is what its entries add up to.
//!
//! A topic is a kind with a subject (a link, an order, a rule). Something about it happens, opens, or closes. What repeats within a
//! while is folded into one alert at the end of that while, and what closes before it was told is not told at all.

mod book;
mod condition;
mod derive;
mod due;
mod entry;
mod kind;
mod news;
mod quiet;

pub use book::AlertBook;
pub use condition::{Facts, Lookout, SIGN_SILENCE_MAX, Sign};
pub use derive::news;
pub use due::{BATCH_MAX, ChannelRules, Parcel, backoff};
pub use entry::{Alert, AlertId, ChannelId, Cursor, Delivery, Entry};
pub use kind::{AlertKind, Severity};
pub use news::{News, Turn};
pub use quiet::{QuietError, QuietHours};
