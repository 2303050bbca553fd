//! The desk as callers see it: gathers what the gates need, hands one input to the writer, waits for what follows.

use crate::archive::{Archive, Reading};
use crate::asks::{Asker, Asks};
use crate::clock::Clock;
use crate::config::EngineConfig;
use crate::core::{not_ready, who_writes, why_not_ready};
use crate::desk::Role;
use crate::entropy::Entropy;
use crate::estimating::Estimates;
use crate::input::{Input, OrderFacts, Reply};
use crate::market::MarketDesk;
use crate::sessions::Sessions;
use crate::shared::{Session, Shared};
use crate::start::StartError;
use domain::book::{Book, OrderRecord};
use domain::contract::Instrument;
use domain::fault::Fault;
use domain::id::{AccountId, ClOrdId, KeyId};
use domain::lifecycle::OrdStatus;
use domain::principal::{KeyRecord, Principal, PrincipalKind, Scope};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Entries of a list that are looked at before whoever writes gets his turn.
pub(crate) const SCAN_MAX: usize = 1_000;

/// The use cases over one writer.
#[derive(Debug)]
pub struct Service {
    pub(crate) config: EngineConfig,
    pub(crate) shared: Arc<Shared>,
    pub(crate) market: Arc<MarketDesk>,
    pub(crate) asks: Arc<Asks>,
    pub(crate) archive: Reading,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) started_at: Timestamp,
    entropy: Arc<dyn Entropy>,
    /// Held while the drill of the limits runs.
    pub(crate) drilling: tokio::sync::Mutex<()>,
    /// Held while a second look at the broker is under way; when the last one ended, by the clock that cannot be set.
    pub(crate) looking_twice: tokio::sync::Mutex<Option<Duration>>,
    pub(crate) estimates: Estimates,
    pub(crate) sessions: Sessions,
    /// To the writer; none while another process writes. Whoever holds the desk does not keep the writer: it ends, and lets go of the
    /// journal, with the engine's handle, though a question of somebody's is still under way.
    inputs: OnceLock<mpsc::WeakSender<Input>>,
    /// For what goes on after its caller has hung up.
    pub(crate) own: Weak<Self>,
}

impl Service {
    pub(crate) fn new(
        config: EngineConfig,
        shared: Arc<Shared>,
        market: Arc<MarketDesk>,
        asks: Arc<Asks>,
        archive: Arc<dyn Archive>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Arc<Self> {
        let started_at = clock.now();
        Arc::new_cyclic(|own| Self {
            config,
            shared,
            market,
            asks,
            archive: Reading::new(archive),
            clock,
            started_at,
            entropy,
            drilling: tokio::sync::Mutex::new(()),
            looking_twice: tokio::sync::Mutex::new(None),
            estimates: Estimates::default(),
            sessions: Sessions::default(),
            inputs: OnceLock::new(),
            own: Weak::clone(own),
        })
    }

    /// From now on there is a writer.
    pub(crate) fn seat(&self, inputs: mpsc::WeakSender<Input>) -> Result<(), StartError> {
        self.inputs.set(inputs).map_err(|_second| StartError::System("this desk has a writer already".to_owned()))
    }

    /// Whether this process may write, or answer for the one that does.
    pub(crate) fn be_writer(&self) -> Result<(), Fault> {
        self.look(|_, session| match (&session.fault, session.lease.role) {
            (Some(fault), _) => Err(fault.clone()),
            (None, Role::Writer) => Ok(()),
            (None, Role::Standby) => Err(Fault::LeaseNotHeld(who_writes(session, &self.config))),
        })
    }

    /// Hands one input to the writer and waits until what it says is durable.
    pub(crate) async fn tell<T>(&self, input: impl FnOnce(Reply<T>) -> Input) -> Result<T, Fault> {
        let (reply, answer) = oneshot::channel();
        let gone = || {
            let ended = || Fault::Storage("the writer has ended; start the gateway again".to_owned());
            self.look(|_, session| session.fault.clone()).unwrap_or_else(ended)
        };
        self.be_writer()?;
        let inputs = self.inputs.get().and_then(mpsc::WeakSender::upgrade).ok_or_else(gone)?;
        inputs.send(input(reply)).await.map_err(|_closed| gone())?;
        drop(inputs);
        answer.await.map_err(|_dropped| gone())?
    }

    pub(crate) fn look<T>(&self, read: impl FnOnce(&Book, &Session) -> T) -> T {
        let state = self.shared.read();
        read(&state.book, &state.session)
    }

    pub(crate) fn why_not_ready(&self) -> Vec<String> {
        let now = self.clock.now();
        self.look(|book, session| not_ready(book, session, &self.config, now))
    }

    /// The same for whoever may read; for anybody else the codes alone.
    pub(crate) fn why_not_ready_for(&self, by: Option<&Principal>) -> Vec<String> {
        let now = self.clock.now();
        let why = self.look(|book, session| why_not_ready(book, session, &self.config, now));
        let may_read = by.is_some_and(|by| by.may(Scope::Read));
        why.into_iter().map(|why| if may_read { why.words } else { why.code.to_owned() }).collect()
    }

    pub(crate) fn be_ready(&self) -> Result<(), Fault> {
        self.be_writer()?;
        let why = self.why_not_ready();
        if why.is_empty() { Ok(()) } else { Err(Fault::NotReady(why)) }
    }

    /// Contract, quote, hours and volume. What is missing is no fault here: the gates say what it means for the order.
    pub(crate) async fn facts(&self, asker: Asker, instrument: &Instrument) -> Result<Box<OrderFacts>, Fault> {
        let known = self.market.known(asker, instrument).await.map_err(unasked)?;
        let (quote, reference) =
            tokio::join!(self.market.quote(asker, &known.contract), self.market.reference(asker, &known));
        let contract = known.contract;
        let quote = match quote {
            Ok(quote) => Some(quote),
            Err(fault) => {
                tracing::info!(%fault, con_id = %contract.con_id, "no fresh quote for the gates");
                self.market.last_quote(contract.con_id)
            }
        };
        Ok(Box::new(OrderFacts { contract, quote, reference }))
    }

    /// The order once `done` says so of it and of each exit that was sent with it, or as it is when the time is over.
    pub(crate) async fn wait_for(
        &self,
        key: &ClOrdId,
        wait: Duration,
        done: impl Fn(&OrderRecord) -> bool,
    ) -> Result<OrderRecord, Fault> {
        // Every commit wakes whoever waits: only what is over is copied. After the writer's end nothing moves any more.
        let over = || {
            self.look(|book, session| {
                let order = book.order(key).ok_or_else(|| no_order(key))?;
                let is_done = done(order) && book.exits(key).all(&done);
                Ok((is_done || session.fault.is_some()).then(|| order.clone()))
            })
        };
        let mut changed = self.shared.watch();
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            changed.borrow_and_update();
            if let Some(order) = over()? {
                return Ok(order);
            }
            match tokio::time::timeout_at(deadline, changed.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return self.order_record(key),
            }
        }
    }

    pub(crate) fn order_record(&self, key: &ClOrdId) -> Result<OrderRecord, Fault> {
        self.look(|book, _| book.order(key).cloned()).ok_or_else(|| no_order(key))
    }

    /// The account in use; another one is refused by name.
    pub(crate) fn own_account(&self, account: &AccountId) -> Result<(), Fault> {
        let pinned = self.look(|_, session| session.mode.as_ref().and_then(|mode| mode.account()).cloned());
        match pinned {
            Some(pinned) if pinned == *account => Ok(()),
            Some(_) => Err(Fault::AccountMismatch { given: account.clone() }),
            None => Err(Fault::NotReady(self.why_not_ready())),
        }
    }

    /// See [`crate::EngineHandle::ensure_key`].
    pub(crate) async fn ensure_key(
        &self,
        id: KeyId,
        kind: PrincipalKind,
        scopes: BTreeSet<Scope>,
    ) -> Result<Option<String>, Fault> {
        if self.look(|book, _| book.api_keys.contains_key(&id)) {
            return Ok(None);
        }
        let (record, secret) = self.make_key(id, kind, scopes, None)?;
        self.tell(|reply| Input::CreateKey { by: None, key: Box::new(record), reply }).await?;
        Ok(Some(secret))
    }

    pub(crate) fn make_key(
        &self,
        id: KeyId,
        kind: PrincipalKind,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    ) -> Result<(KeyRecord, String), Fault> {
        let secret = format!("tg_{}", self.random_hex::<32>()?);
        let record = KeyRecord {
            id,
            kind,
            scopes,
            hash: self.key_hash(&secret),
            expires_at,
            created_at: self.clock.now(),
            revoked_at: None,
        };
        Ok((record, secret))
    }

    /// Random hex digits, for ids and keys.
    pub(crate) fn random_hex<const BYTES: usize>(&self) -> Result<String, Fault> {
        Ok(hex::encode(self.random_bytes::<BYTES>()?))
    }

    pub(crate) fn random_bytes<const BYTES: usize>(&self) -> Result<[u8; BYTES], Fault> {
        let mut bytes = [0_u8; BYTES];
        self.entropy.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub(crate) fn key_hash(&self, secret: &str) -> String {
        key_hash(&self.config.key_secret, secret)
    }
}

fn no_order(key: &ClOrdId) -> Fault {
    Fault::NotFound { what: "order", id: key.to_string() }
}

/// A refused question about an order is no refused order: what it is could not be found out, and nobody may take it for an end of
/// its key.
fn unasked(fault: Fault) -> Fault {
    if let Fault::BrokerRefused { code, message } = fault {
        return Fault::Unanswered(format!("it refused the one for the contract with {code}: {message}"));
    }
    fault
}

/// What the journal keeps of an API key.
pub fn key_hash(key_secret: &[u8; 32], presented: &str) -> String {
    blake3::keyed_hash(key_secret, presented.as_bytes()).to_hex().to_string()
}

/// Whether the key carries the scope.
pub(crate) fn need(by: &Principal, scope: Scope) -> Result<(), Fault> {
    if by.may(scope) { Ok(()) } else { Err(Fault::ForbiddenScope(scope)) }
}

/// Whether the key may trade at all.
pub(crate) fn need_trade(by: &Principal) -> Result<(), Fault> {
    if by.may_trade() { Ok(()) } else { Err(Fault::ForbiddenScope(Scope::TradePaper)) }
}

/// Cancels make nothing worse: whoever may trade or kill may cancel.
pub(crate) fn may_cancel(by: &Principal) -> Result<(), Fault> {
    if by.may(Scope::Kill) { Ok(()) } else { need_trade(by) }
}

/// Whether a person with the scope asks.
pub(crate) fn need_human(by: &Principal, scope: Scope) -> Result<(), Fault> {
    need(by, scope)?;
    if by.is_human() { Ok(()) } else { Err(Fault::HumansOnly) }
}

/// Whether the broker has answered about a submit. Whoever waits hears the reason of an end too.
pub(crate) fn is_answered(order: &OrderRecord) -> bool {
    !matches!(order.status, OrdStatus::Submitting | OrdStatus::Unconfirmed) && !order.may_be_refused()
}
