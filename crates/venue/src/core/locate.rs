//! Short sales: what can be borrowed, and orders that wait for it.
//!
//! Everything can be borrowed until the operator limits an instrument to a number of shares. A sale
//! that would go short beyond them is held (`PreSubmitted`, `whyHeld` "locate", error 404) and works
//! from the moment on in which there are enough. What may be short already stays so: the venue calls
//! no shares back. Funds and crypto can never be sold short.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::Status;

use super::desk::{Core, Step};
use super::order::OrderRecord;
use super::terms::Refusal;
use super::{Change, CoreError, Side};
use crate::market::SecType;

/// Whether an instrument can be sold short at all.
fn can_be_short(sec_type: SecType) -> bool {
    match sec_type {
        SecType::Fund | SecType::Crypto => false,
        SecType::Stk | SecType::Ind | SecType::Cash | SecType::Fut | SecType::Opt | SecType::Cfd | SecType::Bond => {
            true
        }
    }
}

impl Core {
    /// Limits how many shares of a symbol can be borrowed, by all accounts together; `None` lifts it.
    pub fn set_shortable(&mut self, symbol: &str, shares: Option<Decimal>, now: Timestamp) -> Result<Step, CoreError> {
        let instrument = self.of_symbol(symbol)?;
        if shares.is_some_and(|s| s.is_sign_negative()) {
            return Err(CoreError::Shares(shares.unwrap_or_default()));
        }
        let mut step = self.pass(now);
        let con_id = self.instrument(instrument).con_id;
        self.commit(&mut step, Change::ShortableSet { con_id, shares });
        self.release_located(now, &mut step);
        self.report_trades(now, &mut step);
        Ok(step)
    }

    /// Shares of an instrument that can still be borrowed; `None` without a limit.
    pub fn shortable(&self, instrument: usize) -> Option<Decimal> {
        let limit = self.state.borrowable.get(&instrument)?;
        let short: Decimal = self.state.accounts.iter().map(|a| (-a.position(instrument)).max(Decimal::ZERO)).sum();
        Some((limit - short).max(Decimal::ZERO))
    }

    /// Whether an order must wait for shares to borrow.
    fn must_locate(&self, record: &OrderRecord) -> bool {
        if record.terms.side == Side::Buy {
            return false;
        }
        let Some(available) = self.shortable(record.instrument) else {
            return false;
        };
        let held = self.state.accounts[record.account].position(record.instrument).max(Decimal::ZERO);
        record.remaining() - held > available
    }

    /// Holds an order that would sell what cannot be borrowed. Says whether it did.
    pub(super) fn hold_for_locate(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) -> bool {
        // Nearly always nothing is limited.
        if self.state.borrowable.is_empty() || !self.must_locate(self.state.order(perm_id)) {
            return false;
        }
        self.commit(step, Change::Locating { perm_id, locating: true, at: now });
        if self.state.order(perm_id).status != Status::PreSubmitted {
            self.set_status(perm_id, Status::PreSubmitted, "", now, step);
        }
        self.report(perm_id, step);
        self.notify(perm_id, 404, "Order held while securities are located.", now, step);
        true
    }

    /// Lets those work again whose shares can be borrowed now, oldest first.
    pub(super) fn release_located(&mut self, now: Timestamp, step: &mut Step) {
        let waiting: Vec<i64> = self.state.locating.iter().copied().collect();
        for perm_id in waiting {
            let record = self.state.order(perm_id);
            if record.is_live() && !self.must_locate(record) {
                self.commit(step, Change::Locating { perm_id, locating: false, at: now });
                self.work(perm_id, now, step);
            }
        }
    }

    /// Refuses to sell short what cannot be. What waits for its parent is looked at when it fills.
    pub(super) fn refuse_short(
        &self,
        account: usize,
        instrument: usize,
        side: Side,
        quantity: Decimal,
        replaced: Option<i64>,
    ) -> Result<(), Refusal> {
        if side == Side::Buy || can_be_short(self.instrument(instrument).sec_type) {
            return Ok(());
        }
        let working = self.state.live.iter().filter(|id| Some(**id) != replaced).map(|id| self.state.order(*id));
        let promised: Decimal = working
            .filter(|o| o.account == account && o.instrument == instrument && o.terms.side == Side::Sell && !o.waiting)
            .map(OrderRecord::remaining)
            .sum();
        let held = self.state.accounts[account].position(instrument);
        if quantity + promised > held {
            return Err(Refusal::rejected("The contract is not available for short sale."));
        }
        Ok(())
    }

    /// The most an order may sell: of what cannot be short, what is held.
    pub(super) fn sellable(&self, record: &OrderRecord) -> Decimal {
        if record.terms.side == Side::Buy || can_be_short(self.instrument(record.instrument).sec_type) {
            return Decimal::MAX;
        }
        self.state.accounts[record.account].position(record.instrument).max(Decimal::ZERO)
    }
}
