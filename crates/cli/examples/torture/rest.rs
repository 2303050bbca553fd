//! A caller's end of REST: what was told, and what was not.

use crate::book::Order;
use crate::failure::Failure;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Longer than any wait that a caller asks for.
const PATIENCE: Duration = Duration::from_secs(6);
/// Orders in one page.
const PAGE: u32 = 1_000;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Nothing: the connection broke or the patience ended.
    Nothing(String),
    /// An answer.
    Said(Box<Said>),
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    /// The problem's code, where it is one.
    pub(crate) code: Option<String>,
    pub(crate) detail: Option<String>,
    /// Each with what was observed.
    pub(crate) reasons: Vec<String>,
    /// `acknowledged`, `denied` …
    pub(crate) outcome: Option<String>,
    /// Of a cancel.
    pub(crate) proven: Option<bool>,
    pub(crate) replayed: bool,
    /// The order that it is about.
    pub(crate) order: Option<Order>,
    /// The orders of a list, and the exits of every order.
    pub(crate) items: Vec<Order>,
    /// The rest, for those who read more.
    pub(crate) body: Value,
}

/// The gateway's address, which may change, and a key.
#[derive(Clone, Debug)]
pub(crate) struct Rest {
    http: reqwest::Client,
    urls: Arc<Vec<String>>,
    current: Arc<RwLock<usize>>,
    key: Arc<RwLock<String>>,
}

impl Rest {
    /// A client of the gateways at these addresses: of the one that answers as the writer.
    pub(crate) fn to(urls: Vec<String>) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let (current, key) = (Arc::new(RwLock::new(0)), Arc::new(RwLock::new(String::new())));
        Ok(Self { http, urls: Arc::new(urls), current, key })
    }

    /// Sets the key of all clones.
    pub(crate) fn set_key(&self, key: &str) {
        key.clone_into(&mut self.key.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn url(&self) -> String {
        let current = *self.current.read().unwrap_or_else(PoisonError::into_inner);
        self.urls[current % self.urls.len()].clone()
    }

    /// Turns to the next gateway.
    fn turn(&self) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    /// One request.
    pub(crate) async fn ask(&self, method: Method, path: &str, key: Option<&str>, body: Option<&Value>) -> Answer {
        let bearer = self.key.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut request = self.http.request(method, format!("{}{path}", self.url())).bearer_auth(bearer);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                if error.is_connect() {
                    self.turn();
                }
                return Answer::Nothing(words(&error));
            }
        };
        let status = answer.status().as_u16();
        let replayed = answer.headers().contains_key("idempotent-replayed");
        match answer.bytes().await {
            Ok(bytes) => {
                let said = Said::read(status, replayed, &bytes);
                if said.code.as_deref() == Some("lease_not_held") {
                    self.turn();
                }
                Answer::Said(Box::new(said))
            }
            // Half an answer is none.
            Err(error) => Answer::Nothing(words(&error)),
        }
    }

    /// A question that must be answered.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Failure> {
        match self.ask(Method::GET, path, None, None).await {
            Answer::Said(said) if said.status == 200 => Ok(said.body),
            Answer::Said(said) => Err(format!("GET {path}: {} {}", said.status, said.body).into()),
            Answer::Nothing(why) => Err(format!("GET {path}: {why}").into()),
        }
    }

    /// Every order of the journal.
    pub(crate) async fn orders(&self, filter: &str) -> Result<Vec<Order>, Failure> {
        #[derive(Deserialize)]
        struct Page {
            items: Vec<Order>,
            next_cursor: Option<String>,
        }
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/api/v1/orders?limit={PAGE}{filter}{cursor}")).await?;
            let page: Page = serde_json::from_value(page)?;
            all.extend(page.items.into_iter().flat_map(Order::with_exits));
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }

    /// Whether trading is ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let answer = self.ask(Method::GET, "/readyz", None, None).await;
        let ready = matches!(answer, Answer::Said(said) if said.status == 200);
        if !ready {
            // This one may stand by for the other.
            self.turn();
        }
        ready
    }
}

fn words(error: &reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "time-out"
    } else if error.is_connect() {
        "refused"
    } else {
        "broken off"
    };
    kind.to_owned()
}

fn reason(reason: &Value) -> String {
    format!("{} {}", reason["code"].as_str().unwrap_or_default(), reason["observed"].as_str().unwrap_or_default())
}

impl Said {
    fn read(status: u16, replayed: bool, bytes: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let order = |value: &Value| Order::deserialize(value).ok();
        let about = order(&body["order"]).or_else(|| order(&body));
        let items = body["items"].as_array().into_iter().flatten().filter_map(order).flat_map(Order::with_exits);
        let exits = about.clone().into_iter().flat_map(Order::with_exits).skip(1);
        Self {
            status,
            code: text("code"),
            detail: text("detail"),
            reasons: body["reasons"].as_array().into_iter().flatten().map(reason).collect(),
            outcome: text("outcome"),
            proven: body["proven"].as_bool(),
            replayed,
            items: items.chain(exits).collect(),
            order: about,
            body,
        }
    }
}
