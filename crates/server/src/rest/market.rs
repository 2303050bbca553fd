//! Quotes and bars.

use crate::caller::Caller;
use crate::openapi::{OfBroker, Problems};
use crate::query::{Params, settle};
use crate::refusal::{Answer, Refusal};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::principal::Principal;
use engine::desk::BarsRequest;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::instrument::{InstrumentQuery, one};
use wire::market::{Bars, Quote};
use wire::word::{BarSize, WhatToShow};

/// Which instrument.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QuoteParams {
    /// IBKR's contract id; instead of all others.
    #[param(pattern = "^[1-9][0-9]{0,9}$")]
    con_id: Option<String>,
    /// Ticker; alone it means stk, SMART, USD.
    #[param(pattern = "^[!-~]([ -~]{0,38}[!-~])?$", example = "AAPL")]
    symbol: Option<String>,
    /// Kind of security.
    #[param(value_type = Option<wire::word::SecType>, inline)]
    sec_type: Option<String>,
    /// Exchange.
    #[param(pattern = "^[A-Z0-9._]{1,20}$")]
    exchange: Option<String>,
    /// Currency.
    #[param(pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// `YYYYMM` or `YYYYMMDD`.
    #[param(pattern = "^[0-9]{4}(0[1-9]|1[0-2])([0-9]{2})?$")]
    expiry: Option<String>,
    /// Strike.
    #[param(format = "decimal", pattern = "^(?=[0.]*[1-9])[0-9]{1,10}([.][0-9]{1,8})?$")]
    strike: Option<String>,
    /// `call` or `put`.
    #[param(value_type = Option<wire::word::Right>, inline)]
    right: Option<String>,
}

/// The newest quote.
#[utoipa::path(
    get, path = "/api/v1/market/quote", operation_id = "get_quote", tag = "market data", params(QuoteParams),
    responses((status = 200, body = Quote, description = "The answer."), Problems, OfBroker)
)]
pub(crate) async fn quote(State(app): State<App>, Caller(by): Caller, params: Params<QuoteParams>) -> Answer {
    Ok(Json(quote_of(&app, &by, params.0).await?).into_response())
}

/// For every face.
pub(crate) async fn quote_of(app: &App, by: &Principal, asked: QuoteParams) -> Result<Quote, Refusal> {
    let query = InstrumentQuery {
        con_id: asked.con_id.as_deref(),
        symbol: asked.symbol.as_deref(),
        sec_type: asked.sec_type.as_deref(),
        exchange: asked.exchange.as_deref(),
        currency: asked.currency.as_deref(),
        expiry: asked.expiry.as_deref(),
        strike: asked.strike.as_deref(),
        right: asked.right.as_deref(),
    };
    let (contract, quote) = app.desk.quote(by, query.instrument()?).await?;
    Ok(Quote::of(&contract, &quote, Timestamp::now()))
}

/// Which bars.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BarsParams {
    /// IBKR's contract id; instead of symbol and so on.
    #[param(pattern = "^[1-9][0-9]{0,9}$")]
    con_id: Option<String>,
    /// Ticker; alone it means stk, SMART, USD.
    #[param(pattern = "^[!-~]([ -~]{0,38}[!-~])?$", example = "AAPL")]
    symbol: Option<String>,
    /// Kind of security.
    #[param(value_type = Option<wire::word::SecType>, inline)]
    sec_type: Option<String>,
    /// Exchange.
    #[param(pattern = "^[A-Z0-9._]{1,20}$")]
    exchange: Option<String>,
    /// Currency.
    #[param(pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// `YYYYMM` or `YYYYMMDD`.
    #[param(pattern = "^[0-9]{4}(0[1-9]|1[0-2])([0-9]{2})?$")]
    expiry: Option<String>,
    /// Strike.
    #[param(format = "decimal", pattern = "^(?=[0.]*[1-9])[0-9]{1,10}([.][0-9]{1,8})?$")]
    strike: Option<String>,
    /// `call` or `put`.
    #[param(value_type = Option<wire::word::Right>, inline)]
    right: Option<String>,
    /// Length of a bar: 1s 5s 15s 30s 1m 2m 5m 15m 30m 1h 1d 1w 1mo.
    #[param(value_type = Option<wire::word::BarSize>, inline, required = true, example = "1h")]
    size: Option<String>,
    /// How far back: a number with s, d, w, mo or y, such as 5d.
    #[param(required = true, pattern = "^[0-9]{1,5}(s|d|w|mo|y)$", example = "5d")]
    duration: Option<String>,
    /// End of the last bar; now when left out.
    #[param(value_type = Option<Timestamp>)]
    end: Option<String>,
    /// trades, midpoint, bid or ask; trades when left out.
    #[param(value_type = Option<wire::word::WhatToShow>, inline)]
    what: Option<String>,
    /// Whether only regular hours count; true when left out.
    #[param(value_type = Option<bool>)]
    regular_hours: Option<String>,
}

/// Historical bars, oldest first.
#[utoipa::path(
    get, path = "/api/v1/market/bars", operation_id = "get_bars", tag = "market data", params(BarsParams),
    responses((status = 200, body = Bars, description = "The answer."), Problems, OfBroker)
)]
pub(crate) async fn bars(State(app): State<App>, Caller(by): Caller, params: Params<BarsParams>) -> Answer {
    Ok(Json(bars_of(&app, &by, &params.0).await?).into_response())
}

/// For every face.
pub(crate) async fn bars_of(app: &App, by: &Principal, asked: &BarsParams) -> Result<Bars, Refusal> {
    let request = bars_request(asked)?;
    let (size, what, regular_hours) = (request.size.into(), request.what.into(), request.regular_hours);
    let (contract, bars) = app.desk.bars(by, request).await?;
    let items = bars.iter().map(Into::into).collect();
    Ok(Bars { contract: (&contract).into(), size, what, regular_hours, items, next_cursor: None })
}

fn bars_request(asked: &BarsParams) -> Result<BarsRequest, Refusal> {
    let mut errors = Vec::new();
    let query = InstrumentQuery {
        con_id: asked.con_id.as_deref(),
        symbol: asked.symbol.as_deref(),
        sec_type: asked.sec_type.as_deref(),
        exchange: asked.exchange.as_deref(),
        currency: asked.currency.as_deref(),
        expiry: asked.expiry.as_deref(),
        strike: asked.strike.as_deref(),
        right: asked.right.as_deref(),
    };
    let instrument = query.instrument().map_err(|found| errors.extend(found)).ok();
    for (name, given) in [("size", &asked.size), ("duration", &asked.duration)] {
        if given.is_none() {
            errors.push(wire::FieldError::new(name, &"is required"));
        }
    }
    let size: Option<BarSize> = one("size", asked.size.as_deref(), &mut errors);
    let duration = asked.duration.as_deref().and_then(|text| {
        let duration = domain::market::BarDuration::from_word(text);
        if duration.is_none() {
            errors.push(wire::FieldError::new("duration", &"must be 1 to 86400 and one of s, d, w, mo, y, such as 5d"));
        }
        duration
    });
    let end = crate::query::time("end", asked.end.as_deref(), &mut errors);
    let what: Option<WhatToShow> = one("what", asked.what.as_deref().or(Some("trades")), &mut errors);
    let regular = asked.regular_hours.as_deref().or(Some("true"));
    let regular_hours = crate::query::flag("regular_hours", regular, &mut errors);
    settle(errors)?;
    match (instrument, size, duration, what) {
        (Some(instrument), Some(size), Some(duration), Some(what)) => {
            Ok(BarsRequest { instrument, size: size.into(), duration, end, what: what.into(), regular_hours })
        }
        (None, _, _, _) | (_, None, _, _) | (_, _, None, _) | (_, _, _, None) => {
            Err(Refusal::field("query", "must name an instrument, a size and a duration"))
        }
    }
}
