//! What the rules look at, as the desk tells it. What is not known says why; it is never taken for zero.

use domain::account::{AccountSummary, Position};
use domain::alert::SIGN_SILENCE_MAX;
use domain::contract::Instrument;
use domain::fault::Fault;
use domain::guard::{Facts, GuardRule, Known, Observed};
use domain::hours::{Hours, Phase};
use domain::id::{AccountId, ClOrdId, ConId};
use domain::lifecycle::OrdStatus;
use domain::looping::decision::{Amount, Decision};
use domain::principal::Principal;
use domain::stream::{Reason, StreamState, StreamStatus, Subscription};
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

/// Where facts come from beside the desk.
pub(super) struct Around<'a> {
    pub(super) streams: &'a StreamStatus,
    pub(super) heartbeat: Option<&'a SignOfLife>,
}

/// Since when each order waits for a word of the broker's. What else is told of an order meanwhile, such as that its cancel was asked
/// for again, does not begin its wait anew.
#[derive(Debug, Default)]
pub(super) struct Waits(BTreeMap<ClOrdId, (OrdStatus, Timestamp)>);

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
pub(super) async fn gather(
    desk: &dyn Desk,
    by: &Principal,
    around: &Around<'_>,
    waits: &mut Waits,
    now: Timestamp,
) -> Facts {
    let account = account(desk, by).await;
    let of_account = |of: &dyn Fn(&Account) -> Known| account.as_ref().map_err(Clone::clone).and_then(of);
    Facts(BTreeMap::from([
        (GuardRule::Drawdown, of_account(&|account| drawdown(account, now))),
        (GuardRule::DailyLoss, of_account(&|account| daily_loss(account, now))),
        (GuardRule::Exposure, of_account(&exposure)),
        (GuardRule::PositionDrift, drift_of(desk, by, account.as_ref())),
        (GuardRule::StaleData, stale(around.streams, now)),
        (GuardRule::OrderStuck, stuck(desk, by, waits, now)),
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

/// The decision in force is read from the journal: it is the same before the loop's first turn and after a restart.
fn drift_of(desk: &dyn Desk, by: &Principal, account: Result<&Account, &String>) -> Known {
    let book = desk.looping(by).map_err(words)?;
    let Some(decision) = book.decision_in_force() else { return Ok(None) };
    drift(account.map_err(Clone::clone)?, decision)
}

/// The largest distance of any position from its target; what the decision does not name has the target zero. A weight is a part of what
/// the decision invests, which is the account without the cash buffer.
fn drift(account: &Account, decision: &Decision) -> Known {
    let worth = worth(account)?;
    let positions = account.positions.as_ref().map_err(Clone::clone)?;
    let held: BTreeMap<ConId, &Position> =
        positions.iter().filter(|one| !one.is_cash && !one.qty.is_zero()).map(|one| (one.con_id, one)).collect();
    let invested = Decimal::ONE.saturating_sub(decision.cash_buffer).saturating_mul(Decimal::ONE_HUNDRED);
    let mut farthest: Option<(Decimal, String)> = None;
    let mut tell = |distance: Decimal, symbol: &str| {
        farthest = farthest.take().max(Some((distance.abs(), symbol.to_owned())));
    };
    for (con_id, position) in &held {
        let value = position.market_value.ok_or_else(|| format!("the value of {} is not known", position.symbol))?;
        let target = decision.targets.iter().find(|target| target.con_id == *con_id).map(|target| target.amount);
        let beyond = || "the figures are beyond counting".to_owned();
        let wanted = match target {
            None => Decimal::ZERO,
            Some(Amount::Weight(weight)) => weight.saturating_mul(invested),
            // As much of its value as is wanted of its quantity.
            Some(Amount::Qty(qty)) => {
                let part = qty.checked_div(position.qty).ok_or_else(beyond)?;
                percent(value.checked_mul(part).ok_or_else(beyond)?, worth)?
            }
        };
        tell(percent(value, worth)?.saturating_sub(wanted), &position.symbol);
    }
    for target in decision.targets.iter().filter(|target| !held.contains_key(&target.con_id)) {
        match target.amount {
            Amount::Weight(weight) => tell(weight.saturating_mul(invested), &target.symbol),
            Amount::Qty(qty) if qty.is_zero() => tell(Decimal::ZERO, &target.symbol),
            Amount::Qty(qty) => {
                return Err(format!("what {qty} {} are worth is not known: none is held", target.symbol));
            }
        }
    }
    match farthest {
        Some((distance, what)) => seen(distance, &what),
        None => Ok(None),
    }
}

/// Of what is held or decided, while its market is open. A runner that does not look any more says nothing about now, and of a market whose
/// hours are not known nobody knows that it is closed.
fn stale(streams: &StreamStatus, now: Timestamp) -> Known {
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
    let looked = streams.heartbeat_at.ok_or("the stream runner has not looked yet")?;
    if now.duration_since(looked) > SIGN_SILENCE_MAX {
        return Err(format!("the stream runner has not looked since {looked}"));
    }
    // No age is older than any.
    let age = |one: &&Subscription| (one.age_ms.is_none(), one.age_ms);
    let wanted = |is_open: Option<bool>| {
        let those =
            streams.subscriptions.iter().filter(move |one| one.is_open == is_open && one.reasons.iter().any(counts));
        those.max_by_key(age)
    };
    let (oldest, of_unknown_hours) = (wanted(Some(true)), wanted(None));
    if let Some(one) = of_unknown_hours
        && oldest.as_ref().is_none_or(|oldest| age(oldest) < age(&one))
    {
        return Err(format!("the hours of {} are not known, nor whether its price should be fresh", one.symbol));
    }
    match oldest {
        Some(one) => Ok(Some(match one.age_ms {
            Some(age_ms) => Observed { value: Some(Decimal::from(age_ms / 1_000)), of: one.symbol.clone() },
            None => Observed { value: None, of: format!("{} has no price", one.symbol) },
        })),
        // Where nobody knows what is held, there may be something to look at.
        None => streams.trouble.as_ref().map_or(Ok(None), |why| Err(why.clone())),
    }
}

/// Orders that wait for a word of the broker's; one that works at its price waits for nobody.
fn stuck(desk: &dyn Desk, by: &Principal, waits: &mut Waits, now: Timestamp) -> Known {
    let filter = OrderFilter { open_only: true, status: None, strategy: None, after: None, limit: ORDERS_MAX };
    let orders = desk.orders(by, filter).map_err(words)?;
    let seen = orders.iter().map(|order| (&order.intent.cl_ord_id, order.status, order.updated_at));
    let oldest = waits.look(seen);
    Ok(oldest.map(|(cl_ord_id, status, since)| {
        let seconds = now.duration_since(since).as_secs().max(0);
        let of = format!("order {cl_ord_id}, {}", status.word());
        Observed { value: Some(Decimal::from(seconds)), of }
    }))
}

impl Waits {
    /// The order that waits longest, by what is open now: its key, its state, and since when it is in it.
    fn look<'a>(
        &mut self,
        open: impl Iterator<Item = (&'a ClOrdId, OrdStatus, Timestamp)>,
    ) -> Option<(&ClOrdId, OrdStatus, Timestamp)> {
        let waiting = open.filter(|(_, status, _)| waits(*status)).map(|(cl_ord_id, status, at)| {
            let known = self.0.get(cl_ord_id).filter(|(before, _)| *before == status).map(|(_, since)| *since);
            (cl_ord_id.clone(), (status, known.map_or(at, |since| since.min(at))))
        });
        self.0 = waiting.collect();
        let oldest = self.0.iter().min_by_key(|(_, (_, since))| *since);
        oldest.map(|(cl_ord_id, (status, since))| (cl_ord_id, *status, *since))
    }
}

fn waits(status: OrdStatus) -> bool {
    match status {
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
    }
}

fn heartbeat(life: Option<&SignOfLife>, now: Timestamp) -> Known {
    let Some(life) = life else { return Ok(None) };
    let at = life.at().ok_or("the loop has shown no life yet")?;
    seen(Decimal::from(now.duration_since(at).as_secs().max(0)), "the loop")
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
