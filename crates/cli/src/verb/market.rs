//! Quotes and bars.

use crate::args::{BarsArgs, InstrumentArgs, QuoteArgs};
use crate::client::{Client, Request};
use crate::failure::Failure;
use crate::out::Said;
use crate::table::{column, field, items, table};
use serde_json::{Value, json};

/// The query words of one instrument. A bare symbol stays bare: the gateway reads it as stk, SMART, USD and says so.
fn asked<'a>(request: Request<'a>, symbol: Option<&str>, instrument: &InstrumentArgs) -> Request<'a> {
    let said = instrument.sec_type.is_some() || instrument.exchange.is_some() || instrument.currency.is_some();
    let fill = |given: &Option<String>, filled: &str| said.then(|| given.clone().unwrap_or_else(|| filled.to_owned()));
    if instrument.con_id.is_some() {
        return request.with("con_id", instrument.con_id.as_ref());
    }
    request
        .with("symbol", symbol)
        .with("sec_type", fill(&instrument.sec_type, "stk"))
        .with("exchange", fill(&instrument.exchange, "SMART"))
        .with("currency", fill(&instrument.currency, "USD"))
        .with("expiry", instrument.expiry.as_ref())
        .with("strike", instrument.strike)
        .with("right", instrument.right.as_ref())
}

/// `tollgate quote`.
pub(crate) async fn quote(client: &Client, args: &QuoteArgs) -> Result<Said, Failure> {
    let symbols: Vec<Option<&str>> = if args.instrument.con_id.is_some() {
        vec![None]
    } else {
        args.symbols.iter().map(|symbol| Some(symbol.as_str())).collect()
    };
    let mut quotes = Vec::new();
    for symbol in symbols {
        let request = asked(Request::get("/market/quote"), symbol, &args.instrument);
        quotes.push(client.send(request).await?.body);
    }
    let human = quote_table(&quotes, false);
    let json = match quotes.len() {
        1 => quotes.remove(0),
        _several => json!({"items": quotes, "next_cursor": null}),
    };
    Ok(Said::new(json, human))
}

/// Quotes side by side; with how they are fed where that is known.
pub(super) fn quote_table(quotes: &[Value], with_state: bool) -> String {
    let mut columns = vec![
        column("symbol", "symbol"),
        column("bid", "bid"),
        column("bid size", "bid_size"),
        column("ask", "ask"),
        column("ask size", "ask_size"),
        column("last", "last"),
        column("close", "close"),
        column("volume", "volume"),
        column("data", "data_type"),
    ];
    columns.push(if with_state { column("feed", "state") } else { column("age ms", "age_ms") });
    table(quotes, &columns, "no quotes")
}

/// `tollgate bars`.
pub(crate) async fn bars(client: &Client, args: &BarsArgs) -> Result<Said, Failure> {
    let request = asked(Request::get("/market/bars"), args.symbol.as_deref(), &args.instrument)
        .with("size", Some(&args.size))
        .with("duration", Some(&args.duration));
    let answer = client.send(request).await?.body;
    let columns = [
        column("time", "time"),
        column("open", "open"),
        column("high", "high"),
        column("low", "low"),
        column("close", "close"),
        column("volume", "volume"),
    ];
    let rows: &[Value] = answer.get("bars").map_or_else(|| items(&answer), items);
    let human = format!("{}\n{}", field(&answer, "contract.symbol"), table(rows, &columns, "no bars"));
    Ok(Said::new(answer.clone(), human))
}
