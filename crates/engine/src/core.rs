//! The deciding half of the writer: state and input in, journal events and effects out. It reads no clock, touches no
//! file and no socket; the writer commits what it says and then does it.

use crate::config::EngineConfig;
use crate::desk::{LeaseStatus, Role};
use crate::input::Reply;
use crate::limits::in_force;
use crate::shared::Session;
use crate::ticking::duration;
use crate::told_ids::ToldIds;
use crate::unseen::Unseen;
use crate::valuation::Valuation;
use domain::approved::Ticket;
use domain::book::Book;
use domain::bracket::ExitIds;
use domain::broker_calendar::WindowAhead;
use domain::contract::Contract;
use domain::fault::Fault;
use domain::gates::{Heartbeat, LinkState};
use domain::id::{AccountId, BrokerOrderId, ClOrdId, ConId, CorrelationId, Generation, KeyId};
use domain::journal::{JournalEvent, Recorded};
use domain::live::OverrideFile;
use domain::mode::Trading;
use domain::mutation::{self, Mutation};
use domain::order::OrderIntent;
use domain::policy::PolicySet;
use domain::principal::{Face, Principal, PrincipalKind};
use domain::verification::VerificationPlan;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Something to do once the batch is durable.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Write an order to the wire.
    Submit(Box<Ticket>),
    /// Write a change to the wire.
    Replace(Box<Ticket>),
    /// Write a cancel to the wire.
    Cancel { cl_ord_id: ClOrdId, broker_order_id: BrokerOrderId, generation: Generation },
    /// Compare journal and broker.
    Reconcile { generation: Generation, look: u64 },
    /// Ask what the account is worth.
    AskWorth { generation: Generation, account: AccountId, asked_at: Timestamp },
    /// Walk the whole journal.
    Verify,
    /// Drop the connection and make a new one.
    Reconnect,
    /// Open every market-data line again.
    ReopenLines,
}

/// An answer that waits for the commit.
pub(crate) type Owed = Box<dyn FnOnce(Result<(), Fault>) + Send>;

/// What one batch adds up to.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Recorded>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) owed: Vec<Owed>,
    pub(crate) stop: bool,
}

impl Batch {
    /// Answers once the batch is durable, or with the storage's fault if it is not.
    pub(crate) fn owe<T: Send + 'static>(&mut self, reply: Reply<T>, answer: Result<T, Fault>) {
        self.owed.push(Box::new(move |committed| {
            // A caller that hung up finds its outcome by its key.
            drop(reply.send(committed.and(answer)));
        }));
    }
}

/// Where orders would meet the other side: the far touch, else the reference. `None` is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touch {
    /// Buys.
    pub(crate) buys: Option<Decimal>,
    /// Sells.
    pub(crate) sells: Option<Decimal>,
}

/// Prices for valuing what is held and open.
pub(crate) trait Prices: Send {
    fn reference(&self, con_id: ConId) -> Option<Decimal>;

    /// Where an order would meet the other side now, as gates see it.
    fn touch(&self, con_id: ConId) -> Touch;

    /// Lowest and highest reference within so many seconds; `None` when nobody watched.
    fn range(&self, con_id: ConId, window_s: i64, now: Timestamp) -> Option<(Decimal, Decimal)>;
}

/// The writer's private state.
pub(crate) struct Core {
    pub(crate) config: EngineConfig,
    pub(crate) book: Book,
    pub(crate) session: Session,
    pub(crate) prices: Box<dyn Prices>,
    pub(crate) kill_file: bool,
    /// What is held and open, in worth.
    pub(crate) valuation: Valuation,
    /// When the broker's day ends.
    pub(crate) day_ends: Timestamp,
    pub(crate) override_file: OverrideFile,
    /// Account and instrument of every order that was ever to leave.
    pub(crate) instruments_used: BTreeSet<(AccountId, ConId)>,
    /// Orders of the look-alike window, oldest first.
    pub(crate) recent: VecDeque<(Timestamp, ConId, ClOrdId)>,
    /// Order messages of the last second, oldest first.
    sent: VecDeque<Timestamp>,
    last_allocated: i32,
    /// The ids by which the broker names our orders on this connection.
    pub(crate) told_ids: ToldIds,
    /// Since when the broker itself has had no line.
    pub(crate) offline_since: Option<Timestamp>,
    /// When the broker got its own line back on this connection: until then its program may have kept what was written.
    pub(crate) line_back_at: Option<Timestamp>,
    /// When time last passed here, and when the broker itself last said anything that is no quote.
    pub(crate) ticked_at: Option<Timestamp>,
    pub(crate) heard_at: Option<Timestamp>,
    /// When a cancel was last written, for those that are not proven.
    pub(crate) cancels: BTreeMap<ClOrdId, Timestamp>,
    /// What trades opened that the account's values may not show yet.
    pub(crate) unseen: Unseen,
    /// When the account's worth was last asked for beside the comparisons.
    pub(crate) worth_asked_at: Option<Timestamp>,
    pub(crate) reconciling: Option<Timestamp>,
    pub(crate) reconciled_at: Option<Timestamp>,
    pub(crate) look_again: bool,
    /// How long a state that asks for a look waits for the next one.
    pub(crate) look_rest: SignedDuration,
    /// Number of the newest look; the answer to an older one proves nothing any more.
    pub(crate) looks: u64,
    /// Orders that anything happened to while the newest look was under way.
    pub(crate) touched_since_look: BTreeSet<ClOrdId>,
    /// Looks in a row that were not complete, and how many make a new connection; twice as many each time.
    pub(crate) incomplete_looks: u32,
    pub(crate) incomplete_looks_max: u32,
    /// A trade was booked while the newest look was under way.
    pub(crate) traded_since_look: bool,
    /// Orders that were over, and of which the broker has shown in this batch that they are not.
    pub(crate) woken: BTreeSet<ClOrdId>,
    /// Entries of brackets in which something moved, or is late.
    pub(crate) moved_groups: BTreeSet<ClOrdId>,
    /// When to walk the whole journal.
    pub(crate) verification: VerificationPlan,
    /// A record did not follow from the book: a fault of ours; the process ends.
    pub(crate) broken: Option<String>,
}

impl Core {
    pub(crate) fn new(
        config: EngineConfig,
        book: Book,
        session: Session,
        prices: Box<dyn Prices>,
        now: Timestamp,
    ) -> Self {
        let cancels =
            book.open_orders().filter(|o| o.cancel_wanted).map(|o| (o.intent.cl_ord_id.clone(), Timestamp::MIN));
        let window = look_alike_memory(in_force(&book, &config));
        let mut recent: Vec<(Timestamp, ConId, ClOrdId)> = book
            .orders
            .values()
            .filter(|order| order.created_at + window > now && !order.intent.cl_ord_id.is_exit())
            .filter_map(|order| {
                let con_id = order.contract.as_ref()?.con_id;
                Some((order.created_at, con_id, order.intent.cl_ord_id.clone()))
            })
            .collect();
        recent.sort();
        let left = book.orders.values().filter(|order| !order.attempts.is_empty());
        let instruments_used =
            left.filter_map(|order| Some((order.account.clone()?, order.contract.as_ref()?.con_id))).collect();
        Self {
            cancels: cancels.collect(),
            session,
            prices,
            kill_file: false,
            valuation: Valuation::of(&book, now),
            day_ends: Timestamp::MIN,
            override_file: OverrideFile::NotConfigured,
            instruments_used,
            recent: recent.into(),
            sent: VecDeque::new(),
            last_allocated: 0,
            told_ids: ToldIds::default(),
            offline_since: None,
            line_back_at: None,
            ticked_at: Some(now),
            heard_at: None,
            unseen: Unseen::default(),
            worth_asked_at: None,
            reconciling: None,
            reconciled_at: None,
            look_again: false,
            look_rest: crate::looking::LOOK_AGAIN,
            looks: 0,
            touched_since_look: BTreeSet::new(),
            incomplete_looks: 0,
            incomplete_looks_max: crate::looking::INCOMPLETE_LOOKS,
            traded_since_look: false,
            woken: BTreeSet::new(),
            moved_groups: book.open_orders().map(|order| order.intent.cl_ord_id.group()).collect(),
            verification: VerificationPlan::begun(now),
            broken: None,
            config,
            book,
        }
    }

    /// Books an event in the batch and in the private book.
    pub(crate) fn push(&mut self, batch: &mut Batch, now: Timestamp, event: JournalEvent) {
        if self.broken.is_some() {
            return;
        }
        let record = Recorded { seq: self.book.seq + 1, at: now, event };
        let ended = self.ended(&record.event);
        match self.book.apply(&record) {
            Ok(()) => {
                if let Some(key) = record.event.cl_ord_id() {
                    if ended && self.book.open.contains(key) {
                        self.woken.insert(key.clone());
                    }
                    if self.reconciling.is_some() {
                        self.touched_since_look.insert(key.clone());
                    }
                    self.moved_groups.insert(key.group());
                    if let Some(order) = self.book.order(key) {
                        self.valuation.moved(order, now);
                    }
                    // What is new about one order does not wait for what is old about another.
                    self.look_rest = crate::looking::LOOK_AGAIN;
                }
                if let JournalEvent::PolicyApplied { .. } = &record.event {
                    // A limit says how much a market may slip.
                    self.book.open.iter().for_each(|key| self.valuation.touch(key));
                }
                batch.records.push(record);
            }
            Err(error) => self.broken = Some(error.to_string()),
        }
    }

    /// Whether this happens to an order that is over.
    fn ended(&self, event: &JournalEvent) -> bool {
        matches!(event, JournalEvent::Order { cl_ord_id, .. } if !self.book.open.contains(cl_ord_id))
    }

    /// A new broker id: above everything that we or the broker ever used, whatever the broker proposes.
    pub(crate) fn allocate_id(&mut self) -> Result<BrokerOrderId, Fault> {
        let floor = self.book.order_id_high_water.max(self.last_allocated);
        let own = if mutation::is_on(Mutation::TrustNextValidId) { 0 } else { i64::from(floor) + 1 };
        let next = self.session.next_valid_id.max(own);
        let id = BrokerOrderId::new(next).map_err(|_| {
            Fault::NotReady(vec![format!("the broker's order ids have reached {next}; reset the API order ids in TWS")])
        })?;
        self.last_allocated = id.get();
        Ok(id)
    }

    /// The ids of an intent's orders: its own, and right behind it those of a bracket's exits.
    pub(crate) fn allocate_ids(&mut self, intent: &OrderIntent) -> Result<(BrokerOrderId, Option<ExitIds>), Fault> {
        let own = self.allocate_id()?;
        if intent.bracket.is_none() {
            return Ok((own, None));
        }
        let exits = ExitIds { take_profit: self.allocate_id()?, stop_loss: self.allocate_id()? };
        Ok((own, Some(exits)))
    }

    /// Counts an order message.
    pub(crate) fn count_message(&mut self, now: Timestamp) {
        self.sent.push_back(now);
    }

    /// Order messages of the last second.
    pub(crate) fn messages_second(&mut self, now: Timestamp) -> u32 {
        let begin = now - SignedDuration::from_secs(1);
        while self.sent.front().is_some_and(|at| *at <= begin) {
            self.sent.pop_front();
        }
        u32::try_from(self.sent.len()).unwrap_or(u32::MAX)
    }

    /// The contracts of what is open, in flight or unknown.
    pub(crate) fn open_contracts(&self) -> Vec<Contract> {
        self.book.open_orders().filter_map(|order| order.contract.as_deref().cloned()).collect()
    }

    /// Rate into the account's base currency and when it was received.
    pub(crate) fn fx_to_base(&self, currency: &domain::money::Currency) -> Option<(Decimal, Timestamp)> {
        self.session.fx_to_base(currency)
    }

    /// A recent order is remembered for the look-alike check.
    pub(crate) fn remember(&mut self, now: Timestamp, con_id: ConId, key: &ClOrdId) {
        let window = look_alike_memory(self.policy());
        while self.recent.front().is_some_and(|(at, ..)| *at + window < now) {
            self.recent.pop_front();
        }
        self.recent.push_back((now, con_id, key.clone()));
    }

    /// Who shows life.
    pub(crate) fn heartbeats(&self, now: Timestamp) -> Vec<Heartbeat> {
        let own = [
            Heartbeat { part: "engine's clock", at: self.ticked_at },
            Heartbeat { part: "line to the broker", at: self.heard_at },
            Heartbeat::of_comparison(self.reconciling, self.reconciled_at, duration(self.config.reconcile_every), now),
        ];
        let beside = self.config.parts.iter().map(|(part, life)| Heartbeat { part, at: life.at() });
        own.into_iter().chain(beside).collect()
    }

    /// Whether a connection stands whose state we know.
    pub(crate) fn link_is_up(&self) -> bool {
        matches!(self.session.link, LinkState::Up { .. })
    }
}

/// How long an order is remembered for the look-alike check: as long as the longest window of any section.
fn look_alike_memory(policy: &PolicySet) -> SignedDuration {
    let sections = policy.sections.values().filter_map(|patch| patch.look_alike_window_s);
    SignedDuration::from_secs(sections.chain([policy.base.look_alike_window_s, 0]).max().unwrap_or(0))
}

/// The reason of a link that is down because of our own client id begins with this.
pub(crate) const CLIENT_ID_IN_USE: &str = "client_id_in_use";

/// Why nothing may be sent now: a code for everybody, and words for whoever may read, which name accounts and processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WhyNot {
    pub(crate) code: &'static str,
    pub(crate) words: String,
}

/// Why nothing may be sent now; the same words for `/readyz`, status and refusals.
pub(crate) fn not_ready(book: &Book, session: &Session, config: &EngineConfig, now: Timestamp) -> Vec<String> {
    why_not_ready(book, session, config, now).into_iter().map(|why| why.words).collect()
}

/// The same with codes.
pub(crate) fn why_not_ready(book: &Book, session: &Session, config: &EngineConfig, now: Timestamp) -> Vec<WhyNot> {
    let mut all = Vec::new();
    let mut why = |code, words| all.push(WhyNot { code, words });
    if let Some(fault) = &session.fault {
        why("writer_ended", fault.to_string());
    }
    if session.lease.role == Role::Standby {
        // What lies behind the lease is not known here: the one reason that counts.
        why("lease_not_held", format!("lease_not_held: {}", who_writes(session, config)));
        return all;
    }
    match &session.link {
        LinkState::Up { .. } => {}
        LinkState::BrokerOffline => {
            why("broker_offline", "IB Gateway has lost its line to IBKR (1100)".to_owned());
        }
        LinkState::Down(reason) => {
            let in_use = reason.starts_with(CLIENT_ID_IN_USE);
            let code = if in_use { CLIENT_ID_IN_USE } else { "broker_unreachable" };
            why(code, format!("no connection to {}: {reason}", session.endpoint));
        }
    }
    if matches!(session.link, LinkState::Up { .. }) {
        if !session.reconciled {
            let words = "journal and broker have not been compared on this connection yet";
            why("not_reconciled", words.to_owned());
        }
        for words in link_and_mode_reasons(session) {
            why("mode_unproven", words);
        }
        let skew_max = in_force(book, config).base.clock_skew_ms_max;
        match session.clock_skew_ms {
            Some(skew) if skew.abs() <= skew_max => {}
            Some(skew) => why(
                "clock_skew",
                format!("our clock and the broker's differ by {skew} ms, at most {skew_max} ms are allowed"),
            ),
            None => why("clock_unknown", "the broker's clock is not known".to_owned()),
        }
    }
    if let Some(window) = window_ahead(session, config, now).filter(|window| window.holds_at(now)) {
        let (name, begins, ends) = (&window.name, window.begins_at, window.ends_at);
        let words =
            format!("{name} begins at {begins} and lasts until {ends}: nothing is sent from five minutes before");
        why("planned_window", words);
    }
    if let Some(alarm) = &session.alarm {
        why("alarm", alarm.clone());
    }
    all
}

/// Who writes instead of this process, and what it waits for.
pub(crate) fn who_writes(session: &Session, config: &EngineConfig) -> String {
    let LeaseStatus { epoch, holder_pid, .. } = session.lease;
    let holder = holder_pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"));
    let silence = config.lease_silence.as_secs();
    match (session.holder_is_silent, config.embedded_venue) {
        (false, false) => format!(
            "{holder} writes (epoch {epoch}); this one only reads, and takes over when it ends or shows no life for \
             {silence} s"
        ),
        (false, true) => format!(
            "{holder} writes (epoch {epoch}) and holds the simulated broker; this one only reads, and takes over when \
             it ends"
        ),
        (true, _) => format!(
            "{holder} holds the lease (epoch {epoch}) but has shown no life for {silence} s, and cannot be replaced: \
             it was stopped inside a write to the journal, or it holds the simulated broker; end it{}",
            holder_pid.map_or_else(String::new, |pid| format!(" (`kill -9 {pid}`)"))
        ),
    }
}

/// The planned window that holds or comes next. A simulated broker keeps windows only if it is told to.
pub(crate) fn window_ahead(session: &Session, config: &EngineConfig, now: Timestamp) -> Option<WindowAhead> {
    let is_simulated = session.mode.as_ref().is_some_and(|mode| mode.simulated);
    let keeps = !is_simulated || config.calendar.simulated_too;
    keeps.then(|| config.calendar.window_ahead(now)).flatten()
}

/// Why the mode is not proven on this connection.
pub(crate) fn link_and_mode_reasons(session: &Session) -> Vec<String> {
    match session.mode.as_ref().map(domain::mode::ModeProof::mode) {
        Some(Ok(_)) => Vec::new(),
        Some(Err(reason)) => vec![format!("the mode is not proven: {reason}")],
        None => vec!["the mode is not proven yet".to_owned()],
    }
}

/// Who acts when nobody asked.
pub(crate) fn engine_principal(face: Face, name: &str) -> Result<Principal, Fault> {
    let wrong = |error: domain::id::IdError| Fault::Internal(error.to_string());
    Ok(Principal {
        key_id: name.parse::<KeyId>().map_err(wrong)?,
        kind: PrincipalKind::Agent,
        scopes: BTreeSet::new(),
        face,
        correlation_id: name.parse::<CorrelationId>().map_err(wrong)?,
    })
}

/// Whether orders leave at all.
pub(crate) fn sends(trading: Trading) -> bool {
    trading != Trading::Off
}
