//! The policy in force: compared with the configuration at a start, changed by command, loosened by humans and time.

use crate::archive::Archive;
use crate::asks::Asker;
use crate::config::EngineConfig;
use crate::core::{Batch, Core};
use crate::desk::{AuditFilter, AuditRecord, LimitsOf, LimitsView, PolicyAnswer};
use crate::input::Input;
use crate::service::Service;
use crate::shared::Session;
use crate::use_cases::check_reason;
use crate::used::used;
use domain::activity::Breaker;
use domain::book::Book;
use domain::contract::{Contract, Instrument, SecType, SymbolSpec};
use domain::fault::Fault;
use domain::id::KeyId;
use domain::journal::JournalEvent;
use domain::mode::ModeProof;
use domain::policy::{PendingPolicy, PolicyInForce, PolicyScope, PolicySet, Transition};
use domain::principal::{Principal, Scope};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// What somebody wants of the policy.
#[derive(Debug)]
pub(crate) enum PolicyWish {
    /// Other limits, in the words of a policy file.
    Set(Map<String, Value>),
    /// That the policy of this hash counts, which waits.
    Accept(String),
    /// That it waits no more.
    Withdraw(String),
    /// That what tripped counts anew.
    Reset(Breaker),
}

impl Core {
    /// The policy in force; until the first start is booked, the one that is configured.
    pub(crate) fn policy(&self) -> &PolicySet {
        in_force(&self.book, &self.config)
    }

    /// Its hash.
    pub(crate) fn policy_hash(&self) -> &str {
        self.book.policy.as_ref().map_or("", |policy| &policy.hash)
    }

    /// The first start's policy counts at once. Later a policy that the configuration names for the first time is a wish
    /// like any other: whoever can write the file is not asked who he is.
    pub(crate) fn begin_policy(&mut self, batch: &mut Batch, now: Timestamp, configured_before: Option<&str>) {
        let (name, wanted) = (self.config.policy_name.clone(), self.config.policy.clone());
        if self.book.policy.is_none() {
            let reason = "the policy of the first start".to_owned();
            let event = JournalEvent::PolicyApplied { name, policy: wanted, changes: Vec::new(), by: None, reason };
            return self.push(batch, now, event);
        }
        if configured_before == Some(wanted.hash().as_str()) {
            // The file says what it said: what was changed by command since stands.
            return;
        }
        self.change_policy(batch, now, None, &name, &wanted, "found in the configuration at the start");
    }

    fn change_policy(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: Option<&Principal>,
        name: &str,
        wanted: &PolicySet,
        reason: &str,
    ) {
        let Transition { now: at_once, pending, changes } = self.policy().change_to(wanted);
        let (waiting, counting): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.loosens);
        let changes_nothing = at_once == *self.policy() && pending.is_none();
        // What waits was wished for before this was, and would undo it. A file that was changed back takes its own wish back.
        let waits = self.book.policy.as_ref().and_then(|policy| policy.pending.as_ref());
        let is_stale = |waits: &&PendingPolicy| !changes_nothing || (by.is_none() && waits.by.is_none());
        if let Some(hash) = waits.filter(is_stale).map(|waits| waits.hash.clone()) {
            let reason = if changes_nothing { "its file was changed back" } else { "another change came" }.to_owned();
            self.push(batch, now, JournalEvent::PolicyWithdrawn { hash, by: by.cloned(), reason });
        }
        if at_once != *self.policy() {
            // Only what counts in full bears the wanted name.
            let in_force = self.book.policy.as_ref().map_or(name, |policy| policy.name.as_str());
            let event = JournalEvent::PolicyApplied {
                name: if pending.is_none() { name.to_owned() } else { in_force.to_owned() },
                policy: Box::new(at_once),
                // Of a limit that is changed both ways the tighter part counts already.
                changes: counting,
                by: by.cloned(),
                reason: reason.to_owned(),
            };
            self.push(batch, now, event);
        }
        if let Some(policy) = pending {
            let event = JournalEvent::PolicyWished {
                name: name.to_owned(),
                policy: Box::new(policy),
                changes: waiting,
                by: by.cloned(),
                reason: reason.to_owned(),
            };
            self.push(batch, now, event);
        }
    }

    pub(crate) fn wish_policy(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        wish: PolicyWish,
        if_match: Option<&str>,
        reason: &str,
    ) -> Result<(), Fault> {
        if !by.may(Scope::Admin) {
            return Err(Fault::ForbiddenScope(Scope::Admin));
        }
        if let Some(expected) = if_match
            && expected != self.policy_hash()
        {
            return Err(Fault::Stale { what: "policy", now: self.policy_hash().to_owned() });
        }
        match wish {
            PolicyWish::Set(said) => {
                let wanted = self
                    .policy()
                    .with(said)
                    .map_err(|error| Fault::Invalid { field: "limits".to_owned(), rule: error.to_string() })?;
                let name = self.book.policy.as_ref().map_or("", |policy| &policy.name).to_owned();
                self.change_policy(batch, now, Some(by), &name, &wanted, reason);
            }
            PolicyWish::Accept(hash) => {
                if !by.is_human() {
                    return Err(Fault::HumansOnly);
                }
                self.waiting(&hash)?;
                let event = JournalEvent::PolicyAccepted { hash, by: by.clone(), reason: reason.to_owned() };
                self.push(batch, now, event);
                self.apply_due_policy(batch, now);
            }
            PolicyWish::Reset(breaker) => self.reset_breaker(batch, now, by, breaker, reason)?,
            PolicyWish::Withdraw(hash) => {
                self.waiting(&hash)?;
                let event = JournalEvent::PolicyWithdrawn { hash, by: Some(by.clone()), reason: reason.to_owned() };
                self.push(batch, now, event);
            }
        }
        Ok(())
    }

    fn waiting(&self, hash: &str) -> Result<&PendingPolicy, Fault> {
        let pending = self.book.policy.as_ref().and_then(|policy| policy.pending.as_ref());
        pending
            .filter(|pending| pending.hash == hash)
            .ok_or_else(|| Fault::NotFound { what: "policy that waits", id: hash.to_owned() })
    }

    /// A policy that was accepted counts once its delay has passed.
    pub(crate) fn apply_due_policy(&mut self, batch: &mut Batch, now: Timestamp) {
        let Some(PolicyInForce { set, pending: Some(pending), .. }) = self.book.policy.as_deref() else { return };
        if !pending.counts_at(now) {
            return;
        }
        let humans: Vec<&str> = pending.humans.iter().map(KeyId::as_str).collect();
        let event = JournalEvent::PolicyApplied {
            name: pending.name.clone(),
            policy: Box::new(pending.set.clone()),
            changes: set.change_to(&pending.set).changes,
            by: None,
            reason: format!("accepted by {}: {}", humans.join(", "), pending.reason),
        };
        self.push(batch, now, event);
    }
}

impl Service {
    /// The limits as they count for such orders. Sections know an instrument by its symbol, its number and its kind, of which
    /// the caller tells one: the broker tells the others. While it does not, what is certain is told, and that more may count.
    pub(crate) async fn limits_of(&self, mut of: LimitsOf) -> Result<LimitsView, Fault> {
        let Some(asked) = of.instrument.clone() else {
            return self.look(|book, session| view(book, session, &of, None, Vec::new()));
        };
        let Some(instrument) = instrument(&asked, of.sec_type) else {
            let warning = format!(
                "a symbol alone names no contract of this kind: sections by con_id are not in this answer. Name {asked} by \
                 its con_id"
            );
            return self.look(|book, session| view(book, session, &of, None, vec![warning]));
        };
        match self.market.contract(Asker::Reader, &instrument).await {
            Ok(contract) if of.sec_type.is_some_and(|sec_type| sec_type != contract.sec_type) => {
                let rule = format!("{asked} is of the kind {}", contract.sec_type.word());
                Err(Fault::Invalid { field: "sec_type".to_owned(), rule })
            }
            Ok(contract) => self.look(|book, session| view(book, session, &of, Some(&contract), Vec::new())),
            Err(fault) => {
                let (known, unknown) = match &instrument {
                    Instrument::ConId(_) => ("con_id", "its symbol or its kind of security"),
                    Instrument::Spec(spec) => {
                        of.sec_type = Some(spec.sec_type);
                        ("symbol and kind of security", "its con_id")
                    }
                };
                let warning = format!(
                    "only sections by {known} are in this answer: those of {asked} by {unknown} may make it tighter, for {fault}"
                );
                self.look(|book, session| view(book, session, &of, None, vec![warning]))
            }
        }
    }

    pub(crate) async fn wish(
        &self,
        by: &Principal,
        wish: PolicyWish,
        if_match: Option<String>,
        reason: String,
    ) -> Result<LimitsView, Fault> {
        let (by, reason) = (by.clone(), check_reason(reason)?);
        self.tell(|reply| Input::Policy { by, wish, if_match, reason, reply }).await?;
        self.look(|book, session| view(book, session, &LimitsOf::default(), None, Vec::new()))
    }
}

/// The policy in force; until the first start is booked, the one that is configured.
pub(crate) fn in_force<'a>(book: &'a Book, config: &'a EngineConfig) -> &'a PolicySet {
    book.policy.as_ref().map_or(config.policy.as_ref(), |policy| &policy.set)
}

/// What a name alone means, as on every face; nothing where a contract needs more than a symbol.
fn instrument(name: &str, sec_type: Option<SecType>) -> Option<Instrument> {
    if let Ok(con_id) = name.parse() {
        return Some(Instrument::ConId(con_id));
    }
    let is_shares = sec_type.is_none_or(|sec_type| sec_type == SecType::Stk);
    let currency = "USD".parse().ok().filter(|_| is_shares)?;
    Some(Instrument::Spec(SymbolSpec {
        symbol: name.to_ascii_uppercase(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        currency,
        expiry: None,
        strike: None,
        right: None,
    }))
}

/// The limits as they count, for every order or for one kind, with what is used of them: for the account asked for, else for
/// the one in use, as for an order that names none.
fn view(
    book: &Book,
    session: &Session,
    of: &LimitsOf,
    contract: Option<&Contract>,
    warnings: Vec<String>,
) -> Result<LimitsView, Fault> {
    let policy = book.policy.as_ref().ok_or_else(|| Fault::NotReady(vec!["no policy is in force yet".to_owned()]))?;
    let account = of.account.as_ref().or_else(|| session.mode.as_ref().and_then(ModeProof::account));
    let scope = PolicyScope {
        account,
        strategy: of.strategy.as_ref(),
        sec_type: contract.map(|contract| contract.sec_type).or(of.sec_type),
        symbol: contract.map(|contract| contract.symbol.as_str()).or(of.instrument.as_deref()),
        con_id: contract
            .map(|contract| contract.con_id)
            .or(of.instrument.as_deref().and_then(|name| name.parse().ok())),
    };
    Ok(LimitsView {
        policy: answer(policy),
        limits: policy.set.explain(&scope),
        sections: policy.set.sections.keys().map(ToString::to_string).collect(),
        used: used(book, session, account, of.strategy.as_ref()),
        warnings,
    })
}

/// The policy in force and what waits.
fn answer(policy: &PolicyInForce) -> PolicyAnswer {
    let pending = policy.pending.as_ref();
    PolicyAnswer {
        name: policy.name.clone(),
        hash: policy.hash.clone(),
        since: policy.since,
        pending: pending.map(|pending| (pending.clone(), policy.set.change_to(&pending.set).changes)),
    }
}

/// Records about policies, newest first.
pub(crate) fn history(archive: &dyn Archive, after: Option<u64>, limit: usize) -> Result<Vec<AuditRecord>, Fault> {
    let mut found = Vec::new();
    for kind in ["policy_applied", "policy_wished", "policy_accepted", "policy_withdrawn"] {
        let kind = Some(kind.to_owned());
        let filter = AuditFilter { kind, cl_ord_id: None, correlation_id: None, after, newest_first: true, limit };
        found.extend(archive.page(&filter)?);
    }
    // The newest of all are among the newest of each kind.
    found.sort_by_key(|one| std::cmp::Reverse(one.record.seq));
    found.truncate(limit);
    Ok(found)
}
