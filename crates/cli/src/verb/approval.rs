//! Approvals: a human's yes or no.

use crate::args::ApprovalVerb;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::problem;
use crate::table::{column, field, items, sheet, table};
use crate::verb::order;
use serde_json::{Value, json};

/// `tollgate approval`.
pub(crate) async fn approval(client: &Client, verb: &ApprovalVerb) -> Result<Said, Failure> {
    match verb {
        ApprovalVerb::List { all } => {
            let request = Request::get("/approvals").with("pending", (!all).then_some("true"));
            let body = client.send(request).await?.body;
            let columns = [
                column("id", "id"),
                column("status", "status"),
                column("order", "cl_ord_id"),
                column("asked by", "requested_by"),
                column("asked at", "requested_at"),
                column("lapses", "expires_at"),
                column("notional at most", "bounds.notional_max"),
                column("plan at most", "plan.notional_max"),
            ];
            let human = table(items(&body), &columns, "nothing waits for approval");
            Ok(Said::new(body, human))
        }
        ApprovalVerb::Show { id } => {
            let body = client.send(Request::get(&format!("/approvals/{id}"))).await?.body;
            Ok(Said::new(body.clone(), approval_sheet(&body)))
        }
        ApprovalVerb::Approve { id, reason, wait } => {
            let body = reason.as_ref().map(|reason| json!({"reason": reason}));
            // Whoever may answer and not read says yes to orders alone: of what it is he cannot be told.
            let asked = client.send(Request::get(&format!("/approvals/{id}"))).await;
            if asked.is_ok_and(|asked| asked.body["plan"].is_object()) {
                let path = format!("/approvals/{id}/approve-plan");
                let body = client.send(Request::post(&path, body)).await?.body;
                return Ok(Said::new(body.clone(), approval_sheet(&body)));
            }
            let path = format!("/approvals/{id}/approve");
            let reply = client.send(Request::post(&path, body).waiting(*wait)).await?;
            Ok(order::order_said(&reply))
        }
        ApprovalVerb::Deny { id, reason } => answered(client, id, "deny", reason).await,
        ApprovalVerb::Revoke { id, reason } => answered(client, id, "revoke", reason).await,
    }
}

async fn answered(client: &Client, id: &str, verb: &str, reason: &str) -> Result<Said, Failure> {
    let path = format!("/approvals/{id}/{verb}");
    let body = client.send(Request::post(&path, Some(json!({"reason": reason})))).await?.body;
    Ok(Said::new(body.clone(), approval_sheet(&body)))
}

/// A question about a whole plan: every step, with what is bound.
fn plan_sheet(approval: &Value) -> String {
    let plan = |name: &str| field(approval, &format!("plan.{name}"));
    let mut text = sheet(&[
        ("approval", field(approval, "id")),
        ("status", field(approval, "status")),
        ("plan of run", field(approval, "run_id")),
        ("asked", format!("by {} at {}", field(approval, "requested_by"), field(approval, "requested_at"))),
        ("lapses", field(approval, "expires_at")),
        ("account", format!("{} ({})", plan("account"), plan("mode"))),
        ("notional at most", plan("notional_max")),
        ("orders may leave until", plan("valid_until")),
        ("answered", format!("by {} at {}", field(approval, "decided_by"), field(approval, "decided_at"))),
    ]);
    let columns = [
        column("step", "step"),
        column("side", "side"),
        column("quantity at most", "qty"),
        column("symbol", "symbol"),
        column("price from", "price_low"),
        column("to", "price_high"),
        column("taken", "used"),
    ];
    let parts = approval["plan"]["parts"].as_array().map_or(&[][..], Vec::as_slice);
    text.push_str(&table(parts, &columns, "it has no steps"));
    for reason in problem::reasons(approval) {
        text.push_str(&reason);
        text.push('\n');
    }
    text
}

fn approval_sheet(approval: &Value) -> String {
    if approval["plan"].is_object() {
        return plan_sheet(approval);
    }
    let bounds = |name: &str| field(approval, &format!("bounds.{name}"));
    let mut text = sheet(&[
        ("approval", field(approval, "id")),
        ("status", field(approval, "status")),
        ("order", field(approval, "cl_ord_id")),
        ("asked", format!("by {} at {}", field(approval, "requested_by"), field(approval, "requested_at"))),
        ("lapses", field(approval, "expires_at")),
        ("bound to", format!("con_id {} on {} ({})", bounds("con_id"), bounds("account"), bounds("mode"))),
        ("price band", format!("{} to {}", bounds("price_low"), bounds("price_high"))),
        ("notional at most", bounds("notional_max")),
        ("answered", format!("by {} at {}", field(approval, "decided_by"), field(approval, "decided_at"))),
    ]);
    for reason in problem::reasons(approval) {
        text.push_str(&reason);
        text.push('\n');
    }
    text
}
