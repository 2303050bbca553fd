//! API keys.

use crate::args::KeyVerb;
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::{Said, talk};
use crate::table::{column, field, items, table};
use clap::ValueEnum;
use serde_json::json;

/// `tollgate key`.
pub(crate) async fn key(client: &Client, verb: &KeyVerb) -> Result<Said, Failure> {
    match verb {
        KeyVerb::Create { id, kind, scopes, expires_at } => {
            let kind = kind.to_possible_value().map(|value| value.get_name().to_owned());
            let mut body = json!({"id": id, "kind": kind, "scopes": scopes});
            if let (Some(end), Some(fields)) = (expires_at, body.as_object_mut()) {
                fields.insert("expires_at".to_owned(), json!(end));
            }
            let answer = client.send(Request::post("/keys", Some(body))).await?.body;
            talk("the key is shown this once; put it into a file of mode 0600");
            let secret = field(&answer, "secret");
            Ok(Said::new(answer, secret))
        }
        KeyVerb::List => {
            let body = client.send(Request::get("/keys")).await?.body;
            let columns = [
                column("id", "id"),
                column("kind", "kind"),
                column("scopes", "scopes"),
                column("made", "created_at"),
                column("expires", "expires_at"),
                column("revoked", "revoked_at"),
            ];
            let human = table(items(&body), &columns, "no keys");
            Ok(Said::new(body, human))
        }
        KeyVerb::Revoke { id } => {
            let body = client.send(Request::delete(&format!("/keys/{id}"))).await?.body;
            Ok(Said::new(body, format!("{id} is revoked")))
        }
        KeyVerb::Protect { .. } | KeyVerb::Reveal => {
            Err(Failure::usage("this command asks no gateway", "call it without --url"))
        }
    }
}
