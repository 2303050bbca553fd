//! Historical bars as the wire wants them.

use jiff::Timestamp;
use tws::model::{
    BarTime, HeadTimestampRequest, HistoricalBar, HistoricalData, HistoricalDataEnd, HistoricalDataRequest, Reply,
};

use super::data_type::DataRights;
use super::desk::{ConnId, Core, Step};
use super::pacing::{Asked, VIOLATION};
use crate::market::{Bar, BarQuery, BarSize, BarsError, Duration, Instrument, SecType, What};

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

/// Widest bars that are held to IBKR's pacing, in seconds.
const PACED_WIDTH_MAX: i64 = 30;

/// IBKR's code and text.
type Fault = (i32, String);

/// What `whatToShow` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Bars(What),
    /// Trades adjusted for dividends and splits, up to now: all closes here are adjusted ones.
    Adjusted,
    BidAsk,
    Schedule,
}

impl Show {
    /// `None` is a kind of data that IBKR has and this venue has none of.
    fn parse(text: &str) -> Result<Option<Self>, Fault> {
        match text {
            "TRADES" | "AGGTRADES" => Ok(Some(Self::Bars(What::Trades))),
            "MIDPOINT" => Ok(Some(Self::Bars(What::Midpoint))),
            "BID" => Ok(Some(Self::Bars(What::Bid))),
            "ASK" => Ok(Some(Self::Bars(What::Ask))),
            "ADJUSTED_LAST" => Ok(Some(Self::Adjusted)),
            "BID_ASK" => Ok(Some(Self::BidAsk)),
            "SCHEDULE" => Ok(Some(Self::Schedule)),
            "HISTORICAL_VOLATILITY"
            | "OPTION_IMPLIED_VOLATILITY"
            | "FEE_RATE"
            | "YIELD_BID"
            | "YIELD_ASK"
            | "YIELD_BID_ASK"
            | "YIELD_LAST" => Ok(None),
            other => Err((321, format!("Error validating request.-'bQ' : cause - Unsupported whatToShow '{other}'"))),
        }
    }
}

/// Whether there are bars of these prices for this kind of instrument.
pub(super) fn serves(of: &Instrument, what: What) -> bool {
    match what {
        What::Trades => of.has_trades(),
        What::Midpoint | What::Bid | What::Ask => of.has_quotes(),
    }
}

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
        match self.read_bars(conn, asked, instrument, now) {
            Err((code, text)) => Self::notice(conn, req_id, code, &text, now, step),
            Ok((Show::Schedule, query)) => self.schedule(conn, asked, &query, now, step),
            Ok((show, query)) => self.answer_bars(conn, asked, show, query, now, step),
        }
    }

    /// What is asked for, if it can be answered.
    fn read_bars(
        &mut self,
        conn: ConnId,
        asked: &HistoricalDataRequest,
        instrument: usize,
        now: Timestamp,
    ) -> Result<(Show, BarQuery), Fault> {
        let show = Show::parse(&asked.what_to_show)?.ok_or_else(|| self.no_data_of(instrument, &asked.what_to_show))?;
        let query = query(asked, show, instrument, now)?;
        let of = self.instrument(instrument);
        let served = match show {
            Show::Bars(what) => serves(of, what),
            Show::BidAsk => serves(of, What::Bid),
            Show::Adjusted => of.sec_type == SecType::Stk,
            Show::Schedule => true,
        };
        if self.data_rights == DataRights::None {
            let of = self.instrument(instrument);
            let text = format!(
                "Historical Market Data Service error message:No market data permissions for {} {}",
                of.primary_exchange,
                of.sec_type.as_str()
            );
            return Err((162, text));
        }
        if !served {
            return Err(self.no_data_of(instrument, &asked.what_to_show));
        }
        let paced = matches!(query.size, BarSize::Seconds(width) if width <= PACED_WIDTH_MAX);
        let key = Asked::bars(asked, instrument);
        let Some(session) = self.sessions.get_mut(&conn) else {
            return Ok((show, query));
        };
        if asked.keep_up_to_date && session.bars.contains_key(&asked.req_id) {
            return Err((322, "Error processing request.-'bQ' : cause - Duplicate ticker id".to_owned()));
        }
        if self.pacing && paced && !session.data.pacing.admit(key, now) {
            return Err((162, VIOLATION.to_owned()));
        }
        Ok((show, query))
    }

    fn answer_bars(
        &mut self,
        conn: ConnId,
        asked: &HistoricalDataRequest,
        show: Show,
        query: BarQuery,
        now: Timestamp,
        step: &mut Step,
    ) {
        let req_id = asked.req_id;
        let found = match show {
            Show::BidAsk => self.bid_ask_bars(&query),
            Show::Bars(_) | Show::Adjusted | Show::Schedule => self.market.bars(&query),
        };
        let (start, bars) = match found {
            Ok((_, bars)) if bars.is_empty() => {
                let (code, text) = no_bars(BarsError::NoData);
                return Self::notice(conn, req_id, code, &text, now, step);
            }
            Ok(found) => found,
            Err(why) => {
                let (code, text) = no_bars(why);
                return Self::notice(conn, req_id, code, &text, now, step);
            }
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

    /// Bars of bid and ask: open and close are the averages of bid and ask, high is the highest ask and
    /// low the lowest bid.
    fn bid_ask_bars(&self, query: &BarQuery) -> Result<(Timestamp, Vec<Bar>), BarsError> {
        let (start, bids) = self.market.bars(&BarQuery { what: What::Bid, ..*query })?;
        let (_, asks) = self.market.bars(&BarQuery { what: What::Ask, ..*query })?;
        let tick = |price| {
            let step = self.market.tick(query.instrument, price);
            ((price / step).round() * step).normalize()
        };
        let joined = bids.into_iter().zip(asks).map(|(bid, ask)| Bar {
            open: tick(bid.wap),
            high: ask.high,
            low: bid.low,
            close: tick(ask.wap),
            ..bid
        });
        Ok((start, joined.collect()))
    }

    /// Error 162 for data that there is none of.
    pub(super) fn no_data_of(&self, instrument: usize, what: &str) -> Fault {
        let of = self.instrument(instrument);
        let exchange = of.exchanges.first().copied().unwrap_or_default();
        let text = format!(
            "Historical Market Data Service error message:No historical market data for {}/{}@{exchange} {what}",
            of.symbol,
            of.sec_type.as_str()
        );
        (162, text)
    }

    pub(super) fn cancel_historical_data(&mut self, conn: ConnId, req_id: i32, now: Timestamp, step: &mut Step) {
        let removed = self.sessions.get_mut(&conn).and_then(|s| s.bars.remove(&req_id));
        if removed.is_none() {
            Self::notice(conn, req_id, 366, "No historical data query found for ticker id", now, step);
        }
    }

    pub(super) fn head_timestamp(&self, conn: ConnId, asked: &HeadTimestampRequest, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        let served = match Show::parse(&asked.what_to_show) {
            Ok(Some(Show::Bars(what))) => serves(self.instrument(instrument), what),
            Ok(Some(Show::BidAsk)) => serves(self.instrument(instrument), What::Bid),
            Ok(Some(Show::Adjusted)) => self.instrument(instrument).sec_type == SecType::Stk,
            Ok(Some(Show::Schedule) | None) => false,
            Err((code, text)) => return Self::notice(conn, req_id, code, &text, now, step),
        };
        let Some(time) = self.market.head(instrument).filter(|_| served) else {
            let (code, text) = self.no_data_of(instrument, &asked.what_to_show);
            return Self::notice(conn, req_id, code, &text, now, step);
        };
        let as_unix_seconds = asked.format_date == 2;
        step.send(conn, Reply::HeadTimestamp { req_id, time, as_unix_seconds });
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

fn query(asked: &HistoricalDataRequest, show: Show, instrument: usize, now: Timestamp) -> Result<BarQuery, Fault> {
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
    let size =
        BarSize::parse(&asked.bar_size).ok_or_else(|| invalid(format!("Invalid bar size '{}'", asked.bar_size)))?;
    if asked.keep_up_to_date {
        let grows = matches!(show, Show::Bars(_));
        if !grows || matches!(size, BarSize::Seconds(width) if width < UPDATE_SECONDS) {
            return Err(invalid("Data of this kind and bar size cannot be kept up to date".to_owned()));
        }
    }
    if show == Show::Adjusted && !asked.end_date_time.is_empty() {
        return Err(invalid("End Date not supported with adjusted last".to_owned()));
    }
    Ok(BarQuery {
        instrument,
        end,
        duration: Duration::parse(&asked.duration)
            .ok_or_else(|| invalid(format!("Invalid duration '{}'", asked.duration)))?,
        size,
        what: match show {
            Show::Bars(what) => what,
            Show::BidAsk => What::Bid,
            Show::Adjusted | Show::Schedule => What::Trades,
        },
        regular_only: asked.use_rth,
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
        volume: trades.then_some(bar.volume),
        wap: trades.then_some(bar.wap),
        count: trades.then(|| i32::try_from(bar.count).unwrap_or(i32::MAX)),
    }
}
