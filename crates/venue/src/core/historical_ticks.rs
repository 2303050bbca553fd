//! Past ticks.

use jiff::Timestamp;
use tws::model::{HistoricalTicks, HistoricalTicksRequest, PastTicks, PointTick, QuoteTick, Reply, TradeTick};

use super::desk::{ConnId, Core, Step};
use super::pacing::{Asked, VIOLATION};
use super::tape::{is_news, last_complete, middle};

/// Most ticks of one answer.
pub(super) const TICKS_MAX: i64 = 1_000;
/// How far ticks are searched, in seconds: thirty days.
const REACH_SECONDS: i64 = 30 * 86_400;
/// Seconds of quotes that are read for one answer.
const SECONDS_MAX: i64 = 20_000;

/// IBKR's code and text.
type Fault = (i32, String);

/// Where the ticks lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// From this second on.
    From(i64),
    /// Up to and with this second.
    UpTo(i64),
}

impl Range {
    /// First and last second that are looked at.
    fn bounds(self, complete: i64) -> (i64, i64) {
        match self {
            Self::From(first) => (first, complete.min(first.saturating_add(REACH_SECONDS))),
            Self::UpTo(last) => (last.saturating_sub(REACH_SECONDS), last),
        }
    }
}

impl Core {
    pub(super) fn historical_ticks(
        &mut self,
        conn: ConnId,
        asked: &HistoricalTicksRequest,
        now: Timestamp,
        step: &mut Step,
    ) {
        let req_id = asked.req_id;
        let Some(instrument) = self.meant(conn, req_id, &asked.contract, now, step) else {
            return;
        };
        match self.past_ticks(conn, asked, instrument, now) {
            Ok(ticks) => step.send(conn, Reply::HistoricalTicks(HistoricalTicks { req_id, ticks, done: true })),
            Err((code, text)) => Self::notice(conn, req_id, code, &text, now, step),
        }
    }

    fn past_ticks(
        &mut self,
        conn: ConnId,
        asked: &HistoricalTicksRequest,
        instrument: usize,
        now: Timestamp,
    ) -> Result<PastTicks, Fault> {
        let invalid = |cause: &str| (321, format!("Error validating request.-'bT' : cause - {cause}"));
        let count = i64::from(asked.number_of_ticks.unwrap_or(0));
        if !(1..=TICKS_MAX).contains(&count) {
            return Err(invalid("Number of ticks must be between 1 and 1000"));
        }
        let range = range(asked, now)?;
        let of = self.instrument(instrument);
        let served = match asked.what_to_show.as_str() {
            "TRADES" => of.has_trades(),
            "BID_ASK" | "MIDPOINT" => of.has_quotes(),
            _ => return Err(invalid("Invalid whatToShow of historical ticks")),
        };
        if !served {
            return Err(self.no_data_of(instrument, &asked.what_to_show));
        }
        let key = Asked::ticks(asked, instrument);
        if self.pacing && !self.sessions.get_mut(&conn).is_none_or(|s| s.data.pacing.admit(key, now)) {
            return Err((162, VIOLATION.to_owned()));
        }
        let tape =
            Wanted { instrument, what: &asked.what_to_show, use_rth: asked.use_rth, ignore_size: asked.ignore_size };
        Ok(self.collect(&tape, range, count, last_complete(now)))
    }

    /// The last so many ticks up to and with a second, in words of `whatToShow`.
    pub(super) fn ticks_before(
        &self,
        instrument: usize,
        what: &str,
        last: i64,
        count: i64,
        ignore_size: bool,
    ) -> PastTicks {
        let tape = Wanted { instrument, what, use_rth: false, ignore_size };
        self.collect(&tape, Range::UpTo(last), count, last)
    }

    fn collect(&self, wanted: &Wanted<'_>, range: Range, count: i64, last: i64) -> PastTicks {
        let windows = self.windows(wanted, range, last);
        let count = usize::try_from(count).unwrap_or(0);
        match wanted.what {
            "TRADES" => PastTicks::Last(self.past_trades(wanted, range, last, count)),
            "BID_ASK" => PastTicks::BidAsk(gather(range, &windows, count, |a, b| self.quotes(wanted, a, b))),
            _ => PastTicks::MidPoint(gather(range, &windows, count, |a, b| self.points(wanted, a, b))),
        }
    }

    /// The stretches of trading to read, in the order of reading.
    fn windows(&self, wanted: &Wanted<'_>, range: Range, complete: i64) -> Vec<(i64, i64)> {
        let (first, last) = range.bounds(complete);
        let (Ok(from), Ok(to)) = (Timestamp::from_second(first), Timestamp::from_second(last)) else {
            return Vec::new();
        };
        let mut windows: Vec<(i64, i64)> = self
            .market
            .schedule(wanted.instrument, from, to, wanted.use_rth)
            .iter()
            .map(|day| day.window(wanted.use_rth))
            .map(|(open, close)| (open.max(first), close.min(last)))
            .filter(|(open, close)| open <= close)
            .collect();
        if matches!(range, Range::UpTo(_)) {
            windows.reverse();
        }
        windows
    }

    fn past_trades(&self, wanted: &Wanted<'_>, range: Range, complete: i64, count: usize) -> Vec<TradeTick> {
        let (first, last) = range.bounds(complete);
        let prints = match range {
            Range::From(_) => self.market.prints(wanted.instrument, (first, last), wanted.use_rth, count),
            Range::UpTo(_) => self.market.prints_back(wanted.instrument, (first, last), wanted.use_rth, count),
        };
        self.written(wanted.instrument, &prints)
    }

    /// Quotes of the seconds `first..=last` that differ from the one before them.
    fn quotes(&self, wanted: &Wanted<'_>, first: i64, last: i64) -> Vec<QuoteTick> {
        let mut before = self.quote_tick(wanted.instrument, first - 1, wanted.use_rth);
        let mut quotes = Vec::new();
        for quote in (first..=last).filter_map(|s| self.quote_tick(wanted.instrument, s, wanted.use_rth)) {
            if is_news(&quote, before.as_ref(), wanted.ignore_size) {
                quotes.push(quote.clone());
            }
            before = Some(quote);
        }
        quotes
    }

    fn points(&self, wanted: &Wanted<'_>, first: i64, last: i64) -> Vec<PointTick> {
        let mut before = self.quote_tick(wanted.instrument, first - 1, wanted.use_rth).map(|q| middle(&q).price);
        let mut points = Vec::new();
        for quote in (first..=last).filter_map(|s| self.quote_tick(wanted.instrument, s, wanted.use_rth)) {
            let point = middle(&quote);
            if before != Some(point.price) {
                before = Some(point.price);
                points.push(point);
            }
        }
        points
    }
}

/// Reads quotes stretch by stretch until there are `count` ticks or no more.
fn gather<T>(range: Range, windows: &[(i64, i64)], count: usize, read: impl Fn(i64, i64) -> Vec<T>) -> Vec<T> {
    let stretch = i64::try_from(count).unwrap_or(1).max(1);
    let mut ticks: Vec<T> = Vec::new();
    let mut seconds = 0;
    for (open, close) in windows {
        let (mut first, mut last) = (*open, *close);
        while first <= last && ticks.len() < count && seconds < SECONDS_MAX {
            match range {
                Range::From(_) => {
                    let end = last.min(first + stretch - 1);
                    ticks.extend(read(first, end));
                    first = end + 1;
                }
                Range::UpTo(_) => {
                    let start = first.max(last - stretch + 1);
                    let mut older = read(start, last);
                    older.append(&mut ticks);
                    ticks = older;
                    last = start - 1;
                }
            }
            seconds += stretch;
        }
    }
    match range {
        Range::From(_) => ticks.truncate(count),
        Range::UpTo(_) => drop(ticks.drain(..ticks.len().saturating_sub(count))),
    }
    ticks
}

/// What is read from the tape.
struct Wanted<'a> {
    instrument: usize,
    what: &'a str,
    use_rth: bool,
    ignore_size: bool,
}

fn range(asked: &HistoricalTicksRequest, now: Timestamp) -> Result<Range, Fault> {
    let read = |text: &str| {
        tws::time::parse_date_time(text)
            .ok_or_else(|| (10314, format!("End Date/Time: The date, time, or time-zone entered is invalid: {text}")))
    };
    match (asked.start_date_time.as_str(), asked.end_date_time.as_str()) {
        ("", "") => Ok(Range::UpTo(last_complete(now))),
        (start, "") => Ok(Range::From(read(start)?.as_second())),
        ("", end) => Ok(Range::UpTo(read(end)?.as_second().min(last_complete(now)))),
        (_, _) => Err((
            321,
            "Error validating request.-'bT' : cause - Please specify either start date/time or end date/time, not both"
                .to_owned(),
        )),
    }
}
