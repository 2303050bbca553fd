//! The adjusted daily closes that come with the program.

use std::io::Read;

use flate2::read::GzDecoder;
use jiff::civil::Date;

use super::stocks::STOCKS;

const FILE: &[u8] = include_bytes!("../../../../data/sp500_adjusted_closes.csv.gz");

/// Why the closes could not be read. The data is part of the program, so this is a fault of the build.
#[derive(Debug, thiserror::Error)]
pub enum ClosesError {
    /// The archive is damaged.
    #[error("adjusted closes: {0}")]
    Unpack(#[from] std::io::Error),
    /// The content is not what the script writes.
    #[error("adjusted closes: {0}")]
    Content(String),
}

/// Real adjusted daily closes, 1990-01-02 to 2022-12-28.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closes {
    /// Trading days, oldest first.
    pub dates: Vec<Date>,
    /// Per stock, in the order of the table, the close of each day in thousandths of a dollar.
    pub mills: Vec<Vec<u32>>,
}

fn content(what: impl Into<String>) -> ClosesError {
    ClosesError::Content(what.into())
}

impl Closes {
    /// Reads the embedded file.
    pub fn load() -> Result<Self, ClosesError> {
        let mut text = String::new();
        GzDecoder::new(FILE).read_to_string(&mut text)?;
        let mut lines = text.lines();
        let dates = lines
            .next()
            .and_then(|line| line.strip_prefix("Date,"))
            .ok_or_else(|| content("no dates"))?
            .split(',')
            .map(|date| date.parse::<Date>().map_err(|e| content(e.to_string())))
            .collect::<Result<Vec<_>, _>>()?;
        let mills = lines
            .zip(STOCKS)
            .map(|(line, instrument)| stock(line, instrument.symbol, dates.len()))
            .collect::<Result<Vec<_>, _>>()?;
        if mills.len() != STOCKS.len() {
            return Err(content("stocks are missing"));
        }
        Ok(Self { dates, mills })
    }
}

fn stock(line: &str, symbol: &str, days: usize) -> Result<Vec<u32>, ClosesError> {
    let mut fields = line.split(',');
    if fields.next() != Some(symbol) {
        return Err(content(format!("{symbol} is not where it should be")));
    }
    let mut close = 0_i64;
    let mut closes = Vec::with_capacity(days);
    for field in fields {
        let change: i64 = field.parse().map_err(|_| content(format!("{symbol}: {field}")))?;
        close += change;
        let valid = u32::try_from(close).ok().filter(|c| *c > 0);
        closes.push(valid.ok_or_else(|| content(format!("{symbol}: close {close}")))?);
    }
    if closes.len() != days {
        return Err(content(format!("{symbol}: {} closes for {days} days", closes.len())));
    }
    Ok(closes)
}
