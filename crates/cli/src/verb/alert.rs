//! Alerts: the list, an acknowledgement, and a try of every way.

use crate::args::AlertVerb;
use crate::client::{Client, Request};
use crate::config::Config;
use crate::failure::{Failure, UNAVAILABLE};
use crate::out::Said;
use crate::run::{alerts, place};
use crate::table::{column, field, items, sheet, table};
use autopilot::alert::Refused;
use domain::alert::{Alert, AlertBook, AlertId, AlertKind, Entry, News, Parcel, Severity};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// `tollgate alert list` and `ack`.
pub(crate) async fn alert(client: &Client, verb: &AlertVerb) -> Result<Said, Failure> {
    match verb {
        AlertVerb::List { open, limit } => {
            let limit = limit.to_string();
            let request =
                Request::get("/alerts").with("open", open.then_some("true")).with("limit", Some(limit.as_str()));
            let body = client.send(request).await?.body;
            let columns = [
                column("id", "id"),
                column("severity", "severity"),
                column("kind", "kind"),
                column("at", "at"),
                column("what", "title"),
                column("over", "closed_at"),
                column("seen by", "acked_by"),
            ];
            let human = table(items(&body), &columns, "nobody was told anything");
            Ok(Said::new(body, human))
        }
        AlertVerb::Ack { id } => {
            let body = client.send(Request::post(&format!("/alerts/{id}/ack"), None)).await?.body;
            let human = sheet(&[
                ("alert", field(&body, "id")),
                ("what", field(&body, "title")),
                ("seen by", format!("{} at {}", field(&body, "acked_by"), field(&body, "acked_at"))),
            ]);
            Ok(Said::new(body, human))
        }
        AlertVerb::Test => Err(Failure::usage("this command asks no gateway", "run it where the configuration is")),
    }
}

/// `tollgate alert test`: one message on every way, as it will come.
pub(crate) async fn test(config: &Config) -> Result<Said, Failure> {
    let installation = place::installation(config)?.unwrap_or_else(|| "test".to_owned());
    let (ways, _bot) = alerts::ways(&config.alerts, &installation)?;
    if ways.is_empty() {
        let hint = "set [alerts.telegram] or [alerts.webhook]; docs/alerts.md takes you through it";
        return Err(Failure::usage("no way for alerts is configured", hint));
    }
    let now = Timestamp::now();
    let news = News::new(AlertKind::Gateway, Severity::Info, "test", "A test of Tollgate's alerts", now)
        .saying("Somebody typed `tollgate alert test`. Nothing has happened.");
    let book = AlertBook::default();
    let alert = match book.hear(&news, now, SignedDuration::ZERO) {
        // The ids of the outbox begin with one: whoever knows alerts by their ids must not take this one for the first of them.
        Some(Entry::Raised { alert, .. }) => Alert { id: AlertId(0), ..*alert },
        Some(_) | None => return Err(Failure::unavailable("there is nothing to send", "report this")),
    };
    let mut rows = Vec::new();
    for way in &ways {
        let channel = way.rules.channel.clone();
        let parcel = Parcel { channel, alerts: vec![alert.clone()], behind: 0 };
        let (arrived, why) = match way.channel.deliver(&parcel, now).await {
            Ok(()) => (true, Value::Null),
            Err(Refused { why, .. }) => (false, Value::String(why)),
        };
        rows.push(json!({"channel": parcel.channel.to_string(), "arrived": arrived, "why": why}));
    }
    let all = rows.iter().all(|row| row.get("arrived") == Some(&Value::Bool(true)));
    let human = table(&rows, &[column("way", "channel"), column("arrived", "arrived"), column("why not", "why")], "");
    let said = Said::new(Value::Array(rows), human);
    Ok(Said { exit: if all { said.exit } else { UNAVAILABLE }, ..said })
}
