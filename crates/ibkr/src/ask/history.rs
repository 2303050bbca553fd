//! Historical bars.

use super::answer::Asker;
use crate::bars;
use crate::contract;
use domain::broker::AskError;
use domain::contract::Contract;
use domain::market::{Bar, BarDuration, BarSize, WhatToShow};
use ibapi::market_data::TradingHours;
use jiff::Timestamp;

/// Which bars.
pub(super) struct Request {
    pub(super) size: BarSize,
    pub(super) duration: BarDuration,
    pub(super) end: Option<Timestamp>,
    pub(super) what: WhatToShow,
    pub(super) regular_hours: bool,
}

/// Bars, oldest first; one senseless bar spoils the answer.
pub(super) async fn bars(asker: &Asker, contract: &Contract, request: &Request) -> Result<Vec<Bar>, AskError> {
    let wire = contract::to_wire(contract);
    let mut builder = asker
        .session
        .client
        .historical_data(&wire, bars::size(request.size))
        .duration(bars::duration(request.duration))
        .what_to_show(bars::what(request.what))
        .trading_hours(TradingHours::from_use_rth(request.regular_hours));
    if let Some(end) = request.end {
        let end = bars::offset_date_time(end)
            .ok_or_else(|| AskError::Garbled("the end lies outside the wire's calendar".to_owned()))?;
        builder = builder.ending(end);
    }
    let data = asker.within(asker.deadline(), builder.fetch()).await?;
    let mut bars = data.bars.iter().map(bars::bar).collect::<Result<Vec<_>, _>>().map_err(AskError::Garbled)?;
    bars.sort_by_key(|bar| bar.time);
    Ok(bars)
}
