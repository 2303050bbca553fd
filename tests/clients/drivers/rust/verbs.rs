//! The verbs, each one a call of the library.

use crate::words::{
    Quote, contract_fields, contract_of, event, execution_fields, integer, order_fields, order_of, say_commission,
    say_notice, say_status,
};
use crate::{Failure, say};
use ibapi::market_data::historical::{BarSize, BarTimestamp};
use ibapi::orders::{Executions, OrderState};
use ibapi::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

pub(crate) const PATIENCE: Duration = Duration::from_secs(25);

/// The connection, and the tasks that listen on it.
#[derive(Default)]
pub(crate) struct Driver {
    client: Option<Arc<Client>>,
    listeners: Vec<JoinHandle<()>>,
}

/// What a request that names something wrong was answered: the code, if the venue sent one.
fn codes(error: Error) -> Result<Vec<i32>, Failure> {
    match error {
        Error::Notice(notice) => {
            say_notice(&notice);
            Ok(vec![notice.code])
        }
        other => Err(other.into()),
    }
}

/// Every item until the end of a request.
pub(crate) async fn all<T>(
    mut items: impl StreamExt<Item = Result<SubscriptionItem<T>, Error>> + Unpin,
) -> Result<Vec<T>, Failure> {
    let mut found = Vec::new();
    while let Some(item) = tokio::time::timeout(PATIENCE, items.next()).await? {
        match item? {
            SubscriptionItem::Data(data) => found.push(data),
            SubscriptionItem::Notice(notice) => say_notice(&notice),
        }
    }
    Ok(found)
}

/// The first item.
pub(crate) async fn first<T>(
    mut items: impl StreamExt<Item = Result<SubscriptionItem<T>, Error>> + Unpin,
    wanted: impl Fn(&T) -> bool,
) -> Result<T, Failure> {
    while let Some(item) = tokio::time::timeout(PATIENCE, items.next()).await? {
        match item? {
            SubscriptionItem::Data(data) if wanted(&data) => return Ok(data),
            SubscriptionItem::Data(_) => {}
            SubscriptionItem::Notice(notice) => say_notice(&notice),
        }
    }
    Err("the stream ended".into())
}

/// Rows until the one that ends the first batch of a stream that goes on.
async fn batch<T>(
    mut items: impl StreamExt<Item = Result<SubscriptionItem<T>, Error>> + Unpin,
    is_end: impl Fn(&T) -> bool,
) -> Result<Vec<T>, Failure> {
    let mut rows = Vec::new();
    while let Some(item) = tokio::time::timeout(PATIENCE, items.next()).await? {
        match item? {
            SubscriptionItem::Data(data) if is_end(&data) => return Ok(rows),
            SubscriptionItem::Data(data) => rows.push(data),
            SubscriptionItem::Notice(notice) => say_notice(&notice),
        }
    }
    Err("the stream ended before its end marker".into())
}

fn say_update(update: OrderUpdate) {
    match update {
        OrderUpdate::OrderStatus(status) => say_status(&status),
        OrderUpdate::OpenOrder(data) => {
            let fields = order_fields(&data).as_object().cloned().unwrap_or_default();
            say(&event("open_order", fields));
        }
        OrderUpdate::ExecutionData(data) => say(&event("execution", execution_fields(&data))),
        OrderUpdate::CommissionReport(report) => say_commission(&report),
        _ => {}
    }
}

impl Driver {
    fn client(&self) -> Result<Arc<Client>, Failure> {
        self.client.clone().ok_or_else(|| "not connected".into())
    }

    /// Does what a line asks for; `None` for a verb it does not know.
    pub(crate) async fn answer(&mut self, given: &Value) -> Result<Option<Value>, Failure> {
        let verb = given["do"].as_str().unwrap_or_default();
        match verb {
            "connect" => return self.connect(given).await.map(Some),
            "disconnect" => return self.disconnect().await.map(Some),
            "quotes_start" => return self.quotes_start(given).await.map(Some),
            _ => {}
        }
        let client = self.client()?;
        let answer = match verb {
            "connect_twice" => connect_twice(given).await?,
            "order_id" => json!({"order_id": client.next_order_id()}),
            "time" => json!({"time": client.server_time().await?.unix_timestamp()}),
            "summary" => summary(&client, given).await?,
            "account_updates" => account_updates(&client, given).await?,
            "details" => details(&client, given).await?,
            "symbols" => symbols(&client, given).await?,
            "snapshot" => snapshot(&client, given).await?,
            "bars" => bars(&client, given).await?,
            "what_if" => what_if(&client, given).await?,
            "place" => place(&client, given).await?,
            "cancel" => cancel(&client, given).await?,
            "own_open" => orders(client.open_orders().await?).await?,
            "all_open" => orders(client.all_open_orders().await?).await?,
            "completed" => orders(client.completed_orders(false).await?).await?,
            "executions" => executions(&client, given).await?,
            "positions" => positions(&client).await?,
            "pnl" => pnl(&client, given).await?,
            "pnl_single" => pnl_single(&client, given).await?,
            _ => return crate::data::answer(&client, given).await,
        };
        Ok(Some(answer))
    }

    async fn connect(&mut self, given: &Value) -> Result<Value, Failure> {
        let address = format!("127.0.0.1:{}", integer(given, "port")?);
        let builder = Client::builder().address(address).client_id(integer(given, "client_id")?);
        let (client, mut notices) = builder.connect_with_notice_stream().await?;
        let mut updates = client.order_update_stream().await?;
        self.listeners.push(tokio::spawn(async move {
            while let Some(notice) = notices.next().await {
                say_notice(&notice);
            }
        }));
        self.listeners.push(tokio::spawn(async move {
            while let Some(update) = updates.next().await {
                match update {
                    Ok(SubscriptionItem::Data(update)) => say_update(update),
                    Ok(SubscriptionItem::Notice(notice)) => say_notice(&notice),
                    Err(error) => say(&json!({"event": "stream_error", "text": error.to_string()})),
                }
            }
        }));
        let accounts = client.managed_accounts().await?;
        let told = json!({
            "server_version": client.server_version(), "accounts": accounts,
            "next_order_id": client.next_valid_order_id().await?,
        });
        self.client = Some(Arc::new(client));
        Ok(told)
    }

    async fn disconnect(&mut self) -> Result<Value, Failure> {
        let client = self.client()?;
        self.listeners.drain(..).for_each(|listener| listener.abort());
        client.disconnect().await;
        self.client = None;
        Ok(json!({}))
    }

    async fn quotes_start(&mut self, given: &Value) -> Result<Value, Failure> {
        let (client, sub) = (self.client()?, given["sub"].clone());
        let contract = contract_of(&given["contract"])?;
        let mut ticks = client.market_data(&contract).subscribe().await?;
        self.listeners.push(tokio::spawn(async move {
            let mut quote = Quote::default();
            while let Some(Ok(item)) = ticks.next().await {
                match item {
                    SubscriptionItem::Data(tick) if quote.take(&tick) => {
                        let mut fields = quote.fields();
                        fields.insert("sub".to_owned(), sub.clone());
                        say(&event("quote", fields));
                    }
                    SubscriptionItem::Data(_) => {}
                    SubscriptionItem::Notice(notice) => say_notice(&notice),
                }
            }
        }));
        Ok(json!({}))
    }
}

async fn connect_twice(given: &Value) -> Result<Value, Failure> {
    let address = format!("127.0.0.1:{}", integer(given, "port")?);
    match Client::connect(&address, integer(given, "client_id")?).await {
        Ok(second) => {
            second.disconnect().await;
            Ok(json!({"connected": true, "codes": []}))
        }
        // The library's own name for what the venue says with 326.
        Err(Error::ClientIdInUse { .. }) => Ok(json!({"connected": false, "codes": [326]})),
        Err(error) => Ok(json!({"connected": false, "codes": [], "text": error.to_string()})),
    }
}

async fn summary(client: &Client, given: &Value) -> Result<Value, Failure> {
    let tags: Vec<&str> = given["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let rows = client.account_summary(&"All".into(), &tags).await?;
    let rows = batch(rows, |row| matches!(row, AccountSummaryResult::End)).await?;
    let values: Map<String, Value> = rows
        .into_iter()
        .filter_map(|row| match row {
            AccountSummaryResult::Summary(row) if given["account"] == row.account => Some((row.tag, row.value.into())),
            _ => None,
        })
        .collect();
    Ok(json!({"values": values}))
}

async fn account_updates(client: &Client, given: &Value) -> Result<Value, Failure> {
    let account = given["account"].as_str().unwrap_or_default();
    let rows = client.account_updates(&account.into()).await?;
    let rows = batch(rows, |row| matches!(row, AccountUpdate::End)).await?;
    let values: Map<String, Value> = rows
        .into_iter()
        .filter_map(|row| match row {
            AccountUpdate::AccountValue(row) => Some((row.key, row.value.into())),
            _ => None,
        })
        .collect();
    Ok(json!({"values": values}))
}

async fn details(client: &Client, given: &Value) -> Result<Value, Failure> {
    let found = match client.contract_details(&contract_of(&given["contract"])?).await {
        Ok(found) => found,
        Err(error) => return Ok(json!({"found": [], "codes": codes(error)?})),
    };
    let rows: Vec<Value> = found
        .iter()
        .map(|details| {
            let mut fields = contract_fields(&details.contract);
            fields.insert("long_name".to_owned(), details.long_name.clone().into());
            fields.insert("min_tick".to_owned(), details.min_tick.into());
            fields.insert("time_zone".to_owned(), details.time_zone_id.clone().into());
            fields.into()
        })
        .collect();
    Ok(json!({"found": rows, "codes": []}))
}

async fn symbols(client: &Client, given: &Value) -> Result<Value, Failure> {
    let found = client.matching_symbols(given["pattern"].as_str().unwrap_or_default()).await?;
    let rows: Vec<Value> = found
        .iter()
        .map(|hit| json!({"con_id": hit.contract.contract_id, "symbol": hit.contract.symbol.as_str()}))
        .collect();
    Ok(json!({"found": rows}))
}

async fn snapshot(client: &Client, given: &Value) -> Result<Value, Failure> {
    let contract = contract_of(&given["contract"])?;
    let mut quote = Quote::default();
    for tick in client.market_data(&contract).snapshot_once(PATIENCE).await? {
        quote.take(&tick);
    }
    Ok(quote.fields().into())
}

pub(crate) fn bar_size(words: &str) -> Result<BarSize, Failure> {
    match words {
        "1 min" => Ok(BarSize::Min),
        "5 mins" => Ok(BarSize::Min5),
        "1 hour" => Ok(BarSize::Hour),
        "1 day" => Ok(BarSize::Day),
        other => Err(format!("the library has no bars of {other:?}").into()),
    }
}

/// When bars end: `20240229 16:00:00 US/Eastern`; nothing for now.
pub(crate) fn ending(words: &str) -> Result<Option<time::OffsetDateTime>, Failure> {
    if words.is_empty() {
        return Ok(None);
    }
    let (civil, zone) = words.rsplit_once(' ').ok_or("no time zone")?;
    let civil = jiff::civil::DateTime::strptime("%Y%m%d %H:%M:%S", civil)?;
    let seconds = civil.in_tz(zone)?.timestamp().as_second();
    Ok(Some(time::OffsetDateTime::from_unix_timestamp(seconds)?))
}

async fn bars(client: &Client, given: &Value) -> Result<Value, Failure> {
    let contract = contract_of(&given["contract"])?;
    let word = |name: &str| given[name].as_str().unwrap_or_default();
    let mut request = client
        .historical_data(&contract, bar_size(word("size"))?)
        .what_to_show(word("what").parse()?)
        .trading_hours(TradingHours::from_use_rth(given["rth"].as_bool().unwrap_or(true)))
        .duration(word("duration").parse()?);
    if let Some(end) = ending(word("end"))? {
        request = request.ending(end);
    }
    let data = match request.fetch().await {
        Ok(data) => data,
        Err(error) => return Ok(json!({"bars": [], "codes": codes(error)?})),
    };
    let rows: Vec<Value> = data
        .bars
        .iter()
        .map(|bar| {
            let time = match bar.date {
                BarTimestamp::Date(day) => day.to_string(),
                BarTimestamp::DateTime(at) => at.unix_timestamp().to_string(),
            };
            json!({
                "time": time, "open": bar.open, "high": bar.high, "low": bar.low, "close": bar.close,
                "volume": bar.volume,
            })
        })
        .collect();
    Ok(json!({"bars": rows, "codes": []}))
}

async fn what_if(client: &Client, given: &Value) -> Result<Value, Failure> {
    let mut order = order_of(&given["order"])?;
    order.what_if = true;
    let (contract, id) = (contract_of(&given["contract"])?, client.next_order_id());
    let reports = client.place_order(id, &contract, &order).await?;
    let report = first(reports, |report| matches!(report, PlaceOrder::OpenOrder(_))).await?;
    let PlaceOrder::OpenOrder(data) = report else { return Err("no preview".into()) };
    let OrderState { initial_margin_change, equity_with_loan_after, commission, .. } = data.order_state;
    Ok(json!({
        "init_margin_change": initial_margin_change, "equity_after": equity_with_loan_after, "commission": commission,
    }))
}

async fn place(client: &Client, given: &Value) -> Result<Value, Failure> {
    let (contract, order) = (contract_of(&given["contract"])?, order_of(&given["order"])?);
    client.submit_order(integer(given, "order_id")?, &contract, &order).await?;
    Ok(json!({}))
}

async fn cancel(client: &Client, given: &Value) -> Result<Value, Failure> {
    let order_id = integer(given, "order_id")?;
    let mut answers = client.cancel_order(order_id, "").await?;
    // What comes of it is told beside, as for every other client.
    tokio::spawn(async move {
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(SubscriptionItem::Data(_)) => {}
                Ok(SubscriptionItem::Notice(notice)) | Err(Error::Notice(notice)) => say_notice(&notice),
                Err(_) => return,
            }
        }
    });
    Ok(json!({}))
}

async fn orders(answers: Subscription<Orders>) -> Result<Value, Failure> {
    let rows: Vec<Value> = all(answers)
        .await?
        .iter()
        .filter_map(|row| match row {
            Orders::OrderData(data) => Some(order_fields(data)),
            _ => None,
        })
        .collect();
    Ok(json!({"orders": rows}))
}

async fn executions(client: &Client, given: &Value) -> Result<Value, Failure> {
    let filter = ExecutionFilter {
        client_id: Some(integer(given, "client_id")?).filter(|id| *id != 0),
        ..ExecutionFilter::default()
    };
    let (mut rows, mut charged) = (Vec::new(), BTreeMap::new());
    for row in all(client.executions(filter).await?).await? {
        match row {
            Executions::ExecutionData(data) => rows.push(execution_fields(&data)),
            Executions::CommissionReport(report) => {
                charged.insert(report.execution_id, report.commission);
            }
        }
    }
    for row in &mut rows {
        let commission = row["exec_id"].as_str().and_then(|id| charged.get(id)).copied();
        row.insert("commission".to_owned(), commission.into());
    }
    Ok(json!({"executions": rows}))
}

async fn positions(client: &Client) -> Result<Value, Failure> {
    let rows = client.positions().await?;
    let rows = batch(rows, |row| matches!(row, PositionUpdate::PositionEnd)).await?;
    let rows: Vec<Value> = rows
        .into_iter()
        .filter_map(|row| match row {
            PositionUpdate::Position(held) => Some(json!({
                "account": held.account, "symbol": held.contract.symbol.as_str(), "con_id": held.contract.contract_id, "quantity": held.position,
                "average_cost": held.average_cost,
            })),
            _ => None,
        })
        .collect();
    Ok(json!({"positions": rows}))
}

async fn pnl(client: &Client, given: &Value) -> Result<Value, Failure> {
    let account = given["account"].as_str().unwrap_or_default();
    let told = client.pnl(&account.into(), None).await?;
    let told = first(told, |told| told.unrealized_pnl.is_some() && told.realized_pnl.is_some()).await?;
    Ok(json!({"daily": told.daily_pnl, "unrealized": told.unrealized_pnl, "realized": told.realized_pnl}))
}

async fn pnl_single(client: &Client, given: &Value) -> Result<Value, Failure> {
    let account = given["account"].as_str().unwrap_or_default();
    let con_id = integer(given, "con_id")?;
    let told = first(client.pnl_single(&account.into(), con_id.into(), None).await?, |_| true).await?;
    Ok(json!({"position": told.position, "daily": told.daily_pnl, "value": told.value}))
}
