//! Reading over REST: parameters, pages, shapes.

use crate::client::gateway;
use crate::fake_desk::Call;
use domain::contract::Instrument;
use engine::desk::ExecutionFilter;
use serde_json::{Value, json};

#[tokio::test]
async fn a_bare_symbol_means_an_american_stock_and_is_echoed() {
    let gateway = gateway().await;
    let reply = gateway.get("/api/v1/market/quote?symbol=AAPL").await;
    assert_eq!(reply.status, 200);
    for (field, text) in
        [("sec_type", "stk"), ("exchange", "SMART"), ("currency", "USD"), ("bid", "189.48"), ("data_type", "delayed")]
    {
        assert_eq!(reply.body[field], text, "{field}");
    }
    assert!(reply.body["last"].is_null());
    assert!(reply.body["age_ms"].is_i64());
    let Some(Call::Quote(Instrument::Spec(spec))) = gateway.desk.calls().pop() else { panic!("no spec") };
    assert_eq!((spec.symbol.as_str(), spec.exchange.as_str(), spec.currency.as_str()), ("AAPL", "SMART", "USD"));
}

#[tokio::test]
async fn a_wrong_parameter_is_a_400_that_names_it() {
    let gateway = gateway().await;
    for (path, field) in [
        ("/api/v1/market/quote", "symbol"),
        ("/api/v1/market/quote?symbol=AAPL&exchange=SMART", "sec_type"),
        ("/api/v1/market/quote?con_id=0", "con_id"),
        ("/api/v1/market/quote?con_id=1&symbol=AAPL", "symbol"),
        ("/api/v1/market/quote?symbol=AAPL&colour=red", "colour"),
        ("/api/v1/market/quote?symbol=AAPL&symbol=MSFT", "symbol"),
        ("/api/v1/market/bars?symbol=AAPL", "size"),
        ("/api/v1/market/bars?symbol=AAPL&size=7m&duration=5d", "size"),
        ("/api/v1/market/bars?symbol=AAPL&size=5m&duration=forever", "duration"),
        ("/api/v1/market/bars?symbol=AAPL&size=5m&duration=5d&end=noon", "end"),
        ("/api/v1/market/bars?symbol=AAPL&size=5m&duration=5d&regular_hours=1", "regular_hours"),
        ("/api/v1/contracts", "search"),
        ("/api/v1/contracts/AAPL", "con_id"),
        ("/api/v1/orders?limit=0", "limit"),
        ("/api/v1/orders?status=done", "status"),
        ("/api/v1/orders?open=1", "open"),
        ("/api/v1/orders/a%20b", "cl_ord_id"),
        ("/api/v1/orders/k1?history=yes", "history"),
        ("/api/v1/audit?cursor=x", "cursor"),
        ("/api/v1/accounts/D-1/summary", "id"),
        ("/api/v1/keys?cursor=nobody", "cursor"),
    ] {
        let reply = gateway.get(path).await;
        reply.is_problem(400, "invalid_request");
        assert_eq!(reply.body["field"], field, "{path}: {}", reply.body);
    }
    assert_eq!(gateway.desk.calls(), []);
}

#[tokio::test]
async fn every_operation_refuses_a_parameter_that_it_does_not_have_also_those_that_have_none() {
    let gateway = gateway().await;
    let document: Value = serde_json::from_str(&server::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations =
        paths.iter().flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |m| (m, path)));
    let mut refused = 0;
    for (method, path) in operations.filter(|(_, path)| !["/healthz", "/readyz"].contains(&path.as_str())) {
        let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let path = parts.join("/");
        let reply = gateway.ask(&method.to_uppercase(), &format!("{path}?colour=red"), &[], "").await;
        reply.is_problem(400, "invalid_request");
        assert_eq!(
            (reply.body["field"].as_str(), reply.body["rule"].as_str()),
            (Some("colour"), Some("is not a parameter of this request")),
            "{method} {path}"
        );
        refused += 1;
    }
    assert!(refused > 50, "{refused}");
    assert_eq!(gateway.desk.calls(), []);
    for path in ["/api/v1/status?", "/healthz?verbose", "/openapi.json?x=1"] {
        assert_eq!(gateway.get(path).await.status, 200, "{path}");
    }
    gateway.get("/api/v1/gates?a=%FF").await.is_problem(400, "invalid_request");
}

#[tokio::test]
async fn bars_of_a_good_request_are_a_list() {
    let gateway = gateway().await;
    let reply = gateway
        .get("/api/v1/market/bars?symbol=AAPL&size=1d&duration=1mo&what=midpoint&end=2026-03-02T21:00:00Z")
        .await;
    assert_eq!((reply.status, &reply.body["size"], &reply.body["what"]), (200, &"1d".into(), &"midpoint".into()));
    assert_eq!(reply.body["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a_list_is_cut_to_its_limit_and_points_to_the_next_page() {
    let gateway = gateway().await;
    let reply = gateway.get("/api/v1/orders?limit=2&open=true&status=working&cursor=k9&strategy=s1").await;
    assert_eq!(reply.body["items"].as_array().unwrap().len(), 2);
    assert_eq!(reply.body["next_cursor"], "k1");
    let Some(Call::Orders(filter)) = gateway.desk.calls().pop() else { panic!("no list") };
    assert!(filter.open_only);
    assert_eq!((filter.limit, filter.after.unwrap().as_str()), (3, "k9"));
    assert_eq!(gateway.get("/api/v1/orders?limit=99999").await.body["items"].as_array().unwrap().len(), 1_000);
    let audit = gateway.get("/api/v1/audit?limit=3&cursor=10&newest_first=false").await;
    assert_eq!((&audit.body["items"][0]["seq"], &audit.body["next_cursor"]), (&11.into(), &"13".into()));
    assert_eq!(audit.body["items"][0]["kind"], "stopped");
}

#[tokio::test]
async fn history_comes_on_request_only() {
    let gateway = gateway().await;
    assert!(gateway.get("/api/v1/orders/k1").await.body.get("history").is_none());
    let reply = gateway.get("/api/v1/orders/k1?history=true").await;
    assert_eq!(reply.body["history"].as_array().unwrap().len(), 1_000);
    // There are more: they are where the records of the order are listed.
    assert_eq!(reply.body["history_cursor"], "1000");
    let rest = gateway.get("/api/v1/audit?cl_ord_id=k1&cursor=1000").await;
    assert_eq!(rest.body["items"][0]["seq"], 1_001);
    gateway.desk.tell(|told| told.journal_len = Some(1_000));
    let whole = gateway.get("/api/v1/orders/k1?history=true").await;
    assert_eq!((whole.body["history"].as_array().unwrap().len(), whole.body.get("history_cursor")), (1_000, None));
    let Some(Call::Audit(filter)) = gateway.desk.calls().pop() else { panic!("no audit") };
    assert_eq!(filter.cl_ord_id.unwrap().as_str(), "k1");
    gateway.get("/api/v1/orders/absent").await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_verification_says_which_record() {
    let gateway = gateway().await;
    let reply = gateway.get("/api/v1/audit/verify").await;
    assert_eq!((reply.status, &reply.body["ok"]), (200, &false.into()));
    assert_eq!(reply.body["findings"][0], serde_json::json!({"seq": 3, "what": "the hash does not fit"}));
    assert!(reply.body["findings"][1]["seq"].is_null());
}

#[tokio::test]
async fn a_new_key_shows_its_secret_once_and_never_its_hash() {
    let gateway = gateway().await;
    let body = r#"{"id":"bot","kind":"agent","scopes":["read","trade:paper"],"expires_at":"2027-01-01T00:00:00Z"}"#;
    let reply = gateway.ask("POST", "/api/v1/keys", &[], body).await;
    assert_eq!((reply.status, &reply.body["secret"], &reply.body["id"]), (201, &"s3cret".into(), &"bot".into()));
    assert_eq!(reply.body["scopes"], serde_json::json!(["read", "trade:paper"]));
    assert!(!reply.body.to_string().contains("hash-of-the-key"));
    gateway.ask("DELETE", "/api/v1/keys/bot", &[], "").await.is_problem(403, "forbidden_kind");
    gateway.get("/api/v1/accounts/DU1/summary").await.is_problem(403, "account_mismatch");
}

#[tokio::test]
async fn only_a_reference_of_this_installation_makes_a_trade_ours() {
    let gateway = gateway().await;
    let reply = gateway.get("/api/v1/executions").await;
    let keys: Vec<Option<&str>> =
        reply.body["items"].as_array().unwrap().iter().map(|trade| trade["cl_ord_id"].as_str()).collect();
    assert_eq!(keys, [Some("k1"), None, None]);
    assert!(reply.body["items"][0]["commission"].is_null());
    let next = gateway.get("/api/v1/executions?limit=1&cursor=e.1").await;
    assert_eq!((&next.body["items"][0]["exec_id"], &next.body["next_cursor"]), (&"e.2".into(), &"e.2".into()));
}

#[tokio::test]
async fn the_status_says_what_is_proven_and_what_is_not() {
    let gateway = gateway().await;
    let status = gateway.get("/api/v1/status").await.body;
    assert!(status["mode"].is_null());
    assert_eq!(status["mode_unproven"], "not connected");
    assert_eq!((&status["ready"], &status["not_ready"][0]), (&false.into(), &"no link".into()));
    assert_eq!(status["halted_instruments"][0]["con_id"], "265598");
    assert_eq!(status["journal_head"]["seq"], 7);
    let accounts = gateway.get("/api/v1/accounts").await.body;
    assert_eq!((&accounts["items"][0]["pinned"], &accounts["items"][1]["pinned"]), (&true.into(), &false.into()));
}

#[tokio::test]
async fn trades_are_asked_for_by_time_symbol_and_order() {
    let gateway = gateway().await;
    let path = "/api/v1/executions?since=2026-03-02T14:00:00Z&symbol=AAPL&cl_ord_id=k1&limit=1";
    let reply = gateway.get(path).await;
    assert_eq!((reply.status, reply.body["items"].as_array().map(Vec::len)), (200, Some(1)));
    let filter = ExecutionFilter {
        since: Some("2026-03-02T14:00:00Z".parse().unwrap()),
        symbol: Some("AAPL".to_owned()),
        cl_ord_id: Some("k1".parse().unwrap()),
        after: None,
        limit: Some(2),
    };
    assert_eq!(gateway.desk.calls(), [Call::Executions(filter)]);
    for wrong in ["since=yesterday", "symbol=", "cl_ord_id=", "cl_ord_id=a%20b", "order=k1"] {
        let reply = gateway.get(&format!("/api/v1/executions?{wrong}")).await;
        reply.is_problem(400, "invalid_request");
    }
}

#[tokio::test]
async fn an_export_is_one_record_a_line_up_to_the_end() {
    let gateway = gateway().await;
    let reply = gateway.get("/api/v1/audit/export").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/x-ndjson")));
    gateway.get("/api/v1/audit/export?from=0").await.is_problem(400, "invalid_request");
    gateway.get("/api/v1/audit/export?from=9223372036854775808").await.is_problem(400, "invalid_request");
    gateway.get("/api/v1/audit/export?from=x").await.is_problem(400, "invalid_request");
}

#[tokio::test]
async fn a_chain_names_its_underlying_and_an_accounts_history_is_paged() {
    let gateway = gateway().await;
    let chain = gateway.get("/api/v1/contracts/265598/chain").await.body;
    assert_eq!((&chain["underlying"]["symbol"], &chain["items"][0]["strikes"]), (&"AAPL".into(), &json!(["187.5"])));
    gateway.get("/api/v1/contracts/AAPL/chain").await.is_problem(400, "invalid_request");
    let first = gateway.get("/api/v1/accounts/DUV1000001/history?limit=2").await.body;
    assert_eq!((first["items"].as_array().map(Vec::len), &first["next_cursor"]), (Some(2), &"2".into()));
    let rest = gateway.get("/api/v1/accounts/DUV1000001/history?limit=2&cursor=2").await.body;
    assert_eq!((&rest["items"][0]["net_liquidation"], &rest["next_cursor"]), (&"3".into(), &Value::Null));
}
