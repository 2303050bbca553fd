//! Conditions: orders that wait for something other than their own price, or end by it.
//!
//! Conditions are read from left to right, *and* binding tighter than *or*. Those on a price, a volume
//! or a change of price are looked at during regular hours of their contract, unless the order says
//! that it does not matter; a time passes and a margin falls at any hour.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use tws::model::{Condition, Order};

use super::Change;
use super::desk::{Core, Step};
use super::kind::TriggerMethod;
use super::order::OrderRecord;
use super::read::BAD_TIME;
use super::terms::Refusal;
use super::trigger::reaches;
use crate::market::Quote;

/// IBKR's text of 147.
const INCOMPLETE: &str = "The conditional contract info is incomplete.";

/// Whether a figure is on the wanted side of a level.
fn beyond(figure: Decimal, level: Decimal, is_more: bool) -> bool {
    if is_more { figure >= level } else { figure <= level }
}

impl Core {
    /// Refuses conditions that nothing could ever meet because they name nothing.
    pub(super) fn check_conditions(&self, order: &Order) -> Result<(), Refusal> {
        for condition in &order.conditions {
            let con_id = match &condition.condition {
                Condition::Price { con_id, trigger_method, .. } => {
                    if *trigger_method != 0 && TriggerMethod::from_wire(*trigger_method).is_none() {
                        return Err(Refusal::new(146, "Invalid trigger method."));
                    }
                    Some(*con_id)
                }
                Condition::Volume { con_id, .. } | Condition::PercentChange { con_id, .. } => Some(*con_id),
                Condition::Time { time, .. } => {
                    if tws::time::parse_date_time(time).is_none() {
                        return Err(Refusal::new(343, BAD_TIME));
                    }
                    None
                }
                Condition::Execution { symbol, .. } => {
                    if self.market.universe().find_symbol(symbol).is_none() {
                        return Err(Refusal::new(147, INCOMPLETE));
                    }
                    None
                }
                Condition::Margin { .. } => None,
            };
            if con_id.is_some_and(|id| self.market.universe().find_con_id(id).is_none()) {
                return Err(Refusal::new(147, INCOMPLETE));
            }
        }
        Ok(())
    }

    /// Looks at the conditions of every order that has some.
    pub(super) fn meet_conditions(&mut self, now: Timestamp, step: &mut Step) {
        let conditional: Vec<i64> = self.state.conditional.iter().copied().collect();
        for perm_id in conditional {
            let record = self.state.order(perm_id);
            if !record.is_live() || !self.are_met(perm_id, now) {
                continue;
            }
            if self.state.order(perm_id).order.conditions_cancel_order {
                self.end_cancelled(perm_id, "Cancelled by its conditions", "", now, step);
            } else {
                self.commit(step, Change::ConditionsMet { perm_id, at: now });
                self.work(perm_id, now, step);
            }
        }
    }

    /// Whether the conditions of an order hold.
    pub(super) fn are_met(&mut self, perm_id: i64, now: Timestamp) -> bool {
        let order = Arc::clone(&self.state.order(perm_id).order);
        let mut all = true;
        for condition in &order.conditions {
            all = all && self.is_met(perm_id, &condition.condition, &order, now);
            // What ends with an *or*, or ends the list, is one alternative.
            if !condition.is_conjunction {
                if all {
                    return true;
                }
                all = true;
            }
        }
        all && order.conditions.last().is_some_and(|last| last.is_conjunction)
    }

    fn is_met(&mut self, perm_id: i64, condition: &Condition, order: &Order, now: Timestamp) -> bool {
        match condition {
            Condition::Price { con_id, is_more, price, trigger_method, .. } => {
                let Some((instrument, quote)) = self.watched_quote(*con_id, order, now) else {
                    return false;
                };
                let method = TriggerMethod::from_wire(*trigger_method)
                    .unwrap_or_else(|| TriggerMethod::default_of(self.instrument(instrument).sec_type));
                let before = method.is_double().then(|| self.market.quote(instrument, now - 1.seconds())).flatten();
                reaches(method, &quote, before.as_ref(), *price, *is_more)
            }
            Condition::Time { is_more, time } => {
                tws::time::parse_date_time(time).is_some_and(|at| if *is_more { now >= at } else { now <= at })
            }
            Condition::Margin { is_more, percent } => {
                let account = self.state.order(perm_id).account;
                self.price_holdings(account, now);
                let margin = self.margin(account, now);
                // The cushion is what is left above the maintenance margin, as a share of the equity.
                let equity = margin.equity_with_loan();
                !equity.is_zero()
                    && beyond(margin.excess() * Decimal::ONE_HUNDRED / equity, Decimal::from(*percent), *is_more)
            }
            Condition::Execution { symbol, sec_type, .. } => {
                self.has_traded(self.state.order(perm_id), symbol, sec_type)
            }
            Condition::Volume { con_id, is_more, volume, .. } => self
                .watched_quote(*con_id, order, now)
                .is_some_and(|(_, quote)| beyond(quote.volume, Decimal::from(*volume), *is_more)),
            Condition::PercentChange { con_id, is_more, change_percent, .. } => {
                let Some((instrument, quote)) = self.watched_quote(*con_id, order, now) else {
                    return false;
                };
                let close = self.market.day_figures(instrument, now).map(|day| day.close).filter(|c| !c.is_zero());
                close.is_some_and(|close| {
                    let percent = (quote.last - close) * Decimal::ONE_HUNDRED / close;
                    beyond(percent, *change_percent, *is_more)
                })
            }
        }
    }

    /// The quote that a condition looks at, if it looks at this hour.
    fn watched_quote(&mut self, con_id: i32, order: &Order, now: Timestamp) -> Option<(usize, Quote)> {
        let instrument = self.market.universe().find_con_id(con_id)?;
        let quote = self.quote(instrument, now)?;
        let looks = quote.open || (order.conditions_ignore_rth && self.market.is_trading(instrument, now));
        looks.then_some((instrument, quote))
    }

    /// Whether its account traded a symbol since an order was accepted.
    fn has_traded(&self, record: &OrderRecord, symbol: &str, sec_type: &str) -> bool {
        self.state.last_fills.iter().any(|((account, instrument), number)| {
            let i = self.instrument(*instrument);
            *account == record.account
                && *number > record.fills_before
                && i.symbol == symbol
                && (sec_type.is_empty() || i.sec_type.as_str() == sec_type)
        })
    }
}
