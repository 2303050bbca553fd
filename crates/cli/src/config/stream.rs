//! The section `[stream]`: what is streamed into files, and how.

use super::error::ConfigError;
use super::settings::Reader;
use domain::contract::{Instrument, SecType, SymbolSpec};
use domain::id::ConId;
use domain::money::Currency;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The directory in the data directory.
const DIR: &str = "stream";
/// Most instruments of the watch list.
const SYMBOLS_MAX: usize = 500;

/// The section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamSettings {
    symbols: Vec<String>,
    dir: Option<PathBuf>,
    /// The watch list.
    pub(crate) watch_list: Vec<Instrument>,
    /// Most lines.
    pub(crate) lines_max: u64,
    /// How often prices are looked at and written.
    pub(crate) interval_ms: u64,
    /// From this age on a price is not fresh.
    pub(crate) stale_after_s: u64,
    /// How often an instrument without a fresh line is asked for.
    pub(crate) snapshot_every_s: u64,
    /// How often missing minutes are asked for; 0 keeps no history.
    pub(crate) history_every_s: u64,
}

/// One number: its key, its usual value, its range.
struct Bound(&'static str, u64, RangeInclusive<u64>);

const LINES_MAX: Bound = Bound("stream.lines_max", 40, 0..=60);
const INTERVAL_MS: Bound = Bound("stream.interval_ms", 1_000, 100..=60_000);
const STALE_AFTER_S: Bound = Bound("stream.stale_after_s", 60, 1..=3_600);
const SNAPSHOT_EVERY_S: Bound = Bound("stream.snapshot_every_s", 30, 1..=3_600);
const HISTORY_EVERY_S: Bound = Bound("stream.history_every_s", 300, 0..=86_400);

impl StreamSettings {
    /// Reads the section.
    ///
    /// # Errors
    /// The first key that cannot be used.
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, ConfigError> {
        let symbols = reader.list("stream.symbols")?;
        let rule = "at most 500 tickers in capitals, or IBKR's contract ids";
        let refuse = || reader.refuse("stream.symbols", rule, "for example [\"AAPL\", \"MSFT\", \"265598\"]");
        let watch_list = symbols.iter().map(|text| instrument(text)).collect::<Option<Vec<_>>>().ok_or_else(refuse)?;
        if watch_list.len() > SYMBOLS_MAX {
            return Err(refuse());
        }
        let number = |Bound(key, usual, range): Bound| match reader.number(key)?.map(u64::try_from) {
            None => Ok(usual),
            Some(Ok(number)) if range.contains(&number) => Ok(number),
            Some(Ok(_) | Err(_)) => {
                let rule = format!("a whole number from {} to {}", range.start(), range.end());
                Err(reader.refuse(key, rule, format!("{usual} is usual")))
            }
        };
        Ok(Self {
            watch_list,
            symbols,
            dir: reader.path("stream.dir")?,
            lines_max: number(LINES_MAX)?,
            interval_ms: number(INTERVAL_MS)?,
            stale_after_s: number(STALE_AFTER_S)?,
            snapshot_every_s: number(SNAPSHOT_EVERY_S)?,
            history_every_s: number(HISTORY_EVERY_S)?,
        })
    }

    /// A value as `config explain` shows it; `None` for a key of another section.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        let text = match key {
            "stream.symbols" => self.symbols.join(", "),
            "stream.dir" => self.dir.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
            "stream.lines_max" => self.lines_max.to_string(),
            "stream.interval_ms" => self.interval_ms.to_string(),
            "stream.stale_after_s" => self.stale_after_s.to_string(),
            "stream.snapshot_every_s" => self.snapshot_every_s.to_string(),
            "stream.history_every_s" => self.history_every_s.to_string(),
            _ => return None,
        };
        Some(text)
    }

    /// Where the files are.
    pub(crate) fn dir(&self, data_dir: &Path) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| data_dir.join(DIR))
    }
}

/// A ticker means a stock at SMART in dollars; a number is a contract id.
fn instrument(text: &str) -> Option<Instrument> {
    if let Ok(number) = text.parse::<i64>() {
        return ConId::new(number).ok().map(Instrument::ConId);
    }
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, ' ' | '.' | '-');
    if text.is_empty() || text.len() > 20 || !text.chars().all(allowed) {
        return None;
    }
    Some(Instrument::Spec(SymbolSpec {
        symbol: text.to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        currency: "USD".parse::<Currency>().ok()?,
        expiry: None,
        strike: None,
        right: None,
    }))
}
