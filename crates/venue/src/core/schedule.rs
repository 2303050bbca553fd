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
        let sessions = self.sessions_of(query);
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
                time_zone: self.instrument(query.instrument).hours.zone_name().to_owned(),
                sessions,
            }),
        );
    }

    /// The sessions that begin within a period, whole even if the last one is still on.
    fn sessions_of(&self, query: &BarQuery) -> Vec<HistoricalSession> {
        let Some(start) = self.market.period_start(query) else {
            return Vec::new();
        };
        let zone = self.instrument(query.instrument).hours.zone();
        let written = |second: i64| Some(Timestamp::from_second(second).ok()?.to_zoned(zone.clone()).datetime());
        self.market
            .schedule(query.instrument, start, query.end, query.regular_only)
            .iter()
            .map(|day| (day.date, day.window(query.regular_only)))
            .filter(|(_, (open, _))| *open >= start.as_second())
            .filter_map(|(ref_date, (open, close))| {
                Some(HistoricalSession { start: written(open)?, end: written(close)?, ref_date })
            })
            .collect()
    }
}
