//! What callers trade, and about what price.

use crate::rest::Rest;
use rand::{Rng, RngExt};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Stocks and ETFs of the venue.
pub(crate) const SYMBOLS: [&str; 24] = [
    "AAPL", "AMD", "BAC", "BBY", "CVX", "GE", "HD", "JNJ", "JPM", "KO", "LLY", "MRK", "MSFT", "PEP", "PFE", "PG",
    "RRC", "UNH", "WMT", "XOM", "SPY", "QQQ", "IWM", "TLT",
];

/// How many of the orders that open something come with their exits.
const BRACKETS: f64 = 0.12; // tidy: float — a chance

/// The last quotes.
#[derive(Debug, Default)]
pub(crate) struct Prices(Mutex<BTreeMap<&'static str, Decimal>>);

impl Prices {
    /// Asks for one quote; without an answer the old price stays.
    pub(crate) async fn refresh(&self, rest: &Rest, symbol: &'static str) {
        let Ok(quote) = rest.get(&format!("/api/v1/market/quote?symbol={symbol}")).await else { return };
        let decimal = |name: &str| quote[name].as_str().and_then(|text| text.parse::<Decimal>().ok());
        if let (Some(bid), Some(ask)) = (decimal("bid"), decimal("ask")) {
            let middle = ((bid + ask) / Decimal::TWO).round_dp(2);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(symbol, middle);
        }
    }

    /// About the price of a symbol.
    pub(crate) fn of(&self, symbol: &str) -> Option<Decimal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(symbol).copied()
    }
}

/// A price so many tenths of a percent away from another.
pub(crate) fn away(price: Decimal, per_mille: i64) -> Decimal {
    (price * Decimal::from(1_000 + per_mille) / Decimal::ONE_THOUSAND).round_dp(2)
}

/// A random order body.
pub(crate) fn order(randomness: &mut impl Rng, prices: &Prices, too_much: u32) -> Option<Value> {
    let at = randomness.random_range(0..SYMBOLS.len());
    let symbol = SYMBOLS[at];
    let price = prices.of(symbol)?;
    // Half of the symbols is held, the other half is short: the words of an order must fit what is held.
    let opens = randomness.random_bool(0.75);
    let (side, buys) = match (at % 2, opens) {
        (0, true) => ("buy", true),
        (0, false) => ("sell", false),
        (_, true) => ("sell_short", false),
        (_, false) => ("buy_to_cover", true),
    };
    let qty = if randomness.random_bool(0.02) { too_much } else { randomness.random_range(1..=20) };
    // Away from the market for a resting order, beyond it for one that fills.
    let rests = randomness.random_range(10..150);
    let toward = |per_mille: i64| away(price, if buys { -per_mille } else { per_mille });
    let mut body = json!({
        "symbol": symbol, "sec_type": "stk", "exchange": "SMART", "currency": "USD",
        "side": side, "qty": qty.to_string(),
    });
    let mut set = |name: &str, value: &str| body[name] = Value::from(value);
    match randomness.random_range(0..100) {
        0..45 => {
            set("order_type", "limit");
            set("tif", if randomness.random_bool(0.5) { "gtc" } else { "day" });
            set("limit_price", &toward(rests).to_string());
        }
        45..65 => {
            set("order_type", "limit");
            set("tif", "day");
            set("limit_price", &toward(-10).to_string());
        }
        65..75 => {
            set("order_type", "limit");
            set("tif", if randomness.random_bool(0.7) { "ioc" } else { "fok" });
            set("limit_price", &toward(randomness.random_range(-10..10)).to_string());
        }
        75..90 => {
            set("order_type", "market");
            set("tif", "day");
        }
        _ => {
            set("order_type", "stop");
            set("tif", "gtc");
            set("stop_price", &toward(-rests).to_string());
        }
    }
    if body["tif"] != "ioc" && body["tif"] != "fok" && opens && randomness.random_bool(BRACKETS) {
        let (profit, loss) = (randomness.random_range(4..60), randomness.random_range(4..60));
        let own = body["limit_price"].as_str().or(body["stop_price"].as_str());
        let entry = own.and_then(|text| text.parse().ok()).unwrap_or(price);
        let beyond = |per_mille: i64| away(entry, if buys { per_mille } else { -per_mille });
        body["bracket"] = json!({
            "take_profit": beyond(profit).to_string(),
            "stop_loss": beyond(-loss).to_string(),
        });
    }
    Some(body)
}
