//! The controls of the embedded venue.

use crate::fields::{Fields, ParseError};
use crate::word::VenueTrouble;
use domain::trouble::Trouble;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

const SECONDS_MAX: u32 = 600;
const SPEED_MAX: u32 = 1_000;

/// The embedded venue: its clock, and what was ordered to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VenueState {
    /// Its time.
    pub now: Timestamp,
    /// How many times as fast as ours its clock runs.
    pub speed: u32,
    /// Most of that.
    pub speed_max: u32,
    /// How far its clock is ahead of ours, in milliseconds. The gateway refuses orders where that is more than the policy allows.
    pub ahead_ms: i64,
    /// What was ordered to go wrong, oldest first.
    pub faults: Vec<VenueFault>,
}

/// Something that was ordered to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VenueFault {
    /// Its number.
    pub id: u64,
    /// What goes wrong, in the venue's words.
    pub what: String,
    /// `waiting`, `active` or `over`.
    pub state: String,
    /// How often it happened.
    pub fired: u32,
    /// When it ends by itself; null where it does not, or has not begun.
    pub until: Option<Timestamp>,
}

/// Another speed of the venue's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetVenueSpeed {
    /// Times as fast as ours. What has run ahead does not come back: only a new start brings both clocks together.
    #[schema(minimum = 1, maximum = 1000)]
    pub speed: u32,
}

impl SetVenueSpeed {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("speed");
        let speed = fields.take("speed", |value| within(&value, SPEED_MAX));
        fields.finish()?;
        Ok(Self { speed: speed.ok_or_else(missing)? })
    }
}

/// Another price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveVenuePrice {
    /// Ticker.
    #[schema(pattern = "^[A-Z0-9.]{1,12}$")]
    pub symbol: String,
    /// The new middle of its market.
    #[schema(format = "decimal")]
    pub price: Decimal,
}

impl MoveVenuePrice {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("symbol");
        fields.require("price");
        let symbol = fields.text_by("symbol", ticker);
        let price = fields.decimal("price");
        if price.is_some_and(|price| price <= Decimal::ZERO) {
            fields.refuse("price", &"must be above zero");
        }
        fields.finish()?;
        Ok(Self { symbol: symbol.ok_or_else(missing)?, price: price.ok_or_else(missing)? })
    }
}

/// Something is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InjectFault {
    /// What.
    pub fault: VenueTrouble,
    /// Ticker; for `halt`, and only for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Z0-9.]{1,12}$")]
    pub symbol: Option<String>,
    /// How long, 1 to 600; for what lasts, and only for it: all but `reject_order`, `lose_ack`, `drop_after_accept`, `drop_connections`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 600)]
    pub seconds: Option<u32>,
}

impl InjectFault {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("fault");
        let fault: Option<VenueTrouble> = fields.text("fault");
        if let Some(trouble) = fault.map(Trouble::from) {
            let rules = [("symbol", trouble.is_of_a_symbol()), ("seconds", trouble.lasts())];
            for (name, needed) in rules {
                match (needed, fields.has(name)) {
                    (true, false) => fields.require(name),
                    (false, true) => fields.refuse(name, &"does not go with this fault"),
                    (true, true) | (false, false) => {}
                }
            }
        }
        let symbol = fields.text_by("symbol", ticker);
        let seconds = fields.take("seconds", |value| within(&value, SECONDS_MAX));
        fields.finish()?;
        Ok(Self { fault: fault.ok_or_else(missing)?, symbol, seconds })
    }
}

/// What `finish` has refused already.
fn missing() -> ParseError {
    ParseError::Fields(Vec::new())
}

fn within(value: &Value, most: u32) -> Result<u32, String> {
    let whole = value.as_u64().and_then(|whole| u32::try_from(whole).ok());
    whole.filter(|whole| (1..=most).contains(whole)).ok_or_else(|| format!("must be a whole number from 1 to {most}"))
}

fn ticker(text: &str) -> Result<(), &'static str> {
    let good = |sign: u8| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == b'.';
    if (1..=12).contains(&text.len()) && text.bytes().all(good) { Ok(()) } else { Err("must be a ticker in capitals") }
}

#[cfg(test)]
#[path = "venue_tests.rs"]
mod tests;
