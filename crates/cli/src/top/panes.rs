//! The four lists: what each row says. Pure.

use super::grid::{Cell, Col, Grid, cell, figure, text, toned, word};
use super::header;
use super::known::Known;
use super::look::Tone;
use super::state::{State, is_unknown, wants_attention};
use super::told::Now;
use super::ui::Pane;
use super::words;
use crate::table::plain;
use domain::lifecycle::OrdStatus;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use wire::account::Position;
use wire::approval::Approval;
use wire::group::OrderLeg;
use wire::order::{Execution, Order};
use wire::word::{OrderStatus, OrderType};

/// A list with its heading.
pub(super) struct List {
    pub(super) title: String,
    /// The title says that something is wrong.
    pub(super) tone: Tone,
    pub(super) grid: Grid,
    /// Which rows can be chosen: the row of each id. Exits are rows without one.
    pub(super) rows_of_ids: Vec<usize>,
}

/// What an instrument is called: where several have the same symbol, by its con_id too.
fn named(state: &State, symbol: &str, con_id: &str) -> String {
    plain(&if state.shared.contains(symbol) { format!("{symbol} #{con_id}") } else { symbol.to_owned() })
}

/// The instrument of an order: of what expires everything that names it.
pub(super) fn instrument(state: &State, order: &Order) -> String {
    let con_id = order.con_id.as_deref().unwrap_or(words::UNKNOWN);
    let Some(symbol) = &order.symbol else { return format!("#{con_id}") };
    let Some(expiry) = &order.expiry else { return named(state, symbol, con_id) };
    let mut words = vec![symbol.clone(), expiry.clone()];
    words.extend(order.strike.map(words::plain));
    words.extend(order.right.map(|right| right.word().to_owned()));
    plain(&words.join(" "))
}

/// The list of a pane.
pub(super) fn list(state: &State, pane: Pane, now: Now) -> List {
    match pane {
        Pane::Orders => orders(state, now),
        Pane::Approvals => approvals(state, now),
        Pane::Positions => positions(state, now),
        Pane::Fills => fills(state, now),
    }
}

/// A title that says what is not known, and since when what is shown is old.
fn title<T>(name: &str, known: &Known<T>, count: impl FnOnce(&T) -> String, now: Now) -> (String, Tone) {
    match (known.value(), known.why_not(), known.age(now)) {
        (Some(value), None, _) => (format!("{name}: {}", count(value)), Tone::Head),
        (Some(value), Some(why), age) => {
            let age = age.map_or_else(|| words::UNKNOWN.to_owned(), words::age);
            (format!("{name}: UNKNOWN now ({why}); {age} ago {}", count(value)), Tone::Bad)
        }
        (None, Some(why), _) => (format!("{name}: UNKNOWN ({why})"), Tone::Bad),
        (None, None, _) => (format!("{name}: not told yet"), Tone::Quiet),
    }
}

const ORDERS: [Col; 12] = [
    word("state", 0),
    text("key", 0),
    word("side", 0),
    figure("qty", 0),
    figure("filled", 0),
    word("symbol", 0),
    text("terms", 0),
    word("tif", 5),
    text("broker", 6),
    figure("avg px", 4),
    text("by", 7),
    figure("changed", 3),
];

fn orders(state: &State, now: Now) -> List {
    let listed = state.listed_orders();
    let unknown = listed.iter().filter(|order| is_unknown(order)).count();
    let count = |orders: &BTreeMap<String, Order>| {
        let more = if state.more_orders { " of more" } else { "" };
        let unknown = if unknown > 0 { format!(", {unknown} of UNKNOWN fate") } else { String::new() };
        if orders.is_empty() { "none is open".to_owned() } else { format!("{} open{more}{unknown}", orders.len()) }
    };
    let (title, tone) = title("Orders", &state.orders, count, now);
    let (mut rows, mut rows_of_ids) = (Vec::new(), Vec::new());
    for order in listed {
        rows_of_ids.push(rows.len());
        rows.push(order_row(state, order, now));
        rows.extend(
            order
                .legs
                .iter()
                .filter(|leg| !OrdStatus::from(leg.status).is_final())
                .map(|leg| leg_row(state, order, leg, now)),
        );
    }
    let tone = if unknown > 0 { Tone::Bad } else { tone };
    List { title, tone, grid: Grid { cols: &ORDERS, rows }, rows_of_ids }
}

/// The state in a word, with a sign for what nobody knows and for what wants attention.
fn state_cell(status: OrderStatus, attention: bool) -> Cell {
    let word = words::spaced(status.word());
    if OrdStatus::from(status).is_unknown() {
        return toned(format!("? {}", word.to_uppercase()), Tone::Bad);
    }
    if attention {
        return toned(format!("! {word}"), Tone::Bad);
    }
    match status {
        OrderStatus::Working => toned(word, Tone::Good),
        OrderStatus::PendingApproval
        | OrderStatus::Submitting
        | OrderStatus::PendingCancel
        | OrderStatus::PendingReplace => toned(word, Tone::Warn),
        OrderStatus::Unconfirmed | OrderStatus::Missing => toned(word, Tone::Bad),
        OrderStatus::Denied
        | OrderStatus::Simulated
        | OrderStatus::Filled
        | OrderStatus::Canceled
        | OrderStatus::Rejected
        | OrderStatus::Expired => toned(word, Tone::Quiet),
    }
}

fn order_row(state: &State, order: &Order, now: Now) -> Vec<Cell> {
    vec![
        state_cell(order.status, wants_attention(order)),
        cell(order.cl_ord_id.clone()),
        cell(words::spaced(order.side.word())),
        cell(words::plain(order.qty)),
        cell(words::plain(order.cum_qty)),
        cell(instrument(state, order)),
        cell(terms(order)),
        cell(order.tif.word()),
        cell(order.broker_status.as_deref().map_or_else(|| words::UNKNOWN.to_owned(), plain)),
        cell(words::plain_or(order.avg_px)),
        cell(plain(&order.requested_by)),
        cell(words::age(words::since(order.updated_at, now.at))),
    ]
}

fn leg_row(state: &State, order: &Order, leg: &OrderLeg, now: Now) -> Vec<Cell> {
    vec![
        state_cell(leg.status, false),
        toned(format!("  {}", words::spaced(leg.leg.word())), Tone::Quiet),
        cell(words::spaced(leg.side.word())),
        cell(words::plain(leg.qty)),
        cell(words::plain(leg.cum_qty)),
        cell(instrument(state, order)),
        cell(priced(leg.order_type, leg.limit_price, leg.stop_price)),
        cell(leg.tif.word()),
        cell(leg.broker_status.as_deref().map_or_else(|| words::UNKNOWN.to_owned(), plain)),
        cell(words::plain_or(leg.avg_px)),
        cell(""),
        cell(words::age(words::since(leg.updated_at, now.at))),
    ]
}

fn priced(kind: OrderType, limit: Option<Decimal>, stop: Option<Decimal>) -> String {
    let mut terms = vec![words::spaced(kind.word())];
    terms.extend(stop.map(|price| format!("at {}", words::plain(price))));
    terms.extend(limit.map(words::plain));
    terms.join(" ")
}

/// Kind and prices of an order.
pub(super) fn terms(order: &Order) -> String {
    let mut terms = vec![priced(order.order_type, order.limit_price, order.stop_price)];
    terms.extend(order.trail_amount.map(|by| format!("by {}", words::plain(by))));
    terms.extend(order.trail_percent.map(|by| format!("by {} %", words::plain(by))));
    terms.join(" ")
}

const APPROVALS: [Col; 8] = [
    figure("lapses in", 0),
    word("side", 0),
    figure("qty", 0),
    word("symbol", 0),
    text("terms", 0),
    figure("at most", 0),
    text("asked by", 1),
    text("key", 2),
];

fn approvals(state: &State, now: Now) -> List {
    let count = |waiting: &Vec<Approval>| match waiting.len() {
        0 => "none waits".to_owned(),
        1 => "1 waits for you: a approves, d denies".to_owned(),
        many => format!("{many} wait for you: a approves, d denies"),
    };
    let (title, tone) = title("Approvals", &state.approvals, count, now);
    let waiting = state.approvals.value().map_or(&[][..], Vec::as_slice);
    let tone = if waiting.is_empty() { tone } else { Tone::Warn };
    let rows: Vec<Vec<Cell>> = waiting.iter().map(|approval| approval_row(state, approval, now)).collect();
    let rows_of_ids = (0..rows.len()).collect();
    List { title, tone, grid: Grid { cols: &APPROVALS, rows }, rows_of_ids }
}

/// What a yes may come to at most, in the account's currency.
pub(super) fn at_most(approval: &Approval) -> String {
    let of_order = approval.bounds.as_ref().map(|bounds| bounds.notional_max);
    let notional = of_order.or_else(|| approval.plan.as_ref().map(|plan| plan.notional_max));
    notional.map_or_else(|| words::UNKNOWN.to_owned(), words::money)
}

fn approval_row(state: &State, approval: &Approval, now: Now) -> Vec<Cell> {
    let left = words::since(now.at, approval.expires_at);
    let left = if left.is_zero() { toned("lapsed", Tone::Quiet) } else { toned(words::age(left), Tone::Warn) };
    let unknown = || words::UNKNOWN.to_owned();
    let order = state.order(&approval.cl_ord_id);
    let said = |what: &dyn Fn(&Order) -> String| cell(order.map_or_else(unknown, what));
    vec![
        left,
        said(&|order| words::spaced(order.side.word())),
        said(&|order| words::plain(order.qty)),
        said(&|order| instrument(state, order)),
        said(&|order| format!("{} {}", terms(order), order.tif)),
        cell(at_most(approval)),
        cell(plain(&approval.requested_by)),
        cell(approval.cl_ord_id.clone()),
    ]
}

const POSITIONS: [Col; 9] = [
    word("symbol", 0),
    figure("qty", 0),
    figure("avg cost", 3),
    figure("bid", 2),
    figure("ask", 2),
    word("data", 0),
    figure("value", 1),
    figure("unrealized", 0),
    word("cur", 4),
];

fn positions(state: &State, now: Now) -> List {
    let age = state.positions.age(now).map_or_else(|| words::UNKNOWN.to_owned(), words::age);
    let count = |held: &Vec<Position>| {
        if held.is_empty() { "nothing is held".to_owned() } else { format!("{} held, told {age} ago", held.len()) }
    };
    let (title, tone) = title("Positions", &state.positions, count, now);
    let held = state.positions.value().into_iter().flatten();
    let rows: Vec<Vec<Cell>> = held.map(|position| position_row(state, position, now)).collect();
    let rows_of_ids = (0..rows.len()).collect();
    List { title, tone, grid: Grid { cols: &POSITIONS, rows }, rows_of_ids }
}

fn position_row(state: &State, position: &Position, now: Now) -> Vec<Cell> {
    let watched = state.quotes.get(&position.con_id);
    let quote = watched.and_then(|(watched, _)| watched.quote.as_ref());
    let (data, tone) = match watched {
        Some((watched, told)) => header::data_of(state, watched, *told, now),
        None => ("no price".to_owned(), Tone::Quiet),
    };
    vec![
        cell(named(state, &position.symbol, &position.con_id)),
        cell(words::plain(position.qty)),
        cell(words::money_or(position.avg_cost)),
        cell(words::plain_or(quote.and_then(|quote| quote.bid))),
        cell(words::plain_or(quote.and_then(|quote| quote.ask))),
        toned(data, tone),
        cell(words::money_or(position.market_value)),
        toned(words::signed(position.unrealized_pnl), header::by_sign(position.unrealized_pnl)),
        cell(position.currency.clone()),
    ]
}

const FILLS: [Col; 9] = [
    word("time", 0),
    word("side", 0),
    figure("qty", 0),
    word("symbol", 0),
    figure("price", 0),
    figure("commission", 1),
    figure("realized", 2),
    text("key", 0),
    text("exchange", 3),
];

fn fills(state: &State, now: Now) -> List {
    let count = |fills: &Vec<Execution>| match fills.len() {
        0 => "no trade yet".to_owned(),
        count => format!("the newest {count}"),
    };
    let (title, tone) = title("Fills", &state.fills, count, now);
    let newest = state.fills.value().into_iter().flatten();
    let rows: Vec<Vec<Cell>> = newest.map(|fill| fill_row(state, fill, now)).collect();
    let rows_of_ids = (0..rows.len()).collect();
    List { title, tone, grid: Grid { cols: &FILLS, rows }, rows_of_ids }
}

fn fill_row(state: &State, fill: &Execution, now: Now) -> Vec<Cell> {
    let commission = fill.commission.as_ref();
    let cost = commission
        .map_or_else(|| words::UNKNOWN.to_owned(), |cost| format!("{} {}", words::plain(cost.amount), cost.currency));
    let realized = commission.and_then(|cost| cost.realized_pnl);
    let key = match (&fill.cl_ord_id, fill.leg) {
        (Some(key), Some(leg)) => cell(format!("{key} {}", words::spaced(leg.word()))),
        (Some(key), None) => cell(key.clone()),
        (None, _) => toned("not ours", Tone::Warn),
    };
    vec![
        cell(fill.executed_at.map_or_else(|| words::UNKNOWN.to_owned(), |at| words::time(at, now.at))),
        cell(words::spaced(fill.side.word())),
        cell(words::plain(fill.last_qty)),
        cell(named(state, &fill.symbol, &fill.con_id)),
        cell(words::plain(fill.last_px)),
        cell(cost),
        toned(words::signed(realized), header::by_sign(realized)),
        key,
        cell(plain(&fill.exchange)),
    ]
}
