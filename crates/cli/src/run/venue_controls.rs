//! The embedded venue's controls for the faces: what the venue says, as the engine's port has it.

use ::venue::{
    Controls, DropPoint, FarmName, Fault as VenueFaultSpec, FaultSpec, Length, Refusal, Restored, SPEED_MAX, When,
};
use async_trait::async_trait;
use domain::fault::Fault;
use domain::trouble::Trouble;
use engine::venue_controls::{Injection, VenueControls, VenueFault, VenueState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

/// IBKR's code of an order that was refused.
const REJECTED: i32 = 201;

/// The venue in this process.
#[derive(Debug)]
pub(crate) struct OwnVenue(pub(crate) Controls);

#[derive(Deserialize)]
struct ClockSaid {
    venue_time: Timestamp,
    mode: String,
}

#[derive(Deserialize)]
struct FaultSaid {
    id: u64,
    #[serde(rename = "do")]
    what: Value,
    state: String,
    fired: u32,
    until: Option<Timestamp>,
}

#[async_trait]
impl VenueControls for OwnVenue {
    async fn state(&self) -> Result<VenueState, Fault> {
        let clock: ClockSaid = read(self.0.clock().await.map_err(told)?)?;
        let faults: Vec<FaultSaid> = read(self.0.faults().await.map_err(told)?)?;
        let speed = match clock.mode.strip_prefix("speed ") {
            Some(times) => times.parse().map_err(|error| unread(&error))?,
            None => 1,
        };
        let fault = |said: FaultSaid| VenueFault {
            id: said.id,
            what: in_words(&said.what),
            state: said.state,
            fired: said.fired,
            until: said.until,
        };
        Ok(VenueState {
            now: clock.venue_time,
            speed,
            speed_max: SPEED_MAX,
            faults: faults.into_iter().map(fault).collect(),
        })
    }

    async fn set_speed(&self, speed: u32) -> Result<(), Fault> {
        self.0.set_speed(speed).await.map(drop).map_err(told)
    }

    async fn move_price(&self, symbol: String, price: Decimal) -> Result<(), Fault> {
        self.0.move_price(symbol, price).await.map(drop).map_err(|error| of_field("symbol", error))
    }

    async fn inject(&self, injection: Injection) -> Result<(), Fault> {
        self.0.add_fault(spec(injection)?).await.map(drop).map_err(|error| of_field("fault", error))
    }

    async fn remove(&self, id: u64) -> Result<(), Fault> {
        self.0.remove_fault(id).await.map(drop).map_err(|error| match error {
            Refusal::NotFound(_) => Fault::NotFound { what: "fault", id: id.to_string() },
            other @ (Refusal::Invalid(_) | Refusal::Conflict(_) | Refusal::Internal(_)) => told(other),
        })
    }
}

/// The fault in the venue's own terms.
fn spec(injection: Injection) -> Result<FaultSpec, Fault> {
    let Injection { trouble, symbol, seconds } = injection;
    let lasting = seconds.map(|seconds| Length::from_millis(seconds.saturating_mul(1_000)));
    let at_an_order = || -> Result<When, Fault> { read(json!({"message": "place_order"})) };
    let (when, fault) = match trouble {
        Trouble::RejectOrder => {
            let message = "Order rejected - reason: asked for at the venue's controls".to_owned();
            (at_an_order()?, VenueFaultSpec::Reject { code: REJECTED, message })
        }
        Trouble::LoseAck => (at_an_order()?, VenueFaultSpec::LoseAck),
        Trouble::DropAfterAccept => (at_an_order()?, VenueFaultSpec::Drop(DropPoint::AfterAccept)),
        Trouble::DropConnections => (When::default(), VenueFaultSpec::DropConnections),
        Trouble::Restart => {
            let down = lasting.unwrap_or_default();
            (When::default(), VenueFaultSpec::Restart { losing: Length::default(), down })
        }
        Trouble::ConnectivityLost => {
            (When::default(), VenueFaultSpec::ConnectivityLost { lasting, restored: Restored::default() })
        }
        Trouble::FarmOutage => (When::default(), VenueFaultSpec::FarmOutage { farm: FarmName::MarketData, lasting }),
        Trouble::FreezeData => (When::default(), VenueFaultSpec::FreezeData { symbol: None, lasting }),
        Trouble::Halt => {
            let missing = || Fault::Invalid { field: "symbol".to_owned(), rule: "is required".to_owned() };
            (When::default(), VenueFaultSpec::Halt { symbol: symbol.ok_or_else(missing)?, lasting })
        }
        Trouble::NeverAnswers => (When::default(), VenueFaultSpec::NeverAnswers { lasting }),
    };
    Ok(FaultSpec { when, fault })
}

/// `{"halt": {"symbol": "AAPL", "for": "PT60S"}}` as `halt: symbol AAPL, for PT60S`.
fn in_words(what: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| text.replace('_', " "));
    let Some((name, fields)) = what.as_object().and_then(|named| named.iter().next()) else { return text(what) };
    let name = name.replace('_', " ");
    match fields.as_object() {
        Some(fields) => {
            let said = fields.iter().filter(|(_, value)| !value.is_null());
            let said: Vec<String> = said.map(|(field, value)| format!("{field} {}", text(value))).collect();
            if said.is_empty() { name } else { format!("{name}: {}", said.join(", ")) }
        }
        None => format!("{name}: {}", text(fields)),
    }
}

fn read<T: serde::de::DeserializeOwned>(said: Value) -> Result<T, Fault> {
    serde_json::from_value(said).map_err(|error| unread(&error))
}

fn unread(error: &dyn std::fmt::Display) -> Fault {
    Fault::Unanswered(format!("the embedded venue's word is not understood: {error}"))
}

fn told(error: Refusal) -> Fault {
    of_field("speed", error)
}

fn of_field(field: &str, error: Refusal) -> Fault {
    match error {
        Refusal::Invalid(rule) => Fault::Invalid { field: field.to_owned(), rule },
        Refusal::NotFound(id) => Fault::NotFound { what: "part of the venue", id },
        Refusal::Conflict(why) => Fault::Conflict { what: "clock", why },
        Refusal::Internal(why) => Fault::Unanswered(why),
    }
}

#[cfg(test)]
#[path = "venue_controls_tests.rs"]
mod tests;
