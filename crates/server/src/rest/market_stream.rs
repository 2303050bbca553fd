//! Quotes as they come.

use crate::caller::Caller;
use crate::events::{self, Holder, Kind, Watch};
use crate::openapi::Problems;
use crate::query::{Params, settle};
use crate::refusal::{Answer, Refusal};
use crate::seat::Seat;
use crate::state::App;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use domain::contract::Instrument;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::instrument::InstrumentQuery;
use wire::market::WatchedQuote;
use wire::{FieldError, Page};

/// Which instruments; at least one.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WatchParams {
    /// Tickers separated by commas, such as `AAPL,MSFT`; each means stk, SMART, USD.
    symbols: Option<String>,
    /// IBKR's contract ids separated by commas.
    con_ids: Option<String>,
}

/// Quotes as they come: with `Accept: text/event-stream` a stream of events named `quote`, each the newest of its instrument
/// with how it is fed, at most a few times a second; else one page of the newest. A symbol that several contracts fit is
/// refused with the candidates before anything is sent.
#[utoipa::path(
    get, path = "/api/v1/market/stream", operation_id = "stream_quotes", tag = "market data", params(WatchParams),
    responses(
        (status = 200, description = "The answer.", content(
            (Page<WatchedQuote> = "application/json"),
            (String = "text/event-stream"),
        )),
        Problems
    )
)]
pub(crate) async fn stream(
    State(app): State<App>,
    Caller(by): Caller,
    seat: Option<Extension<Seat>>,
    headers: HeaderMap,
    params: Params<WatchParams>,
) -> Answer {
    let most = app.limits.streams.market_instruments_max;
    let instruments = instruments(&params.0, most)?;
    if !events::accepts(&headers) {
        let quotes = app.desk.quotes(&by, instruments).await?;
        let items = quotes.iter().map(events::shape).collect();
        return Ok(Json(Page::<WatchedQuote> { items, next_cursor: None }).into_response());
    }
    let place = app.hub.place(Kind::Quotes, &by.key_id)?;
    let feed = app.desk.watch_quotes(&by, instruments).await?;
    let holder = Holder::new(&app, by, &headers)?;
    if let Some(Extension(seat)) = seat {
        seat.leave();
    }
    let hub = app.hub.clone();
    Ok(events::answer(events::watch(Watch { hub, holder, feed, place })))
}

fn instruments(params: &WatchParams, most: usize) -> Result<Vec<Instrument>, Refusal> {
    let mut errors = Vec::new();
    let mut found = Vec::new();
    let mut count = 0_usize;
    for (name, text) in [("symbols", params.symbols.as_deref()), ("con_ids", params.con_ids.as_deref())] {
        let Some(text) = text else { continue };
        for word in text.split(',') {
            count = count.saturating_add(1);
            if count > most {
                break;
            }
            let query = match name {
                "symbols" => InstrumentQuery { symbol: Some(word), ..InstrumentQuery::default() },
                _ => InstrumentQuery { con_id: Some(word), ..InstrumentQuery::default() },
            };
            match query.instrument() {
                Ok(instrument) => found.push(instrument),
                Err(wrong) => errors.extend(wrong.into_iter().map(|error| FieldError::new(name, &error.rule))),
            }
        }
    }
    if count > most {
        errors.push(FieldError::new("symbols", &format!("and con_ids may name at most {most} instruments together")));
    }
    if count == 0 {
        errors.push(FieldError::new("symbols", &"or con_ids must name an instrument, such as AAPL"));
    }
    settle(errors)?;
    Ok(found)
}
