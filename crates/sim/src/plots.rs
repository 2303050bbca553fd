//! Rare meetings, brought about on purpose: an order is led into a state that passes quickly, and then something is said of
//! it. Left to chance some cells of the lifecycle's table would be met once in a hundred thousand runs.

use crate::checks::Violation;
use crate::lies::{WORDS_MAX, error, status, traded};
use crate::run::Run;
use crate::world::Ask;
use domain::book::OrderRecord;
use domain::broker::BrokerEvent;
use domain::lifecycle::OrdStatus;
use domain::order::Tif;
use rust_decimal::Decimal;

/// Kinds of lie, plots among them.
pub(crate) const LIES: u32 = WORDS_MAX + 10;

impl Run {
    /// Leads an order somewhere, and says something of it there.
    pub(crate) fn plot(&mut self, pick: usize, what: u32, salt: u32) -> Result<(), Violation> {
        // A trade first, so that there is something to correct and to take back.
        let trades = salt.is_multiple_of(2);
        let reached = match what % 10 {
            0..=3 => {
                if trades {
                    self.trade_one(pick, OrdStatus::Working, salt)?;
                }
                self.change_in_silence(pick)?;
                OrdStatus::PendingReplace
            }
            4 => self.lead(pick, trades, salt, OrdStatus::PendingCancel, &["PendingCancel"], None)?,
            5 => self.lead(pick, trades, salt, OrdStatus::Unconfirmed, &["PendingCancel"], Some(10_147))?,
            6 => self.lead(pick, trades, salt, OrdStatus::Rejected, &["Inactive"], None)?,
            7 => self.lead(pick, trades, salt, OrdStatus::Filled, &["Filled"], None)?,
            8 => self.lead(pick, trades, salt, OrdStatus::Canceled, &["Cancelled"], None)?,
            _ => return self.double_unheard(pick),
        };
        let kind = salt / 2 % WORDS_MAX;
        if let Some(order) = self.about(pick, kind, Some(reached)) {
            self.say_of(&order, kind, salt);
        }
        Ok(())
    }

    /// A change whose acknowledgement is lost: it stays under way until somebody looks.
    fn change_in_silence(&mut self, pick: usize) -> Result<(), Violation> {
        self.did("acknowledgement lost");
        self.broker.silent += 1;
        self.replace(pick, 100, 1 + i64::try_from(pick % 9).unwrap_or(0));
        self.pass(10)
    }

    /// Says of a working order what leads it to the state.
    fn lead(
        &mut self,
        pick: usize,
        trades: bool,
        salt: u32,
        to: OrdStatus,
        words: &[&str],
        code: Option<i32>,
    ) -> Result<OrdStatus, Violation> {
        if trades {
            self.trade_one(pick, OrdStatus::Working, salt)?;
        }
        if let Some(order) = self.about(pick, 0, Some(OrdStatus::Working)) {
            for word in words {
                self.tell(|generation| status(&order, generation, word, Decimal::ONE, order.perm_id));
            }
            if let Some(code) = code {
                self.tell(|generation| error(&order, generation, code));
            }
        }
        self.pass(1)?;
        Ok(to)
    }

    fn trade_one(&mut self, pick: usize, of: OrdStatus, salt: u32) -> Result<(), Violation> {
        if let Some(order) = self.about(pick, 0, Some(of)) {
            let execution = traded(&order, Decimal::ONE, &format!("plot.{salt}.01"));
            self.tell(|generation| {
                execution.map(|execution| BrokerEvent::Executed { generation, execution: Box::new(execution) })
            });
        }
        self.pass(1)
    }

    /// A new order of which neither adapter nor broker say a word, and a look that shows it under a word that nobody knows
    /// and once more under another permanent id.
    fn double_unheard(&mut self, pick: usize) -> Result<(), Violation> {
        let Some(process) = self.processes.last_mut() else { return Ok(()) };
        process.link.hold_reports += 1;
        self.did("acknowledgement lost");
        self.broker.silent += 1;
        let ask =
            Ask { stock: pick % 3, buys: true, qty: 1, limit_cents: Some(-300), tif: Tif::Gtc, exits_cents: None };
        self.submit(false, ask);
        self.pass(12)?;
        let newest = |order: &OrderRecord| order.last_attempt().map(|attempt| attempt.broker_order_id);
        let order = self.about(pick, 0, Some(OrdStatus::Submitting));
        if let (Some(order), Some(process)) = (order, self.processes.last_mut()) {
            process.link.show_double = newest(&order);
            self.tell(|generation| Some(BrokerEvent::Notice { generation, code: 1102, message: "not so".to_owned() }));
        }
        Ok(())
    }

    fn tell(&mut self, word: impl FnOnce(domain::id::Generation) -> Option<BrokerEvent>) {
        if let Some(process) = self.processes.last_mut()
            && let Some(event) = word(process.link.generation())
        {
            process.link.say(event);
        }
    }
}
