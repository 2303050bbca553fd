//! The verbs for depth, ticks, history and the like.

use crate::Failure;
use crate::verbs::{PATIENCE, all, bar_size, ending, first};
use crate::words::{contract_of, integer};
use ibapi::contracts::Contract;
use ibapi::market_data::realtime::{MarketDepths, WhatToShow as Live};
use ibapi::prelude::*;
use ibapi::scanner::ScannerSubscription;
use serde_json::{Value, json};

/// Does what a line asks for; `None` for a verb it does not know.
pub(crate) async fn answer(client: &Client, given: &Value) -> Result<Option<Value>, Failure> {
    let contract = if given["contract"].is_null() { Contract::default() } else { contract_of(&given["contract"])? };
    let answer = match given["do"].as_str().unwrap_or_default() {
        "depth" => depth(client, &contract, given).await?,
        "tick_by_tick" => tick_by_tick(client, &contract, given).await?,
        "realtime_bar" => realtime_bar(client, &contract).await?,
        "head_timestamp" => {
            let what = given["what"].as_str().unwrap_or_default().parse()?;
            let time = client.head_timestamp(&contract, what, TradingHours::Regular).await?;
            json!({"time": time.unix_timestamp().to_string()})
        }
        "past_ticks" => past_ticks(client, &contract, given).await?,
        "histogram" => {
            let period = bar_size(given["period"].as_str().unwrap_or_default())?;
            let rows = client.histogram_data(&contract, TradingHours::Regular, period).await?;
            json!({"rows": rows.iter().map(|row| json!([row.price, row.size])).collect::<Vec<_>>()})
        }
        "schedule" => schedule(client, &contract, given).await?,
        "market_rule" => {
            let rule = client.market_rule(integer(given, "rule")?).await?;
            let steps = rule.price_increments.iter().map(|step| json!([step.low_edge, step.increment]));
            json!({"steps": steps.collect::<Vec<_>>()})
        }
        "option_chain" => option_chain(client, given).await?,
        "scan" => scan(client, given).await?,
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

async fn depth(client: &Client, contract: &Contract, given: &Value) -> Result<Value, Failure> {
    let rows = integer(given, "rows")?;
    let wanted = usize::try_from(rows)?;
    let mut updates = client.market_depth(contract, rows).subscribe().await?;
    let (mut bids, mut asks): (Vec<[f64; 2]>, Vec<[f64; 2]>) = (Vec::new(), Vec::new());
    while bids.len() < wanted || asks.len() < wanted {
        let update = tokio::time::timeout(PATIENCE, updates.next()).await?.ok_or("the book's stream ended")??;
        let SubscriptionItem::Data(MarketDepths::MarketDepth(row)) = update else { continue };
        let (side, at) = (if row.side == 1 { &mut bids } else { &mut asks }, usize::try_from(row.position)?);
        match row.operation {
            0 => side.insert(at.min(side.len()), [row.price, row.size]),
            1 => *side.get_mut(at).ok_or("a change of a row that is not there")? = [row.price, row.size],
            _ => {
                side.remove(at);
            }
        }
    }
    Ok(json!({"bids": bids, "asks": asks}))
}

async fn tick_by_tick(client: &Client, contract: &Contract, given: &Value) -> Result<Value, Failure> {
    let request = client.tick_by_tick(contract, 0);
    if given["kind"] == "BidAsk" {
        let tick = first(request.bid_ask(IgnoreSize::No).await?, |_| true).await?;
        return Ok(json!({
            "bid": tick.bid_price, "ask": tick.ask_price, "bid_size": tick.bid_size, "ask_size": tick.ask_size,
        }));
    }
    let tick = first(request.last().await?, |_| true).await?;
    Ok(json!({"price": tick.price, "size": tick.size}))
}

async fn realtime_bar(client: &Client, contract: &Contract) -> Result<Value, Failure> {
    let bars = client.realtime_bars(contract).what_to_show(Live::Trades).trading_hours(TradingHours::Extended);
    let bar = first(bars.subscribe().await?, |_| true).await?;
    Ok(json!({"open": bar.open, "high": bar.high, "low": bar.low, "close": bar.close, "volume": bar.volume}))
}

async fn past_ticks(client: &Client, contract: &Contract, given: &Value) -> Result<Value, Failure> {
    let mut request = client.historical_ticks(contract, integer(given, "count")?).trading_hours(TradingHours::Extended);
    if let Some(start) = ending(given["start"].as_str().unwrap_or_default())? {
        request = request.starting(start);
    }
    let rows: Vec<Value> = all(request.trade().await?)
        .await?
        .iter()
        .map(|tick| json!([tick.timestamp.unix_timestamp(), tick.price, tick.size]))
        .collect();
    Ok(json!({"ticks": rows}))
}

async fn schedule(client: &Client, contract: &Contract, given: &Value) -> Result<Value, Failure> {
    let mut request = client.historical_schedules(contract, integer(given, "days")?.days());
    if let Some(end) = ending(given["end"].as_str().unwrap_or_default())? {
        request = request.ending(end);
    }
    let told = request.fetch().await?;
    let days: Vec<String> =
        told.sessions.iter().map(|session| session.reference.to_string().replace('-', "")).collect();
    Ok(json!({"days": days, "zone": told.time_zone}))
}

async fn option_chain(client: &Client, given: &Value) -> Result<Value, Failure> {
    let word = |name: &str| given[name].as_str().unwrap_or_default();
    let chains = client.option_chain(word("symbol"), word("sec_type").parse()?, integer(given, "con_id")?);
    let rows: Vec<Value> = all(chains.subscribe().await?)
        .await?
        .into_iter()
        .map(|mut chain| {
            chain.expirations.sort();
            chain.strikes.sort_by(f64::total_cmp);
            json!({
                "exchange": chain.exchange, "expiries": chain.expirations, "strikes": chain.strikes,
                "multiplier": chain.multiplier,
            })
        })
        .collect();
    Ok(json!({"chains": rows}))
}

async fn scan(client: &Client, given: &Value) -> Result<Value, Failure> {
    let asked = ScannerSubscription {
        number_of_rows: integer(given, "rows")?,
        instrument: Some("STK".to_owned()),
        location_code: Some("STK.US.MAJOR".to_owned()),
        scan_code: given["code"].as_str().map(str::to_owned),
        ..ScannerSubscription::default()
    };
    let rows = first(client.scanner_subscription(&asked, &[]).await?, |_| true).await?;
    let found = rows.iter().map(|row| json!([row.rank, row.contract_details.contract.symbol.as_str()]));
    Ok(json!({"found": found.collect::<Vec<_>>()}))
}
