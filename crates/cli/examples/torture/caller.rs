//! A caller: submits, changes, cancels, looks, and repeats what it got no answer to, under the same key.

use crate::book::Order;
use crate::callers_log::{Call, Verb};
use crate::home::ORDER_QTY_MAX;
use crate::market::{away, order};
use crate::pacing::{about, pause};
use crate::rest::{Answer, Said};
use crate::tally::Count;
use crate::world::World;
use jiff::Timestamp;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often a request without an answer is repeated in all.
const TRIES_MAX: u32 = 12;
/// Of its own orders a caller remembers so many that are over.
const OVER_MAX: usize = 50;
/// From so many working orders on it rather cancels.
const WORKING_MAX: usize = 12;

/// A request, which can be made again.
#[derive(Clone, Debug)]
struct Request {
    verb: Verb,
    order: String,
    key: String,
    method: Method,
    path: String,
    body: Option<Value>,
    tries: u32,
}

/// What it knows of an order of its own.
#[derive(Clone, Debug)]
struct Own {
    body: Value,
    told: Option<Order>,
}

/// One caller.
pub(crate) struct Caller {
    number: u32,
    randomness: ChaCha8Rng,
    world: Arc<World>,
    made: u64,
    own: BTreeMap<String, Own>,
    doubts: Vec<Request>,
}

impl Caller {
    pub(crate) fn new(number: u32, world: Arc<World>) -> Self {
        let randomness = world.plan.randomness(100 + u64::from(number));
        Self { number, randomness, world, made: 0, own: BTreeMap::new(), doubts: Vec::new() }
    }

    /// Calls until the torture is over.
    pub(crate) async fn run(mut self) {
        let world = Arc::clone(&self.world);
        let pace_ms = 1_000 * u64::from(world.plan.callers) / u64::from(world.plan.rate.max(1));
        while !world.is_over() {
            pause(about(&mut self.randomness, pace_ms)).await;
            let open = world.gate.read().await;
            if world.is_over() {
                return;
            }
            if let Some(request) = self.next() {
                self.make(request).await;
            }
            drop(open);
        }
    }

    fn key(&mut self, kind: char) -> String {
        self.made += 1;
        format!("{kind}{:02}-{:010}", self.number, self.made)
    }

    fn next(&mut self) -> Option<Request> {
        if !self.doubts.is_empty() && self.randomness.random_bool(0.5) {
            let at = self.randomness.random_range(0..self.doubts.len());
            return Some(self.doubts.swap_remove(at));
        }
        let working = self.own.values().filter(|own| own.told.as_ref().is_some_and(|told| !told.is_over())).count();
        let deed = self.randomness.random_range(0..1_000);
        match deed {
            _ if working > WORKING_MAX && deed < 600 => self.cancel(),
            0..560 => self.submit(),
            560..590 => self.submit_other(),
            590..740 => self.replace().or_else(|| self.submit()),
            740..890 => self.cancel().or_else(|| self.submit()),
            890..893 => Some(about_all(Verb::CancelAll, Method::POST, "/api/v1/orders/cancel-all")),
            893..910 => Some(about_all(Verb::List, Method::GET, "/api/v1/orders?open=true&limit=200")),
            _ => self.show(),
        }
    }

    fn submit(&mut self) -> Option<Request> {
        let body = order(&mut self.randomness, &self.world.prices, ORDER_QTY_MAX + 10)?;
        let key = self.key('t');
        self.own.insert(key.clone(), Own { body: body.clone(), told: None });
        Some(submit_of(Verb::Submit, key, body))
    }

    /// A known key with another body: must be a conflict.
    fn submit_other(&mut self) -> Option<Request> {
        let key = self.pick(|own| own.told.is_some())?;
        let mut body = self.own.get(&key)?.body.clone();
        body["qty"] = Value::from("33");
        Some(submit_of(Verb::SubmitOther, key, body))
    }

    fn replace(&mut self) -> Option<Request> {
        let key = self.pick(|own| own.told.as_ref().is_some_and(|told| told.status == "working"))?;
        let own = self.own.get(&key)?;
        if own.body["order_type"] != "limit" {
            return None;
        }
        let price: Decimal = own.body["limit_price"].as_str()?.parse().ok()?;
        let filled = own.told.as_ref()?.cum_qty;
        let tif = own.body["tif"].clone();
        let qty = filled + Decimal::from(self.randomness.random_range(1..=20));
        let limit = away(price, self.randomness.random_range(-8..=8));
        let body =
            json!({ "qty": qty.to_string(), "order_type": "limit", "limit_price": limit.to_string(), "tif": tif });
        Some(Request {
            verb: Verb::Replace { qty, limit: Some(limit) },
            key: self.key('r'),
            method: Method::PUT,
            path: format!("/api/v1/orders/{key}"),
            order: key,
            body: Some(body),
            tries: 0,
        })
    }

    fn cancel(&mut self) -> Option<Request> {
        let key = self.pick(|own| own.told.as_ref().is_none_or(|told| !told.is_over()))?;
        Some(Request {
            verb: Verb::Cancel,
            key: self.key('c'),
            method: Method::POST,
            path: format!("/api/v1/orders/{key}/cancel"),
            order: key,
            body: None,
            tries: 0,
        })
    }

    fn show(&mut self) -> Option<Request> {
        let key = self.pick(|_| true)?;
        let path = format!("/api/v1/orders/{key}");
        Some(Request {
            verb: Verb::Show,
            key: String::new(),
            method: Method::GET,
            path,
            order: key,
            body: None,
            tries: TRIES_MAX,
        })
    }

    fn pick(&mut self, wanted: impl Fn(&Own) -> bool) -> Option<String> {
        let keys: Vec<&String> = self.own.iter().filter(|(_, own)| wanted(own)).map(|(key, _)| key).collect();
        if keys.is_empty() {
            return None;
        }
        Some(keys[self.randomness.random_range(0..keys.len())].clone())
    }

    async fn make(&mut self, mut request: Request) {
        request.tries += 1;
        let key = (!request.key.is_empty()).then_some(request.key.as_str());
        let asked_at = Timestamp::now();
        let mut answer = self.world.rest.ask(request.method.clone(), &request.path, key, request.body.as_ref()).await;
        if let Answer::Said(said) = &mut answer {
            // Bodies are long; what is judged of them is read already.
            said.body = Value::Null;
            self.hear(&request, said);
        }
        self.world.tally.count(Count::Answer, &format!("{}: {}", request.verb.word(), words(&answer)));
        if is_doubtful(&answer) && request.tries < TRIES_MAX {
            self.doubts.push(request.clone());
        }
        self.world.log.note(Call {
            verb: request.verb,
            order: request.order,
            key: request.key,
            asked_at,
            answered_at: Timestamp::now(),
            answer,
        });
    }

    fn hear(&mut self, request: &Request, said: &Said) {
        for told in said.order.iter().chain(&said.items) {
            if let Some(own) = self.own.get_mut(&told.cl_ord_id)
                && own.told.as_ref().is_none_or(|known| known.updated_at <= told.updated_at)
            {
                own.told = Some(told.clone());
            }
        }
        if let (Verb::Replace { .. }, 200, Some(body)) = (&request.verb, said.status, &request.body)
            && let Some(own) = self.own.get_mut(&request.order)
        {
            own.body["limit_price"] = body["limit_price"].clone();
        }
        if matches!(said.code.as_deref(), Some("already_final" | "not_found")) {
            // Told in words that it is over, or that it never came to be.
            self.own.remove(&request.order);
        }
        let over: Vec<String> = self
            .own
            .iter()
            .filter(|(_, own)| own.told.as_ref().is_some_and(Order::is_over))
            .map(|(key, _)| key.clone())
            .collect();
        for key in over.iter().take(over.len().saturating_sub(OVER_MAX)) {
            self.own.remove(key);
        }
    }
}

/// A request about all orders, which is not made again.
fn about_all(verb: Verb, method: Method, path: &str) -> Request {
    let (path, tries) = (path.to_owned(), TRIES_MAX);
    Request { verb, key: String::new(), method, path, order: String::new(), body: None, tries }
}

fn submit_of(verb: Verb, key: String, body: Value) -> Request {
    let (method, path) = (Method::POST, "/api/v1/orders".to_owned());
    Request { verb, order: key.clone(), key, method, path, body: Some(body), tries: 0 }
}

/// Whether the same request under the same key is worth another try.
fn is_doubtful(answer: &Answer) -> bool {
    match answer {
        Answer::Nothing(_) => true,
        Answer::Said(said) => {
            matches!(said.status, 503 | 504) || (said.status == 409 && said.code.as_deref() == Some("in_flight"))
        }
    }
}

/// An answer in a few words, for the count.
fn words(answer: &Answer) -> String {
    match answer {
        Answer::Nothing(why) => format!("no answer ({why})"),
        Answer::Said(said) => {
            let word = said.code.as_deref().or(said.outcome.as_deref()).unwrap_or("");
            let replayed = if said.replayed { " (replayed)" } else { "" };
            format!("{} {word}{replayed}", said.status).trim_end().to_owned()
        }
    }
}
