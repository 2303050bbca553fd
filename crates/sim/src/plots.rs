//! Rare meetings, brought about on purpose: an order is led into a state that passes quickly, and then something is said of
//! it. Left to chance some cells of the lifecycle's table would be met once in a hundred thousand runs.

use crate::checks::Violation;
use crate::lies::{WORDS_MAX, error, status, traded};
use crate::run::Run;
use crate::world::{self, Ask};
use domain::book::OrderRecord;
use domain::broker::BrokerEvent;
use domain::id::{BrokerOrderId, ClOrdId, Generation};
use domain::lifecycle::OrdStatus;
use domain::order::Tif;
use rust_decimal::Decimal;

/// Kinds of lie, plots among them.
pub(crate) const LIES: u32 = WORDS_MAX + PLOTS;
const PLOTS: u32 = 12;

/// What is said there, most often of what only such an order has: trades, a change, a second order.
const THERE: [u32; 10] = [34, 36, 37, 29, 29, 24, 27, 6, 20, 12];
/// An order lives this long before nothing shows it: with the list's own deadline it is too old to be on its way.
const LIVED_MS: i64 = 6_000;
/// A list that does not end is given up within this on a new connection.
const NO_END_MS: i64 = 12_000;
/// A new connection is made within this.
const RETRY_MS: i64 = 600;
/// An order this old is not on its way any more. Meanwhile no look shows it.
const UNREPORTED_S: u32 = 16;
/// Tenths of a second that an answer is waited for.
const ANSWER_TRIES: u32 = 8;
/// And a look.
const LOOK_TRIES: u32 = 40;
/// A change is decided within this, after some questions to the broker.
const CHANGE_MS: i64 = 60;

impl Run {
    /// Leads an order somewhere, and says something of it there.
    pub(crate) fn plot(&mut self, pick: usize, what: u32, salt: u32) -> Result<(), Violation> {
        // What earlier lies have halted would let nothing new through.
        self.lift();
        self.resolve();
        self.pass(10)?;
        self.wait_for_a_look()?;
        let what = (what - WORDS_MAX) % PLOTS;
        if what == 10 {
            return self.unreported(pick);
        }
        let key = if what == 9 { self.submit_unheard(pick)? } else { self.submit_and_wait(pick)? };
        // A trade first, so that there is something to correct and to take back.
        if salt.is_multiple_of(2) && what != 9 {
            let execution = self.sent(&key).and_then(|order| traded(&order, Decimal::ONE, &format!("plot.{salt}.01")));
            self.tell(|generation| {
                execution.map(|execution| BrokerEvent::Executed { generation, execution: Box::new(execution) })
            });
            self.pass(1)?;
        }
        match what {
            0 => self.change_in_silence(&key, pick)?,
            1 => {
                if salt.is_multiple_of(5)
                    && let Some(process) = self.processes.last_mut()
                {
                    process.link.break_writes = 1 + salt % 2;
                }
                self.change_in_silence(&key, pick)?;
            }
            2 => {
                self.change_in_silence(&key, pick)?;
                self.say(&key, None, Some(104));
            }
            3 => {
                // An order of an earlier connection is missed by a look that does not show it.
                self.broker.cut_all(0);
                self.pass(RETRY_MS)?;
                self.wait_for_a_look()?;
                self.change_in_silence(&key, pick)?;
                self.look_away(&key)?;
            }
            4 => self.say(&key, Some("PendingCancel"), None),
            5 => self.say(&key, Some("PendingCancel"), Some(10_147)),
            6 => {
                // Some with a change behind them.
                self.change(key.clone(), 100, 1);
                self.pass(100)?;
                self.say(&key, Some("Inactive"), None);
            }
            7 => self.say(&key, Some("Filled"), None),
            9 => return self.show_double(&key),
            11 => return self.cancel_what_is_changed(&key, pick),
            _ => {
                self.change(key.clone(), 100, 1);
                self.pass(100)?;
                self.say(&key, Some("Cancelled"), None);
            }
        }
        self.pass(1)?;
        if matches!(what, 3 | 4) && salt % 4 == 1 {
            self.say(&key, None, Some(201));
        } else if let Some(order) = self.sent(&key) {
            self.talk(|_| format!("    {key} is led to {}", order.status.word()));
            self.say_of(&order, THERE[salt as usize / 6 % THERE.len()], salt);
        }
        Ok(())
    }

    /// A change and a cancel behind it are decided, and the line is lost before either left.
    fn cancel_what_is_changed(&mut self, key: &ClOrdId, pick: usize) -> Result<(), Violation> {
        self.change_until_decided(key, pick, 1)?;
        let by = world::alice();
        self.with_holder(|run, at| run.processes[at].cancel(&run.ears, by, key.clone(), None));
        self.pass(1)?;
        self.broker.cut_all(0);
        self.pass(10)
    }

    /// The adapter never tells that an order was written, the broker says nothing of it, and no list shows it.
    fn unreported(&mut self, pick: usize) -> Result<(), Violation> {
        if let Some(process) = self.processes.last_mut() {
            process.link.lose_reports += 1;
        }
        self.fall_silent();
        let key = self.small(pick);
        for _ in 0..UNREPORTED_S {
            self.pass(1_000)?;
            self.hide(&key);
        }
        self.look();
        self.pass(60)
    }

    /// The list of open orders does not end on a new connection, beside an order that works: unknown is not empty.
    pub(crate) fn unended(&mut self, pick: usize) -> Result<(), Violation> {
        self.lift();
        self.wait_for_a_look()?;
        self.submit_and_wait(pick)?;
        self.pass(LIVED_MS)?;
        self.did("end of a list lost");
        self.broker.lose_ends += 1;
        self.broker.cut_all(0);
        self.pass(NO_END_MS)
    }

    /// Nothing new is sent before journal and broker were compared on the connection that stands.
    fn wait_for_a_look(&mut self) -> Result<(), Violation> {
        for _ in 0..LOOK_TRIES {
            let looked = {
                let state = self.ground.truth.read();
                let report = state.book.last_reconciliation.as_ref();
                report.is_some_and(|report| report.complete && report.generation == state.book.generation)
            };
            if looked {
                break;
            }
            self.pass(100)?;
        }
        Ok(())
    }

    /// The order as the journal has it.
    fn sent(&self, key: &ClOrdId) -> Option<OrderRecord> {
        self.ground.truth.read().book.order(key).cloned()
    }

    /// A small order far from the market.
    fn small(&mut self, pick: usize) -> ClOrdId {
        let stock = pick % world::STOCKS.len();
        let (limit_cents, tif) = (Some(-900), Tif::Gtc);
        self.submit(false, Ask { stock, buys: true, qty: 4, limit_cents, tif, exits_cents: None });
        world::lit(&format!("k-{}", self.asked.len()))
    }

    fn submit_and_wait(&mut self, pick: usize) -> Result<ClOrdId, Violation> {
        let key = self.small(pick);
        for _ in 0..ANSWER_TRIES {
            self.pass(100)?;
            if self.sent(&key).is_some_and(|order| order.status == OrdStatus::Working) {
                break;
            }
        }
        Ok(key)
    }

    /// A new order of which neither adapter nor broker say a word.
    fn submit_unheard(&mut self, pick: usize) -> Result<ClOrdId, Violation> {
        if let Some(process) = self.processes.last_mut() {
            process.link.hold_reports += 1;
        }
        self.fall_silent();
        let key = self.small(pick);
        self.pass(12)?;
        Ok(key)
    }

    fn fall_silent(&mut self) {
        self.did("acknowledgement lost");
        self.broker.silent += 1;
    }

    /// A change whose acknowledgement is lost: it stays under way until somebody looks.
    fn change_in_silence(&mut self, key: &ClOrdId, pick: usize) -> Result<(), Violation> {
        self.fall_silent();
        self.change_until_decided(key, pick, 4)
    }

    /// Looks whether it is every so many milliseconds.
    fn change_until_decided(&mut self, key: &ClOrdId, pick: usize, every_ms: i64) -> Result<(), Violation> {
        self.change(key.clone(), 100, 1 + i64::try_from(pick % 9).unwrap_or(0));
        for _ in 0..CHANGE_MS / every_ms {
            self.pass(every_ms)?;
            if self.sent(key).is_some_and(|order| order.status == OrdStatus::PendingReplace) {
                break;
            }
        }
        Ok(())
    }

    /// A status and an error.
    fn say(&mut self, key: &ClOrdId, word: Option<&str>, code: Option<i32>) {
        let Some(order) = self.sent(key) else { return };
        if let Some(word) = word {
            self.tell(|generation| status(&order, generation, word, Decimal::ONE, order.perm_id));
        }
        if let Some(code) = code {
            self.tell(|generation| error(&order, generation, code));
        }
    }

    /// A look that does not show the order.
    fn look_away(&mut self, key: &ClOrdId) -> Result<(), Violation> {
        self.hide(key);
        self.look();
        self.pass(60)
    }

    /// The next look does not show the order.
    fn hide(&mut self, key: &ClOrdId) {
        let id = self.broker_id(key);
        if let Some(process) = self.processes.last_mut() {
            process.link.hide = id;
        }
    }

    /// A look that shows it under a word that nobody knows, and once more under another permanent id.
    fn show_double(&mut self, key: &ClOrdId) -> Result<(), Violation> {
        let id = self.broker_id(key);
        if let Some(process) = self.processes.last_mut() {
            process.link.show_double = id;
        }
        self.look();
        self.pass(60)
    }

    fn broker_id(&self, key: &ClOrdId) -> Option<BrokerOrderId> {
        self.sent(key)?.last_attempt().map(|attempt| attempt.broker_order_id)
    }

    /// Has the gateway look at the broker.
    fn look(&mut self) {
        self.tell(|generation| Some(BrokerEvent::Notice { generation, code: 1102, message: "not so".to_owned() }));
    }

    fn tell(&mut self, word: impl FnOnce(Generation) -> Option<BrokerEvent>) {
        if let Some(process) = self.processes.last_mut()
            && let Some(event) = word(process.link.generation())
        {
            process.link.say(event);
        }
    }
}
