//! Every trade or quote as it happens.

use jiff::Timestamp;
use tws::model::{QuoteTick, Reply, Tick, TickByTick, TickByTickRequest};

use super::data_type::DataRights;
use super::desk::{ConnId, Core, Step};
use super::historical_ticks::TICKS_MAX;
use super::tape::{is_news, last_complete, middle};

/// Most such subscriptions of a client, as IBKR grants at least.
const FEEDS_MAX: usize = 5;
/// Seconds of the tape that one step tells at most: a clock that jumps further leaves a gap.
const SECONDS_MAX: i64 = 1_000;

/// Which ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TapeKind {
    Last,
    AllLast,
    BidAsk,
    MidPoint,
}

impl TapeKind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "Last" => Some(Self::Last),
            "AllLast" => Some(Self::AllLast),
            "BidAsk" => Some(Self::BidAsk),
            "MidPoint" => Some(Self::MidPoint),
            _ => None,
        }
    }

    /// The same ticks in the words of a request for past ones.
    fn past(self) -> &'static str {
        match self {
            Self::Last | Self::AllLast => "TRADES",
            Self::BidAsk => "BID_ASK",
            Self::MidPoint => "MIDPOINT",
        }
    }
}

/// A subscription.
#[derive(Clone, Debug)]
pub(super) struct TapeFeed {
    instrument: usize,
    kind: TapeKind,
    ignore_size: bool,
    /// Last second told.
    seen: i64,
    quote: Option<QuoteTick>,
}

impl Core {
    pub(super) fn tick_by_tick(&mut self, conn: ConnId, asked: &TickByTickRequest, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        match self.tape_feed(conn, asked, instrument, now) {
            Err((code, text)) => Self::notice(conn, req_id, code, &text, now, step),
            Ok(feed) => {
                let past = asked.number_of_ticks.map_or(0, |n| i64::from(n).clamp(0, TICKS_MAX));
                if past > 0 {
                    let ticks = self.ticks_before(instrument, feed.kind.past(), feed.seen, past, asked.ignore_size);
                    step.send(conn, Reply::HistoricalTicks(tws::model::HistoricalTicks { req_id, ticks, done: true }));
                }
                if let Some(session) = self.sessions.get_mut(&conn) {
                    session.data.tape.insert(req_id, feed);
                }
            }
        }
    }

    fn tape_feed(
        &self,
        conn: ConnId,
        asked: &TickByTickRequest,
        instrument: usize,
        now: Timestamp,
    ) -> Result<TapeFeed, (i32, String)> {
        let invalid = |cause: &str| (321, format!("Error validating request.-'bQ' : cause - {cause}"));
        let kind = TapeKind::parse(&asked.tick_type).ok_or_else(|| invalid("Invalid tick-by-tick request type"))?;
        let of = self.instrument(instrument);
        let served = match kind {
            TapeKind::Last | TapeKind::AllLast => of.has_trades(),
            TapeKind::BidAsk | TapeKind::MidPoint => of.has_quotes(),
        };
        if !served || self.data_rights != DataRights::Live {
            let why = if served { "No market data permissions for" } else { "Tick-by-tick data is not supported for" };
            let text = format!(
                "Failed to request tick-by-tick data.{why} {} {} {}",
                of.exchanges.first().copied().unwrap_or_default(),
                of.sec_type.as_str(),
                asked.tick_type
            );
            return Err((10189, text));
        }
        if asked.number_of_ticks.is_some_and(|n| i64::from(n) > TICKS_MAX) {
            return Err(invalid("Number of ticks may not exceed 1000"));
        }
        let feeds = self.sessions.get(&conn).map(|s| &s.data.tape);
        if feeds.is_some_and(|f| f.contains_key(&asked.req_id)) {
            return Err((322, "Error processing request.-'bQ' : cause - Duplicate ticker id".to_owned()));
        }
        if feeds.is_some_and(|f| f.len() >= FEEDS_MAX) {
            return Err((10190, "Max number of tick-by-tick requests has been reached".to_owned()));
        }
        Ok(TapeFeed { instrument, kind, ignore_size: asked.ignore_size, seen: last_complete(now), quote: None })
    }

    pub(super) fn cancel_tick_by_tick(&mut self, conn: ConnId, req_id: i32, now: Timestamp, step: &mut Step) {
        let removed = self.sessions.get_mut(&conn).and_then(|s| s.data.tape.remove(&req_id));
        if removed.is_none() {
            Self::notice(conn, req_id, 300, &format!("Can't find EId with tickerId:{req_id}"), now, step);
        }
    }

    /// Tells every subscriber the seconds that are over.
    pub(super) fn report_tape(&mut self, now: Timestamp, step: &mut Step) {
        let last = last_complete(now);
        let mut sessions = std::mem::take(&mut self.sessions);
        for (conn, session) in &mut sessions {
            for (req_id, feed) in &mut session.data.tape {
                let first = (feed.seen + 1).max(last - SECONDS_MAX + 1);
                for tick in self.ticks_of(feed, first, last) {
                    step.send(*conn, Reply::TickByTick(TickByTick { req_id: *req_id, tick }));
                }
                feed.seen = feed.seen.max(last);
            }
        }
        self.sessions = sessions;
    }

    fn ticks_of(&self, feed: &mut TapeFeed, first: i64, last: i64) -> Vec<Tick> {
        match feed.kind {
            TapeKind::Last => self.trades(feed.instrument, first, last).into_iter().map(Tick::Last).collect(),
            TapeKind::AllLast => self.trades(feed.instrument, first, last).into_iter().map(Tick::AllLast).collect(),
            TapeKind::BidAsk | TapeKind::MidPoint => {
                let mut ticks = Vec::new();
                for quote in (first..=last).filter_map(|s| self.quote_tick(feed.instrument, s, false)) {
                    match feed.kind {
                        TapeKind::MidPoint => {
                            let was = feed.quote.as_ref().map(|q| middle(q).price);
                            if was != Some(middle(&quote).price) {
                                ticks.push(Tick::MidPoint(middle(&quote)));
                            }
                        }
                        TapeKind::Last | TapeKind::AllLast | TapeKind::BidAsk => {
                            if is_news(&quote, feed.quote.as_ref(), feed.ignore_size) {
                                ticks.push(Tick::BidAsk(quote.clone()));
                            }
                        }
                    }
                    feed.quote = Some(quote);
                }
                ticks
            }
        }
    }
}
