//! IBKR's pacing of requests for history.
//!
//! For bars of half a minute and less, and for past ticks: no identical request within fifteen seconds,
//! no six for one contract, exchange and kind within two seconds, no more than sixty within ten minutes.
//! A request for bid and ask counts twice. IBKR lifted these limits for wider bars.

use std::collections::VecDeque;

use jiff::Timestamp;
use tws::model::{HistoricalDataRequest, HistoricalTicksRequest};

/// Text of error 162 for a request that comes too soon.
pub(super) const VIOLATION: &str =
    "Historical Market Data Service error message:Historical data request pacing violation";

const WINDOW_SECONDS: i64 = 600;
const WINDOW_MAX: usize = 60;
const IDENTICAL_SECONDS: i64 = 15;
const SAME_CONTRACT_SECONDS: i64 = 2;
const SAME_CONTRACT_MAX: usize = 6;

/// What makes two requests identical, or of the same contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    instrument: usize,
    exchange: String,
    what: String,
    rest: String,
}

impl Asked {
    pub(super) fn bars(asked: &HistoricalDataRequest, instrument: usize) -> Self {
        Self {
            instrument,
            exchange: asked.contract.exchange.clone(),
            what: asked.what_to_show.clone(),
            rest: format!("{} {} {} {}", asked.end_date_time, asked.duration, asked.bar_size, asked.use_rth),
        }
    }

    pub(super) fn ticks(asked: &HistoricalTicksRequest, instrument: usize) -> Self {
        Self {
            instrument,
            exchange: asked.contract.exchange.clone(),
            what: asked.what_to_show.clone(),
            rest: format!(
                "{} {} {:?} {}",
                asked.start_date_time, asked.end_date_time, asked.number_of_ticks, asked.use_rth
            ),
        }
    }

    fn is_of_same_contract(&self, other: &Self) -> bool {
        self.instrument == other.instrument && self.exchange == other.exchange && self.what == other.what
    }

    fn weight(&self) -> usize {
        if self.what == "BID_ASK" { 2 } else { 1 }
    }
}

/// The requests of the last ten minutes that were admitted.
#[derive(Clone, Debug, Default)]
pub(super) struct Pacing {
    admitted: VecDeque<(i64, Asked)>,
}

impl Pacing {
    /// Whether a request may be answered now. One that may not is not counted.
    pub(super) fn admit(&mut self, asked: Asked, now: Timestamp) -> bool {
        let now = now.as_second();
        while self.admitted.front().is_some_and(|(at, _)| now - at >= WINDOW_SECONDS) {
            self.admitted.pop_front();
        }
        let weight = |of: &mut dyn Iterator<Item = &(i64, Asked)>| of.map(|(_, a)| a.weight()).sum::<usize>();
        let since = |seconds: i64| move |(at, _): &&(i64, Asked)| now - at < seconds;
        let identical = self.admitted.iter().filter(since(IDENTICAL_SECONDS)).any(|(_, a)| *a == asked);
        let same = weight(
            &mut self
                .admitted
                .iter()
                .filter(since(SAME_CONTRACT_SECONDS))
                .filter(|(_, a)| a.is_of_same_contract(&asked)),
        );
        let all = weight(&mut self.admitted.iter());
        let may = !identical && same + asked.weight() < SAME_CONTRACT_MAX && all + asked.weight() <= WINDOW_MAX;
        if may {
            self.admitted.push_back((now, asked));
        }
        may
    }
}

#[cfg(test)]
#[path = "pacing_tests.rs"]
mod tests;
