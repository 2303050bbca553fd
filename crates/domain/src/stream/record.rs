//! One instrument's record: the price, where it comes from, and how old it is.

use crate::contract::{Contract, SecType};
use crate::market::{DataType, Quote};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Of a symbol so much is in a file's name, characters.
const SYMBOL_MAX: usize = 64;
/// Version of the record's shape.
const SCHEMA: u32 = 1;

/// Where a price comes from, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A line that the broker feeds.
    Stream,
    /// The answer to a question.
    Snapshot,
    /// The close of the last session.
    LastClose,
    /// There is no price.
    None,
}

impl Source {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Snapshot => "snapshot",
            Self::LastClose => "last_close",
            Self::None => "none",
        }
    }
}

/// What is known of an instrument's price.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Price {
    /// The quote on its line, while the broker feeds it.
    pub line: Option<Quote>,
    /// Why the line gives nothing, if it does not.
    pub line_trouble: Option<String>,
    /// The newest answer to a question.
    pub snapshot: Option<Quote>,
    /// Why there was none.
    pub snapshot_trouble: Option<String>,
    /// The close of the last session, and its day's beginning.
    pub last_close: Option<(Decimal, Timestamp)>,
}

/// The record as it is written. Amounts are texts, what is not known is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the contract and the quote")]
pub struct StreamRecord {
    pub schema: u32,
    pub symbol: String,
    pub con_id: String,
    pub sec_type: SecType,
    pub exchange: String,
    pub currency: String,
    /// Where the price comes from.
    pub source: Source,
    /// Why it does not come from the line; null where it does.
    pub reason: Option<String>,
    /// Whether it is older than it may be, or there is none.
    pub stale: bool,
    /// The middle of a sane spread, else the last trade, else the close.
    pub price: Option<Decimal>,
    pub bid: Option<Decimal>,
    pub ask: Option<Decimal>,
    pub last: Option<Decimal>,
    pub bid_size: Option<Decimal>,
    pub ask_size: Option<Decimal>,
    pub last_size: Option<Decimal>,
    pub volume: Option<Decimal>,
    pub close: Option<Decimal>,
    pub data_type: Option<DataType>,
    /// When the gateway received the newest part of it.
    pub received_at: Option<Timestamp>,
    pub age_ms: Option<i64>,
    pub written_at: Timestamp,
}

/// Takes the best price that there is: a line that is fresh, an answer that is fresh, and where neither is, the newer of both if it
/// holds more than a close; at last the close. `stale_after` is the age from which a price is not fresh.
pub fn record(contract: &Contract, price: &Price, stale_after: SignedDuration, now: Timestamp) -> StreamRecord {
    let fresh = |quote: &&Quote| now.duration_since(quote.received_at) <= stale_after;
    let traded = |quote: &&Quote| quote.data_type != DataType::Close && quote.reference().is_some();
    let (line, snapshot) = (price.line.as_ref().filter(traded), price.snapshot.as_ref().filter(traded));
    let chosen = match (line.filter(fresh), snapshot.filter(fresh)) {
        (Some(quote), _) => Some((Source::Stream, quote)),
        (None, Some(quote)) => Some((Source::Snapshot, quote)),
        (None, None) => match (line, snapshot) {
            (Some(line), Some(snapshot)) if snapshot.received_at > line.received_at => {
                Some((Source::Snapshot, snapshot))
            }
            (Some(line), _) => Some((Source::Stream, line)),
            (None, Some(snapshot)) => Some((Source::Snapshot, snapshot)),
            (None, None) => None,
        },
    };
    let empty = empty(contract, now);
    let Some((source, quote)) = chosen else { return closed(empty, price) };
    let stale = !fresh(&quote);
    let reason = match source {
        Source::Stream => stale.then(|| "the line is fed, and has said nothing for too long".to_owned()),
        Source::Snapshot | Source::LastClose | Source::None => Some(trouble(price)),
    };
    StreamRecord {
        source,
        reason,
        stale,
        price: quote.reference(),
        bid: quote.bid.map(crate::money::Price::get),
        ask: quote.ask.map(crate::money::Price::get),
        last: quote.last.map(crate::money::Price::get),
        bid_size: quote.bid_size,
        ask_size: quote.ask_size,
        last_size: quote.last_size,
        volume: quote.volume,
        close: quote.close.map(crate::money::Price::get),
        data_type: Some(quote.data_type),
        received_at: Some(quote.received_at),
        age_ms: Some(quote.age_ms(now)),
        ..empty
    }
}

fn trouble(price: &Price) -> String {
    let line = price.line_trouble.as_deref().unwrap_or("the line says nothing new");
    match &price.snapshot_trouble {
        Some(snapshot) => format!("{line}; asked: {snapshot}"),
        None => line.to_owned(),
    }
}

/// Nothing but a close, or nothing at all. A close in a quote counts where no bar tells one.
fn closed(empty: StreamRecord, price: &Price) -> StreamRecord {
    let quoted = price.line.as_ref().or(price.snapshot.as_ref());
    let of_quote = quoted.and_then(|quote| Some((quote.close?.get(), quote.received_at)));
    let (source, close, received_at) = match price.last_close.or(of_quote) {
        Some((close, at)) => (Source::LastClose, Some(close), Some(at)),
        None => (Source::None, None, None),
    };
    StreamRecord {
        source,
        reason: Some(trouble(price)),
        stale: true,
        price: close,
        close,
        data_type: close.map(|_| DataType::Close),
        received_at,
        age_ms: received_at.map(|at| age_ms(at, empty.written_at)),
        ..empty
    }
}

fn age_ms(at: Timestamp, now: Timestamp) -> i64 {
    i64::try_from(now.duration_since(at).as_millis()).unwrap_or(i64::MAX).max(0)
}

fn empty(contract: &Contract, now: Timestamp) -> StreamRecord {
    StreamRecord {
        schema: SCHEMA,
        symbol: contract.symbol.clone(),
        con_id: contract.con_id.to_string(),
        sec_type: contract.sec_type,
        exchange: contract.exchange.clone(),
        currency: contract.currency.to_string(),
        source: Source::None,
        reason: None,
        stale: true,
        price: None,
        bid: None,
        ask: None,
        last: None,
        bid_size: None,
        ask_size: None,
        last_size: None,
        volume: None,
        close: None,
        data_type: None,
        received_at: None,
        age_ms: None,
        written_at: now,
    }
}

/// The file of an instrument: a stock by its symbol, anything else with its contract id beside it. `taken` is whether another stock of
/// this symbol has the plain name.
pub fn file_name(contract: &Contract, taken: bool) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    let symbol: String = contract.symbol.chars().map(plain).take(SYMBOL_MAX).collect();
    let symbol = symbol.trim_start_matches(['.', '_']);
    // The minutes of another stock have that name, or it is only the beginning of one.
    let names_minutes = symbol.rsplit_once('.').is_some_and(|(_, end)| end == "bars");
    let taken = taken || names_minutes || contract.symbol.chars().count() > SYMBOL_MAX;
    match contract.sec_type {
        SecType::Stk | SecType::Etf if !taken && !symbol.is_empty() => format!("{symbol}.json"),
        SecType::Stk
        | SecType::Etf
        | SecType::Fut
        | SecType::Opt
        | SecType::Ind
        | SecType::Cash
        | SecType::Cfd
        | SecType::Bond
        | SecType::Fund
        | SecType::Crypto => format!("{symbol}-{}.json", contract.con_id),
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
