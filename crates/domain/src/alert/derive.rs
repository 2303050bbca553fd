//! What of a record is news.

mod looping;
mod order;

use super::kind::{AlertKind, Severity};
use super::news::News;
use crate::farms::Farms;
use crate::journal::{JournalEvent, Recorded};
use crate::mode::Mode;
use crate::reason::Reason;
use crate::reconcile::ReconciliationReport;
use crate::trading_state::{KillScope, TradingState};
use jiff::Timestamp;

use Severity::{Critical, Info, Warning};

/// What a record says that somebody may want to be told; nothing of most.
pub fn news(record: &Recorded) -> Vec<News> {
    let (event, at) = (&record.event, record.at);
    let said = several(event, at).into_iter().chain(one(event, at));
    said.map(|news| news.of_record(record.seq)).collect()
}

/// Of records that may say more than one thing.
fn several(event: &JournalEvent, at: Timestamp) -> Vec<News> {
    if let JournalEvent::Order { cl_ord_id, event } = event {
        return order::of_order(cl_ord_id, event, at);
    }
    if let JournalEvent::Loop { event, .. } = event {
        return looping::of_loop(event, at);
    }
    if let JournalEvent::LinkUp { mode, .. } = event {
        return link_up(mode, at);
    }
    if let JournalEvent::Notice { code, message } = event {
        return notice(*code, message, at);
    }
    if let JournalEvent::Reconciled { report } = event {
        return reconciled(report, at);
    }
    Vec::new()
}

#[expect(clippy::too_many_lines, reason = "a table: what each kind of record says")]
fn one(event: &JournalEvent, at: Timestamp) -> Option<News> {
    let of = |kind, severity, subject: &str, title: &str| News::new(kind, severity, subject, title, at);
    match event {
        JournalEvent::Started { version, trading, .. } => {
            let title = format!("Tollgate {version} has started; trading is {}", trading.word());
            Some(of(AlertKind::Gateway, Info, "started", &title))
        }
        JournalEvent::LinkDown { reason, .. } => Some(link_down(reason, at)),
        JournalEvent::OrderDenied { intent, by, reasons, .. } => {
            let title =
                format!("Denied: {} {} {} for {}", intent.side.word(), intent.qty, intent.instrument, by.key_id);
            Some(
                of(AlertKind::OrderDenied, Warning, &denial(by.key_id.as_str(), reasons), &title)
                    .saying(&words(reasons)),
            )
        }
        JournalEvent::ReplaceDenied { cl_ord_id, by, reasons, .. } => {
            let title = format!("Denied: a change of order {cl_ord_id} for {}", by.key_id);
            Some(
                of(AlertKind::OrderDenied, Warning, &denial(by.key_id.as_str(), reasons), &title)
                    .saying(&words(reasons)),
            )
        }
        JournalEvent::ApprovalRequested { order, approval, by, .. } => {
            let intent = &order.intent;
            let title = format!(
                "{} asks for an approval: {} {} {}",
                by.key_id,
                intent.side.word(),
                intent.qty,
                intent.instrument
            );
            let what = format!(
                "Approval {} of order {}, until {}.\n{}",
                approval.id,
                intent.cl_ord_id,
                approval.expires_at,
                words(&approval.reasons)
            );
            Some(of(AlertKind::Approval, Warning, approval.id.as_str(), &title).opens().saying(&what))
        }
        JournalEvent::ApprovalMoved { id, status, .. } => {
            let title = format!("Approval {id} is {}", status.word());
            Some(of(AlertKind::Approval, Info, id.as_str(), &title).closes())
        }
        JournalEvent::ExternalExecution { execution } => {
            let verb = if execution.is_buy { "bought" } else { "sold" };
            let title =
                format!("Not ours: {verb} {} {} at {}", execution.last_qty, execution.symbol, execution.last_px);
            Some(of(AlertKind::External, Info, &execution.symbol, &title))
        }
        JournalEvent::ExternalBust { exec_id } => Some(of(
            AlertKind::FillChanged,
            Warning,
            exec_id.as_str(),
            &format!("A trade that is not ours was taken back: {exec_id}"),
        )),
        JournalEvent::TradingStateSet { scope, state, by, reason } => {
            Some(state_set(scope, *state, by.key_id.as_str(), reason, at))
        }
        JournalEvent::InstrumentHalted { con_id, reason } => {
            let title = format!("New orders on contract {con_id} are halted");
            Some(
                of(AlertKind::Risk, Critical, &format!("instrument {con_id}"), &title).opens().saying(reason).at_once(),
            )
        }
        JournalEvent::InstrumentReleased { con_id, by, reason } => {
            let title = format!("Contract {con_id} was released by {}", by.key_id);
            Some(of(AlertKind::Risk, Info, &format!("instrument {con_id}"), &title).closes().saying(reason))
        }
        JournalEvent::BreakerTripped { breaker, reason } => {
            let title = format!("The breaker {breaker} has tripped");
            Some(of(AlertKind::Risk, Critical, &format!("breaker {breaker}"), &title).opens().saying(reason).at_once())
        }
        JournalEvent::BreakerReset { breaker, by, reason } => {
            let title = format!("The breaker {breaker} was reset by {}", by.key_id);
            Some(of(AlertKind::Risk, Info, &format!("breaker {breaker}"), &title).closes().saying(reason))
        }
        JournalEvent::OrphanSeen { cl_ord_id, works: true } => {
            let title = format!("An order with our reference and without our intent works at the broker: {cl_ord_id}");
            Some(of(AlertKind::Risk, Critical, &format!("orphan {cl_ord_id}"), &title).opens().at_once())
        }
        JournalEvent::OrphanSeen { cl_ord_id, works: false } => {
            let title = format!("The order without our intent is over: {cl_ord_id}");
            Some(of(AlertKind::Risk, Info, &format!("orphan {cl_ord_id}"), &title).closes())
        }
        JournalEvent::Verified { walk } if walk.is_clean() => {
            Some(of(AlertKind::Audit, Info, "journal", "The journal is as it was written").closes())
        }
        JournalEvent::Verified { walk } => {
            let title = format!("The journal is not as it was written: {} findings", walk.findings_total);
            Some(of(AlertKind::Audit, Critical, "journal", &title).opens().saying(&walk.findings.join("\n")))
        }
        JournalEvent::Restored { .. } => {
            let title = "The journal was restored from a backup; trading is halted until a human has looked";
            Some(of(AlertKind::Audit, Warning, "restored", title))
        }
        JournalEvent::PolicyWished { name, reason, .. } => {
            let title = format!("A policy that loosens limits waits to be accepted: {name}");
            Some(of(AlertKind::Permit, Warning, "policy", &title).saying(reason))
        }
        JournalEvent::PolicyAccepted { by, reason, .. } => Some(
            of(AlertKind::Permit, Warning, "policy accepted", &format!("{} accepted a looser policy", by.key_id))
                .saying(reason),
        ),
        JournalEvent::MandateGranted { id, by, reason, .. } => Some(
            of(AlertKind::Permit, Warning, id.as_str(), &format!("{} grants mandate {id}", by.key_id)).saying(reason),
        ),
        JournalEvent::MandateRevoked { id, by, reason } => Some(
            of(AlertKind::Permit, Info, &format!("{id} revoked"), &format!("{} revoked mandate {id}", by.key_id))
                .saying(reason),
        ),
        JournalEvent::LiveArmed { arming, by } => {
            let title = format!("{} armed live trading until {}", by.key_id, arming.expires_at);
            Some(of(AlertKind::Permit, Warning, "live armed", &title).saying(&arming.reason))
        }
        JournalEvent::LiveDisarmed { by, reason } => Some(
            of(AlertKind::Permit, Info, "live disarmed", &format!("{} disarmed live trading", by.key_id))
                .saying(reason),
        ),
        JournalEvent::KeyCreated { key, by } => {
            let maker = by.as_ref().map_or("the first start", |by| by.as_str());
            Some(of(
                AlertKind::Permit,
                Warning,
                &format!("key {}", key.id),
                &format!("Key {} was made by {maker}", key.id),
            ))
        }
        JournalEvent::KeyRevoked { id, by } => {
            Some(of(AlertKind::Permit, Info, &format!("key {id} revoked"), &format!("Key {id} was revoked by {by}")))
        }
        JournalEvent::PositionAdopted { con_id, qty, expected, by, reason, .. } => {
            let title =
                format!("{} takes the broker's word for contract {con_id}: {qty} and not {expected}", by.key_id);
            Some(of(AlertKind::Permit, Warning, &format!("position {con_id}"), &title).saying(reason))
        }
        // Said above, told by what follows, or no news.
        JournalEvent::Order { .. }
        | JournalEvent::LinkUp { .. }
        | JournalEvent::Notice { .. }
        | JournalEvent::Reconciled { .. }
        | JournalEvent::Installed { .. }
        | JournalEvent::Stopped
        | JournalEvent::Previewed { .. }
        | JournalEvent::OrderSimulated { .. }
        | JournalEvent::OrderSubmitting { .. }
        | JournalEvent::ReplaceSubmitting { .. }
        | JournalEvent::CancelSubmitting { .. }
        | JournalEvent::FlattenRequested { .. }
        | JournalEvent::ExternalCommission { .. }
        | JournalEvent::PositionsAdopted { .. }
        | JournalEvent::ExternalOrder { .. }
        | JournalEvent::PolicyApplied { .. }
        | JournalEvent::PolicyWithdrawn { .. }
        | JournalEvent::MandateConfirmed { .. }
        | JournalEvent::MandateUsed { .. }
        | JournalEvent::ReferenceSurvived { .. }
        | JournalEvent::LimitsDrilled { .. }
        | JournalEvent::TradingDayBegan { .. }
        | JournalEvent::Loop { .. }
        | JournalEvent::AccountMarked { .. } => None,
    }
}

/// Denials of one key for one reason are one topic: a program that goes on asking is told once in a while.
fn denial(key: &str, reasons: &[Reason]) -> String {
    let code = reasons.first().map_or("denied", |reason| reason.code.as_str());
    format!("{key} {code}")
}

fn words(reasons: &[Reason]) -> String {
    let one = |reason: &Reason| format!("{}: {}", reason.code, reason.message);
    reasons.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn link(severity: Severity, title: &str, at: Timestamp) -> News {
    News::new(AlertKind::Link, severity, "broker", title, at)
}

fn link_down(reason: &str, at: Timestamp) -> News {
    link(Critical, "Disconnected from the broker", at).opens().saying(reason)
}

fn link_up(mode: &Result<Mode, String>, at: Timestamp) -> Vec<News> {
    let back = link(Info, "Connected to the broker again", at).closes();
    let subject = "mode";
    let mode = match mode {
        Ok(mode) => {
            News::new(AlertKind::Risk, Info, subject, &format!("The mode is proven: {}", mode.word()), at).closes()
        }
        Err(why) => {
            let title = "Paper or live is not proven: nothing is sent";
            News::new(AlertKind::Risk, Critical, subject, title, at).opens().saying(why)
        }
    };
    vec![back, mode]
}

/// IBKR, TWS API, message codes: 1100 and 2110 are a lost line, 1101 and 1102 its return, 2103 to 2106, 2157 and 2158 are farms.
fn notice(code: i32, message: &str, at: Timestamp) -> Vec<News> {
    match code {
        1100 | 2110 => vec![link(Critical, "The broker has lost its own line", at).opens().saying(message)],
        1101 | 1102 => {
            let back = link(Info, "The broker has its line again", at).closes();
            let mut farms = Farms::default();
            farms.hear(code, message);
            std::iter::once(back).chain(farms.unsettled().map(|why| farm("farms", &why, at).opens())).collect()
        }
        2103 | 2105 | 2157 => vec![farm(farm_of(message), message, at).opens()],
        2104 | 2106 | 2158 => {
            let back = |subject| News { severity: Info, ..farm(subject, message, at) }.closes();
            vec![back(farm_of(message)), back("farms")]
        }
        _ => Vec::new(),
    }
}

fn farm(subject: &str, message: &str, at: Timestamp) -> News {
    News::new(AlertKind::Link, Warning, &format!("farm {subject}"), message, at)
}

fn farm_of(message: &str) -> &str {
    message.rsplit(':').next().unwrap_or(message).trim()
}

/// Each kill is one of its own: it is told at once, however short the one before it was ago.
fn state_set(scope: &KillScope, state: TradingState, by: &str, reason: &str, at: Timestamp) -> News {
    let title = format!("Trading is {} ({scope}), set by {by}", state.word());
    let news = |severity| {
        News::new(AlertKind::Risk, severity, &format!("trading {scope}"), &title, at).saying(reason).at_once()
    };
    match state {
        TradingState::Active => news(Warning).closes(),
        TradingState::Reducing => news(Warning).opens(),
        TradingState::Halted => news(Critical).opens(),
    }
}

fn reconciled(report: &ReconciliationReport, at: Timestamp) -> Vec<News> {
    let of = |kind, severity, subject: &str, title: &str| News::new(kind, severity, subject, title, at);
    let mut news = Vec::new();
    let gaps: Vec<_> = report.positions.iter().filter(|gap| gap.confirmed).collect();
    for gap in &gaps {
        let title = format!("{}: the broker holds {}, our trades add up to {}", gap.symbol, gap.broker, gap.expected);
        news.push(of(AlertKind::Risk, Critical, &format!("position {}", gap.con_id), &title));
    }
    // R1, R7 and R11 say that something stands at the broker which should not.
    for difference in report.differences.iter().filter(|difference| [1, 7, 11].contains(&difference.rule)) {
        let subject =
            difference.cl_ord_id.as_ref().map_or_else(|| format!("R{}", difference.rule), ToString::to_string);
        news.push(of(AlertKind::Risk, Critical, &format!("R{} {subject}", difference.rule), &difference.what));
    }
    news
}

#[cfg(test)]
#[path = "derive_tests.rs"]
mod tests;
