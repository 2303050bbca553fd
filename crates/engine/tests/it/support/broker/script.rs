//! What the test makes the broker do, and what it reads off it.

use super::*;

/// What the test makes the broker do.
impl Broker {
    pub(crate) async fn say(&self, event: BrokerEvent) {
        let events = self.lock().events.clone().unwrap();
        // An engine that has ended hears nothing more.
        drop(events.send(event).await);
    }

    /// Makes a connection with the next generation.
    pub(crate) async fn up(&self, next_valid_id: i64) {
        self.up_as(next_valid_id, vec![account()], 7497).await;
    }

    pub(crate) async fn up_as(&self, next_valid_id: i64, accounts: Vec<domain::id::AccountId>, port: u16) {
        let generation = {
            let mut state = self.lock();
            state.up = true;
            state.generation = Generation(state.generation.0 + 1);
            state.generation
        };
        self.say(BrokerEvent::LinkUp(LinkFacts {
            generation,
            server_version: 200,
            accounts,
            next_valid_id,
            clock_skew_ms: Some(3),
            endpoint: format!("127.0.0.1:{port}"),
            port,
        }))
        .await;
    }

    pub(crate) async fn down(&self) {
        let generation = {
            let mut state = self.lock();
            state.up = false;
            state.generation
        };
        self.say(BrokerEvent::LinkDown { generation, reason: "connection reset".to_owned() }).await;
    }

    pub(crate) async fn notice(&self, code: i32) {
        self.notice_of(code, &format!("notice {code}")).await;
    }

    pub(crate) async fn notice_of(&self, code: i32, message: &str) {
        let generation = self.generation();
        self.say(BrokerEvent::Notice { generation, code, message: message.to_owned() }).await;
    }

    pub(crate) fn on_submit(&self, what: OnSubmit) {
        self.lock().on_submit = what;
    }

    pub(crate) fn hold_snapshots(&self, hold: bool) {
        self.lock().hold_snapshots = hold;
    }

    /// Keeps what only readers ask for unanswered.
    pub(crate) fn hold_reads(&self, hold: bool) {
        self.lock().hold_reads = hold;
    }

    /// How many commands wait on the held queue.
    pub(crate) fn held(&self) -> usize {
        self.lock().held.len()
    }

    /// Works off what was held.
    pub(crate) async fn release(&self, interlock: &Interlock) {
        for command in self.take_held() {
            for event in self.take(command, interlock) {
                self.say(event).await;
            }
        }
        self.moved();
    }

    /// Holds nothing more, and hands out what was held.
    pub(crate) fn take_held(&self) -> Vec<BrokerCommand> {
        let mut state = self.lock();
        (state.hold_snapshots, state.hold_reads) = (false, false);
        if state.on_submit == OnSubmit::Hold {
            state.on_submit = OnSubmit::Write;
        }
        state.held.drain(..).collect()
    }

    /// What an old process does with the commands in its hand; its engine alone hears of it.
    pub(crate) fn work_off_unheard(&self, held: Vec<BrokerCommand>, interlock: &Interlock) {
        for command in held {
            drop(self.take(command, interlock));
        }
    }

    pub(crate) fn placed(&self, cl_ord_id: &str) -> Placed {
        let state = self.lock();
        state.ledger.iter().find(|order| order.cl_ord_id.as_str() == cl_ord_id).unwrap().clone()
    }

    pub(crate) fn edit(&self, cl_ord_id: &str, edit: impl FnOnce(&mut Placed)) {
        let mut state = self.lock();
        edit(state.ledger.iter_mut().find(|order| order.cl_ord_id.as_str() == cl_ord_id).unwrap());
    }

    /// The broker loses an order, as it may before it worked it.
    pub(crate) fn forget(&self, cl_ord_id: &str) {
        self.lock().ledger.retain(|order| order.cl_ord_id.as_str() != cl_ord_id);
    }

    /// `openOrder` and `orderStatus`, as the ledger has the order.
    pub(crate) async fn echo(&self, cl_ord_id: &str) {
        let order = Box::new(self.placed(cl_ord_id).as_reported());
        self.say(BrokerEvent::OpenOrder { generation: self.generation(), order }).await;
        self.status(cl_ord_id).await;
    }

    pub(crate) async fn status(&self, cl_ord_id: &str) {
        let placed = self.placed(cl_ord_id);
        let report = StatusReport {
            broker_order_id: placed.broker_order_id,
            client_id: Some(ClientId::new(7).unwrap()),
            perm_id: Some(PermId::new(placed.perm_id).unwrap()),
            status: placed.status.clone(),
            filled: Some(placed.filled),
            remaining: Some(placed.intent.qty.get() - placed.filled),
            avg_px: (!placed.filled.is_zero()).then_some(Decimal::ONE_HUNDRED),
            why_held: String::new(),
        };
        self.say(BrokerEvent::Status { generation: self.generation(), report }).await;
    }

    /// A dialog of TWS holds the order: it has no permanent id yet.
    pub(crate) async fn hold_in_tws(&self, cl_ord_id: &str) {
        self.word(cl_ord_id, "PendingSubmit").await;
    }

    /// A status of an order that has no permanent id.
    pub(crate) async fn word(&self, cl_ord_id: &str, status: &str) {
        let report = StatusReport {
            broker_order_id: self.placed(cl_ord_id).broker_order_id,
            client_id: Some(ClientId::new(7).unwrap()),
            perm_id: None,
            status: status.to_owned(),
            filled: None,
            remaining: None,
            avg_px: None,
            why_held: String::new(),
        };
        self.say(BrokerEvent::Status { generation: self.generation(), report }).await;
    }

    /// The order works.
    pub(crate) async fn acknowledge(&self, cl_ord_id: &str) {
        self.edit(cl_ord_id, |order| "Submitted".clone_into(&mut order.status));
        self.echo(cl_ord_id).await;
    }

    /// Trades some of it; says nothing.
    pub(crate) fn trade(&self, cl_ord_id: &str, last_qty: &str, exec_id: &str) -> Execution {
        let now = self.clock.now();
        let mut state = self.lock();
        let order = state.ledger.iter_mut().find(|order| order.cl_ord_id.as_str() == cl_ord_id).unwrap();
        order.filled += qty(last_qty).get();
        let word = if order.filled >= order.intent.qty.get() { "Filled" } else { "Submitted" };
        word.clone_into(&mut order.status);
        let execution = Execution {
            exec_id: exec_id.parse().unwrap(),
            account: account(),
            con_id: con_id(),
            symbol: "AAPL".to_owned(),
            terms: domain::contract::ContractTerms::NONE,
            is_buy: order.intent.side.is_buy(),
            last_qty: qty(last_qty),
            last_px: px("100"),
            is_cash: false,
            exchange: "NASDAQ".to_owned(),
            executed_at: Some(now),
            broker_order_id: Some(order.broker_order_id),
            client_id: Some(ClientId::new(7).unwrap()),
            perm_id: Some(PermId::new(order.perm_id).unwrap()),
            order_ref: order.order_ref.clone(),
            commission: None,
        };
        state.executions.push(execution.clone());
        execution
    }

    /// Trades some of it and says so: execution, then status.
    pub(crate) async fn fill(&self, cl_ord_id: &str, last_qty: &str, exec_id: &str) -> Execution {
        let execution = self.trade(cl_ord_id, last_qty, exec_id);
        self.executed(&execution).await;
        self.status(cl_ord_id).await;
        execution
    }

    pub(crate) async fn executed(&self, execution: &Execution) {
        let generation = self.generation();
        self.say(BrokerEvent::Executed { generation, execution: Box::new(execution.clone()) }).await;
    }

    pub(crate) async fn commission(&self, exec_id: &str, amount: &str) {
        let money = Money { amount: amount.parse().unwrap(), currency: usd() };
        let commission = Commission { amount: money, realized_pnl: None };
        self.say(BrokerEvent::CommissionReported { exec_id: exec_id.parse().unwrap(), commission }).await;
    }

    /// The order is over without fills.
    pub(crate) async fn canceled(&self, cl_ord_id: &str) {
        self.edit(cl_ord_id, |order| "Cancelled".clone_into(&mut order.status));
        self.status(cl_ord_id).await;
    }

    pub(crate) async fn error(&self, cl_ord_id: &str, code: i32) {
        let order = {
            let state = self.lock();
            let sent = state.submits.iter().rev().find(|(key, _, _)| key.as_str() == cl_ord_id).map(|sent| sent.1);
            let exit = || state.ledger.iter().find(|order| order.cl_ord_id.as_str() == cl_ord_id).unwrap();
            sent.unwrap_or_else(|| exit().broker_order_id)
        };
        let generation = self.generation();
        let message = format!("error {code}");
        self.say(BrokerEvent::OrderError { generation, broker_order_id: order, code, message }).await;
    }

    /// The broker takes a trade back.
    pub(crate) async fn bust(&self, exec_id: &str) {
        self.lock().busts.push(exec_id.parse().unwrap());
        self.say(BrokerEvent::Busted { generation: self.generation(), exec_id: exec_id.parse().unwrap() }).await;
    }

    /// Since when its executions are complete.
    pub(crate) fn covers(&self, since: jiff::Timestamp) {
        self.lock().executions_since = Some(since);
    }

    /// A change went wrong on the way: a second order works under the same reference and id.
    pub(crate) fn double(&self, cl_ord_id: &str, perm_id: i64) {
        let mut state = self.lock();
        let order = state.ledger.iter().find(|order| order.cl_ord_id.as_str() == cl_ord_id).unwrap().clone();
        state.ledger.push(Placed { perm_id, ..order });
    }

    /// One of two orders under a reference is over.
    pub(crate) fn end(&self, perm_id: i64) {
        let mut state = self.lock();
        let order = state.ledger.iter_mut().find(|order| order.perm_id == perm_id).unwrap();
        "Cancelled".clone_into(&mut order.status);
    }

    pub(crate) fn add_other(&self, order: BrokerOrder) {
        self.lock().others.push(order);
    }

    /// What the account is worth from now on.
    pub(crate) fn be_worth(&self, amount: &str) {
        self.lock().worth = dec(amount);
    }

    /// Nobody is told any more what the account is worth, but with a look.
    pub(crate) fn hide_worth(&self) {
        self.lock().worth_hidden = true;
    }

    pub(crate) fn hold_position(&self, quantity: &str) {
        self.lock().positions = vec![held(dec(quantity))];
    }

    /// The same quantity of other shares too.
    pub(crate) fn hold_another(&self, con_id: ConId, symbol: &str) {
        let mut state = self.lock();
        let mut position = state.positions[0].clone();
        (position.con_id, position.symbol) = (con_id, symbol.to_owned());
        state.positions.push(position);
        state.offers.push(Contract { con_id, symbol: symbol.to_owned(), ..contract() });
    }

    /// These parts of a snapshot have no end marker.
    pub(crate) fn unknown_sections(&self, names: &[&'static str]) {
        self.lock().unknown = names.iter().copied().collect();
    }

    /// No quote is newer than now any more.
    /// It leaves every question of a kind open from now on.
    pub(crate) fn be_silent_about(&self, name: Option<&'static str>) {
        self.lock().silent_about = name;
    }

    /// What it answers to every question of a kind from now on; `None` is as usual.
    pub(crate) fn answer_with(&self, name: &'static str, error: Option<AskError>) {
        let errors = &mut self.lock().errors;
        match error {
            Some(error) => errors.insert(name, error),
            None => errors.remove(name),
        };
    }

    pub(crate) fn freeze_quotes(&self) {
        let now = self.clock.now();
        self.lock().frozen_at = Some(now);
    }

    /// What it knows of every instrument that it is asked about.
    pub(crate) fn offer(&self, contracts: Vec<Contract>) {
        self.lock().offers = contracts;
    }

    pub(crate) async fn move_price(&self, bid: &str, ask: &str) {
        let now = self.clock.now();
        let quote = quote(bid, ask, now);
        self.lock().quote = quote.clone();
        self.say(BrokerEvent::Quote(quote)).await;
    }
}

/// What the broker saw.
impl Broker {
    pub(crate) fn generation(&self) -> Generation {
        self.lock().generation
    }

    /// Keys of the orders that were written or may have been, in order.
    pub(crate) fn submits(&self) -> Vec<String> {
        self.lock().submits.iter().map(|(key, _, _)| key.to_string()).collect()
    }

    pub(crate) fn submit_ids(&self) -> Vec<i32> {
        self.lock().submits.iter().map(|(_, id, _)| id.get()).collect()
    }

    pub(crate) fn ledger(&self) -> Vec<Placed> {
        self.lock().ledger.clone()
    }

    /// What the interlock or the link refused.
    pub(crate) fn refused(&self) -> Vec<(String, NotSentReason)> {
        self.lock().refused.iter().map(|(key, reason)| (key.to_string(), *reason)).collect()
    }

    pub(crate) fn replaces(&self) -> Vec<OrderIntent> {
        self.lock().replaces.iter().map(|(_, intent, _)| intent.clone()).collect()
    }

    /// The entries that the changes named as their orders' own.
    pub(crate) fn parents_of_replaces(&self) -> Vec<Option<BrokerOrderId>> {
        self.lock().replaces.iter().map(|(_, _, parent)| *parent).collect()
    }

    pub(crate) fn cancels(&self, cl_ord_id: &str) -> usize {
        self.lock().cancels.iter().filter(|(key, _, _)| key.as_str() == cl_ord_id).count()
    }

    pub(crate) fn cancel_ids(&self, cl_ord_id: &str) -> Vec<i32> {
        let state = self.lock();
        state.cancels.iter().filter(|(key, _, _)| key.as_str() == cl_ord_id).map(|(_, id, _)| id.get()).collect()
    }

    pub(crate) fn all_cancels(&self) -> Vec<String> {
        self.lock().cancels.iter().map(|(key, _, _)| key.to_string()).collect()
    }

    pub(crate) fn asked(&self, name: &str) -> u32 {
        self.lock().questions.get(name).copied().unwrap_or(0)
    }

    pub(crate) fn subscriptions(&self) -> usize {
        self.lock().subscriptions.len()
    }

    /// Orders that reached the broker before their intent was durable.
    pub(crate) fn early(&self) -> Vec<String> {
        self.lock().early.clone()
    }

    /// No reference twice in the ledger: the broker never got an order twice.
    pub(crate) fn doubles(&self) -> Vec<String> {
        let state = self.lock();
        let mut seen = BTreeSet::new();
        // What we sent; a twin is the broker's own making.
        let sent = state.ledger.iter().filter(|order| order.perm_id >= 900_000);
        sent.filter(|order| !seen.insert(order.order_ref.clone())).map(|o| o.order_ref.clone()).collect()
    }

    /// The reference that our installation would give a key.
    pub(crate) fn own_ref(book: &Book, cl_ord_id: &str) -> String {
        OrderRef::new(book.installation.as_ref().unwrap(), &cl_ord_id.parse().unwrap()).to_string()
    }
}
