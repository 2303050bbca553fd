//! What gateways say, for the tests of this module.

use super::state::State;
use super::told::{Ask, Now, Told};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// The account of every scene.
pub(super) const ACCOUNT: &str = "DUV0000001";

/// So many seconds after the screen began, at 15:04:05 UTC.
pub(super) fn now(seconds: u64) -> Now {
    let began: Timestamp = "2026-03-02T15:04:05Z".parse().unwrap();
    let up = Duration::from_secs(seconds);
    Now { at: began.checked_add(up).unwrap(), up }
}

/// A healthy gateway.
pub(super) fn status() -> Value {
    json!({
        "version": "0.1.0", "installation": "abc", "started_at": "2026-03-02T14:00:00Z", "trading": "paper", "mode": "paper",
        "mode_unproven": null, "simulated": true, "account": ACCOUNT, "policy": {"name": "default", "hash": "00"},
        "lease": {"role": "writer", "epoch": 1, "holder_pid": 7},
        "broker": {"state": "up", "since": "2026-03-02T15:00:05Z", "endpoint": "127.0.0.1:7497", "generation": 1, "server_version": 226,
            "clock_skew_ms": 3, "reason": null, "last_message_at": "2026-03-02T15:04:04Z"},
        "reconciliation": {"generation": 1, "taken_at": "2026-03-02T15:03:55Z", "complete": true, "incomplete": [], "scanned": 2, "completed": 0,
            "missing": 0, "unresolved": 0, "external": 0, "proven_dead": 0, "end_of_day": false, "positions": [], "differences": []},
        "verification": {"clean": true, "verified_at": null, "records": 9, "findings_total": 0, "findings": [], "under_way": false, "failed": null},
        "trading_states": [], "kill_file": false, "orders_by_status": {}, "unknown_orders": [], "pending_approvals": 0,
        "halted_instruments": [], "alarm": null, "journal_head": {"seq": 41, "hash": "00"}, "ready": true, "not_ready": [], "window": null,
        "held_in_tws": [], "doubled_orders": [], "external_orders": [], "outbound": {"intended": 2, "left": 2, "cancels": 0},
        "worst_quote_age_ms": 400
    })
}

/// A gateway that is in every kind of trouble.
pub(super) fn troubled() -> Value {
    let mut status = status();
    let more = json!({
        "mode": "live", "simulated": false, "kill_file": true, "ready": false, "not_ready": ["the broker is away"], "unknown_orders": ["k-2"],
        "trading_states": [
            {"scope": "global", "id": null, "state": "halted", "reason": "a drill", "by": "operator", "at": "2026-03-02T15:02:00Z"},
            {"scope": "strategy", "id": "trend", "state": "reducing", "reason": "too\u{1b}[31m hot", "by": "operator", "at": "2026-03-02T15:02:00Z"},
        ],
        "halted_instruments": [{"con_id": "265598", "reason": "a second order for one intent"}],
        "held_in_tws": ["k-3"], "worst_quote_age_ms": null, "reconciliation": null
    });
    merge(&mut status, &more);
    merge(
        &mut status["broker"],
        &json!({"state": "down", "reason": "connection refused", "last_message_at": null, "clock_skew_ms": null}),
    );
    status
}

/// What live trading stands on.
pub(super) fn live(armed: bool) -> Value {
    let arming = json!({
        "account": "U1234567", "by": "operator", "at": "2026-03-02T15:00:00Z", "expires_at": "2026-03-02T15:30:00Z", "reason": "the day"
    });
    json!({
        "armed": armed, "trading": "live", "mode": "live", "simulated": false, "account": "U1234567", "override_file": "present",
        "arming": if armed { arming } else { Value::Null }, "missing": [], "checklist": []
    })
}

/// Writes fields over those of an object.
pub(super) fn merge(into: &mut Value, fields: &Value) {
    for (name, value) in fields.as_object().unwrap() {
        into[name] = value.clone();
    }
}

/// An order that works, with other fields.
pub(super) fn order(key: &str, fields: &Value) -> Value {
    let mut order = json!({
        "cl_ord_id": key, "account": ACCOUNT, "con_id": "265598", "symbol": "AAPL", "sec_type": "stk", "exchange": "SMART", "currency": "USD",
        "side": "buy", "qty": "10", "order_type": "limit", "limit_price": "130.50", "tif": "day", "outside_rth": false, "reduce_only": false,
        "status": "working", "broker_status": "Submitted", "cum_qty": "0", "leaves_qty": "10", "executions": [], "reasons": [],
        "broker_messages": [], "cancel_wanted": false, "version": 1, "requested_by": "agent", "face": "rest",
        "created_at": "2026-03-02T15:03:00Z", "updated_at": "2026-03-02T15:03:05Z", "correlation_id": "c-1"
    });
    merge(&mut order, fields);
    order
}

/// An approval that waits.
pub(super) fn approval(id: &str, key: &str) -> Value {
    json!({
        "id": id, "cl_ord_id": key, "requested_by": "agent", "requested_at": "2026-03-02T15:03:00Z", "expires_at": "2026-03-02T15:08:00Z",
        "bounds": {"con_id": "272093", "account": ACCOUNT, "mode": "paper", "request_hash": "aa", "policy_hash": "bb", "price_low": "230",
            "price_high": "250", "notional_max": "1250.00"},
        "reasons": [{"control": 6, "code": "C06_APPROVAL", "message": "an agent's order waits for a person", "hint": "approve or deny it"}],
        "status": "pending"
    })
}

/// What is held.
pub(super) fn position(symbol: &str, con_id: &str, qty: &str, unrealized: Option<&str>) -> Value {
    json!({
        "account": ACCOUNT, "con_id": con_id, "symbol": symbol, "currency": "USD", "qty": qty, "avg_cost": "128.20", "market_price": "130.00",
        "market_value": "1234567.891", "unrealized_pnl": unrealized, "realized_pnl": null
    })
}

/// A trade.
pub(super) fn fill(id: &str, key: Option<&str>, commission: Option<&str>) -> Value {
    json!({
        "exec_id": id, "cl_ord_id": key, "leg": null, "account": ACCOUNT, "con_id": "265598", "symbol": "AAPL", "side": "buy", "last_qty": "4",
        "last_px": "130.25", "exchange": "NASDAQ", "executed_at": "2026-03-02T15:03:59Z", "broker_order_id": "3", "perm_id": "9",
        "order_ref": "tg:abc:k", "commission": commission.map(|amount| json!({"amount": amount, "currency": "USD", "realized_pnl": "-3.5"}))
    })
}

/// A price.
pub(super) fn quote(con_id: &str, symbol: &str, state: &str, kind: &str, age_ms: i64) -> Value {
    json!({
        "con_id": con_id, "symbol": symbol, "state": state, "reason": null, "quote": {
            "con_id": con_id, "symbol": symbol, "sec_type": "stk", "exchange": "SMART", "currency": "USD", "bid": "129.90", "ask": "130.10",
            "last": "130.00", "data_type": kind, "last_outside_spread": false, "received_at": "2026-03-02T15:04:04Z", "age_ms": age_ms
        }
    })
}

/// An event.
pub(super) fn event(seq: u64, kind: &str, key: Option<&str>, event: &Value) -> Told {
    let record = json!({
        "seq": seq, "at": "2026-03-02T15:04:09Z", "kind": kind, "cl_ord_id": key, "by": "agent", "correlation_id": null, "event": event, "hash": "00"
    });
    Told::Event(Box::new(serde_json::from_value(record).unwrap()))
}

/// What became of an order.
pub(super) fn fate(seq: u64, key: &str, what: &str) -> Told {
    event(seq, "order", Some(key), &json!({"kind": "order", "cl_ord_id": key, "event": {"event": what}}))
}

/// A list, as it is answered.
pub(super) fn items(items: &[Value]) -> Value {
    json!({"items": items, "next_cursor": null})
}

/// Answers a question.
pub(super) fn answer(state: &mut State, ask: Ask, answer: Value, at: u64) {
    state.apply(Told::Answer(ask, Ok(answer)), now(at));
}

/// A desk at work: a fill, a resting order, a bracket, an order of unknown fate, and a question.
pub(super) fn busy(size: (u16, u16)) -> State {
    let mut state = State::new(size, now(0));
    state.apply(Told::StreamUp, now(0));
    let mut said = status();
    merge(&mut said, &json!({"unknown_orders": ["k-2"]}));
    answer(&mut state, Ask::Status, said, 0);
    let leg = |leg: &str, status: &str| {
        json!({
            "leg": leg, "side": "sell", "qty": "10", "order_type": "stop", "stop_price": "120", "tif": "gtc", "status": status,
            "broker_status": "PreSubmitted", "cum_qty": "0", "executions": [], "broker_messages": [], "cancel_wanted": false,
            "updated_at": "2026-03-02T15:03:05Z"
        })
    };
    let orders = [
        order(
            "k-1",
            &json!({"cum_qty": "4", "avg_px": "130.25", "legs": [leg("stop_loss", "working"), leg("take_profit", "canceled")]}),
        ),
        order(
            "k-2",
            &json!({"status": "unconfirmed", "broker_status": null, "symbol": "KO", "con_id": "8894", "side": "sell", "updated_at": "2026-03-02T15:00:00Z"}),
        ),
        order(
            "k-3",
            &json!({"note": "held in TWS, look at its screen", "order_type": "trail", "limit_price": null, "trail_percent": "1.5"}),
        ),
        order(
            "agent-4",
            &json!({"status": "pending_approval", "symbol": "MSFT", "con_id": "272093", "qty": "5", "order_type": "market",
            "limit_price": null, "leaves_qty": "5", "broker_status": null, "approval_id": "ap-1"}),
        ),
    ];
    answer(&mut state, Ask::Orders, items(&orders), 0);
    answer(&mut state, Ask::Approvals, items(&[approval("ap-1", "agent-4")]), 0);
    answer(&mut state, Ask::Fills, items(&[fill("e-2", Some("k-1"), None), fill("e-1", None, Some("1.05"))]), 0);
    let held = [
        position("AAPL", "265598", "10", Some("18")),
        position("KO", "8894", "-200", Some("-1200.5")),
        position("IBM", "8314", "1", None),
    ];
    answer(&mut state, Ask::Positions(ACCOUNT.to_owned()), items(&held), 0);
    let summary = json!({
        "account": ACCOUNT, "base_currency": "USD", "net_liquidation": "1000012.345", "cash": {}, "exchange_rates": {},
        "received_at": "2026-03-02T15:04:03Z"
    });
    answer(&mut state, Ask::Summary(ACCOUNT.to_owned()), summary, 0);
    let pnl = json!({
        "account": ACCOUNT, "daily": "12.3", "unrealized": "-1182.5", "realized": "0", "received_at": "2026-03-02T15:04:03Z", "by_symbol": null,
        "by_period": []
    });
    answer(&mut state, Ask::Pnl(ACCOUNT.to_owned()), pnl, 0);
    let prices = [quote("265598", "AAPL", "fed", "live", 300), quote("8894", "KO", "fed", "delayed", 900_000)];
    for price in prices {
        state.apply(Told::Quote(Box::new(serde_json::from_value(price).unwrap())), now(1));
    }
    let denied = json!({"kind": "order_denied", "reasons": [{"code": "C13_MAX_QTY"}, {"code": "C17_SESSION"}]});
    state.apply(event(42, "order_denied", Some("agent-5"), &denied), now(4));
    state.questions();
    state.settle();
    state
}
