//! Reads over book and session: status, gate board, lists.

use crate::core::{link_and_mode_reasons, not_ready, window_ahead};
use crate::desk::{BoardEntry, LinkStatus, OrderFilter, Status, VerificationStatus};
use crate::limits::in_force;
use crate::service::{SCAN_MAX, Service};
use crate::shared::Shown;
use crate::ticking::duration;
use domain::approval::{Approval, ApprovalStatus};
use domain::book::{OrderPlace, OrderRecord};
use domain::broker::BrokerOrder;
use domain::fault::Fault;
use domain::gates::{GATES, LinkState};
use domain::id::ClOrdId;
use domain::mode::ModeProof;
use domain::reason::Reason;
use domain::trading_state::{KillScope, StateEntry, TradingState};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Service {
    /// Every approval, or those that wait, the newest first.
    pub(crate) fn list_approvals(&self, pending_only: bool) -> Vec<Approval> {
        self.look(|book, _| {
            let wanted = |approval: &&Approval| !pending_only || approval.status == ApprovalStatus::Pending;
            book.approvals.values().map(Arc::as_ref).filter(wanted).cloned().collect()
        })
    }

    pub(crate) fn status_now(&self) -> Result<Status, Fault> {
        let kill_file = self.has_kill_file();
        self.status_of(&self.shared.read(), kill_file)
    }

    /// Never asked while the book is held: a disk that hangs would hold up every order. What cannot be told counts as there.
    pub(crate) fn has_kill_file(&self) -> bool {
        self.config.kill_file.try_exists().unwrap_or(true)
    }

    pub(crate) fn status_of(&self, shown: &Shown, kill_file: bool) -> Result<Status, Fault> {
        let Shown { book, session, tally } = shown;
        let worst_quote_age_ms = self.market.worst_age_ms();
        let now = self.clock.now();
        let last_message_at = self.shared.last_message_at();
        let installation = book.installation.clone().ok_or_else(|| Fault::Internal("no installation".to_owned()))?;
        let (state, reason) = match &session.link {
            LinkState::Up { .. } => ("up", None),
            LinkState::BrokerOffline => ("broker_offline", Some("1100: IB Gateway lost its line".to_owned())),
            LinkState::Down(reason) => ("down", Some(reason.clone())),
        };
        let watched: Vec<&OrderRecord> = tally.watched_orders().filter_map(|key| book.order(key)).collect();
        let orders_by_status = tally.orders().iter().map(|(status, count)| (status.word(), *count)).collect();
        Ok(Status {
            version: self.config.version,
            installation,
            started_at: self.started_at,
            trading: self.config.trading,
            mode: session.mode.as_ref().map_or_else(|| Err("no connection yet".to_owned()), ModeProof::mode),
            simulated: session.mode.as_ref().is_some_and(|mode| mode.simulated),
            account: session.mode.as_ref().and_then(ModeProof::account).cloned(),
            policy: book.policy.as_ref().map_or_else(
                || (self.config.policy_name.clone(), String::new()),
                |one| (one.name.clone(), one.hash.clone()),
            ),
            lease: session.lease,
            link: LinkStatus {
                state,
                since: session.since,
                endpoint: session.endpoint.clone(),
                generation: session.generation.0,
                server_version: session.server_version,
                clock_skew_ms: session.clock_skew_ms,
                reason,
                last_message_at,
            },
            reconciliation: book.last_reconciliation.clone(),
            verification: VerificationStatus {
                newest: book.last_verification.clone(),
                is_under_way: session.verifying,
                failed: session.unverified.clone(),
            },
            trading_states: entries(book),
            kill_file,
            orders_by_status,
            unknown_orders: tally.unknown_orders().cloned().collect(),
            pending_approvals: tally.pending_approvals(),
            halted_instruments: book.halted_instruments.iter().map(|(id, why)| (*id, why.to_string())).collect(),
            alarm: session.alarm.clone(),
            journal_head: session.head.clone(),
            not_ready: not_ready(book, session, &self.config, now),
            now,
            window: window_ahead(session, &self.config, now),
            held_in_tws: keys(&watched, |order| order.is_held_in_tws(now, duration(self.config.held_after))),
            doubled_orders: keys(&watched, |order| order.live_twins().next().is_some()),
            external_orders: book.external_orders.values().filter(|order| is_open(order)).cloned().collect(),
            outbound: session.outbound,
            worst_quote_age_ms,
        })
    }

    pub(crate) fn states(&self) -> Vec<(KillScope, StateEntry)> {
        self.look(|book, _| entries(book))
    }

    /// Each gate without an order: those that depend on the order say so.
    pub(crate) fn board(&self) -> Vec<BoardEntry> {
        let kill_file = self.has_kill_file();
        let now = self.clock.now();
        self.look(|book, session| {
            GATES
                .iter()
                .map(|gate| {
                    let why = match gate.number {
                        2 | 3 => link_and_mode_reasons(session),
                        8 => not_ready(book, session, &self.config, now),
                        10 => halted(book, kill_file),
                        11 => session.fault.iter().map(ToString::to_string).collect(),
                        _ => Vec::new(),
                    };
                    let state = match gate.number {
                        number if in_force(book, &self.config).base.off.contains(&number) => "off",
                        2 | 3 | 8 | 10 | 11 if why.is_empty() => "open",
                        2 | 3 | 8 | 10 | 11 => "closed",
                        _ => "per_order",
                    };
                    let reason = |message: String| Reason {
                        control: gate.number,
                        code: gate.code.to_owned(),
                        message,
                        observed: None,
                        limit: None,
                        hint: "see `tollgate status`".to_owned(),
                    };
                    BoardEntry {
                        number: gate.number,
                        code: gate.code,
                        title: gate.title,
                        state,
                        reasons: why.into_iter().map(reason).collect(),
                    }
                })
                .collect()
        })
    }

    /// Newest first. What may be long is looked at in parts: nobody who writes waits for a long list.
    pub(crate) fn list_orders(&self, filter: &OrderFilter) -> Vec<OrderRecord> {
        let after = self.look(|book, _| filter.after.as_ref().and_then(|key| book.order_place(key)));
        let is_open = filter.open_only || filter.status.is_some_and(|status| !status.is_final());
        let found = if is_open { self.open_ones(filter, after.as_ref()) } else { self.all_ones(filter, after) };
        found.iter().map(|order| OrderRecord::clone(order)).collect()
    }

    fn open_ones(&self, filter: &OrderFilter, after: Option<&OrderPlace>) -> Vec<Arc<OrderRecord>> {
        let mut found: Vec<Arc<OrderRecord>> = self.look(|book, _| {
            // The exits of a bracket are shown with their entry, and keep it among the open ones.
            let keys: BTreeSet<ClOrdId> = book.open_orders().map(|order| order.intent.cl_ord_id.group()).collect();
            keys.iter()
                .filter_map(|key| book.orders.get(key))
                .filter(|order| is_wanted(order, filter))
                .cloned()
                .collect()
        });
        let place = |order: &OrderRecord| (order.created_at, order.intent.cl_ord_id.clone());
        found.retain(|order| after.is_none_or(|after| place(order) < *after));
        found.sort_by_cached_key(|order| std::cmp::Reverse(place(order)));
        found.truncate(filter.limit);
        found
    }

    fn all_ones(&self, filter: &OrderFilter, mut after: Option<OrderPlace>) -> Vec<Arc<OrderRecord>> {
        let mut found = Vec::new();
        while found.len() < filter.limit {
            let last = self.look(|book, _| {
                let mut last = None;
                for (place, order) in book.newest_orders(after.as_ref()).take(SCAN_MAX) {
                    if found.len() >= filter.limit {
                        break;
                    }
                    last = Some(place.clone());
                    if is_wanted(order, filter) {
                        found.push(Arc::clone(order));
                    }
                }
                last
            });
            if last.is_none() {
                break;
            }
            after = last;
        }
        found
    }
}

fn is_wanted(order: &OrderRecord, filter: &OrderFilter) -> bool {
    filter.status.is_none_or(|status| order.status == status)
        && filter.strategy.as_ref().is_none_or(|strategy| order.intent.strategy.as_ref() == Some(strategy))
}

fn entries(book: &domain::book::Book) -> Vec<(KillScope, StateEntry)> {
    book.trading_states.entries().iter().map(|(scope, entry)| (scope.clone(), entry.clone())).collect()
}

fn halted(book: &domain::book::Book, kill_file: bool) -> Vec<String> {
    let mut why: Vec<String> = book
        .trading_states
        .entries()
        .iter()
        .filter(|(_, entry)| entry.state != TradingState::Active)
        .map(|(scope, entry)| format!("{scope} is {} since {}: {}", entry.state.word(), entry.at, entry.reason))
        .collect();
    if kill_file {
        why.push("the file KILL lies in the data directory".to_owned());
    }
    why
}

/// Whether an order that is not ours was open when it was last shown.
fn is_open(order: &BrokerOrder) -> bool {
    !matches!(order.status.as_str(), "Filled" | "Cancelled" | "ApiCancelled" | "Inactive")
}

/// Keys of the open orders of which this is true.
fn keys(orders: &[&OrderRecord], holds: impl Fn(&OrderRecord) -> bool) -> Vec<ClOrdId> {
    orders.iter().filter(|order| holds(order)).map(|order| order.intent.cl_ord_id.clone()).collect()
}
