//! What humans permit in advance: mandates and live arming. And what ends it.

use crate::core::{Batch, Core};
use crate::desk::{LiveStatus, MandateView};
use crate::input::{Input, Reply};
use crate::service::{Service, need, need_human};
use crate::shared::Session;
use crate::use_cases::check_reason;
use domain::approval::{Approval, ApprovalStatus};
use domain::approved::ResolvedOrder;
use domain::broker::BrokerSnapshot;
use domain::broker::Section;
use domain::fault::Fault;
use domain::gates::{LiveAsk, live_faults};
use domain::id::{AccountId, ClOrdId, MandateId};
use domain::journal::JournalEvent;
use domain::lifecycle::OrdStatus;
use domain::live::{ARMING_MAX, Arming, ChecklistItem, LiveFacts, OtherPort, OverrideFile, arming_time, checklist};
use domain::mandate::{Mandate, MandateTerms};
use domain::mode::{Mode, ModeProof, World};
use domain::order_ref::OrderRef;
use domain::policy::Policy;
use domain::principal::{Principal, Scope};
use domain::reason::Reason;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long another mode's port may take to refuse.
const PROBE: Duration = Duration::from_secs(1);
/// The standard ports of TWS and IB Gateway on paper.
const PAPER_PORTS: [u16; 2] = [7497, 4002];

/// What somebody wants of mandates and arming.
#[derive(Debug)]
pub(crate) enum Permit {
    /// Grant a budget.
    Grant { id: MandateId, terms: Box<MandateTerms>, reason: String },
    /// Look again at one.
    Confirm(MandateId),
    /// Take one back.
    Revoke { id: MandateId, reason: String },
    /// Arm live.
    Arm { account: AccountId, lasts: SignedDuration, other_port: OtherPort, reason: String },
    /// Disarm it.
    Disarm { reason: String },
    /// Note what a drill of the limits showed.
    Drilled { passed: u32, total: u32 },
}

/// Looks for the owner's override file. A directory that cannot be read counts as absent.
pub(crate) fn look_for(file: Option<&PathBuf>) -> OverrideFile {
    match file.map(|file| file.try_exists()) {
        None => OverrideFile::NotConfigured,
        Some(Ok(true)) => OverrideFile::Present,
        Some(Ok(false) | Err(_)) => OverrideFile::Absent,
    }
}

impl Core {
    /// Active mandates that an order may use: once it uses one, only that one.
    pub(crate) fn mandates_for(&self, key: &ClOrdId, now: Timestamp) -> Vec<Arc<Mandate>> {
        let own = self.book.mandates.of_order(key);
        self.book.mandates.active(now).filter(|one| own.is_none_or(|own| *own == one.id)).cloned().collect()
    }

    /// What a live order stands on. On paper nobody asks.
    pub(crate) fn live_facts(&self, now: Timestamp) -> LiveFacts {
        if self.session.mode.as_ref().map(ModeProof::mode) != Some(Ok(Mode::Live)) {
            return LiveFacts::NONE;
        }
        let items = self.checklist(now);
        LiveFacts {
            override_file: self.override_file,
            arming: self.book.live.armed(now).cloned(),
            open_items: items.iter().filter(|item| !item.done).map(|item| item.name).collect(),
        }
    }

    fn checklist(&self, now: Timestamp) -> Vec<ChecklistItem> {
        let walk = self.book.last_verification.as_ref();
        checklist(&self.book.live.evidence, world(&self.session), walk, &self.policy().base, now)
    }

    /// The intent's share of a mandate, in the intent's own transaction.
    pub(crate) fn use_mandate(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        order: &ResolvedOrder,
        used: Option<(MandateId, Decimal)>,
    ) {
        if let Some((id, notional)) = used {
            let (cl_ord_id, qty) = (order.intent.cl_ord_id.clone(), order.intent.qty.get());
            self.push(batch, now, JournalEvent::MandateUsed { id, cl_ord_id, qty, notional });
        }
    }

    pub(crate) fn take_permit(
        &mut self,
        batch: &mut Batch,
        now: Timestamp,
        by: &Principal,
        permit: Permit,
        reply: Reply<()>,
    ) {
        let answer = self.book_permit(batch, now, by, permit);
        batch.owe(reply, answer);
    }

    fn book_permit(&mut self, batch: &mut Batch, now: Timestamp, by: &Principal, permit: Permit) -> Result<(), Fault> {
        let by = by.clone();
        let event = match permit {
            Permit::Grant { id, terms, reason } => {
                self.check_terms(&terms, now)?;
                JournalEvent::MandateGranted { id, terms, by, reason }
            }
            Permit::Confirm(id) => {
                let mandate = self.mandate(&id)?;
                let made_at = self.book.api_keys.get(&by.key_id).map(|key| key.created_at);
                mandate.may_confirm(&by, made_at, now).map_err(|why| invalid("id", &why))?;
                JournalEvent::MandateConfirmed { id, by }
            }
            Permit::Revoke { id, reason } => {
                let status = self.mandate(&id)?.status(now);
                if self.mandate(&id)?.is_over(now) {
                    return Err(invalid("id", &format!("the mandate is {} already", status.word())));
                }
                JournalEvent::MandateRevoked { id, by, reason }
            }
            Permit::Arm { account, lasts, other_port, reason } => {
                let faults = self.why_not_live(&account, now);
                if !faults.is_empty() {
                    return Err(Fault::LiveRefused(faults));
                }
                let expires_at = now.checked_add(lasts.min(ARMING_MAX)).unwrap_or(now);
                let arming = Arming { account, by: by.key_id.clone(), at: now, expires_at, other_port, reason };
                JournalEvent::LiveArmed { arming: Box::new(arming), by }
            }
            Permit::Disarm { reason } => JournalEvent::LiveDisarmed { by, reason },
            Permit::Drilled { passed, total } => JournalEvent::LimitsDrilled { passed, total, by },
        };
        self.push(batch, now, event);
        Ok(())
    }

    fn mandate(&self, id: &MandateId) -> Result<&Mandate, Fault> {
        self.book.mandates.get(id).ok_or_else(|| Fault::NotFound { what: "mandate", id: id.to_string() })
    }

    fn check_terms(&self, terms: &MandateTerms, now: Timestamp) -> Result<(), Fault> {
        if let Some((field, rule)) = terms.problems(now).first() {
            return Err(invalid(field, rule));
        }
        if let Some(key) = &terms.key
            && self.book.api_keys.get(key).is_none_or(|key| key.revoked_at.is_some())
        {
            return Err(invalid("key", "there is no such key, or it was revoked"));
        }
        Ok(())
    }

    /// Why live cannot be armed for the account: what control 4 asks, but for the arming itself.
    pub(crate) fn why_not_live(&self, account: &AccountId, now: Timestamp) -> Vec<Reason> {
        let facts = self.live_facts(now);
        live_faults(&LiveAsk {
            trading: self.config.trading,
            mode: self.session.mode.as_ref(),
            account,
            policy: &self.policy().base,
            live: &facts,
        })
    }

    /// A policy that changed, or another mode than the one that was asked in, voids what still waits.
    pub(crate) fn void_approvals(&mut self, batch: &mut Batch, now: Timestamp) {
        let why = |approval: &Approval| self.why_void(&approval.bounds.policy_hash, approval.bounds.mode);
        let void: Vec<_> = self
            .book
            .open_orders()
            .filter(|order| order.status == OrdStatus::PendingApproval)
            .filter_map(|order| order.approval_id.as_ref())
            .filter_map(|id| self.book.approvals.get(id))
            .filter(|approval| approval.status == ApprovalStatus::Pending)
            .filter_map(|approval| Some((approval.id.clone(), why(approval)?)))
            .collect();
        for (id, why) in void {
            if let Err(fault) = self.refuse_approval(batch, now, None, &id, ApprovalStatus::Void, why) {
                self.broken = Some(fault.to_string());
            }
        }
    }

    /// The broker told an order's reference on a later connection than the one that it was sent on: noted once per account.
    pub(crate) fn note_references(&mut self, batch: &mut Batch, now: Timestamp, snapshot: &BrokerSnapshot) {
        let Section::Complete(orders) = &snapshot.open_orders else { return };
        let generation = self.session.generation;
        let found: Vec<(AccountId, ClOrdId)> = orders
            .iter()
            .filter_map(|seen| OrderRef::parse(&seen.order_ref))
            .filter(|reference| Some(&reference.installation) == self.book.installation.as_ref())
            .filter_map(|reference| self.book.order(&reference.cl_ord_id))
            .filter(|order| order.last_attempt().is_some_and(|attempt| attempt.generation < generation))
            .filter_map(|order| Some((order.account.clone()?, order.intent.cl_ord_id.clone())))
            .filter(|(account, _)| {
                let shown = self.book.live.evidence.of(World::of(account));
                !shown.references.contains_key(account)
            })
            .take(1)
            .collect();
        for (account, cl_ord_id) in found {
            self.push(batch, now, JournalEvent::ReferenceSurvived { account, cl_ord_id });
        }
    }
}

fn invalid(field: &str, rule: &str) -> Fault {
    Fault::Invalid { field: field.to_owned(), rule: rule.to_owned() }
}

impl Service {
    pub(crate) fn mandate_views(&self, by: &Principal) -> Result<Vec<MandateView>, Fault> {
        need(by, Scope::Read)?;
        let now = self.clock.now();
        let mut found: Vec<MandateView> =
            self.look(|book, _| book.mandates.all().map(|one| MandateView::of(one, now)).collect());
        found.sort_by(|a, b| {
            let place = |view: &MandateView| (view.mandate.granted_at, view.mandate.id.clone());
            place(b).cmp(&place(a))
        });
        Ok(found)
    }

    pub(crate) async fn grant(
        &self,
        by: &Principal,
        terms: MandateTerms,
        reason: String,
    ) -> Result<MandateView, Fault> {
        need_human(by, Scope::Admin)?;
        let reason = check_reason(reason)?;
        self.own_account(&terms.account)?;
        let id: MandateId = format!("md-{}", self.random_hex::<8>()?)
            .parse()
            .map_err(|error: domain::id::IdError| Fault::Internal(error.to_string()))?;
        self.ask(by, Permit::Grant { id: id.clone(), terms: Box::new(terms), reason }).await?;
        self.mandate_view(&id)
    }

    pub(crate) async fn confirm(&self, by: &Principal, id: MandateId) -> Result<MandateView, Fault> {
        need_human(by, Scope::Admin)?;
        self.ask(by, Permit::Confirm(id.clone())).await?;
        self.mandate_view(&id)
    }

    /// Taking back makes nothing worse: whoever may kill may do it.
    pub(crate) async fn revoke(&self, by: &Principal, id: MandateId, reason: String) -> Result<MandateView, Fault> {
        if !by.may(Scope::Admin) {
            need(by, Scope::Kill)?;
        }
        let reason = check_reason(reason)?;
        self.ask(by, Permit::Revoke { id: id.clone(), reason }).await?;
        self.mandate_view(&id)
    }

    pub(crate) async fn ask(&self, by: &Principal, permit: Permit) -> Result<(), Fault> {
        self.tell(|reply| Input::Permit { by: by.clone(), permit, reply }).await
    }

    fn mandate_view(&self, id: &MandateId) -> Result<MandateView, Fault> {
        let now = self.clock.now();
        let found = self.look(|book, _| book.mandates.get(id).map(|one| MandateView::of(one, now)));
        found.ok_or_else(|| Fault::NotFound { what: "mandate", id: id.to_string() })
    }

    pub(crate) async fn arm(
        &self,
        by: &Principal,
        account: AccountId,
        lasts: SignedDuration,
        reason: String,
    ) -> Result<LiveStatus, Fault> {
        need_human(by, Scope::Admin)?;
        let reason = check_reason(reason)?;
        let lasts = arming_time(lasts).map_err(|rule| invalid("hours", rule))?;
        self.be_ready()?;
        self.own_account(&account)?;
        let other_port = self.other_port().await?;
        self.ask(by, Permit::Arm { account, lasts, other_port, reason }).await?;
        Ok(self.live_now())
    }

    /// Disarming makes nothing worse: whoever may kill may do it.
    pub(crate) async fn disarm(&self, by: &Principal, reason: String) -> Result<LiveStatus, Fault> {
        if !by.may(Scope::Admin) {
            need(by, Scope::Kill)?;
        }
        let reason = check_reason(reason)?;
        self.ask(by, Permit::Disarm { reason }).await?;
        // It is disarmed, and a key that may not read is told so all the same.
        Ok(self.live_now())
    }

    /// The standard ports of the other mode must refuse: else it is not clear which of two programs is which.
    async fn other_port(&self) -> Result<OtherPort, Fault> {
        if self.look(|_, session| session.mode.as_ref().is_some_and(|mode| mode.simulated)) {
            return Ok(OtherPort::Simulated);
        }
        let host = host_of(&self.config.endpoint);
        for port in PAPER_PORTS {
            let unclear = |what: &str| {
                let why =
                    format!("the paper port {host}:{port} {what}: end what runs there, so that the mode is clear");
                Fault::NotReady(vec![why])
            };
            match tokio::time::timeout(PROBE, tokio::net::TcpStream::connect((host, port))).await {
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
                Ok(Err(error)) => return Err(unclear(&format!("does not say whether it refuses ({error})"))),
                Ok(Ok(_)) => return Err(unclear("answers too")),
                Err(_late) => return Err(unclear("does not say whether it refuses")),
            }
        }
        Ok(OtherPort::Refuses)
    }

    pub(crate) fn live_status(&self, by: &Principal) -> Result<LiveStatus, Fault> {
        need(by, Scope::Read)?;
        Ok(self.live_now())
    }

    fn live_now(&self) -> LiveStatus {
        let now = self.clock.now();
        let override_file = look_for(self.config.live_override_file.as_ref());
        self.look(|book, session| {
            let limits: &Policy = &crate::limits::in_force(book, &self.config).base;
            let walk = book.last_verification.as_ref();
            let items = checklist(&book.live.evidence, world(session), walk, limits, now);
            let facts = LiveFacts {
                override_file,
                arming: book.live.armed(now).cloned(),
                open_items: items.iter().filter(|item| !item.done).map(|item| item.name).collect(),
            };
            let account = session.mode.as_ref().and_then(ModeProof::account).cloned();
            let missing = account.as_ref().map_or_else(Vec::new, |account| {
                live_faults(&LiveAsk {
                    trading: self.config.trading,
                    mode: session.mode.as_ref(),
                    account,
                    policy: limits,
                    live: &facts,
                })
            });
            LiveStatus {
                // Without an account nobody has asked what is missing.
                armed: facts.arming.is_some() && account.is_some() && missing.is_empty(),
                trading: self.config.trading,
                mode: session.mode.as_ref().map_or_else(|| Err("no connection yet".to_owned()), ModeProof::mode),
                simulated: session.mode.as_ref().is_some_and(|mode| mode.simulated),
                account,
                override_file,
                arming: facts.arming,
                missing,
                checklist: items,
            }
        })
    }
}

/// Whose evidence counts: that of the account in use; of none, a real one's.
fn world(session: &Session) -> World {
    session.mode.as_ref().and_then(ModeProof::account).map_or(World::Real, World::of)
}

/// The host of `host:port`, without the brackets of an IPv6 address.
pub(crate) fn host_of(endpoint: &str) -> &str {
    let host = endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Whether an endpoint is on this machine by its name alone: no name but `localhost` is looked up.
pub(crate) fn is_loopback(endpoint: &str) -> bool {
    let host = host_of(endpoint);
    let by_address = |address: &SocketAddr| address.ip().is_loopback();
    host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        || endpoint.parse::<SocketAddr>().is_ok_and(|address| by_address(&address))
}
