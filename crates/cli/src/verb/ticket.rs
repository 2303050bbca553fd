//! A ticket's words as the body of an order. What is filled in is told; nothing is filled in silently.

use crate::args::TicketArgs;
use crate::failure::Failure;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// An order ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ticket {
    /// The body of `POST /orders`.
    pub(crate) body: Value,
    /// What was filled in, in words; empty when nothing was.
    pub(crate) filled: Vec<String>,
}

/// Reads a ticket. Whether its values make sense is for the gateway to say, with field and rule.
pub(crate) fn read(args: &TicketArgs) -> Ticket {
    let mut body = Map::new();
    let mut filled = Vec::new();
    let mut fill = |body: &mut Map<String, Value>, name: &str, given: Option<&String>, value: &str| {
        let text = given.cloned().unwrap_or_else(|| {
            filled.push(format!("{name} {value}"));
            value.to_owned()
        });
        body.insert(name.to_owned(), Value::String(text));
    };
    let instrument = &args.instrument;
    if let Some(con_id) = &instrument.con_id {
        put(&mut body, "con_id", Some(con_id));
    } else {
        put(&mut body, "symbol", args.symbol.as_ref());
        fill(&mut body, "sec_type", instrument.sec_type.as_ref(), "stk");
        fill(&mut body, "exchange", instrument.exchange.as_ref(), "SMART");
        fill(&mut body, "currency", instrument.currency.as_ref(), "USD");
        put(&mut body, "expiry", instrument.expiry.as_ref());
        put(&mut body, "strike", instrument.strike);
        put(&mut body, "right", instrument.right.as_ref());
    }
    fill(&mut body, "tif", args.tif.as_ref(), "day");
    let order_type = match (args.limit, args.stop) {
        (None, None) => {
            filled.push("order_type market (no price given)".to_owned());
            "market"
        }
        (Some(_), None) => "limit",
        (None, Some(_)) => "stop",
        (Some(_), Some(_)) => "stop_limit",
    };
    put(&mut body, "order_type", Some(order_type));
    put(&mut body, "side", Some(&args.side));
    put(&mut body, "qty", Some(args.qty));
    put(&mut body, "limit_price", args.limit);
    put(&mut body, "stop_price", args.stop);
    put(&mut body, "good_till", args.good_till);
    put(&mut body, "oca_group", args.oca_group.as_ref());
    let mut exits = Map::new();
    put(&mut exits, "take_profit", args.take_profit);
    put(&mut exits, "stop_loss", args.stop_loss);
    if !exits.is_empty() {
        filled.push("exits good till canceled".to_owned());
        body.insert("bracket".to_owned(), Value::Object(exits));
    }
    put(&mut body, "account", args.account.as_ref());
    put(&mut body, "strategy", args.strategy.as_ref());
    put(&mut body, "preview_id", args.preview_id.as_ref());
    for (name, set) in [("outside_rth", args.outside_rth), ("reduce_only", args.reduce_only)] {
        if set {
            body.insert(name.to_owned(), Value::Bool(true));
        }
    }
    Ticket { body: Value::Object(body), filled }
}

fn put(body: &mut Map<String, Value>, name: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), Value::String(value.to_string()));
    }
}

/// A new order key. It begins with the time, in milliseconds, so that the journal's index of keys grows at its end; 72
/// random bits follow, so that two terminals never meet.
pub(crate) fn new_key(verb: &str) -> Result<String, Failure> {
    key_at(verb, Timestamp::now())
}

fn key_at(verb: &str, now: Timestamp) -> Result<String, Failure> {
    let mut chance = [0_u8; 9];
    getrandom::fill(&mut chance).map_err(|error| {
        Failure::unavailable(format!("no randomness for an order key: {error}"), "give one with --key")
    })?;
    Ok(format!("{verb}-{:012x}{}", now.as_millisecond(), hex::encode(chance)))
}

#[cfg(test)]
#[path = "ticket_tests.rs"]
mod tests;
