//! Market scanners: the best rows of the universe by some measure.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Contract, Reply, ScannerData, ScannerRow, ScannerSubscription};

use super::desk::{ConnId, Core, Step};
use crate::market::{BarQuery, BarSize, Duration, Instrument, SecType, What};

/// What can be scanned, in the form of IBKR's own description and much shorter.
const PARAMETERS: &str = include_str!("scanner.xml");
/// Most rows of a scan.
const ROWS_MAX: usize = 50;
/// Most scans of a client at a time.
const SCANS_MAX: usize = 10;
/// Seconds between the answers of a scan.
const REFRESH_SECONDS: i64 = 30;
/// Days before today that make a volume usual.
const USUAL_DAYS: i64 = 10;

/// Measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Gain,
    Loss,
    Volume,
    RelativeVolume,
}

/// A scan.
#[derive(Clone, Debug)]
pub(super) struct Scan {
    measure: Measure,
    etfs: bool,
    listing: Option<&'static str>,
    rows: usize,
    above_price: Option<Decimal>,
    below_price: Option<Decimal>,
    above_volume: Option<Decimal>,
}

/// A subscription to a scan.
#[derive(Clone, Debug)]
pub(super) struct ScanFeed {
    scan: Scan,
    sent_at: i64,
}

impl Scan {
    fn read(asked: &ScannerSubscription) -> Result<Self, String> {
        let measure = match asked.scan_code.as_str() {
            "TOP_PERC_GAIN" => Measure::Gain,
            "TOP_PERC_LOSE" => Measure::Loss,
            "MOST_ACTIVE" => Measure::Volume,
            "HOT_BY_VOLUME" => Measure::RelativeVolume,
            other => return Err(format!("Invalid scan code '{other}'")),
        };
        let etfs = match asked.instrument.as_str() {
            "STK" => false,
            "ETF.EQ.US" => true,
            other => return Err(format!("Invalid instrument '{other}'")),
        };
        let listing = match (etfs, asked.location_code.as_str()) {
            (false, "STK.US" | "STK.US.MAJOR") | (true, "ETF.EQ.US" | "ETF.EQ.US.MAJOR") => None,
            (false, "STK.NYSE") => Some("NYSE"),
            (false, "STK.NASDAQ") => Some("NASDAQ"),
            (_, other) => return Err(format!("Invalid location code '{other}'")),
        };
        if let Some(filter) = asked.unsupported.first() {
            return Err(format!("This venue does not simulate the filter '{filter}'"));
        }
        let mut scan = Self {
            measure,
            etfs,
            listing,
            rows: asked.number_of_rows.and_then(|n| usize::try_from(n).ok()).unwrap_or(ROWS_MAX).min(ROWS_MAX),
            above_price: asked.above_price,
            below_price: asked.below_price,
            above_volume: asked.above_volume.map(Decimal::from),
        };
        scan.etfs = match asked.stock_type_filter.as_str() {
            "" | "ALL" => scan.etfs,
            "STOCK" | "CORP" => false,
            "ETF" => true,
            other => return Err(format!("This venue does not simulate the stock type filter '{other}'")),
        };
        for (name, value) in &asked.filter_options {
            let number = || Decimal::from_str_exact(value).map_err(|_| format!("Invalid value of filter '{name}'"));
            match name.as_str() {
                "priceAbove" => scan.above_price = Some(number()?),
                "priceBelow" => scan.below_price = Some(number()?),
                "volumeAbove" => scan.above_volume = Some(number()?),
                _ => return Err(format!("This venue does not simulate the filter '{name}'")),
            }
        }
        Ok(scan)
    }

    fn covers(&self, of: &Instrument) -> bool {
        of.sec_type == SecType::Stk
            && (of.stock_type == "ETF") == self.etfs
            && of.currency == "USD"
            && self.listing.is_none_or(|listing| of.primary_exchange == listing)
    }
}

impl Core {
    pub(super) fn scanner_parameters(conn: ConnId, step: &mut Step) {
        step.send(conn, Reply::ScannerParameters { xml: PARAMETERS.to_owned() });
    }

    pub(super) fn scan(&mut self, conn: ConnId, asked: &ScannerSubscription, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        let feeds = self.sessions.get(&conn).map(|s| &s.data.scans);
        let checked = if feeds.is_some_and(|f| f.contains_key(&req_id)) {
            Err((322, "Error processing request.-'bR' : cause - Duplicate ticker id".to_owned()))
        } else if feeds.is_some_and(|f| f.len() >= SCANS_MAX) {
            let text = "Historical Market Data Service error message:API scanner subscriptions are limited to 10";
            Err((162, text.to_owned()))
        } else {
            Scan::read(asked).map_err(|cause| (321, format!("Error validating request.-'bR' : cause - {cause}")))
        };
        match checked {
            Err((code, text)) => Self::notice(conn, req_id, code, &text, now, step),
            Ok(scan) => {
                self.send_scan(conn, req_id, &scan, now, step);
                if let Some(session) = self.sessions.get_mut(&conn) {
                    session.data.scans.insert(req_id, ScanFeed { scan, sent_at: now.as_second() });
                }
            }
        }
    }

    pub(super) fn cancel_scan(&mut self, conn: ConnId, req_id: i32, now: Timestamp, step: &mut Step) {
        let removed = self.sessions.get_mut(&conn).and_then(|s| s.data.scans.remove(&req_id));
        if removed.is_none() {
            let text = format!("No scanner subscription found for ticker id:{req_id}");
            Self::notice(conn, req_id, 365, &text, now, step);
        }
    }

    /// Scans again for those whose last answer has grown old.
    pub(super) fn report_scans(&mut self, now: Timestamp, step: &mut Step) {
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            for (req_id, feed) in &mut session.data.scans {
                if now.as_second() - feed.sent_at >= REFRESH_SECONDS {
                    feed.sent_at = now.as_second();
                    self.send_scan(*conn, *req_id, &feed.scan, now, step);
                }
            }
        }
        self.sessions = sessions;
    }

    fn send_scan(&self, conn: ConnId, req_id: i32, scan: &Scan, now: Timestamp, step: &mut Step) {
        let mut found: Vec<(Decimal, usize)> = self
            .market
            .universe()
            .iter()
            .filter(|(_, of)| scan.covers(of))
            .filter_map(|(instrument, _)| Some((self.measure(instrument, scan, now)?, instrument)))
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let rows = (0..).zip(found.into_iter().take(scan.rows)).map(|(rank, (_, i))| self.scanned(rank, i)).collect();
        step.send(conn, Reply::ScannerData(ScannerData { req_id, rows }));
    }

    fn scanned(&self, rank: i32, instrument: usize) -> ScannerRow {
        let of = self.instrument(instrument);
        ScannerRow {
            rank,
            contract: Contract { primary_exchange: String::new(), ..super::contract::full(of, "SMART") },
            market_name: of.trading_class.clone(),
            ..ScannerRow::default()
        }
    }

    /// How high an instrument ranks; `None` when it is filtered out or has no market.
    fn measure(&self, instrument: usize, scan: &Scan, now: Timestamp) -> Option<Decimal> {
        let quote = self.market.quote(instrument, now)?;
        let shown = scan.above_price.is_none_or(|p| quote.last > p)
            && scan.below_price.is_none_or(|p| quote.last < p)
            && scan.above_volume.is_none_or(|v| quote.volume > v);
        if !shown {
            return None;
        }
        let change = || {
            let close = self.market.day_figures(instrument, now)?.close;
            (quote.last - close).checked_div(close)
        };
        match scan.measure {
            Measure::Gain => change(),
            Measure::Loss => change().map(|c| -c),
            Measure::Volume => Some(quote.volume),
            Measure::RelativeVolume => {
                let query = BarQuery {
                    instrument,
                    end: now,
                    duration: Duration::Days(USUAL_DAYS + 1),
                    size: BarSize::Day,
                    what: What::Trades,
                    regular_only: false,
                };
                let (_, bars) = self.market.bars(&query).ok()?;
                let usual: Decimal = bars.iter().rev().skip(1).map(|bar| bar.volume).sum();
                quote.volume.checked_div(usual)
            }
        }
    }
}
