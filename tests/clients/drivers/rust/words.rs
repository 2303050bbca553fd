//! Between the suite's JSON and the library's types.

use crate::{Failure, say};
use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::realtime::TickTypes;
use ibapi::orders::conditions::{PriceCondition, TimeCondition};
use ibapi::orders::{
    CommissionReport, ExecutionData, ExecutionSide, OcaType, Order, OrderCondition, OrderData, OrderStatus,
};
use ibapi::prelude::*;
use serde_json::{Map, Value, json};

fn text(given: &Value, name: &str) -> String {
    given[name].as_str().map_or_else(String::new, str::to_owned)
}

/// A number, also when it is written as text.
fn number(given: &Value, name: &str) -> Result<Option<f64>, Failure> {
    match &given[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.parse()?)),
        other => Ok(other.as_f64()),
    }
}

pub(crate) fn integer(given: &Value, name: &str) -> Result<i32, Failure> {
    let value = given[name].as_i64().ok_or_else(|| format!("{name} is missing in {given}"))?;
    Ok(i32::try_from(value)?)
}

pub(crate) fn contract_of(given: &Value) -> Result<Contract, Failure> {
    let sec_type = text(given, "sec_type");
    Ok(Contract {
        contract_id: given["con_id"].as_i64().map_or(Ok(0), i32::try_from)?,
        symbol: text(given, "symbol").into(),
        security_type: if sec_type.is_empty() { SecurityType::Other(String::new()) } else { sec_type.parse()? },
        last_trade_date_or_contract_month: text(given, "expiry"),
        strike: number(given, "strike")?.unwrap_or(0.0),
        right: Some(text(given, "right")).filter(|right| !right.is_empty()).map(|right| right.parse()).transpose()?,
        multiplier: text(given, "multiplier"),
        exchange: text(given, "exchange").into(),
        currency: text(given, "currency").into(),
        local_symbol: text(given, "local_symbol"),
        primary_exchange: text(given, "primary").into(),
        trading_class: text(given, "trading_class"),
        ..Contract::default()
    })
}

pub(crate) fn order_of(given: &Value) -> Result<Order, Failure> {
    Ok(Order {
        action: text(given, "action").parse()?,
        total_quantity: number(given, "quantity")?.unwrap_or(0.0),
        order_type: text(given, "type"),
        limit_price: number(given, "limit")?,
        aux_price: number(given, "stop")?,
        tif: text(given, "tif").parse()?,
        order_ref: text(given, "ref"),
        transmit: given["transmit"].as_bool().unwrap_or(true),
        parent_id: given["parent"].as_i64().map_or(Ok(0), i32::try_from)?,
        oca_group: text(given, "oca_group"),
        oca_type: OcaType::from(given["oca_type"].as_i64().map_or(Ok(0), i32::try_from)?),
        account: text(given, "account"),
        outside_rth: given["outside_rth"].as_bool().unwrap_or(false),
        good_till_date: text(given, "good_till"),
        trailing_percent: number(given, "trail_percent")?,
        trail_stop_price: number(given, "trail_stop")?,
        display_size: given["display_size"].as_i64().map(i32::try_from).transpose()?,
        conditions: given["conditions"].as_array().into_iter().flatten().map(condition_of).collect::<Result<_, _>>()?,
        ..Order::default()
    })
}

fn condition_of(given: &Value) -> Result<OrderCondition, Failure> {
    let is_more = given["more"].as_bool().unwrap_or(true);
    if given["kind"] == "time" {
        let time = text(given, "time");
        return Ok(OrderCondition::Time(TimeCondition { time, is_more, is_conjunction: true }));
    }
    Ok(OrderCondition::Price(PriceCondition {
        contract_id: integer(given, "con_id")?,
        exchange: text(given, "exchange"),
        price: number(given, "price")?.unwrap_or(0.0),
        is_more,
        is_conjunction: true,
        ..PriceCondition::default()
    }))
}

fn condition_fields(condition: &OrderCondition) -> Value {
    match condition {
        OrderCondition::Time(time) => json!({"kind": "time", "more": time.is_more, "time": time.time}),
        OrderCondition::Price(price) => json!({
            "kind": "price", "more": price.is_more, "price": price.price, "con_id": price.contract_id,
            "exchange": price.exchange,
        }),
        other => json!({"kind": other.condition_type()}),
    }
}

/// What an order says of itself besides its everyday fields.
fn term_fields(order: &Order) -> Value {
    json!({
        "tif": order.tif.to_string(), "stop": order.aux_price, "outside_rth": order.outside_rth,
        "good_till": order.good_till_date, "trail_percent": order.trailing_percent,
        "trail_stop": order.trail_stop_price, "display_size": order.display_size, "oca_group": order.oca_group,
        "parent": order.parent_id,
        "conditions": order.conditions.iter().map(condition_fields).collect::<Vec<_>>(),
    })
}

pub(crate) fn contract_fields(contract: &Contract) -> Map<String, Value> {
    let fields = json!({
        "con_id": contract.contract_id, "symbol": contract.symbol.as_str(),
        "sec_type": contract.security_type.as_str(), "exchange": contract.exchange.as_str(),
        "currency": contract.currency.as_str(), "expiry": contract.last_trade_date_or_contract_month,
        "strike": contract.strike, "right": contract.right.map(|right| right.to_string()),
        "multiplier": contract.multiplier, "primary": contract.primary_exchange.as_str(),
        "local_symbol": contract.local_symbol, "trading_class": contract.trading_class,
    });
    fields.as_object().cloned().unwrap_or_default()
}

pub(crate) fn order_fields(data: &OrderData) -> Value {
    let order = &data.order;
    json!({
        "order_id": data.order_id, "client_id": order.client_id, "perm_id": order.perm_id, "ref": order.order_ref,
        "symbol": data.contract.symbol.as_str(), "action": order.action.to_string(), "type": order.order_type,
        "quantity": order.total_quantity, "limit": order.limit_price, "status": data.order_state.status.as_str(),
        "terms": term_fields(order),
    })
}

pub(crate) fn execution_fields(data: &ExecutionData) -> Map<String, Value> {
    let execution = &data.execution;
    let fields = json!({
        "exec_id": execution.execution_id, "order_id": execution.order_id, "client_id": execution.client_id,
        "perm_id": execution.perm_id, "symbol": data.contract.symbol.as_str(), "con_id": data.contract.contract_id,
        "side": match execution.side { ExecutionSide::Bought => "BUY", ExecutionSide::Sold => "SELL" },
        "shares": execution.shares, "price": execution.price, "ref": execution.order_reference,
        "account": execution.account_number,
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// An event of a kind with its fields.
pub(crate) fn event(kind: &str, fields: Map<String, Value>) -> Value {
    let mut event = fields;
    event.insert("event".to_owned(), kind.into());
    Value::Object(event)
}

pub(crate) fn say_notice(notice: &Notice) {
    let of = notice.request_id.unwrap_or(-1);
    say(&json!({"event": "notice", "ref": of, "code": notice.code, "text": notice.message}));
}

pub(crate) fn say_status(status: &OrderStatus) {
    say(&json!({
        "event": "status", "order_id": status.order_id, "status": status.status.as_str(), "filled": status.filled,
        "remaining": status.remaining, "avg_price": status.average_fill_price, "why_held": status.why_held,
        "perm_id": status.perm_id, "parent": status.parent_id,
    }));
}

pub(crate) fn say_commission(report: &CommissionReport) {
    say(&json!({
        "event": "commission", "exec_id": report.execution_id, "commission": report.commission,
        "currency": report.currency,
    }));
}

/// The sides of a quote, as they are told one by one.
#[derive(Debug, Default)]
pub(crate) struct Quote(Map<String, Value>);

impl Quote {
    /// Takes a tick in; says whether it is one of those looked for.
    pub(crate) fn take(&mut self, tick: &TickTypes) -> bool {
        match tick {
            TickTypes::Price(tick) => self.put(tick.tick_type, tick.price),
            TickTypes::Size(tick) => self.put(tick.tick_type, tick.size),
            TickTypes::PriceSize(tick) => {
                self.put(tick.price_tick_type, tick.price);
                self.put(tick.size_tick_type, tick.size)
            }
            _ => false,
        }
    }

    fn put(&mut self, kind: TickType, value: f64) -> bool {
        let name = match kind {
            TickType::Bid => "bid",
            TickType::Ask => "ask",
            TickType::Last => "last",
            TickType::BidSize => "bid_size",
            TickType::AskSize => "ask_size",
            _ => return false,
        };
        self.0.insert(name.to_owned(), value.into());
        true
    }

    /// All sides; `null` for what was not told.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        let names = ["bid", "ask", "last", "bid_size", "ask_size"];
        names.iter().map(|name| ((*name).to_owned(), self.0.get(*name).cloned().unwrap_or_default())).collect()
    }
}
