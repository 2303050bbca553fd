//! Schedules of trading sessions.

use jiff::Timestamp;
use tws::model::{HistoricalDataRequest, HistoricalSchedule, HistoricalSession, Reply};

use super::desk::{ConnId, Core, Step};
use crate::market::{BarQuery, BarSize};

impl Core {
    /// Answers a request for bars whose `whatToShow` is `SCHEDULE`.
    pub(super) fn schedule(
        &self,
        conn: ConnId,
        asked: &HistoricalDataRequest,
        query: &BarQuery,
        now: Timestamp,
        step: &mut Step,
    ) {
        let req_id = asked.req_id;
        if query.size != BarSize::Day {
            let text = "Error validating request.-'bQ' : cause - Schedule is only available for bars of 1 day";
            return Self::notice(conn, req_id, 321, text, now, step);
        }
        let sessions = self.sessions_of(query, asked.use_rth);
        let (Some(first), Some(last)) = (sessions.first(), sessions.last()) else {
            let (code, text) = self.no_data_of(query.instrument, &asked.what_to_show);
            return Self::notice(conn, req_id, code, &text, now, step);
        };
        step.send(
            conn,
            Reply::HistoricalSchedule(HistoricalSchedule {
                req_id,
                start: first.start,
                end: last.end,
                time_zone: tws::time::ZONE_NAME.to_owned(),
                sessions,
            }),
        );
    }

    /// The sessions that begin within a period, whole even if the last one is still on.
    fn sessions_of(&self, query: &BarQuery, _use_rth: bool) -> Vec<HistoricalSession> {
        let Ok((start, bars)) = self.market.bars(query) else {
            return Vec::new();
        };
        bars.iter()
            .filter(|bar| bar.start >= start.as_second())
            .filter_map(|bar| {
                let open = Timestamp::from_second(bar.start).ok()?;
                let close = self.market.day_end(query.instrument, open)?;
                Some(HistoricalSession {
                    start: tws::time::in_zone(open).datetime(),
                    end: tws::time::in_zone(close).datetime(),
                    ref_date: bar.date,
                })
            })
            .collect()
    }
}
