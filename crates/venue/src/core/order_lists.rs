//! Orders and executions on request.

use jiff::Timestamp;
use jiff::civil::Date;
use tws::model::{ExecutionFilter, Reply};

use super::desk::{ConnId, Core, Step};
use super::order::{Fill, OrderRecord};
use super::order_reports::{commission, status};

impl Core {
    /// Open orders of one client, or of all. What was not transmitted is not among them.
    pub(super) fn open_orders(&self, conn: ConnId, client_id: Option<i32>, step: &mut Step) {
        let none = std::collections::BTreeSet::new();
        let live = match client_id {
            None => &self.state.live,
            Some(id) => self.state.clients.get(&id).map_or(&none, |c| &c.live),
        };
        for perm_id in live {
            let record = self.state.order(*perm_id);
            if !record.held {
                step.send(conn, self.open_order(record));
                step.send(conn, Reply::OrderStatus(status(record)));
            }
        }
        step.send(conn, Reply::OpenOrdersEnd);
    }

    /// Orders that ended since midnight in New York, of every client, with or without those entered by
    /// hand.
    pub(super) fn completed_orders(&self, conn: ConnId, api_only: bool, now: Timestamp, step: &mut Step) {
        let today = date(now);
        let recent = self.state.ended.iter().rev().map(|id| self.state.order(*id));
        let today: Vec<&OrderRecord> =
            recent.take_while(|r| date(r.updated_at) >= today).filter(|r| !(api_only && r.manual)).collect();
        for record in today.into_iter().rev() {
            step.send(conn, self.completed_order(record));
        }
        step.send(conn, Reply::CompletedOrdersEnd);
    }

    /// Executions since midnight in New York, or of as many days as asked for, up to seven.
    pub(super) fn executions(
        &self,
        conn: ConnId,
        req_id: i32,
        filter: &ExecutionFilter,
        now: Timestamp,
        step: &mut Step,
    ) {
        let since = match tws::time::parse_date_time(&filter.time) {
            Some(time) => Some(time),
            None if filter.time.is_empty() => None,
            None => {
                let text = "Error validating request.-'bH' : cause - Invalid time in the execution filter";
                return Self::notice(conn, req_id, 321, text, now, step);
            }
        };
        let days = i64::from(filter.last_n_days.unwrap_or(1).clamp(1, 7)) - 1;
        let back = if filter.specific_dates.is_empty() { days } else { 6 };
        let first = date(now).saturating_sub(jiff::Span::new().days(back));
        let mut found = Vec::new();
        for (perm_id, position) in self.state.fills.iter().rev() {
            let record = self.state.order(*perm_id);
            let fill = &record.fills[*position];
            let day = date(fill.execution.time);
            if day < first {
                break;
            }
            let on_date = filter.specific_dates.is_empty() || filter.specific_dates.contains(&number(day));
            let in_time = since.is_none_or(|s| fill.execution.time >= s);
            if on_date && in_time && self.passes(filter, record, fill) {
                found.push((record, fill));
            }
        }
        for (record, fill) in found.into_iter().rev() {
            step.send(conn, self.execution_details(record, fill, req_id));
            let currency = self.commission_currency(record.instrument);
            step.send(conn, Reply::CommissionReport(commission(fill, currency)));
        }
        step.send(conn, Reply::ExecutionDetailsEnd { req_id });
    }

    fn passes(&self, filter: &ExecutionFilter, record: &OrderRecord, fill: &Fill) -> bool {
        let unset_or = |wanted: &str, is: &str| wanted.is_empty() || wanted.eq_ignore_ascii_case(is);
        // 0 is what clients send for "any".
        filter.client_id.is_none_or(|id| id == 0 || id == record.client_id)
            && unset_or(&filter.account, &self.state.accounts[record.account].id)
            && unset_or(&filter.symbol, &self.instrument(record.instrument).symbol)
            && unset_or(&filter.sec_type, self.instrument(record.instrument).sec_type.as_str())
            && unset_or(&filter.exchange, &fill.execution.exchange)
            && unset_or(&filter.side, record.terms.side.as_str())
    }
}

fn date(at: Timestamp) -> Date {
    tws::time::in_zone(at).date()
}

fn number(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}
