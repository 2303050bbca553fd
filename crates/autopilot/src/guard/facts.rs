//! What the rules look at, as the desk tells it. What is not known says why; it is never taken for zero.

use domain::account::{AccountSummary, Position};
use domain::contract::Instrument;
use domain::fault::Fault;
use domain::guard::{Facts, GuardRule, Known, Observed};
use domain::hours::{Hours, Phase};
use domain::id::{AccountId, ConId};
use domain::lifecycle::OrdStatus;
use domain::principal::Principal;
use domain::stream::{Reason, StreamState, StreamStatus};
use engine::desk::{OrderFilter, PnlView};
use engine::{Desk, SignOfLife};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What the broker counted longer ago says nothing about now. A worth that does not change is not told again, so that its own age
/// says nothing.
const PNL_AGE_MAX: SignedDuration = SignedDuration::from_mins(10);
/// Orders that are looked at.
const ORDERS_MAX: usize = 10_000;

/// Target weights by contract, as the decision in force has them.
pub type Targets = BTreeMap<ConId, Decimal>;

/// Where facts come from beside the desk.
pub(super) struct Around<'a> {
    pub(super) streams: &'a StreamStatus,
    pub(super) targets: Option<&'a Targets>,
    pub(super) heartbeat: Option<&'a SignOfLife>,
}

/// What the broker tells of the account.
struct Account {
    id: AccountId,
    pnl: Result<PnlView, String>,
    summary: Result<AccountSummary, String>,
    positions: Result<Vec<Position>, String>,
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn words(fault: Fault) -> String {
    fault.to_string()
}

/// Gathers everything.
pub(super) async fn gather(desk: &dyn Desk, by: &Principal, around: &Around<'_>, now: Timestamp) -> Facts {
    let account = account(desk, by).await;
    let of_account = |of: &dyn Fn(&Account) -> Known| account.as_ref().map_err(Clone::clone).and_then(of);
    Facts(BTreeMap::from([
        (GuardRule::Drawdown, of_account(&|account| drawdown(account, now))),
        (GuardRule::DailyLoss, of_account(&|account| daily_loss(account, now))),
        (GuardRule::Exposure, of_account(&exposure)),
        (GuardRule::PositionDrift, of_account(&|account| drift(account, around.targets))),
        (GuardRule::StaleData, stale(around.streams)),
        (GuardRule::OrderStuck, stuck(desk, by, now)),
        (GuardRule::Heartbeat, heartbeat(around.heartbeat, now)),
    ]))
}

/// Whether the schedule looks: something that is held trades now, nothing is held, or it is not known.
pub(super) async fn is_awake(desk: &dyn Desk, by: &Principal, now: Timestamp) -> bool {
    let Ok(account) = account(desk, by).await else { return true };
    let Ok(positions) = account.positions else { return true };
    let held: BTreeSet<ConId> =
        positions.iter().filter(|one| !one.qty.is_zero() && !one.is_cash).map(|one| one.con_id).collect();
    if held.is_empty() {
        return true;
    }
    for con_id in held {
        let contract = desk.contract(by, Instrument::ConId(con_id)).await;
        let phase = contract.ok().and_then(|contract| Hours::read(&contract)).map(|hours| hours.phase(now));
        match phase {
            Some(Phase::Extended | Phase::Closed) => {}
            Some(Phase::Regular(_)) | None => return true,
        }
    }
    false
}

/// The account that orders use.
pub(super) fn account_in_use(desk: &dyn Desk, by: &Principal) -> Result<AccountId, String> {
    let status = desk.status(by).map_err(words)?;
    status.account.ok_or_else(|| "the broker has not confirmed the account".to_owned())
}

async fn account(desk: &dyn Desk, by: &Principal) -> Result<Account, String> {
    let id = account_in_use(desk, by)?;
    let (pnl, summary, positions) =
        tokio::join!(desk.pnl(by, id.clone()), desk.account_summary(by, id.clone()), desk.positions(by, id.clone()));
    Ok(Account { id, pnl: pnl.map_err(words), summary: summary.map_err(words), positions: positions.map_err(words) })
}

#[expect(clippy::unnecessary_wraps, reason = "in the shape of a fact")]
fn seen(value: Decimal, of: &(impl ToString + ?Sized)) -> Known {
    Ok(Some(Observed { value: Some(value), of: of.to_string() }))
}

fn value_of(account: &Account, now: Timestamp) -> Result<&domain::activity::AccountValue, String> {
    let pnl = account.pnl.as_ref().map_err(Clone::clone)?;
    let value = pnl.value.as_ref().ok_or("the broker has not told yet what the account is worth")?;
    if now.duration_since(pnl.now.received_at) > PNL_AGE_MAX {
        return Err(format!("profit and loss were last told at {}", pnl.now.received_at));
    }
    Ok(value)
}

fn drawdown(account: &Account, now: Timestamp) -> Known {
    seen(value_of(account, now)?.drawdown_percent(), &account.id)
}

fn daily_loss(account: &Account, now: Timestamp) -> Known {
    let value = value_of(account, now)?;
    seen(percent(value.loss_day(), value.day_start)?, &account.id)
}

fn exposure(account: &Account) -> Known {
    let summary = account.summary.as_ref().map_err(Clone::clone)?;
    let gross = summary.gross_position_value.ok_or("the broker does not tell the gross value of the positions")?;
    seen(percent(gross.abs(), worth(account)?)?, &account.id)
}

fn worth(account: &Account) -> Result<Decimal, String> {
    let summary = account.summary.as_ref().map_err(Clone::clone)?;
    summary.net_liquidation.ok_or_else(|| "the broker does not tell what the account is worth".to_owned())
}

fn percent(part: Decimal, whole: Decimal) -> Result<Decimal, String> {
    if whole <= Decimal::ZERO {
        return Err(format!("the account is worth {whole}"));
    }
    let percent = part.checked_mul(Decimal::ONE_HUNDRED).and_then(|part| part.checked_div(whole));
    percent.ok_or_else(|| "the figures are beyond counting".to_owned())
}

/// The largest distance of any position from its target; what the decision does not name has the target zero.
fn drift(account: &Account, targets: Option<&Targets>) -> Known {
    let Some(targets) = targets else { return Ok(None) };
    let worth = worth(account)?;
    let positions = account.positions.as_ref().map_err(Clone::clone)?;
    let held = positions.iter().filter(|one| !one.is_cash && !one.qty.is_zero());
    let mut weights: BTreeMap<ConId, (Decimal, String)> = BTreeMap::new();
    for one in held {
        let value = one.market_value.ok_or_else(|| format!("the value of {} is not known", one.symbol))?;
        weights.insert(one.con_id, (percent(value, worth)?, one.symbol.clone()));
    }
    let target = |con_id: &ConId| targets.get(con_id).copied().unwrap_or_default().saturating_mul(Decimal::ONE_HUNDRED);
    let held =
        weights.iter().map(|(con_id, (weight, symbol))| (weight.saturating_sub(target(con_id)).abs(), symbol.clone()));
    let not_held = targets.keys().filter(|con_id| !weights.contains_key(con_id));
    let missing = not_held.map(|con_id| (target(con_id).abs(), format!("contract {con_id}")));
    match held.chain(missing).max() {
        Some((distance, what)) => seen(distance, &what),
        None => Ok(None),
    }
}

/// Of what is held or decided, while its market is open.
fn stale(streams: &StreamStatus) -> Known {
    match streams.state {
        StreamState::Off => return Ok(None),
        StreamState::LockedOut | StreamState::Stopped => {
            let why = streams.trouble.clone().unwrap_or_else(|| "the stream runner does not run".to_owned());
            return Err(why);
        }
        StreamState::Waiting | StreamState::Streaming | StreamState::Degraded => {}
    }
    let counts = |reason: &Reason| match reason {
        Reason::Decision | Reason::Position => true,
        Reason::WatchList => false,
    };
    let wanted = streams.subscriptions.iter().filter(|one| one.is_open == Some(true) && one.reasons.iter().any(counts));
    // No age is older than any.
    let oldest = wanted.max_by_key(|one| (one.age_ms.is_none(), one.age_ms));
    Ok(oldest.map(|one| match one.age_ms {
        Some(age_ms) => Observed { value: Some(Decimal::from(age_ms / 1_000)), of: one.symbol.clone() },
        None => Observed { value: None, of: format!("{} has no price", one.symbol) },
    }))
}

/// Orders that wait for a word of the broker's; one that works at its price waits for nobody.
fn stuck(desk: &dyn Desk, by: &Principal, now: Timestamp) -> Known {
    let filter = OrderFilter { open_only: true, status: None, strategy: None, after: None, limit: ORDERS_MAX };
    let orders = desk.orders(by, filter).map_err(words)?;
    let waits = |status: OrdStatus| match status {
        OrdStatus::Submitting
        | OrdStatus::Unconfirmed
        | OrdStatus::Missing
        | OrdStatus::PendingCancel
        | OrdStatus::PendingReplace => true,
        OrdStatus::PendingApproval
        | OrdStatus::Denied
        | OrdStatus::Simulated
        | OrdStatus::Working
        | OrdStatus::Filled
        | OrdStatus::Canceled
        | OrdStatus::Rejected
        | OrdStatus::Expired => false,
    };
    let oldest = orders.iter().filter(|order| waits(order.status)).min_by_key(|order| order.updated_at);
    Ok(oldest.map(|order| {
        let seconds = now.duration_since(order.updated_at).as_secs().max(0);
        let of = format!("order {}, {}", order.intent.cl_ord_id, order.status.word());
        Observed { value: Some(Decimal::from(seconds)), of }
    }))
}

fn heartbeat(life: Option<&SignOfLife>, now: Timestamp) -> Known {
    let Some(life) = life else { return Ok(None) };
    let at = life.at().ok_or("the loop has shown no life yet")?;
    seen(Decimal::from(now.duration_since(at).as_secs().max(0)), "the loop")
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
