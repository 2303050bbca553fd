//! Histograms of traded prices.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Histogram, HistogramEntry, HistogramRequest, Reply};

use super::desk::{ConnId, Core, Step};
use crate::market::{BarQuery, BarSize, Duration, What};

/// Days beyond which bars of half an hour make the histogram instead of bars of a minute.
const FINE_DAYS_MAX: i64 = 30;

impl Core {
    pub(super) fn histogram(&self, conn: ConnId, asked: &HistogramRequest, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        let Some((duration, size)) = period(&asked.time_period) else {
            let text = format!("Error validating request.-'bY' : cause - Invalid time period '{}'", asked.time_period);
            return Self::notice(conn, req_id, 321, &text, now, step);
        };
        let query = BarQuery { instrument, end: now, duration, size, what: What::Trades, regular_only: asked.use_rth };
        let bars = if self.instrument(instrument).has_trades() {
            self.market.bars(&query).map(|(_, bars)| bars).unwrap_or_default()
        } else {
            Vec::new()
        };
        // The volume of a bar counts at the price it closed at: the sizes add up to the volume.
        let mut sizes: BTreeMap<Decimal, Decimal> = BTreeMap::new();
        for bar in bars.iter().filter(|bar| !bar.volume.is_zero()) {
            *sizes.entry(bar.close).or_default() += bar.volume;
        }
        if sizes.is_empty() {
            let (code, text) = self.no_data_of(instrument, "TRADES");
            return Self::notice(conn, req_id, code, &text, now, step);
        }
        let entries = sizes.into_iter().map(|(price, size)| HistogramEntry { price, size }).collect();
        step.send(conn, Reply::Histogram(Histogram { req_id, entries }));
    }
}

/// Reads `3 days`, `1 week`, `2 months` …
fn period(text: &str) -> Option<(Duration, BarSize)> {
    let (number, unit) = text.trim().split_once(' ')?;
    let n: i64 = number.parse().ok().filter(|n| (1..=1_000).contains(n))?;
    let (duration, days) = match unit.trim().trim_end_matches('s') {
        "second" | "sec" => (Duration::Seconds(n), 1),
        "minute" | "min" => (Duration::Seconds(n * 60), 1),
        "hour" => (Duration::Seconds(n * 3_600), n / 6 + 1),
        "day" => (Duration::Days(n), n),
        "week" => (Duration::Weeks(n), 7 * n),
        "month" => (Duration::Months(n), 31 * n),
        "year" => (Duration::Years(n), 366 * n),
        _ => return None,
    };
    let size = if days <= FINE_DAYS_MAX { BarSize::Seconds(60) } else { BarSize::Seconds(1_800) };
    Some((duration, size))
}
