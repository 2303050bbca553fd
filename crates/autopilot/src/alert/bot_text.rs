//! What the bot answers, in words.

use domain::account::Position;
use domain::fault::Fault;
use domain::principal::Principal;
use domain::trading_state::TradingState;
use engine::Desk;
use engine::desk::Status;
use rust_decimal::Decimal;

/// What it understands.
pub(super) const HELP: &str = "/status what the gateway is doing\n/positions what is held\n/runs the newest runs of the loop\n/kill REASON stop \
    trading at once and cancel every working order\nNothing here approves, arms or resumes.";

/// Positions that are told; more do not fit into a message.
const POSITIONS_MAX: usize = 40;

pub(super) fn status(desk: &dyn Desk, by: &Principal) -> Result<String, Fault> {
    Ok(status_text(&desk.status(by)?))
}

pub(super) fn status_text(status: &Status) -> String {
    let mode = status.mode.as_ref().map_or_else(|why| format!("not proven: {why}"), |mode| mode.word().to_owned());
    let simulated = if status.simulated { ", SIMULATED" } else { "" };
    let link = &status.link;
    let why = link.reason.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let mut lines = vec![
        format!("Trading {}, mode {mode}{simulated}", status.trading.word()),
        format!("Link {} since {}{why}", link.state, link.since.strftime("%Y-%m-%d %H:%M UTC")),
    ];
    let stopped = status.trading_states.iter().filter(|(_, entry)| entry.state != TradingState::Active);
    lines.extend(
        stopped.map(|(scope, entry)| format!("{} ({scope}) by {}: {}", entry.state.word(), entry.by, entry.reason)),
    );
    lines.extend(status.kill_file.then(|| "The file KILL is there".to_owned()));
    lines.extend(status.alarm.as_ref().map(|alarm| format!("Alarm: {alarm}")));
    let halted = status.halted_instruments.iter();
    lines.extend(halted.map(|(con_id, why)| format!("Contract {con_id} is halted: {why}")));
    if !status.not_ready.is_empty() {
        lines.push(format!("Not ready: {}", status.not_ready.join("; ")));
    }
    let orders: Vec<String> = status.orders_by_status.iter().map(|(word, count)| format!("{count} {word}")).collect();
    lines.push(if orders.is_empty() { "No orders".to_owned() } else { format!("Orders: {}", orders.join(", ")) });
    if !status.unknown_orders.is_empty() {
        lines.push(format!("Of unknown fate: {}", status.unknown_orders.len()));
    }
    if status.pending_approvals > 0 {
        lines.push(format!("Waiting for a human: {}", status.pending_approvals));
    }
    lines.push(format!("Version {}, {}", status.version, status.now.strftime("%Y-%m-%d %H:%M:%S UTC")));
    lines.join("\n")
}

pub(super) async fn positions(desk: &dyn Desk, by: &Principal) -> Result<String, Fault> {
    let mut lines = Vec::new();
    for account in desk.accounts(by)? {
        let positions = desk.positions(by, account).await?;
        lines.extend(positions.iter().filter(|one| !one.qty.is_zero()).map(line));
    }
    if lines.is_empty() {
        return Ok("Nothing is held.".to_owned());
    }
    let more = lines.len().saturating_sub(POSITIONS_MAX);
    lines.truncate(POSITIONS_MAX);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    Ok(lines.join("\n"))
}

fn line(position: &Position) -> String {
    let told = |value: Option<Decimal>| value.map_or("unknown".to_owned(), |value| value.normalize().to_string());
    let Position { symbol, qty, market_price, market_value, unrealized_pnl, currency, .. } = position;
    let qty = qty.normalize();
    format!(
        "{symbol} {qty} at {}, worth {} {currency}, open profit {}",
        told(*market_price),
        told(*market_value),
        told(*unrealized_pnl)
    )
}
