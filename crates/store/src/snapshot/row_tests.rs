use super::*;
use serde_json::{Value, json};

/// An order with something in every field.
fn full() -> Value {
    let trade = |id: &str, is_cash: bool| {
        json!({
            "exec_id": id, "account": "DU1", "con_id": 7, "symbol": "EUR", "is_buy": true, "last_qty": "2.5",
            "terms": {"expiry": "20261218", "strike": "1.1", "right": "put"},
            "last_px": "1.0825", "is_cash": is_cash, "exchange": "IDEALPRO", "executed_at": "2026-11-18T11:17:56.000000001Z",
            "broker_order_id": 3, "client_id": 7, "perm_id": 9, "order_ref": "tg:i:k-1",
            "commission": {"amount": {"amount": "0.35", "currency": "USD"}, "realized_pnl": "-1.25"},
        })
    };
    let amendment = json!({"qty": "12", "order_type": {"type": "limit", "limit": "1.09"}, "tif": {"tif": "gtc"}});
    json!({
        "intent": {
            "cl_ord_id": "k-1", "account": "DU1", "instrument": {"con_id": 7}, "side": "sell_short", "qty": "10",
            "order_type": {"type": "limit", "limit": "1.0825"}, "tif": {"tif": "day"}, "outside_rth": true,
            "reduce_only": true, "strategy": "s", "preview_id": "p-1",
            "bracket": {"take_profit": "1.1", "stop_loss": "1.0"}, "oca_group": "g", "flatten": true,
        },
        "account": "DU1", "request_hash": "aa",
        "by": {"key_id": "s-1", "kind": "agent", "scopes": ["read", "trade:paper"], "face": "rest", "correlation_id": "c"},
        "status": "working", "broker_status": "Submitted",
        "reasons": [{"control": 13, "code": "C13_MAX_QTY", "message": "m", "observed": "12", "limit": null, "hint": "h"}],
        "broker_messages": [[399, "later"], [-1, "…"]],
        "attempts": [{"broker_order_id": 3, "generation": 2, "at": "1969-12-31T23:59:59.5Z"}],
        "perm_id": 9, "executions": {"e.01": trade("e.01", true), "e.02": trade("e.02", false)}, "busts": ["e.00"],
        "twins": {"11": {"broker_order_id": null, "total": "5", "broker_status": "Submitted", "is_over": false}},
        "ended_as": "canceled", "declared_dead": true, "reported_filled": "5", "reported_avg_px": "1.08", "approval_id": "a-1",
        "cancel_wanted": true, "acknowledged_in": 2, "acknowledged_at": "2026-11-18T11:17:56Z",
        "pending_replace": {"key": "k-2", "amendment": amendment, "at": "2026-11-18T11:17:57Z"},
        "group_faults": {"unprotected": "words"},
        "changes": {
            "k-2": "UnderWay", "k-3": "Taken", "k-4": "Unsent", "k-5": {"Refused": {"code": 104, "message": "no"}},
            "k-6": {"Overtaken": {"amendment": amendment}},
        },
        "denied_changes": {"k-7": [{"control": 13, "code": "C13_MAX_QTY", "message": "m", "observed": "12", "limit": null, "hint": "h"}]},
        "version": 3, "created_at": "2026-11-18T11:17:55.123456789Z", "updated_at": "2026-11-18T11:17:58Z",
    })
}

fn stored(order: &OrderRecord) -> OrderRecord {
    let bytes = rmp_serde::to_vec(&Row(order)).unwrap();
    let OwnRow(read) = rmp_serde::from_slice(&bytes).unwrap();
    read
}

fn order(value: Value) -> OrderRecord {
    serde_json::from_value(value).unwrap()
}

/// Every field of an order, said and not said: nothing is lost, nothing slips into its neighbour's place.
#[test]
fn an_order_is_read_as_it_was_written_whatever_it_says_or_leaves_out() {
    let whole = order(full());
    assert_eq!(stored(&whole), whole);
    let mut left_out = 0;
    for at in ["", "/intent", "/executions/e.01", "/executions/e.01/terms"] {
        for name in full().pointer(at).unwrap().as_object().unwrap().keys() {
            let mut value = full();
            let field = value.pointer_mut(at).unwrap().get_mut(name).unwrap();
            *field = match field {
                Value::Array(_) => json!([]),
                Value::Object(_) if at.is_empty() && name != "pending_replace" && name != "intent" => json!({}),
                Value::Bool(said) => json!(!*said),
                Value::Null | Value::Number(_) | Value::String(_) | Value::Object(_) => Value::Null,
            };
            let Ok(order) = serde_json::from_value::<OrderRecord>(value) else { continue };
            left_out += 1;
            assert_ne!(order, whole, "{at}/{name}");
            assert_eq!(stored(&order), order, "{at}/{name}");
        }
    }
    assert_eq!(left_out, 39, "what may be left out");
}

#[test]
fn every_type_and_time_in_force_and_instrument_is_read_as_it_was_written() {
    let types = [
        json!({"type": "market"}),
        json!({"type": "stop", "stop": "1"}),
        json!({"type": "stop_limit", "stop": "1", "limit": "2"}),
        json!({"type": "trail", "trail": {"amount": "1"}}),
        json!({"type": "trail_limit", "trail": {"percent": "1.5"}, "stop": "1", "limit": "2"}),
        json!({"type": "midprice", "cap": null}),
        json!({"type": "midprice", "cap": "3"}),
        json!({"type": "moc"}),
        json!({"type": "loc", "limit": "2"}),
        json!({"type": "moo"}),
        json!({"type": "loo", "limit": "2"}),
    ];
    let tifs = ["gtc", "ioc", "fok", "opg"].map(|tif| json!({"tif": tif}));
    let until = json!({"tif": "gtd", "until": "2026-12-01T00:00:00Z"});
    let spec = json!({"spec": {"symbol": "AAPL", "sec_type": "stk", "exchange": "SMART", "currency": "USD",
        "expiry": null, "strike": null, "right": null}});
    let cases = types.map(|of| ("order_type", of)).into_iter().chain(tifs.map(|of| ("tif", of)));
    for (name, of) in cases.chain([("tif", until), ("instrument", spec)]) {
        let mut value = full();
        value["intent"][name] = of.clone();
        let order = order(value);
        assert_eq!(stored(&order), order, "{of}");
    }
}
