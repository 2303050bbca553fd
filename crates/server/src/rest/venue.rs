//! The embedded venue's controls.

use crate::body::Json as Body;
use crate::caller::Caller;
use crate::openapi::{OfBody, OfChange, OfOne, Problems};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::fault::Fault;
use engine::venue_controls::{Injection, VenueControls};
use jiff::Timestamp;
use wire::venue::{InjectFault, MoveVenuePrice, SetVenueSpeed, VenueFault, VenueState};

async fn shape(controls: &dyn VenueControls) -> Answer {
    let state = controls.state().await?;
    let fault = |fault: engine::venue_controls::VenueFault| VenueFault {
        id: fault.id,
        what: fault.what,
        state: fault.state,
        fired: fault.fired,
        until: fault.until,
    };
    let ahead = state.now.as_millisecond().saturating_sub(Timestamp::now().as_millisecond());
    Ok(Json(VenueState {
        now: state.now,
        speed: state.speed,
        speed_max: state.speed_max,
        ahead_ms: ahead,
        faults: state.faults.into_iter().map(fault).collect(),
    })
    .into_response())
}

/// The embedded venue: its clock, and what was ordered to go wrong. 400 `capability_missing` where the broker is another process.
#[utoipa::path(
    get, path = "/api/v1/venue", operation_id = "get_venue", tag = "venue",
    responses((status = 200, body = VenueState, description = "The answer."), Problems)
)]
pub(crate) async fn show(State(app): State<App>, Caller(by): Caller) -> Answer {
    shape(app.venue.to_look(&by)?.as_ref()).await
}

/// Lets the venue's clock run faster. It never comes back: the gate of clocks refuses orders once it is too far ahead.
#[utoipa::path(
    put, path = "/api/v1/venue/speed", operation_id = "set_venue_speed", tag = "venue", request_body = SetVenueSpeed,
    responses((status = 200, body = VenueState, description = "The answer."), Problems, OfBody, OfChange)
)]
pub(crate) async fn speed(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let controls = app.venue.to_act(&by)?;
    let SetVenueSpeed { speed } = SetVenueSpeed::parse(&body)?;
    tracing::info!(by = %by.key_id, speed, "the embedded venue's clock");
    controls.set_speed(speed).await?;
    shape(controls.as_ref()).await
}

/// Moves the market of a symbol; orders that this makes marketable fill.
#[utoipa::path(
    post, path = "/api/v1/venue/price", operation_id = "move_venue_price", tag = "venue", request_body = MoveVenuePrice,
    responses((status = 200, body = VenueState, description = "The answer."), Problems, OfBody, OfChange)
)]
pub(crate) async fn price(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let controls = app.venue.to_act(&by)?;
    let MoveVenuePrice { symbol, price } = MoveVenuePrice::parse(&body)?;
    tracing::info!(by = %by.key_id, symbol, %price, "the embedded venue's market");
    controls.move_price(symbol, price).await?;
    shape(controls.as_ref()).await
}

/// Lets something go wrong at the venue, at once or with the next order.
#[utoipa::path(
    post, path = "/api/v1/venue/faults", operation_id = "inject_fault", tag = "venue", request_body = InjectFault,
    responses((status = 200, body = VenueState, description = "The answer."), Problems, OfBody, OfChange)
)]
pub(crate) async fn inject(State(app): State<App>, Caller(by): Caller, Body(body): Body) -> Answer {
    let controls = app.venue.to_act(&by)?;
    let InjectFault { fault, symbol, seconds } = InjectFault::parse(&body)?;
    tracing::info!(by = %by.key_id, fault = fault.word(), "a fault of the embedded venue");
    controls.inject(Injection { trouble: fault.into(), symbol, seconds }).await?;
    shape(controls.as_ref()).await
}

/// Takes a fault away, and ends it if it goes on.
#[utoipa::path(
    delete, path = "/api/v1/venue/faults/{id}", operation_id = "remove_fault", tag = "venue",
    params(("id" = u64, Path, description = "The fault's number.", minimum = 1)),
    responses((status = 200, body = VenueState, description = "The answer."), Problems, OfOne)
)]
pub(crate) async fn remove(State(app): State<App>, Caller(by): Caller, Path(id): Path<String>) -> Answer {
    let controls = app.venue.to_act(&by)?;
    let number: u64 = id.parse().map_err(|_error| Refusal::from(Fault::NotFound { what: "fault", id: id.clone() }))?;
    controls.remove(number).await?;
    shape(controls.as_ref()).await
}
