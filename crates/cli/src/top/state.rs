//! Everything that was told, and what has to be asked anew because of it. Pure: no clock, no network, no terminal.
//!
//! The gateway's events say what changed; how it stands now is asked of the gateway, so that no rule of an order's life is
//! written down here a second time.

use super::known::{Known, read};
use super::told::{Ask, Deed, Now, Told, Trouble};
use super::ui::{Pane, Sheet, Ui};
use crate::table::plain;
use domain::lifecycle::OrdStatus;
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use wire::Page;
use wire::account::{AccountSummary, Pnl, Position};
use wire::approval::Approval;
use wire::audit::AuditRecord;
use wire::market::WatchedQuote;
use wire::order::{Execution, Order};
use wire::permit::Live;
use wire::status::Status;
use wire::word::Trading;

/// More orders than this are asked for in one list.
const ORDERS_ONE_BY_ONE_MAX: usize = 16;
/// Instruments in one stream of prices, as the gateway bounds them.
pub(super) const WATCHED_MAX: usize = 40;
/// The broker tells what an account is worth a moment after the trade that changed it.
const AFTER_A_TRADE: Duration = Duration::from_secs(2);

/// How we stand with the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It answers, and tells what happens.
    Up,
    /// It does not. What is shown is old.
    Lost { since: Now, why: String },
}

/// What has to be asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    Status,
    Live,
    Orders,
    Order(String),
    Fills,
    Approvals,
    Account,
}

/// The state.
pub(super) struct State {
    pub(super) line: Line,
    stream_up: bool,
    pub(super) status: Known<Status>,
    /// What live trading stands on; asked for only where the owner allows it.
    pub(super) live: Known<Live>,
    pub(super) orders: Known<BTreeMap<String, Order>>,
    /// There are more open orders than one list holds.
    pub(super) more_orders: bool,
    pub(super) fills: Known<Vec<Execution>>,
    pub(super) approvals: Known<Vec<Approval>>,
    pub(super) positions: Known<Vec<Position>>,
    pub(super) summary: Known<AccountSummary>,
    pub(super) pnl: Known<Pnl>,
    /// By contract, with when it was told.
    pub(super) quotes: BTreeMap<String, (WatchedQuote, Duration)>,
    /// The order that a sheet is about, also when it is over.
    looked_up: Option<Order>,
    /// Why no prices come.
    pub(super) quotes_gone: Option<String>,
    /// The newest event that says something to an operator.
    pub(super) happened: Option<String>,
    /// Symbols that several contracts on the screen have.
    pub(super) shared: BTreeSet<String>,
    /// The file that a kill is written to when the gateway is not reached; none of another machine's gateway.
    pub(super) kill_file: Option<String>,
    /// Deeds that are under way.
    pub(super) doing: Vec<Deed>,
    due: BTreeSet<Due>,
    account_due_at: Option<Duration>,
    pub(super) ui: Ui,
}

impl State {
    /// Before anything was told.
    pub(super) fn new(size: (u16, u16), now: Now) -> Self {
        let mut state = Self {
            line: Line::Lost { since: now, why: "connecting".to_owned() },
            stream_up: false,
            status: Known::default(),
            live: Known::default(),
            orders: Known::default(),
            more_orders: false,
            fills: Known::default(),
            approvals: Known::default(),
            positions: Known::default(),
            summary: Known::default(),
            pnl: Known::default(),
            quotes: BTreeMap::new(),
            looked_up: None,
            quotes_gone: None,
            happened: None,
            shared: BTreeSet::new(),
            kill_file: None,
            doing: Vec::new(),
            due: BTreeSet::new(),
            account_due_at: None,
            ui: Ui::new(size),
        };
        state.everything_is_due();
        state
    }

    /// Works in what is heard.
    pub(super) fn apply(&mut self, told: Told, now: Now) {
        match told {
            Told::Answer(ask, answer) => {
                self.heard_of_the_line(&answer, now);
                self.answer(ask, answer, now);
            }
            Told::Event(record) => self.event(&record, now),
            Told::StreamUp => {
                self.stream_up = true;
                self.line = Line::Up;
                self.everything_is_due();
            }
            Told::StreamGone(why) => {
                self.stream_up = false;
                self.lose(why, now);
            }
            Told::SetBack => self.happened = Some("the journal was set back to a backup; begun anew".to_owned()),
            Told::Quote(quote) => {
                self.quotes.insert(quote.con_id.clone(), (*quote, now.up));
            }
            Told::QuotesUp(con_ids) => {
                self.quotes_gone = None;
                self.quotes.retain(|con_id, _| con_ids.contains(con_id));
            }
            Told::QuotesGone(why) => self.quotes_gone = Some(why),
            Told::Done(deed, outcome) => self.done(&deed, outcome, now),
        }
    }

    /// Looks at what there is, before the screen is drawn: keeps to what is chosen, though rows have moved.
    pub(super) fn settle(&mut self) {
        self.shared = self.shared_symbols();
        for pane in Pane::ALL {
            let ids = self.ids(pane);
            self.ui.hold(pane, &ids);
        }
    }

    fn shared_symbols(&self) -> BTreeSet<String> {
        let held = self.positions.value().into_iter().flatten().map(|one| (one.symbol.as_str(), one.con_id.as_str()));
        let traded = self.fills.value().into_iter().flatten().map(|one| (one.symbol.as_str(), one.con_id.as_str()));
        let orders = self.orders.value().into_iter().flat_map(BTreeMap::values);
        let ordered = orders.filter_map(|one| Some((one.symbol.as_deref()?, one.con_id.as_deref()?)));
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        let of_several =
            |(symbol, con_id)| (*first.entry(symbol).or_insert(con_id) != con_id).then(|| symbol.to_owned());
        held.chain(traded).chain(ordered).filter_map(of_several).collect()
    }

    fn lose(&mut self, why: String, now: Now) {
        let since = match &self.line {
            Line::Lost { since, .. } => *since,
            Line::Up => now,
        };
        self.line = Line::Lost { since, why };
    }

    /// A gateway that hangs keeps its streams open and answers nothing.
    fn heard_of_the_line(&mut self, answer: &Result<Value, Trouble>, now: Now) {
        match answer {
            Err(trouble) if !trouble.reached => self.lose(trouble.text.clone(), now),
            Ok(_) | Err(_) if self.stream_up => self.line = Line::Up,
            Ok(_) | Err(_) => {}
        }
    }

    fn everything_is_due(&mut self) {
        self.due.extend([Due::Status, Due::Live, Due::Orders, Due::Fills, Due::Approvals, Due::Account]);
    }

    fn answer(&mut self, ask: Ask, answer: Result<Value, Trouble>, now: Now) {
        match ask {
            Ask::Status => {
                let account = self.account();
                self.status.take(answer, now);
                if self.account() != account {
                    self.due.insert(Due::Account);
                }
                if self.is_for_live() && self.live.value().is_none() {
                    self.due.insert(Due::Live);
                }
            }
            Ask::Live => self.live.take(answer, now),
            Ask::Orders => self.take_orders(answer, now),
            Ask::Order(key) => self.take_order(&key, answer),
            Ask::Fills => self.fills.take(answer.map(items), now),
            Ask::Approvals => self.approvals.take(answer.map(items), now),
            Ask::Positions(_) => self.positions.take(answer.map(items), now),
            Ask::Summary(_) => self.summary.take(answer, now),
            Ask::Pnl(_) => self.pnl.take(answer, now),
        }
    }

    fn take_orders(&mut self, answer: Result<Value, Trouble>, now: Now) {
        match answer.map(read::<Page<Order>>) {
            Ok(Ok(page)) => {
                self.more_orders = page.next_cursor.is_some();
                let by_key = page.items.into_iter().map(|order| (order.cl_ord_id.clone(), order)).collect();
                self.orders.tell(by_key, now);
            }
            Ok(Err(why)) => self.orders.fail(why),
            Err(trouble) => self.orders.fail(trouble.text),
        }
    }

    fn take_order(&mut self, key: &str, answer: Result<Value, Trouble>) {
        let order = match answer.map(read::<Order>) {
            Ok(Ok(order)) => order,
            Ok(Err(why)) => return self.orders.fail(why),
            Err(trouble) => return self.orders.fail(trouble.text),
        };
        if self.order_on_sheet().as_deref() == Some(key) {
            self.looked_up = Some(order.clone());
        }
        // Before the first list one order says nothing about the others.
        let Some(orders) = self.orders.value_mut() else { return };
        if is_open(&order) {
            orders.insert(key.to_owned(), order);
        } else {
            orders.remove(key);
        }
    }

    fn event(&mut self, record: &AuditRecord, now: Now) {
        let due = due_by(record);
        if due.contains(&Due::Account) {
            self.account_due_at = Some(now.up.saturating_add(AFTER_A_TRADE));
        }
        self.due.extend(due);
        if let Some(words) = happening(record) {
            self.happened = Some(format!("{}  {words}", record.at.strftime("%H:%M:%SZ")));
        }
    }

    fn done(&mut self, deed: &Deed, outcome: Result<String, String>, now: Now) {
        if let Some(at) = self.doing.iter().position(|one| one == deed) {
            self.doing.remove(at);
        }
        self.due.extend([Due::Status, Due::Orders, Due::Approvals]);
        match outcome {
            Ok(line) => self.ui.said = Some((line, now.up)),
            Err(text) => self.ui.open(Sheet::Said { title: format!("{}: what came back", deed.words()), text }),
        }
    }

    /// What nobody tells by itself is asked for from time to time: `account` more seldom, because the broker is asked too.
    pub(super) fn ask_again(&mut self, account: bool, now: Now) {
        if self.stream_up {
            self.due.insert(Due::Status);
            let unanswered = [
                (self.orders.why_not(), Due::Orders),
                (self.fills.why_not(), Due::Fills),
                (self.approvals.why_not(), Due::Approvals),
            ];
            self.due.extend(unanswered.into_iter().filter(|(why, _)| why.is_some()).map(|(_, due)| due));
            let after_a_trade = self.account_due_at.is_some_and(|at| at <= now.up);
            if after_a_trade {
                self.account_due_at = None;
            }
            if account {
                self.due.insert(Due::Live);
            }
            if account || after_a_trade {
                self.due.insert(Due::Account);
            }
        }
    }

    /// Whether there is something to ask, and somebody who would answer.
    pub(super) fn has_questions(&self) -> bool {
        self.stream_up && !self.due.is_empty()
    }

    /// What to ask now.
    pub(super) fn questions(&mut self) -> Vec<Ask> {
        let due = std::mem::take(&mut self.due);
        let single = due.iter().filter(|due| matches!(due, Due::Order(_))).count();
        let all = due.contains(&Due::Orders) || single > ORDERS_ONE_BY_ONE_MAX;
        let mut asks = BTreeSet::new();
        for one in due {
            match one {
                Due::Status => _ = asks.insert(Ask::Status),
                Due::Live if self.is_for_live() => _ = asks.insert(Ask::Live),
                Due::Live | Due::Orders => {}
                Due::Order(key) if !all => _ = asks.insert(Ask::Order(key)),
                Due::Order(_) => {}
                Due::Fills => _ = asks.insert(Ask::Fills),
                Due::Approvals => _ = asks.insert(Ask::Approvals),
                Due::Account => asks.extend(self.of_the_account()),
            }
        }
        if all {
            asks.insert(Ask::Orders);
        }
        asks.into_iter().collect()
    }

    fn of_the_account(&mut self) -> Vec<Ask> {
        if let Some(account) = self.account() {
            return vec![Ask::Positions(account.clone()), Ask::Summary(account.clone()), Ask::Pnl(account)];
        }
        let why = || "the broker has confirmed no account".to_owned();
        self.positions.fail(why());
        self.summary.fail(why());
        self.pnl.fail(why());
        Vec::new()
    }

    /// Whether the owner allows live trading.
    pub(super) fn is_for_live(&self) -> bool {
        self.status.value().is_some_and(|status| status.trading == Trading::Live)
    }

    fn account(&self) -> Option<String> {
        self.status.value().and_then(|status| status.account.clone())
    }

    /// Contracts whose prices are wanted: what is held first, then what is ordered.
    pub(super) fn watched(&self) -> BTreeSet<String> {
        let held = self.positions.value().into_iter().flatten().map(|position| &position.con_id);
        let ordered =
            self.orders.value().into_iter().flat_map(BTreeMap::values).filter_map(|order| order.con_id.as_ref());
        let mut watched = BTreeSet::new();
        for con_id in held.chain(ordered) {
            if watched.len() < WATCHED_MAX {
                watched.insert(con_id.clone());
            }
        }
        watched
    }

    /// Open orders as they are listed: unknown ones first, then those that want attention, then the newest.
    pub(super) fn listed_orders(&self) -> Vec<&Order> {
        let mut listed: Vec<&Order> = self.orders.value().into_iter().flat_map(BTreeMap::values).collect();
        listed.sort_by_key(|order| {
            (Reverse(is_unknown(order)), Reverse(wants_attention(order)), Reverse(order.updated_at))
        });
        listed
    }

    /// An approval that waits.
    pub(super) fn approval(&self, id: &str) -> Option<&Approval> {
        self.approvals.value().into_iter().flatten().find(|approval| approval.id == id)
    }

    /// An order that is open, or that the sheet is about.
    pub(super) fn order(&self, key: &str) -> Option<&Order> {
        let open = self.orders.value().and_then(|orders| orders.get(key));
        open.or(self.looked_up.as_ref().filter(|order| order.cl_ord_id == key))
    }

    /// The order that the sheet is about, by its key.
    pub(super) fn order_on_sheet(&self) -> Option<String> {
        match self.ui.sheet.as_ref()? {
            Sheet::Order(key) => Some(key.clone()),
            Sheet::Approve(id) | Sheet::Deny { id, .. } => self.approval(id).map(|approval| approval.cl_ord_id.clone()),
            Sheet::Help | Sheet::Troubles | Sheet::Kill | Sheet::Said { .. } => None,
        }
    }

    /// Somebody wants to see the whole order.
    pub(super) fn want_order(&mut self, key: &str) {
        self.due.insert(Due::Order(key.to_owned()));
    }

    /// What the rows of a pane are, top to bottom.
    pub(super) fn ids(&self, pane: Pane) -> Vec<String> {
        match pane {
            Pane::Orders => self.listed_orders().into_iter().map(|order| order.cl_ord_id.clone()).collect(),
            Pane::Approvals => self.approvals.value().into_iter().flatten().map(|one| one.id.clone()).collect(),
            Pane::Positions => self.positions.value().into_iter().flatten().map(|one| one.con_id.clone()).collect(),
            Pane::Fills => self.fills.value().into_iter().flatten().map(|one| one.exec_id.clone()).collect(),
        }
    }

    /// The chosen row of the pane that the arrows move in.
    pub(super) fn chosen(&self) -> Option<String> {
        let ids = self.ids(self.ui.pane);
        let row = self.ui.row(self.ui.pane, &ids)?;
        ids.into_iter().nth(row)
    }
}

fn items(answer: Value) -> Value {
    match answer {
        Value::Object(mut fields) => fields.remove("items").unwrap_or(Value::Null),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => other,
    }
}

/// Whether an order or one of its exits is not over.
fn is_open(order: &Order) -> bool {
    let open = |status: wire::word::OrderStatus| !OrdStatus::from(status).is_final();
    open(order.status) || order.legs.iter().any(|leg| open(leg.status))
}

/// Whether nobody knows what became of it, or of one of its exits.
pub(super) fn is_unknown(order: &Order) -> bool {
    let unknown = |status: wire::word::OrderStatus| OrdStatus::from(status).is_unknown();
    unknown(order.status) || order.legs.iter().any(|leg| unknown(leg.status))
}

/// Whether a person should look at it.
pub(super) fn wants_attention(order: &Order) -> bool {
    order.note.is_some() || !order.group_faults.is_empty()
}

/// The key that an exit of a bracket is shown under.
fn group_of(key: &str) -> &str {
    key.split_once(':').map_or(key, |(group, _)| group)
}

/// What became of an order, in an event about one.
fn fate(record: &AuditRecord) -> Option<&str> {
    record.event.pointer("/event/event").and_then(Value::as_str)
}

/// What an event makes worth asking. A kind that a later gateway adds is answered by a look at the status.
pub(super) fn due_by(record: &AuditRecord) -> BTreeSet<Due> {
    let mut due = BTreeSet::new();
    due.extend(record.cl_ord_id.as_deref().map(|key| Due::Order(group_of(key).to_owned())));
    match record.kind.as_str() {
        "previewed" | "key_created" | "key_revoked" | "account_marked" | "verified" | "mandate_used" => {}
        "order" => {
            due.insert(Due::Status);
            if let Some("executed" | "corrected" | "busted" | "commission_joined") = fate(record) {
                due.extend([Due::Fills, Due::Account]);
            }
        }
        "live_armed" | "live_disarmed" | "trading_state_set" | "started" => due.extend([Due::Status, Due::Live]),
        "approval_requested" | "approval_moved" => due.extend([Due::Status, Due::Approvals, Due::Orders]),
        "external_execution" | "external_commission" | "external_bust" => due.extend([Due::Fills, Due::Account]),
        "positions_adopted" | "position_adopted" => due.extend([Due::Status, Due::Account]),
        "link_up" | "reconciled" => due.extend([Due::Status, Due::Orders, Due::Fills, Due::Account]),
        _ => _ = due.insert(Due::Status),
    }
    due
}

/// An event in one line; nothing for those that say nothing to a person.
pub(super) fn happening(record: &AuditRecord) -> Option<String> {
    let what = match record.kind.as_str() {
        "previewed" | "account_marked" | "reconciled" | "verified" | "mandate_used" | "reference_survived" => {
            return None;
        }
        "order" => match fate(record)? {
            "written" | "informed" | "commission_joined" | "replace_requested" | "cancel_requested" => return None,
            fate => fate,
        },
        kind => kind,
    };
    let mut words = vec![what.replace('_', " ")];
    words.extend(record.cl_ord_id.clone());
    words.extend(record.by.as_ref().map(|by| format!("by {by}")));
    let codes = record.event.get("reasons").and_then(Value::as_array).into_iter().flatten();
    let mut codes: Vec<&str> = codes.filter_map(|reason| reason.get("code").and_then(Value::as_str)).collect();
    // A control may have several reasons.
    codes.dedup();
    let said = ["reason", "message", "status", "state"].map(|name| record.event.get(name).and_then(Value::as_str));
    let detail =
        if codes.is_empty() { said.into_iter().flatten().collect::<Vec<_>>().join(", ") } else { codes.join(" ") };
    if !detail.is_empty() {
        words.push(format!("({detail})"));
    }
    Some(plain(&words.join(" ")))
}
