//! Every route of the API against a key of each scope alone, and against one that has all but what the route needs. A route that is
//! not in this table fails the test: whoever adds one says here who may call it.

use crate::raw::ask;
use crate::support::{Desktop, Gateway};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SCOPES: [&str; 7] = ["read", "preview", "trade:paper", "trade:live", "approve", "kill", "admin"];

const READ: &[&str] = &["read"];
const TRADE: &[&str] = &["trade:paper", "trade:live"];
const CANCEL: &[&str] = &["trade:paper", "trade:live", "kill"];
const ADMIN: &[&str] = &["admin"];
const STOP: &[&str] = &["kill", "admin"];
const APPROVE: &[&str] = &["approve"];

/// Who may call a route.
enum May {
    /// Nobody needs a key.
    All,
    /// Any valid key.
    Keys,
    /// Keys with one of these scopes.
    One(&'static [&'static str]),
    /// The same, and the call does so much that it is not made here.
    Dear(&'static [&'static str]),
}

const BECAUSE: &str = r#"{"reason":"test"}"#;
const ORDER: &str = r#"{"symbol":"KO","sec_type":"stk","exchange":"SMART","currency":"USD","side":"buy","qty":"1","order_type":"limit","limit_price":"10","tif":"day"}"#;
const KILL: &str = r#"{"scope":"strategy","id":"nobody","state":"halted","reason":"test"}"#;

const MANDATE: &str = r#"{"account":"DUV0000001","strategy":"calm","symbols":["KO"],"sides":["buy"],"order_notional_max":"1","notional_max":"1","orders_max":1,"expires_at":"2020-01-01T00:00:00Z","reason":"test"}"#;

/// Operation, who may call it, its body.
#[expect(clippy::too_many_lines, reason = "a table: one line for each operation")]
fn table() -> BTreeMap<&'static str, (May, &'static str)> {
    use May::{All, Dear, Keys, One};
    BTreeMap::from([
        ("get_health", (All, "")),
        ("get_readiness", (All, "")),
        ("sign_in", (Keys, "")),
        ("get_session", (Keys, "")),
        ("sign_out", (Keys, "")),
        ("get_status", (One(READ), "")),
        ("get_quote", (One(READ), "")),
        ("get_bars", (One(READ), "")),
        ("search_contracts", (One(READ), "")),
        ("get_contract", (One(READ), "")),
        ("list_accounts", (One(READ), "")),
        ("get_account_summary", (One(READ), "")),
        ("list_positions", (One(READ), "")),
        ("get_pnl", (One(READ), "")),
        ("get_account_history", (One(READ), "")),
        ("get_account_capabilities", (One(READ), "")),
        ("get_option_chain", (One(READ), "")),
        ("verify_broker", (One(ADMIN), "")),
        ("export_audit", (One(READ), "")),
        ("preview_order", (One(&["preview"]), ORDER)),
        ("submit_order", (One(TRADE), ORDER)),
        ("list_orders", (One(READ), "")),
        ("get_order", (One(READ), "")),
        ("replace_order", (One(TRADE), r#"{"qty":"2","order_type":"limit","limit_price":"10","tif":"day"}"#)),
        ("cancel_order", (One(CANCEL), "")),
        ("cancel_all_orders", (One(CANCEL), "")),
        ("flatten_positions", (One(TRADE), r#"{"symbol":"ZZZZ","reason":"test"}"#)),
        ("resolve_order", (One(ADMIN), BECAUSE)),
        ("release_instrument", (One(ADMIN), BECAUSE)),
        ("list_executions", (One(READ), "")),
        ("list_approvals", (One(READ), "")),
        ("get_approval", (One(READ), "")),
        ("approve_order", (One(APPROVE), "")),
        ("approve_plan", (One(APPROVE), "")),
        ("deny_approval", (One(APPROVE), BECAUSE)),
        ("revoke_approval", (One(APPROVE), BECAUSE)),
        ("get_loop", (One(READ), "")),
        ("list_decisions", (One(READ), "")),
        (
            "propose_decision",
            (One(TRADE), r#"{"as_of":"2020-01-01T00:00:00Z","targets":[{"symbol":"KO","weight":"0"}]}"#),
        ),
        ("plan_loop", (One(TRADE), "")),
        ("list_runs", (One(READ), "")),
        ("begin_run", (One(TRADE), r#"{"decision":"d-none"}"#)),
        ("get_run", (One(READ), "")),
        ("roll_back", (One(TRADE), r#"{"run":"none"}"#)),
        ("pause_loop", (One(CANCEL), BECAUSE)),
        ("resume_loop", (One(ADMIN), BECAUSE)),
        ("get_gates", (One(READ), "")),
        ("get_trading_states", (One(READ), "")),
        ("set_trading_state", (One(STOP), KILL)),
        ("get_limits", (One(READ), "")),
        ("set_limits", (One(ADMIN), r#"{"limits":{"order_qty_max":"1"},"reason":"test"}"#)),
        (
            "accept_limits",
            (
                One(ADMIN),
                r#"{"hash":"0000000000000000000000000000000000000000000000000000000000000000","reason":"test"}"#,
            ),
        ),
        (
            "withdraw_limits",
            (
                One(ADMIN),
                r#"{"hash":"0000000000000000000000000000000000000000000000000000000000000000","reason":"test"}"#,
            ),
        ),
        ("reset_breaker", (One(ADMIN), r#"{"breaker":"rejects","reason":"test"}"#)),
        ("drill_limits", (Dear(ADMIN), "")),
        ("get_limits_history", (One(READ), "")),
        ("get_live", (One(READ), "")),
        ("arm_live", (One(ADMIN), r#"{"account":"DUV0000001","hours":1,"reason":"test"}"#)),
        ("disarm_live", (One(STOP), "")),
        ("list_mandates", (One(READ), "")),
        ("grant_mandate", (One(ADMIN), MANDATE)),
        ("confirm_mandate", (One(ADMIN), "")),
        ("revoke_mandate", (One(STOP), "")),
        ("get_streams", (One(READ), "")),
        ("get_guard", (One(READ), "")),
        ("evaluate_guard", (One(STOP), "")),
        ("list_alerts", (One(READ), "")),
        ("ack_alert", (One(STOP), "")),
        ("list_audit", (One(READ), "")),
        ("verify_audit", (One(READ), "")),
        ("get_metrics", (One(READ), "")),
        ("follow_events", (One(READ), "")),
        ("stream_quotes", (One(READ), "")),
        ("get_venue", (One(READ), "")),
        ("set_venue_speed", (One(ADMIN), r#"{"speed":1}"#)),
        ("move_venue_price", (One(ADMIN), r#"{"symbol":"ZZZZ","price":"1"}"#)),
        ("inject_fault", (One(ADMIN), r#"{"fault":"halt","symbol":"ZZZZ","seconds":1}"#)),
        ("remove_fault", (One(ADMIN), "")),
        ("get_configuration", (One(ADMIN), "")),
        ("list_keys", (One(ADMIN), "")),
        ("create_key", (One(ADMIN), r#"{"id":"made","kind":"agent","scopes":["read"]}"#)),
        ("revoke_key", (One(ADMIN), "")),
    ])
}

/// What a route needs in its path and query to be well formed; nothing of it exists.
fn line(method: &str, path: &str) -> String {
    let path = path
        .replace("{con_id}", "999")
        .replace("{cl_ord_id}", "nothing")
        .replace("/accounts/{id}", "/accounts/DUV0000001");
    let id = if path.contains("/approvals/") { format!("ap-{}", "0".repeat(24)) } else { "nobody".to_owned() };
    let path = path.replace("{id}", &id);
    let query = match path.as_str() {
        "/api/v1/market/stream" => "?symbols=AAPL",
        "/api/v1/contracts" => "?search=AAPL",
        "/api/v1/market/quote" => "?symbol=AAPL",
        "/api/v1/market/bars" => "?symbol=AAPL&size=1d&duration=5d",
        _ => "",
    };
    format!("{} {path}{query}", method.to_uppercase())
}

fn key(gateway: &Gateway<'_>, name: &str, scopes: &[&str]) -> String {
    let made = gateway.json(&format!("key create {name} --kind human --scopes {}", scopes.join(",")));
    made["secret"].as_str().unwrap().to_owned()
}

#[test]
fn every_route_refuses_every_key_that_lacks_its_scope() {
    let document: Value = serde_json::from_str(include_str!("../../../../openapi.json")).unwrap();
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    desktop.append_config("[loop]\nuniverse = [\"KO\"]\n");
    let gateway = desktop.serve();
    let keys: Vec<(&str, String)> = SCOPES
        .iter()
        .map(|scope| (*scope, key(&gateway, &format!("only-{}", scope.replace(':', "-")), &[scope])))
        .collect();
    let mut lacking: BTreeMap<Vec<&str>, String> = BTreeMap::new();
    let mut table = table();
    let mut wrong = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let Some((may, body)) = table.remove(id) else {
                wrong.insert(format!("{id} is not in the table of this test: who may call it?"));
                continue;
            };
            let line = line(method, path);
            let try_with = |key: &str, name: &str| {
                let headers = [
                    ("Idempotency-Key", format!("{id}-{name}").chars().take(40).collect::<String>()),
                    ("Prefer", "wait=0".to_owned()),
                ];
                let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let (status, answer) = ask(&gateway.url, key, &line, &headers, body);
                (status, answer["code"].as_str().unwrap_or_default().to_owned())
            };
            let (status, code) = try_with("", "none");
            let (needed, is_dear) = match may {
                May::All => {
                    assert_ne!(status, 401, "{id}");
                    continue;
                }
                May::Keys => (&SCOPES[..], false),
                May::One(needed) => (needed, false),
                May::Dear(needed) => (needed, true),
            };
            if !matches!((status, code.as_str()), (401, "unauthorized") | (429, "too_many_requests")) {
                wrong.insert(format!("{id} without a key is {status} {code}"));
            }
            for (scope, key) in &keys {
                let may = needed.contains(scope);
                if may && is_dear {
                    continue;
                }
                let (status, code) = try_with(key, scope);
                if may == (code == "forbidden_scope") || status == 401 {
                    wrong.insert(format!("{id} with {scope} alone is {status} {code}"));
                }
            }
            let rest: Vec<&str> = SCOPES.into_iter().filter(|scope| !needed.contains(scope)).collect();
            if rest.is_empty() {
                continue;
            }
            let name = format!("lacks-{}", lacking.len());
            let key = lacking.entry(rest.clone()).or_insert_with(|| key(&gateway, &name, &rest));
            let (status, code) = try_with(key, "lacking");
            if (status, code.as_str()) != (403, "forbidden_scope") {
                wrong.insert(format!("{id} with all scopes but its own is {status} {code}"));
            }
        }
    }
    wrong.extend(table.keys().map(|id| format!("{id} is in the table of this test and in no document")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}
