//! Resources: what an agent may keep in sight, as the tools would tell it.

use super::args::Args;
use super::shapes::{OrderLine, StatusLine};
use super::tools::told;
use crate::refusal::Refusal;
use crate::rest::{account, market, order, status};
use crate::state::App;
use domain::contract::Instrument;
use domain::principal::Principal;
use rmcp::model::{Resource, ResourceTemplate};
use serde_json::{Map, Value, json};
use std::fmt;
use wire::instrument::InstrumentQuery;
use wire::{Code, Page};

const JSON: &str = "application/json";
const QUOTE: &str = "tollgate://quote/";

/// What a URI names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Status,
    Positions,
    Orders,
    /// Of a symbol as one writes it: stk, SMART, USD.
    Quote(String),
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("tollgate://status"),
            Self::Positions => f.write_str("tollgate://positions"),
            Self::Orders => f.write_str("tollgate://orders"),
            Self::Quote(symbol) => write!(f, "{QUOTE}{symbol}"),
        }
    }
}

impl Thing {
    /// Reads a URI.
    pub(super) fn read(uri: &str) -> Result<Self, Refusal> {
        match uri {
            "tollgate://status" => return Ok(Self::Status),
            "tollgate://positions" => return Ok(Self::Positions),
            "tollgate://orders" => return Ok(Self::Orders),
            _ => {}
        }
        let symbol =
            uri.strip_prefix(QUOTE).and_then(decoded).filter(|symbol| wire::instrument::symbol(symbol).is_ok());
        symbol.map(Self::Quote).ok_or_else(|| Refusal::new(Code::NotFound, "there is no such resource"))
    }

    /// The instrument of a quote.
    pub(super) fn instrument(&self) -> Option<Result<Instrument, Refusal>> {
        match self {
            Self::Quote(symbol) => {
                let query = InstrumentQuery { symbol: Some(symbol), ..InstrumentQuery::default() };
                Some(query.instrument().map_err(Refusal::from))
            }
            Self::Status | Self::Positions | Self::Orders => None,
        }
    }

    /// What it is now.
    pub(super) async fn now(&self, app: &App, by: &Principal) -> Result<Value, Refusal> {
        match self {
            Self::Status => told(&StatusLine::from(status::shape(app.desk.status(by)?))),
            Self::Positions => {
                let missing =
                    || Refusal::new(Code::NotReady, "the broker has not confirmed the account that orders use");
                let account = app.desk.status(by)?.account.ok_or_else(missing)?.to_string();
                told(&account::positions_of(app, by, &account, nothing_named()?).await?)
            }
            Self::Orders => {
                let open = Map::from_iter([("open".to_owned(), json!(true))]);
                let page = order::list_of(app, by, &Args::new(Some(open)).params()?)?;
                let items = page.items.into_iter().map(OrderLine::from).collect();
                told(&Page { items, next_cursor: page.next_cursor })
            }
            Self::Quote(symbol) => {
                let named = Map::from_iter([("symbol".to_owned(), json!(symbol))]);
                told(&market::quote_of(app, by, Args::new(Some(named)).params()?).await?)
            }
        }
    }
}

fn nothing_named<T: serde::de::DeserializeOwned>() -> Result<T, Refusal> {
    Args::new(None).params()
}

/// A part of a URI with `%20` and its like as what they stand for.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            }
            b'/' | b'?' | b'#' => return None,
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Those that are always there.
pub(super) fn listed() -> Vec<Resource> {
    let one = |thing: &Thing, name: &str, title: &str, said: &str| {
        Resource::new(thing.to_string(), name).with_title(title).with_description(said).with_mime_type(JSON)
    };
    vec![
        one(
            &Thing::Status,
            "status",
            "Gateway status",
            "What get_status tells; changes with every record of the journal.",
        ),
        one(&Thing::Positions, "positions", "Positions", "What is held in the account that orders use."),
        one(&Thing::Orders, "orders", "Open orders", "Orders that are not final, newest first, each in short."),
    ]
}

/// Those that are there for the asking.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let said = "The newest quote of a US stock (stk, SMART, USD).";
    vec![
        ResourceTemplate::new("tollgate://quote/{symbol}", "quote")
            .with_title("Quote")
            .with_description(said)
            .with_mime_type(JSON),
    ]
}
