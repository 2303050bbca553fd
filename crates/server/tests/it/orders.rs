//! Orders over REST: which status, which words.

use crate::client::{Gateway, gateway};
use crate::fake_desk::{Call, reason};
use domain::cancel::CancelFate;
use domain::change::{ChangeFate, ChangeOutcome};
use domain::fault::Fault;
use domain::lifecycle::OrdStatus;
use domain::order::{Amendment, OrderType, Tif};
use domain::principal::Face;
use engine::desk::Outcome;
use std::time::Duration;

const BODY: &str =
    r#"{"con_id":"265598","side":"buy","qty":"10","order_type":"limit","limit_price":"189.50","tif":"day"}"#;

type Headers<'a> = &'a [(&'a str, &'a str)];

async fn submit(gateway: &Gateway) -> crate::client::Reply {
    gateway.ask("POST", "/api/v1/orders", &[("Idempotency-Key", "k1")], BODY).await
}

#[tokio::test]
async fn a_first_submit_answers_each_outcome_with_its_status() {
    let gateway = gateway().await;
    for (outcome, status, code) in [
        (Outcome::Acknowledged, 201, None),
        (Outcome::NeedsApproval, 202, None),
        (Outcome::Simulated, 200, None),
        (Outcome::Denied, 422, Some("C13_MAX_QTY")),
        (Outcome::Rejected, 422, Some("broker_rejected")),
        (Outcome::Canceled, 422, Some("canceled")),
        (Outcome::Unknown, 504, Some("outcome_unknown")),
    ] {
        gateway.desk.tell(|told| told.outcome = outcome);
        let reply = submit(&gateway).await;
        assert_eq!(reply.status, status, "{}", reply.body);
        assert_eq!(reply.header("idempotent-replayed"), None);
        match code {
            None => assert_eq!(reply.body["cl_ord_id"], "k1"),
            Some(code) => {
                reply.is_problem(status, code);
                assert_eq!(reply.body["order"]["cl_ord_id"], "k1");
                assert!(reply.body["outcome"].is_string());
            }
        }
    }
}

#[tokio::test]
async fn a_repeat_answers_the_present_state_and_says_that_it_is_one() {
    let gateway = gateway().await;
    for (outcome, status) in [
        (Outcome::Acknowledged, 200),
        (Outcome::NeedsApproval, 202),
        (Outcome::Simulated, 200),
        (Outcome::Denied, 422),
        (Outcome::Rejected, 422),
        (Outcome::Unknown, 504),
    ] {
        gateway.desk.tell(|told| {
            told.outcome = outcome;
            told.replayed = true;
        });
        let reply = submit(&gateway).await;
        assert_eq!(reply.status, status, "{}", reply.body);
        assert_eq!(reply.header("idempotent-replayed"), Some("true"));
    }
}

#[tokio::test]
async fn a_denial_carries_every_reason_and_the_order() {
    let gateway = gateway().await;
    gateway.desk.tell(|told| told.outcome = Outcome::Denied);
    let reply = submit(&gateway).await;
    assert_eq!(reply.body["outcome"], "denied");
    assert_eq!(reply.body["reasons"].as_array().unwrap().len(), 2);
    let first = &reply.body["reasons"][0];
    assert_eq!((first["code"].as_str(), first["limit"].as_str()), (Some("C13_MAX_QTY"), Some("5")));
    assert_eq!(reply.body["order"]["status"], "denied");
    assert_eq!(reply.body["retryable"], false);
}

#[tokio::test]
async fn the_order_resource_speaks_in_strings_and_nulls() {
    let gateway = gateway().await;
    let reply = submit(&gateway).await;
    let order = &reply.body;
    for (field, text) in [
        ("outcome", "acknowledged"),
        ("con_id", "265598"),
        ("qty", "10"),
        ("limit_price", "189.5"),
        ("cum_qty", "0"),
        ("leaves_qty", "10"),
        ("perm_id", "77"),
        ("tif", "day"),
        ("side", "buy"),
        ("status", "working"),
        ("symbol", "AAPL"),
        ("account", "DUV1000001"),
        ("requested_by", "tester"),
        ("face", "rest"),
        ("created_at", "2026-03-02T15:00:00Z"),
    ] {
        assert_eq!(order[field], text, "{field}");
    }
    for field in ["avg_px", "notional", "broker_order_id", "approval_id", "stop_price"] {
        assert!(order[field].is_null() && order.get(field).is_some(), "{field}");
    }
    assert_eq!(order["correlation_id"].as_str(), reply.header("x-request-id"));
    let read: wire::order::OrderAnswer = serde_json::from_value(order.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), *order, "the client reads what the gateway writes");
}

#[tokio::test]
async fn a_bracket_is_answered_with_its_exits_and_a_wrong_one_with_its_fields() {
    let gateway = gateway().await;
    let headers = [("Idempotency-Key", "k1")];
    let body = |bracket: &str| BODY.replacen('{', &format!("{{\"bracket\":{bracket},"), 1);
    let good = body(r#"{"take_profit":"200","stop_loss":"180.5"}"#);
    let reply = gateway.ask("POST", "/api/v1/orders", &headers, &good).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!(reply.body["bracket"], serde_json::json!({"take_profit": "200", "stop_loss": "180.5"}));
    let leg = |at: usize, field: &str| reply.body["legs"][at][field].as_str().unwrap().to_owned();
    assert_eq!(
        (leg(0, "leg"), leg(0, "side"), leg(0, "limit_price")),
        ("take_profit".into(), "sell".into(), "200".into())
    );
    assert_eq!(
        (leg(1, "leg"), leg(1, "tif"), leg(1, "stop_price")),
        ("stop_loss".into(), "gtc".into(), "180.5".into())
    );
    let read: wire::order::OrderAnswer = serde_json::from_value(reply.body.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), reply.body, "the client reads what the gateway writes");
    let Some(Call::Submit(intent, ..)) = gateway.desk.calls().pop() else { panic!("no submit") };
    assert_eq!(intent.bracket.map(|bracket| bracket.stop_loss.to_string()).as_deref(), Some("180.5"));

    let wrong = body(r#"{"take_profit":"180","stop_loss":"200"}"#);
    let reply = gateway.ask("POST", "/api/v1/orders", &headers, &wrong).await;
    assert_eq!((reply.status, reply.body["field"].as_str()), (400, Some("bracket.take_profit")), "{}", reply.body);
    assert_eq!(gateway.desk.calls().len(), 1, "it never reached the desk");
}

#[tokio::test]
async fn the_desk_gets_the_key_the_wait_and_the_caller() {
    let gateway = gateway().await;
    for (prefer, seconds) in
        [(None, 2), (Some("wait=7"), 7), (Some("respond-async, wait=0"), 0), (Some("wait=3600"), 30)]
    {
        let mut headers = vec![("Idempotency-Key", "k1"), ("X-Request-Id", "req-1")];
        headers.extend(prefer.map(|prefer| ("Prefer", prefer)));
        let reply = gateway.ask("POST", "/api/v1/orders", &headers, BODY).await;
        assert_eq!(reply.header("x-request-id"), Some("req-1"));
        let Some(Call::Submit(intent, wait, by)) = gateway.desk.calls().pop() else { panic!("no submit") };
        assert_eq!((intent.cl_ord_id.as_str(), wait), ("k1", Duration::from_secs(seconds)));
        assert_eq!((by.correlation_id.as_str(), by.face), ("req-1", Face::Rest));
    }
}

#[tokio::test]
async fn a_malformed_submit_is_a_400_with_the_field_and_never_reaches_the_desk() {
    let gateway = gateway().await;
    let key = ("Idempotency-Key", "k1");
    let cases: [(Headers<'_>, &str, &str); 9] = [
        (&[], BODY, "Idempotency-Key"),
        (&[("Idempotency-Key", "a b")], BODY, "Idempotency-Key"),
        (&[key, ("Idempotency-Key", "k2")], BODY, "Idempotency-Key"),
        (&[key, ("Prefer", "wait=soon")], BODY, "Prefer"),
        (&[key], "{", "body"),
        (&[key], "", "body"),
        (&[key], r#"{"con_id":"1","side":"buy","qty":"NaN","order_type":"market","tif":"day"}"#, "qty"),
        (&[key], r#"{"con_id":"1","side":"buy","qty":1e15,"order_type":"market","tif":"day"}"#, "qty"),
        (
            &[key],
            r#"{"symbol":"A","sec_type":"stk","exchange":"SMART","side":"buy","qty":"1","order_type":"market","tif":"day"}"#,
            "currency",
        ),
    ];
    for (headers, body, field) in cases {
        let reply = gateway.ask("POST", "/api/v1/orders", headers, body).await;
        reply.is_problem(400, "invalid_request");
        assert_eq!(reply.body["field"], field, "{body}");
        assert!(reply.body["rule"].is_string());
    }
    assert_eq!(gateway.desk.calls(), []);
}

#[tokio::test]
async fn faults_become_their_problems() {
    let gateway = gateway().await;
    let key = || "k1".parse().unwrap();
    for (fault, status, code) in [
        (Fault::IdempotencyConflict(key()), 409, "idempotency_conflict"),
        (Fault::InFlight(key()), 409, "in_flight"),
        (Fault::NotReady(vec!["no link".to_owned()]), 503, "not_ready"),
        (
            Fault::ContractAmbiguous { instrument: "X".to_owned(), candidates: vec![crate::fake_desk::apple()] },
            400,
            "contract_ambiguous",
        ),
        (Fault::UnderWay("a drill of the limits"), 409, "under_way"),
        (Fault::ForbiddenScope(domain::principal::Scope::TradePaper), 403, "forbidden_scope"),
        (Fault::Internal("secret".to_owned()), 503, "internal"),
        (Fault::Unanswered("silence".to_owned()), 503, "no_answer"),
        (Fault::BrokerRefused { code: 321, message: "no".to_owned() }, 422, "broker_rejected"),
    ] {
        gateway.desk.tell(|told| told.fault = Some(fault));
        let reply = submit(&gateway).await;
        reply.is_problem(status, code);
        assert!(!reply.body.to_string().contains("secret"));
        assert_eq!(reply.body["candidates"].is_array(), code == "contract_ambiguous");
    }
}

#[tokio::test]
async fn a_cancel_is_200_proven_202_pending_409_over() {
    let gateway = gateway().await;
    let path = "/api/v1/orders/k1/cancel";
    let reply = gateway.ask("POST", path, &[("Idempotency-Key", "c1")], "").await;
    assert_eq!((reply.status, &reply.body["proven"]), (200, &true.into()));
    assert_eq!(gateway.desk.calls(), [Call::Cancel("k1".parse().unwrap(), Some("c1".parse().unwrap()), None)]);
    gateway.desk.tell(|told| told.canceled = CancelFate::UnderWay);
    let key = [("Idempotency-Key", "c2")];
    assert_eq!(gateway.ask("POST", path, &key, "").await.status, 202);
    assert_eq!(gateway.ask("POST", "/api/v1/orders/cancel-all", &[], "{}").await.status, 202);
    assert_eq!(gateway.ask("POST", path, &key, r#"{"reason":"x"}"#).await.body["field"], "reason");
    assert_eq!(gateway.ask("POST", path, &[], "").await.body["field"], "Idempotency-Key");
    let over = Fault::AlreadyFinal { cl_ord_id: "k1".parse().unwrap(), status: OrdStatus::Filled };
    gateway.desk.tell(|told| told.fault = Some(over));
    gateway.ask("POST", path, &key, "").await.is_problem(409, "already_final");
}

#[tokio::test]
async fn a_cancel_that_another_end_overtook_is_409_with_the_order_also_when_it_is_asked_again() {
    let gateway = gateway().await;
    let overtaken = CancelFate::Overtaken { cl_ord_id: "k1".parse().unwrap(), status: OrdStatus::Filled };
    for replayed in [false, true] {
        gateway.desk.tell(|told| (told.canceled, told.replayed) = (overtaken.clone(), replayed));
        let reply = gateway.ask("POST", "/api/v1/orders/k1/cancel", &[("Idempotency-Key", "c1")], "").await;
        reply.is_problem(409, "already_final");
        assert_eq!(reply.header("idempotent-replayed").is_some(), replayed);
        assert_eq!(reply.body["order"]["cl_ord_id"], "k1");
        assert!(reply.body["detail"].as_str().unwrap().ends_with("order k1 ended as filled"), "{}", reply.body);
    }
    let all = gateway.ask("POST", "/api/v1/orders/cancel-all", &[], "").await;
    assert_eq!((all.status, &all.body["items"][1]["proven"]), (202, &false.into()));
}

#[tokio::test]
async fn a_replace_needs_a_key_of_its_own() {
    let gateway = gateway().await;
    let body = r#"{"qty":"5","order_type":"limit","limit_price":"190","tif":"day"}"#;
    gateway.ask("PUT", "/api/v1/orders/k1", &[], body).await.is_problem(400, "invalid_request");
    let reply = gateway.ask("PUT", "/api/v1/orders/k1", &[("Idempotency-Key", "r1")], body).await;
    assert_eq!(reply.status, 200);
    let Some(Call::Replace(order, key, amendment, None)) = gateway.desk.calls().pop() else { panic!("no replace") };
    assert_eq!((order.as_str(), key.as_str(), amendment.qty.to_string()), ("k1", "r1", "5".to_owned()));
}

#[tokio::test]
async fn a_change_is_answered_for_itself_the_first_time_and_again() {
    let gateway = gateway().await;
    let body = r#"{"qty":"5","order_type":"limit","limit_price":"190","tif":"day"}"#;
    let amendment = Amendment {
        qty: "5".parse().unwrap(),
        order_type: OrderType::Limit { limit: "190".parse().unwrap() },
        tif: Tif::Day,
    };
    let refused = ChangeFate::Refused { code: 110, message: "off tick".to_owned() };
    let denied = ChangeOutcome::Denied(vec![reason("C13_MAX_QTY"), reason("C15_PRICE_COLLAR")]);
    for (changed, status, code, outcome) in [
        (ChangeOutcome::Sent(ChangeFate::Taken), 200, None, Some("acknowledged")),
        (ChangeOutcome::Sent(ChangeFate::UnderWay), 504, Some("outcome_unknown"), Some("unknown")),
        (ChangeOutcome::Sent(refused), 422, Some("broker_rejected"), Some("rejected")),
        (denied, 422, Some("C13_MAX_QTY"), Some("denied")),
        (ChangeOutcome::Sent(ChangeFate::Unsent), 409, Some("not_replaceable"), None),
        (ChangeOutcome::Sent(ChangeFate::Overtaken { amendment }), 409, Some("already_final"), None),
    ] {
        for replayed in [false, true] {
            gateway.desk.tell(|told| (told.changed, told.replayed) = (changed.clone(), replayed));
            let reply = gateway.ask("PUT", "/api/v1/orders/k1", &[("Idempotency-Key", "r1")], body).await;
            assert_eq!((reply.status, reply.body["outcome"].as_str()), (status, outcome), "{changed:?}");
            assert_eq!(reply.header("idempotent-replayed").is_some(), replayed, "{changed:?}");
            assert!(reply.header("etag").is_some(), "{changed:?}");
            if let Some(code) = code {
                reply.is_problem(status, code);
            }
            let order = if code.is_some() { &reply.body["order"] } else { &reply.body };
            assert_eq!(order["cl_ord_id"], "k1", "{changed:?}");
            let tells_of = |what| reply.body["detail"].as_str().is_some_and(|detail| detail.contains(what));
            assert_eq!(tells_of("110: off tick"), code == Some("broker_rejected"), "{}", reply.body);
            assert_eq!(reply.body["reasons"].as_array().is_some_and(|all| all.len() == 2), outcome == Some("denied"));
        }
    }
}

#[tokio::test]
async fn approving_answers_with_the_order_and_takes_no_or_one_reason() {
    let gateway = gateway().await;
    let path = "/api/v1/approvals/a1/approve";
    assert_eq!(gateway.ask("POST", path, &[], "").await.status, 200);
    assert_eq!(gateway.ask("POST", path, &[], r#"{"reason":"fine"}"#).await.body["outcome"], "acknowledged");
    let approved = |reason: Option<&str>| Call::Approve("a1".parse().unwrap(), reason.map(str::to_owned));
    assert_eq!(gateway.desk.calls(), [approved(None), approved(Some("fine"))]);
    gateway.ask("POST", "/api/v1/approvals/a1/deny", &[], "{}").await.is_problem(400, "invalid_request");
}

#[tokio::test]
async fn an_entity_tag_is_given_and_a_condition_reaches_the_desk() {
    let gateway = gateway().await;
    let shown = gateway.get("/api/v1/orders/k1").await;
    let tag = shown.header("etag").unwrap().to_owned();
    assert_eq!(submit(&gateway).await.header("etag"), Some(tag.as_str()));
    let cancel = "/api/v1/orders/k1/cancel";
    let reply = gateway.ask("POST", cancel, &[("Idempotency-Key", "c1"), ("If-Match", &tag)], "").await;
    assert_eq!(reply.status, 200);
    assert!(reply.header("etag").is_some());
    let seen = Some(tag.trim_matches('"').to_owned());
    let call = |key: &str, seen| Call::Cancel("k1".parse().unwrap(), Some(key.parse().unwrap()), seen);
    assert_eq!(gateway.desk.calls().pop(), Some(call("c1", seen.clone())));
    assert_eq!(gateway.ask("POST", cancel, &[("Idempotency-Key", "c2"), ("If-Match", "*")], "").await.status, 200);
    assert_eq!(gateway.desk.calls().pop(), Some(call("c2", None)));
    let body = r#"{"qty":"5","order_type":"market","tif":"day"}"#;
    let headers = [("Idempotency-Key", "r1"), ("If-Match", tag.as_str())];
    assert_eq!(gateway.ask("PUT", "/api/v1/orders/k1", &headers, body).await.status, 200);
    let Some(Call::Replace(_, _, _, given)) = gateway.desk.calls().pop() else { panic!("no replace") };
    assert_eq!(given, seen);
}

#[tokio::test]
async fn a_condition_that_cannot_be_read_or_means_nothing_is_refused() {
    let gateway = gateway().await;
    for tag in ["", "1-2", "W/\"1-2\"", "\"1-2\", \"1-3\""] {
        let headers = [("Idempotency-Key", "c1"), ("If-Match", tag)];
        gateway.ask("POST", "/api/v1/orders/k1/cancel", &headers, "").await.is_problem(400, "invalid_request");
    }
    let all = gateway.ask("POST", "/api/v1/orders/cancel-all", &[("If-Match", "\"1-2\"")], "").await;
    all.is_problem(400, "invalid_request");
    assert_eq!(gateway.desk.calls(), []);
}

#[tokio::test]
async fn a_flatten_answers_position_by_position_and_says_whether_anything_waits() {
    let gateway = gateway().await;
    let path = "/api/v1/orders/flatten";
    let body = r#"{"symbol":"aapl","reason":"drill"}"#;
    for (outcome, replayed, status) in [
        (Outcome::Acknowledged, false, 200),
        (Outcome::Acknowledged, true, 200),
        (Outcome::Denied, false, 200),
        (Outcome::NeedsApproval, false, 202),
        (Outcome::Unknown, false, 202),
    ] {
        gateway.desk.tell(|told| (told.outcome, told.replayed) = (outcome, replayed));
        let reply = gateway.ask("POST", path, &[("Idempotency-Key", "f1")], body).await;
        assert_eq!(reply.status, status, "{}", reply.body);
        assert_eq!(reply.header("idempotent-replayed").is_some(), replayed);
        let items = reply.body["items"].as_array().unwrap();
        assert_eq!((items[0]["con_id"].as_str(), items[0]["symbol"].as_str()), (Some("265598"), Some("AAPL")));
        assert_eq!(items[0]["position"], "10");
        assert!(items[0]["outcome"].is_string() && items[0]["problem"].is_null());
        assert_eq!(
            (items[1]["problem"]["code"].as_str(), &items[1]["order"]),
            (Some("contract_not_found"), &serde_json::Value::Null)
        );
    }
    gateway.ask("POST", path, &[], body).await.is_problem(400, "invalid_request");
    gateway.ask("POST", path, &[("Idempotency-Key", "f1")], "{}").await.is_problem(400, "invalid_request");
}
