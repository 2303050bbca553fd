//! Bars of five seconds as they complete.

use jiff::Timestamp;
use tws::model::{RealTimeBar, RealTimeBarsRequest, Reply};

use super::data_type::{DataRights, NOT_SUBSCRIBED_FOR_API};
use super::desk::{ConnId, Core, Step};
use super::history::serves;
use crate::market::{BarQuery, BarSize, Duration, What};

/// Width of a bar.
const WIDTH: i64 = 5;
/// Bars that one step tells at most: a clock that jumps further leaves a gap.
const BARS_MAX: i64 = 720;

/// A subscription.
#[derive(Clone, Debug)]
pub(super) struct RealTimeFeed {
    instrument: usize,
    what: What,
    use_rth: bool,
    /// End of the last bar told.
    seen: i64,
}

impl Core {
    pub(super) fn real_time_bars(
        &mut self,
        conn: ConnId,
        asked: &RealTimeBarsRequest,
        now: Timestamp,
        step: &mut Step,
    ) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        let invalid = |cause: &str| (321, format!("Error validating request.-'bP' : cause - {cause}"));
        let what = match asked.what_to_show.as_str() {
            "TRADES" => Ok(What::Trades),
            "MIDPOINT" => Ok(What::Midpoint),
            "BID" => Ok(What::Bid),
            "ASK" => Ok(What::Ask),
            _ => Err(invalid("Invalid whatToShow of real time bars")),
        };
        let checked = what.and_then(|what| {
            // The size has one value only; the crate `ibapi` sends 0 for it.
            if asked.bar_size.is_some_and(|size| size != 0 && i64::from(size) != WIDTH) {
                return Err(invalid("Only bars of 5 seconds are supported"));
            }
            if self.data_rights != DataRights::Live {
                return Err((10089, NOT_SUBSCRIBED_FOR_API.to_owned()));
            }
            if !serves(self.instrument(instrument), what) {
                let text = format!("Invalid Real-time Query:No market data permissions for {}", asked.what_to_show);
                return Err((420, text));
            }
            let known = self.sessions.get(&conn).is_some_and(|s| s.data.real_time.contains_key(&req_id));
            if known {
                return Err((322, "Error processing request.-'bP' : cause - Duplicate ticker id".to_owned()));
            }
            Ok(what)
        });
        match checked {
            Err((code, text)) => Self::notice(conn, req_id, code, &text, now, step),
            Ok(what) => {
                let seen = now.as_second().div_euclid(WIDTH) * WIDTH;
                if let Some(session) = self.sessions.get_mut(&conn) {
                    let feed = RealTimeFeed { instrument, what, use_rth: asked.use_rth, seen };
                    session.data.real_time.insert(req_id, feed);
                }
            }
        }
    }

    pub(super) fn cancel_real_time_bars(&mut self, conn: ConnId, req_id: i32, now: Timestamp, step: &mut Step) {
        let removed = self.sessions.get_mut(&conn).and_then(|s| s.data.real_time.remove(&req_id));
        if removed.is_none() {
            Self::notice(conn, req_id, 300, &format!("Can't find EId with tickerId:{req_id}"), now, step);
        }
    }

    /// Tells every subscriber the bars that are complete.
    pub(super) fn report_real_time_bars(&mut self, now: Timestamp, step: &mut Step) {
        let last = now.as_second().div_euclid(WIDTH) * WIDTH;
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            for (req_id, feed) in &mut session.data.real_time {
                let mut end = feed.seen.max(last - BARS_MAX * WIDTH);
                while end < last {
                    end += WIDTH;
                    if let Some(bar) = self.real_time_bar(*req_id, feed, end) {
                        step.send(*conn, Reply::RealTimeBar(bar));
                    }
                }
                feed.seen = feed.seen.max(last);
            }
        }
        self.sessions = sessions;
    }

    /// The bar that ends at a second, if there was trading.
    fn real_time_bar(&self, req_id: i32, feed: &RealTimeFeed, end: i64) -> Option<RealTimeBar> {
        let start = Timestamp::from_second(end - WIDTH).ok()?;
        let on = self.counts(feed.instrument, end - WIDTH, feed.use_rth);
        let query = BarQuery {
            instrument: feed.instrument,
            end: Timestamp::from_second(end).ok().filter(|_| on)?,
            duration: Duration::Seconds(WIDTH),
            size: BarSize::Seconds(WIDTH),
            what: feed.what,
            regular_only: feed.use_rth,
        };
        let (_, bars) = self.market.bars(&query).ok()?;
        let bar = bars.into_iter().find(|bar| bar.start == end - WIDTH)?;
        let trades = feed.what == What::Trades;
        Some(RealTimeBar {
            req_id,
            time: start,
            open: bar.open,
            high: bar.high,
            low: bar.low,
            close: bar.close,
            volume: trades.then_some(bar.volume),
            wap: trades.then_some(bar.wap),
            count: trades.then(|| i32::try_from(bar.count).unwrap_or(i32::MAX)),
        })
    }
}
