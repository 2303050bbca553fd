//! `--watch`: the answer again whenever something happens, until it is interrupted.
//!
//! Quotes come by their own stream. What else is shown is asked for again as soon as the journal has a new record; and after some
//! seconds without one, because worth, age and readiness are no events.

use super::market;
use super::stream::{Stream, is_gone};
use crate::args::{AccountVerb, Noun, OrderVerb, QuoteArgs, StatusArgs};
use crate::client::{Client, Request};
use crate::dispatch;
use crate::failure::Failure;
use crate::out::{Said, line};
use crate::table::{at, field};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::time::Duration;
use tokio::time::Instant;

/// What happens within this time is shown together.
const TOGETHER: Duration = Duration::from_millis(250);
/// Without any event, what is no event is looked at after this time.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Back to the first column of the first line, and away with what stood there.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

/// Shows answers one after the other: in place of the one before on a terminal, else below it. What has not changed is not
/// repeated.
struct Screen {
    json: bool,
    in_place: bool,
    last: Option<String>,
}

impl Screen {
    fn new(json: bool) -> Self {
        Self { json, in_place: !json && std::io::stdout().is_terminal(), last: None }
    }

    /// False when nobody reads any more.
    fn show(&mut self, said: &Said) -> Result<bool, Failure> {
        let text = if self.json { said.json.to_string() } else { said.human.trim_end().to_owned() };
        if self.last.as_ref() == Some(&text) {
            return Ok(true);
        }
        let shown = match (self.in_place, self.json || self.last.is_none()) {
            (true, _) => line(&format!("{CLEAR}{text}")),
            (false, true) => line(&text),
            (false, false) => line(&format!("\n{text}")),
        };
        self.last = Some(text);
        shown
    }
}

/// Whether somebody stays to watch.
pub(crate) fn is_watched(noun: &Noun) -> bool {
    matches!(
        noun,
        Noun::Status(StatusArgs { watch: true, .. })
            | Noun::Quote(QuoteArgs { watch: true, .. })
            | Noun::Account(AccountVerb::Positions { watch: true, .. })
            | Noun::Order(OrderVerb::List { watch: true, .. })
    )
}

/// Watches what is asked for.
pub(crate) async fn watch(client: &Client, noun: &Noun, json: bool) -> Result<Said, Failure> {
    if let Noun::Quote(args) = noun { quotes(client, args, json).await } else { view(client, noun, json).await }
}

async fn view(client: &Client, noun: &Noun, json: bool) -> Result<Said, Failure> {
    // The end first: what happens while we look comes by the stream.
    let present = client.send(Request::get("/events").with("limit", Some(1))).await?.body;
    let mut stream = Stream::new(client, Request::get("/events"), field(&present, "next_cursor"));
    let mut screen = Screen::new(json);
    loop {
        match dispatch::ask(client, noun).await {
            Ok(said) => {
                if !screen.show(&said)? {
                    return Ok(Said::nothing());
                }
            }
            // The stream finds out too, and says so.
            Err(Failure::Told(told)) if screen.last.is_some() && is_gone(&told) => {}
            Err(failure) => return Err(failure),
        }
        if stream.next_within(LOOK_AGAIN).await?.is_some() {
            let until = Instant::now() + TOGETHER;
            while Instant::now() < until {
                stream.next_within(until.saturating_duration_since(Instant::now())).await?;
            }
        }
    }
}

async fn quotes(client: &Client, args: &QuoteArgs, json: bool) -> Result<Said, Failure> {
    let instrument = &args.instrument;
    let is_specified =
        [&instrument.sec_type, &instrument.exchange, &instrument.currency, &instrument.expiry, &instrument.right];
    if is_specified.iter().any(|word| word.is_some()) || instrument.strike.is_some() {
        return Err(Failure::usage(
            "quotes are watched by symbol or con_id",
            "find the con_id with `tollgate contract search`, then `tollgate quote --con-id ID --watch`",
        ));
    }
    let symbols = instrument.con_id.is_none().then(|| args.symbols.join(","));
    let request = Request::get("/market/stream").with("symbols", symbols).with("con_ids", instrument.con_id.as_ref());
    // What is wrong with the instruments is an error at once, and so is a gateway that is not there.
    let present = client.send(request.clone()).await?.body;
    let mut rows = crate::table::items(&present).to_vec();
    let mut screen = Screen::new(json);
    if json {
        for row in &rows {
            if !line(&row.to_string())? {
                return Ok(Said::nothing());
            }
        }
    } else if !screen.show(&Said::new(Value::Null, board(&rows)))? {
        return Ok(Said::nothing());
    }
    let mut stream = Stream::new(client, request, String::new());
    loop {
        let fed = stream.next().await?;
        let goes_on = if json {
            line(&fed.to_string())?
        } else {
            match rows.iter_mut().find(|row| field(row, "con_id") == field(&fed, "con_id")) {
                Some(row) => *row = fed,
                None => rows.push(fed),
            }
            screen.show(&Said::new(Value::Null, board(&rows)))?
        };
        if !goes_on {
            return Ok(Said::nothing());
        }
    }
}

/// The newest quotes as a table; what is not fed says why.
fn board(rows: &[Value]) -> String {
    let quotes: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut quote = at(row, "quote").cloned().unwrap_or_else(|| json!({"symbol": field(row, "symbol")}));
            let state = match at(row, "reason") {
                Some(_) => format!("{}: {}", field(row, "state"), field(row, "reason")),
                None => field(row, "state"),
            };
            if let Some(fields) = quote.as_object_mut() {
                fields.insert("state".to_owned(), Value::String(state));
            }
            quote
        })
        .collect();
    market::quote_table(&quotes, true)
}
