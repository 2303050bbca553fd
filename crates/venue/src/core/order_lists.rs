//! Orders and executions on request.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use tws::model::{Contract, ExecSide, ExecutionFilter, Reply};

use super::contract::full;
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
            step.send(conn, Self::completed_order(record));
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
        let asked = |told: &Told<'_>| {
            let on_date = filter.specific_dates.is_empty() || filter.specific_dates.contains(&number(told.day()));
            let in_time = since.is_none_or(|s| told.fill.execution.time >= s);
            on_date && in_time && self.passes(filter, told)
        };
        let ordered = self.state.fills.iter().rev().map(|(perm_id, position)| {
            let record = self.state.order(*perm_id);
            let contract = Arc::clone(&record.contract);
            Told { instrument: record.instrument, contract, fill: &record.fills[*position] }
        });
        let settled = self.state.settled.iter().rev().map(|(_, instrument, fill)| Told {
            instrument: *instrument,
            contract: Arc::new(full(self.instrument(*instrument), &fill.execution.exchange)),
            fill,
        });
        let recent = |told: &Told<'_>| told.day() >= first;
        let mut found: Vec<Told<'_>> =
            ordered.take_while(recent).chain(settled.take_while(recent)).filter(asked).collect();
        found.sort_by(|a, b| a.fill.execution.exec_id.cmp(&b.fill.execution.exec_id));
        for told in found {
            step.send(conn, Self::execution_details(&told.contract, told.fill, req_id));
            let currency = self.commission_currency(told.instrument);
            step.send(conn, Reply::CommissionReport(commission(told.fill, currency)));
        }
        step.send(conn, Reply::ExecutionDetailsEnd { req_id });
    }

    fn passes(&self, filter: &ExecutionFilter, told: &Told<'_>) -> bool {
        let unset_or = |wanted: &str, is: &str| wanted.is_empty() || wanted.eq_ignore_ascii_case(is);
        let (execution, i) = (&told.fill.execution, self.instrument(told.instrument));
        let side = match execution.side {
            ExecSide::Bought => "BUY",
            ExecSide::Sold => "SELL",
        };
        // 0 is what clients send for "any".
        filter.client_id.is_none_or(|id| id == 0 || id == execution.client_id)
            && unset_or(&filter.account, &execution.account)
            && unset_or(&filter.symbol, &i.symbol)
            && unset_or(&filter.sec_type, i.sec_type.as_str())
            && unset_or(&filter.exchange, &execution.exchange)
            && unset_or(&filter.side, side)
    }
}

/// An execution, of an order or of a settlement.
struct Told<'a> {
    instrument: usize,
    contract: Arc<Contract>,
    fill: &'a Fill,
}

impl Told<'_> {
    fn day(&self) -> Date {
        date(self.fill.execution.time)
    }
}

fn date(at: Timestamp) -> Date {
    tws::time::in_zone(at).date()
}

fn number(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}
