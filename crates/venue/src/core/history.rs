//! Historical bars as the wire wants them.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{
    BarTime, HeadTimestampRequest, HistoricalBar, HistoricalData, HistoricalDataEnd, HistoricalDataRequest, Reply,
};

use super::desk::{ConnId, Core, Step};
use crate::market::{Bar, BarQuery, BarSize, BarsError, Duration, What};

/// Seconds between updates of an unfinished bar.
const UPDATE_SECONDS: i64 = 5;

/// Bars that are kept up to date.
#[derive(Clone, Debug)]
pub(super) struct BarFeed {
    query: BarQuery,
    format_date: i32,
    sent_at: i64,
    last: Option<Bar>,
}

/// IBKR's code and text.
type Fault = (i32, String);

impl Core {
    pub(super) fn historical_data(
        &mut self,
        conn: ConnId,
        asked: &HistoricalDataRequest,
        now: Timestamp,
        step: &mut Step,
    ) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        let read = query(asked, instrument, now).and_then(|query| {
            let (start, bars) = self.market.bars(&query).map_err(no_bars)?;
            if bars.is_empty() { Err(no_bars(BarsError::NoData)) } else { Ok((query, start, bars)) }
        });
        let (query, start, bars) = match read {
            Ok(found) => found,
            Err((code, text)) => return Self::notice(conn, req_id, code, &text, now, step),
        };
        let written = bars.iter().map(|bar| write(bar, &query, asked.format_date)).collect();
        step.send(conn, Reply::HistoricalData(HistoricalData { req_id, start, end: query.end, bars: written }));
        step.send(conn, Reply::HistoricalDataEnd(HistoricalDataEnd { req_id, start, end: query.end }));
        if asked.keep_up_to_date
            && let Some(session) = self.sessions.get_mut(&conn)
        {
            let feed =
                BarFeed { query, format_date: asked.format_date, sent_at: now.as_second(), last: bars.last().copied() };
            session.bars.insert(req_id, feed);
        }
    }

    pub(super) fn cancel_historical_data(&mut self, conn: ConnId, req_id: i32, now: Timestamp, step: &mut Step) {
        let removed = self.sessions.get_mut(&conn).and_then(|s| s.bars.remove(&req_id));
        if removed.is_none() {
            Self::notice(conn, req_id, 366, "No historical data query found for ticker id", now, step);
        }
    }

    pub(super) fn head_timestamp(&self, conn: ConnId, asked: &HeadTimestampRequest, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        if self.meant(conn, req_id, &asked.contract, now, step).is_none() {
            return;
        }
        match (What::parse(&asked.what_to_show), self.market.head()) {
            (Some(_), Some(time)) => {
                let as_unix_seconds = asked.format_date == 2;
                step.send(conn, Reply::HeadTimestamp { req_id, time, as_unix_seconds });
            }
            (Some(_), None) => Self::notice(conn, req_id, 162, &no_bars(BarsError::NoData).1, now, step),
            (None, _) => {
                let text =
                    format!("Error validating request.-'bH' : cause - Unknown whatToShow '{}'", asked.what_to_show);
                Self::notice(conn, req_id, 321, &text, now, step);
            }
        }
    }

    /// Sends the unfinished bar, and the one finished before it, to those who keep theirs up to date.
    pub(super) fn report_bars(&mut self, now: Timestamp, step: &mut Step) {
        for (conn, session) in &mut self.sessions {
            for (req_id, feed) in &mut session.bars {
                if now.as_second() - feed.sent_at < UPDATE_SECONDS {
                    continue;
                }
                feed.sent_at = now.as_second();
                let query = BarQuery { end: now, duration: recent(feed.query.size), ..feed.query };
                let Ok((_, bars)) = self.market.bars(&query) else {
                    continue;
                };
                let known = feed.last.map_or(i64::MIN, |b| b.start);
                for bar in bars.iter().filter(|b| b.start >= known) {
                    if feed.last != Some(*bar) {
                        let bar = write(bar, &query, feed.format_date);
                        step.send(*conn, Reply::HistoricalDataUpdate { req_id: *req_id, bar });
                    }
                }
                feed.last = bars.last().copied();
            }
        }
    }
}

/// A period that holds the unfinished bar and the one before it.
fn recent(size: BarSize) -> Duration {
    match size {
        BarSize::Seconds(width) => Duration::Seconds(2 * width),
        BarSize::Day => Duration::Days(2),
        BarSize::Week => Duration::Weeks(2),
        BarSize::Month => Duration::Months(2),
    }
}

fn query(asked: &HistoricalDataRequest, instrument: usize, now: Timestamp) -> Result<BarQuery, Fault> {
    let invalid = |cause: String| (321, format!("Error validating request.-'bH' : cause - {cause}"));
    let end = if asked.end_date_time.is_empty() {
        now
    } else if asked.keep_up_to_date {
        return Err(invalid("End date/time must be empty when data is kept up to date".to_owned()));
    } else {
        tws::time::parse_date_time(&asked.end_date_time)
            .ok_or_else(|| {
                (
                    10314,
                    format!("End Date/Time: The date, time, or time-zone entered is invalid: {}", asked.end_date_time),
                )
            })?
            .min(now)
    };
    Ok(BarQuery {
        instrument,
        end,
        duration: Duration::parse(&asked.duration)
            .ok_or_else(|| invalid(format!("Invalid duration '{}'", asked.duration)))?,
        size: BarSize::parse(&asked.bar_size)
            .ok_or_else(|| invalid(format!("Invalid bar size '{}'", asked.bar_size)))?,
        what: What::parse(&asked.what_to_show)
            .ok_or_else(|| invalid(format!("Unsupported whatToShow '{}'", asked.what_to_show)))?,
    })
}

fn no_bars(why: BarsError) -> Fault {
    (162, format!("Historical Market Data Service error message:HMDS {why}"))
}

fn write(bar: &Bar, query: &BarQuery, format_date: i32) -> HistoricalBar {
    let start = Timestamp::from_second(bar.start).unwrap_or(Timestamp::UNIX_EPOCH);
    let time = match query.size {
        BarSize::Day | BarSize::Week | BarSize::Month => BarTime::Day(bar.date),
        BarSize::Seconds(_) if format_date == 2 => BarTime::UnixSeconds(start),
        BarSize::Seconds(_) => BarTime::Zoned(start),
    };
    let trades = query.what == What::Trades;
    HistoricalBar {
        time,
        open: bar.open,
        high: bar.high,
        low: bar.low,
        close: bar.close,
        volume: trades.then(|| Decimal::from(bar.volume)),
        wap: trades.then_some(bar.wap),
        count: trades.then(|| i32::try_from(bar.count).unwrap_or(i32::MAX)),
    }
}
