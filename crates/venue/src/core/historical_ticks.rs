//! Past ticks.

use jiff::Timestamp;
use tws::model::{HistoricalTicks, HistoricalTicksRequest, PastTicks, PointTick, QuoteTick, Reply};

use super::desk::{ConnId, Core, Step};
use super::pacing::{Asked, VIOLATION};
use super::tape::{is_news, is_quoted, last_complete, middle, prints_trades};

/// Most ticks of one answer.
pub(super) const TICKS_MAX: i64 = 1_000;
/// Stretches of the tape that are searched for as many ticks as asked for.
const STRETCHES_MAX: usize = 16;

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
        let sec_type = self.instrument(instrument).sec_type;
        let served = match asked.what_to_show.as_str() {
            "TRADES" => prints_trades(sec_type),
            "BID_ASK" | "MIDPOINT" => is_quoted(sec_type),
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
        match wanted.what {
            "TRADES" => {
                let most = usize::try_from(count).unwrap_or(0);
                PastTicks::Last(match range {
                    Range::From(from) => self.trades_from(wanted.instrument, (from, last), wanted.use_rth, most),
                    Range::UpTo(until) => self.trades_up_to(wanted.instrument, until, wanted.use_rth, most),
                })
            }
            "BID_ASK" => PastTicks::BidAsk(
                self.gather(wanted, range, count, last, |core, first, last| core.quotes(wanted, first, last)),
            ),
            _ => PastTicks::MidPoint(
                self.gather(wanted, range, count, last, |core, first, last| core.points(wanted, first, last)),
            ),
        }
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

    /// Reads the tape stretch by stretch until there are `count` ticks or no more.
    fn gather<T>(
        &self,
        wanted: &Wanted<'_>,
        range: Range,
        count: i64,
        complete: i64,
        read: impl Fn(&Self, i64, i64) -> Vec<T>,
    ) -> Vec<T> {
        let enough = usize::try_from(count).unwrap_or(0);
        let mut ticks: Vec<T> = Vec::new();
        let mut range = range;
        for _ in 0..STRETCHES_MAX {
            if ticks.len() >= enough {
                break;
            }
            match range {
                Range::From(from) => {
                    let Some(first) = self.next_traded_second(wanted.instrument, from, complete) else {
                        break;
                    };
                    let last = (first + count - 1).min(complete);
                    ticks.extend(read(self, first, last));
                    range = Range::From(last + 1);
                }
                Range::UpTo(last) => {
                    let seconds = self.traded_seconds(wanted.instrument, last, count);
                    let (Some(first), Some(newest)) = (seconds.first(), seconds.last()) else {
                        break;
                    };
                    // A stretch that spans a night is read session by session.
                    let first = stretch_start(&seconds).unwrap_or(*first);
                    let mut older = read(self, first, *newest);
                    older.append(&mut ticks);
                    ticks = older;
                    range = Range::UpTo(first - 1);
                }
            }
        }
        match range {
            Range::From(_) => ticks.truncate(enough),
            Range::UpTo(_) => drop(ticks.drain(..ticks.len().saturating_sub(enough))),
        }
        ticks
    }
}

/// What is read from the tape.
struct Wanted<'a> {
    instrument: usize,
    what: &'a str,
    use_rth: bool,
    ignore_size: bool,
}

/// The second that begins the last unbroken run of seconds.
fn stretch_start(seconds: &[i64]) -> Option<i64> {
    let breaks = seconds.windows(2).rposition(|w| w[1] != w[0] + 1);
    seconds.get(breaks.map_or(0, |i| i + 1)).copied()
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
