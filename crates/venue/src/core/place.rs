//! Taking orders in.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Notice, OpenOrder, Order, OrderState, PlaceOrder, Reply, Status};

use super::change::{Accepted, Refused};
use super::commission::Charged;
use super::contract::{destination, full};
use super::desk::{ConnId, Core, Step};
use super::margin::{Effect, Exposure};
use super::order_reports::complete;
use super::terms::Refusal;
use super::{Change, CoreError, Terms};
use crate::market::Quote;

/// Most generations above an order. IBKR documents one; each is followed in turn when one above it ends.
const GENERATIONS_MAX: usize = 8;

/// A new order that may be taken in.
struct Admitted {
    client_id: i32,
    instrument: usize,
    account: usize,
    terms: Terms,
    parent: Option<i64>,
    waiting: bool,
    effect: Effect,
}

impl Core {
    /// A new order, a change of one, or a preview.
    pub(super) fn place(&mut self, conn: ConnId, client_id: i32, asked: PlaceOrder, now: Timestamp, step: &mut Step) {
        let known = self.state.find(client_id, asked.order_id);
        if let Some(perm_id) = known.filter(|_| !asked.order.what_if) {
            return self.replace(conn, perm_id, asked, now, step);
        }
        if asked.order_id <= 0 || known.is_none() && self.state.is_forgotten(client_id, asked.order_id) {
            return refuse(conn, &asked, &Refusal::new(103, "Duplicate order id"), now, step);
        }
        match self.admit(client_id, &asked, now) {
            Err(refusal) => refuse(conn, &asked, &refusal, now, step),
            Ok(admitted) if asked.order.what_if => self.preview(conn, &asked, &admitted, step),
            Ok(admitted) if !admitted.effect.is_covered() => {
                let refusal = Self::short_of_margin(&admitted.effect);
                self.refuse_read(conn, asked, &admitted, &refusal, now, step);
            }
            Ok(admitted) => {
                self.accept(asked, &admitted, now, step);
            }
        }
    }

    /// A new order entered by hand. Returns its permId.
    pub(super) fn place_manual(
        &mut self,
        client_id: i32,
        asked: PlaceOrder,
        now: Timestamp,
        step: &mut Step,
    ) -> Result<i64, CoreError> {
        let refused = |refusal: Refusal| CoreError::Order { code: refusal.code, message: refusal.message };
        let admitted = self.admit(client_id, &asked, now).map_err(refused)?;
        if !admitted.effect.is_covered() {
            return Err(refused(Self::short_of_margin(&admitted.effect)));
        }
        Ok(self.accept(asked, &admitted, now, step))
    }

    fn admit(&mut self, client_id: i32, asked: &PlaceOrder, now: Timestamp) -> Result<Admitted, Refusal> {
        let order = &asked.order;
        let instrument = super::contract::resolve(&self.market, &asked.contract, now)
            .map_err(|why| Refusal::new(200, why.text(&asked.contract)))?;
        if !self.instrument(instrument).has_quotes() {
            let text = "Unsupported order type for this exchange and security type.";
            return Err(Refusal::new(387, text));
        }
        let terms = self.read_terms(instrument, order, now)?;
        let account = self.account_of(&order.account)?;
        if asked.order.parent_id.is_none_or(|id| id == 0) {
            self.refuse_short(account, instrument, terms.side, terms.quantity, None)?;
        }
        if order.what_if && !order.transmit {
            return Err(Refusal::new(413, "What-if order should have the transmit flag set to true."));
        }
        let (parent, waiting, closes) = match order.parent_id.filter(|id| *id != 0) {
            None => (None, false, false),
            Some(id) => {
                let missing = || Refusal::new(135, format!("Can't find order with ID = {id}"));
                let perm_id = self.state.find(client_id, id).ok_or_else(missing)?;
                let ancestors = std::iter::successors(Some(perm_id), |id| self.state.get(*id)?.parent);
                if ancestors.take(GENERATIONS_MAX + 1).count() > GENERATIONS_MAX {
                    return Err(Refusal::rejected("Attached orders are nested too deeply."));
                }
                let parent = self.state.order(perm_id);
                let filled = parent.status == Status::Filled;
                if !parent.is_live() && !filled {
                    return Err(Refusal::new(10006, "Missing parent order."));
                }
                if parent.terms.all_or_none && !terms.all_or_none {
                    return Err(Refusal::new(10236, "Child has to be AON if parent order is AON"));
                }
                (Some(perm_id), parent.filled.is_zero(), parent.terms.side != terms.side)
            }
        };
        let quote = self.priced(instrument, now)?;
        self.price_holdings(account, now);
        let exposure = Exposure {
            account,
            instrument,
            terms,
            filled: Decimal::ZERO,
            charged: Charged::default(),
            reserved: Decimal::ZERO,
        };
        let mut effect = self.effect(&exposure, &quote, now);
        if waiting && closes {
            // An exit that waits for its entry adds nothing that the entry has not reserved.
            effect.reserve = Decimal::ZERO;
        }
        Ok(Admitted { client_id, instrument, account, terms, parent, waiting, effect })
    }

    pub(super) fn priced(&mut self, instrument: usize, now: Timestamp) -> Result<Quote, Refusal> {
        self.quote(instrument, now)
            .ok_or_else(|| Refusal::rejected("There is no market data for this contract at this time."))
    }

    pub(super) fn account_of(&self, name: &str) -> Result<usize, Refusal> {
        if name.is_empty() {
            return if self.state.accounts.len() == 1 {
                Ok(0)
            } else {
                Err(Refusal::new(435, "You must specify an account."))
            };
        }
        self.state
            .accounts
            .iter()
            .position(|a| a.id == name)
            .ok_or_else(|| Refusal::invalid(&format!("Invalid account code '{name}'.")))
    }

    pub(super) fn short_of_margin(effect: &Effect) -> Refusal {
        let (what, has, needs) = match effect.cash {
            Some((needed, there)) if needed > there => ("SETTLED CASH", there, needed),
            Some(_) | None => ("EQUITY WITH LOAN VALUE", effect.equity_after, effect.initial_after),
        };
        let against = if what == "SETTLED CASH" { "COST" } else { "INITIAL MARGIN" };
        Refusal::rejected(&format!(
            "YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR {what} [{:.2} USD] MUST EXCEED \
             THE {against} [{:.2} USD]",
            has.round_dp(2),
            needs.round_dp(2)
        ))
    }

    fn accept(&mut self, asked: PlaceOrder, admitted: &Admitted, now: Timestamp, step: &mut Step) -> i64 {
        let transmit = asked.order.transmit;
        let lone = admitted.parent.is_none();
        let accepted = self.accepted(asked, admitted, now);
        let perm_id = accepted.perm_id;
        self.commit(step, Change::Accepted(Box::new(accepted)));
        if self.state.order(perm_id).manual {
            self.bind_if_wanted(perm_id, step, now);
        }
        if transmit && lone {
            self.introduce(perm_id, now, step);
        } else if transmit {
            self.transmit_family(perm_id, now, step);
        }
        perm_id
    }

    fn accepted(&mut self, asked: PlaceOrder, admitted: &Admitted, now: Timestamp) -> Accepted {
        let perm_id = self.state.next_perm_id();
        let held = !(asked.order.transmit && admitted.parent.is_none());
        let account = &self.state.accounts[admitted.account].id;
        let mut order = Arc::new(asked.order);
        let completed = Arc::make_mut(&mut order);
        complete(completed, admitted.client_id, asked.order_id, perm_id, &admitted.terms, account);
        Accepted {
            perm_id,
            client_id: admitted.client_id,
            order_id: asked.order_id,
            con_id: self.instrument(admitted.instrument).con_id,
            exchange: destination(self.instrument(admitted.instrument), &asked.contract),
            account: admitted.account,
            terms: admitted.terms,
            order,
            held,
            parent: admitted.parent,
            waiting: admitted.waiting,
            expires_at: self.expiry(admitted.instrument, &admitted.terms, now),
            reserve: admitted.effect.reserve,
            at: now,
        }
    }

    /// The first reports of an order that has gone out, and its first look at the market.
    pub(super) fn introduce(&mut self, perm_id: i64, now: Timestamp, step: &mut Step) {
        self.report(perm_id, step);
        let record = self.state.order(perm_id);
        let (instrument, side, quantity) = (record.instrument, record.terms.side, record.terms.quantity);
        if record.order.outside_rth && !record.terms.outside_rth {
            let text = "Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the order \
                        type and destination. PlaceOrder is now being processed.";
            self.notify(perm_id, 2109, text, now, step);
        }
        if let Some(text) = self.odd_lot_warning(instrument, side, quantity) {
            self.notify(perm_id, 399, &text, now, step);
        }
        let phase = self.quote(instrument, now).map(|quote| self.phase(instrument, &quote, now));
        let admitted = phase.is_some_and(|phase| phase.admits(self.state.order(perm_id)));
        // Nobody knows when a halt ends: the next opening would be a wrong answer.
        let halted = self.state.halted.contains_key(&instrument) && self.market.is_open(instrument, now);
        if !admitted && !halted {
            self.warn_closed(perm_id, now, step);
        }
        self.work(perm_id, now, step);
    }

    fn warn_closed(&self, perm_id: i64, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        let opens = if record.terms.outside_rth {
            self.market.next_trading(record.instrument, now)
        } else {
            self.market.next_open(record.instrument, now)
        };
        let opens = opens.map_or_else(String::new, |at| {
            format!("{} {}", tws::time::in_zone(at).strftime("%Y-%m-%d %H:%M:%S"), tws::time::ZONE_NAME)
        });
        let i = self.instrument(record.instrument);
        let (side, quantity) = (record.terms.side.as_str(), record.terms.quantity);
        // `AAPL NASDAQ.NMS`, `IBM NYSE`.
        let class = if i.trading_class == i.symbol { String::new() } else { format!(".{}", i.trading_class) };
        let text = format!(
            "Order Message:\n{side} {quantity} {} {}{class}\nWarning: Your order will not be placed at the exchange \
             until {opens}.",
            i.symbol, i.primary_exchange
        );
        self.notify(perm_id, 399, &text, now, step);
    }

    fn preview(&self, conn: ConnId, asked: &PlaceOrder, admitted: &Admitted, step: &mut Step) {
        let Effect { before, initial_after, maintenance_after, equity_after, commission, .. } = admitted.effect;
        let money = |value: Decimal| Some(value.round_dp(2));
        let state = OrderState {
            init_margin_before: money(before.initial),
            maint_margin_before: money(before.maintenance),
            equity_with_loan_before: money(before.equity_with_loan()),
            init_margin_change: money(initial_after - before.initial),
            maint_margin_change: money(maintenance_after - before.maintenance),
            equity_with_loan_change: money(equity_after - before.equity_with_loan()),
            init_margin_after: money(initial_after),
            maint_margin_after: money(maintenance_after),
            equity_with_loan_after: money(equity_after),
            commission: Some(commission),
            min_commission: Some(commission),
            max_commission: Some(commission),
            commission_currency: self.commission_currency(admitted.instrument).to_string(),
            margin_currency: "USD".to_owned(),
            warning_text: if admitted.effect.is_covered() {
                String::new()
            } else {
                Self::short_of_margin(&admitted.effect).message
            },
            ..OrderState::of(Status::PreSubmitted)
        };
        step.send(conn, self.unplaced(asked, admitted, state));
    }

    /// The report of an order that is not in the books.
    fn unplaced(&self, asked: &PlaceOrder, admitted: &Admitted, state: OrderState) -> Reply {
        Reply::OpenOrder(Box::new(OpenOrder {
            order_id: asked.order_id,
            contract: Arc::new(full(
                self.instrument(admitted.instrument),
                &destination(self.instrument(admitted.instrument), &asked.contract),
            )),
            order: Arc::new(Order {
                client_id: Some(admitted.client_id),
                order_id: Some(asked.order_id),
                account: self.state.accounts[admitted.account].id.clone(),
                tif: admitted.terms.tif.as_str().to_owned(),
                ..asked.order.clone()
            }),
            state,
        }))
    }

    /// An order that the broker read and refused: Inactive, then 201. Its id is spent.
    fn refuse_read(
        &mut self,
        conn: ConnId,
        asked: PlaceOrder,
        admitted: &Admitted,
        refusal: &Refusal,
        now: Timestamp,
        step: &mut Step,
    ) {
        let order_id = asked.order_id;
        let asked = Accepted { reserve: Decimal::ZERO, expires_at: None, ..self.accepted(asked, admitted, now) };
        let perm_id = asked.perm_id;
        let reason = refusal.message.clone();
        self.commit(step, Change::Refused(Box::new(Refused { asked, reason })));
        self.report(perm_id, step);
        step.send(conn, Reply::Notice(Notice::about(order_id, refusal.code, refusal.message.clone(), now)));
    }
}

fn refuse(conn: ConnId, asked: &PlaceOrder, refusal: &Refusal, now: Timestamp, step: &mut Step) {
    let notice = Notice::about(asked.order_id, refusal.code, refusal.message.clone(), now);
    step.send(conn, Reply::Notice(notice));
}
