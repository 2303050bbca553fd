//! The gateway in one look, and market data.

use super::all::{READ, told};
use crate::mcp::schema::{Input, Output};
use crate::mcp::shapes::{BarsLine, ChainLine, StatusLine};
use crate::mcp::tool::{Effect, Row};
use crate::rest::{contract, market, status};

/// The rows.
pub(super) fn rows() -> Vec<Row> {
    vec![status_row(), search_row(), chain_row(), quote_row(), bars_row()]
}

fn status_row() -> Row {
    Row {
        name: "get_status",
        title: "Gateway status",
        description: "Is trading ready, and if not, why? Paper or live, account, broker link, kill states, orders of unknown fate, pending \
            approvals. Call it first, and whenever an order is refused with not_ready.",
        scopes: READ,
        effect: Effect::Looks,
        input: |_| Input::nothing(),
        output: Output::One("StatusLine"),
        call: |app, by, args| {
            Box::pin(async move {
                args.nothing_else()?;
                told(&StatusLine::from(status::shape(app.desk.status(by)?)))
            })
        },
    }
}

fn search_row() -> Row {
    Row {
        name: "search_contracts",
        title: "Search contracts",
        description: "Find the con_id of an instrument by ticker or part of its name, when a symbol is ambiguous or you only know a \
            company's name.",
        scopes: READ,
        effect: Effect::Asks,
        input: |shapes| shapes.params("search_contracts"),
        output: Output::Page("SymbolMatch"),
        call: |app, by, args| Box::pin(async move { told(&contract::search_of(app, by, args.params()?).await?) }),
    }
}

fn chain_row() -> Row {
    Row {
        name: "get_option_chain",
        title: "Option chain",
        description: "Expiries, strikes, multiplier and trading class of the options on an underlying, by the underlying's con_id. \
            Not every pair of expiry and strike is listed; a quote or preview by full specification tells.",
        scopes: READ,
        effect: Effect::Asks,
        input: |shapes| shapes.params("get_option_chain"),
        output: Output::One("ChainLine"),
        call: |app, by, mut args| {
            Box::pin(async move {
                let con_id = args.needed("con_id")?;
                args.nothing_else()?;
                told(&ChainLine::from(contract::chain_of(app, by, &con_id).await?))
            })
        },
    }
}

fn quote_row() -> Row {
    Row {
        name: "get_quote",
        title: "Quote",
        description: "Bid, ask, last, sizes and the age of one instrument. A bare symbol means a US stock (stk, SMART, USD); anything \
            else needs con_id or the full specification. Look at data_type and age_ms before you rely on a price.",
        scopes: READ,
        effect: Effect::Asks,
        input: |shapes| shapes.params("get_quote"),
        output: Output::One("Quote"),
        call: |app, by, args| Box::pin(async move { told(&market::quote_of(app, by, args.params()?).await?) }),
    }
}

fn bars_row() -> Row {
    Row {
        name: "get_historical_data",
        title: "Historical bars",
        description: "Open, high, low, close and volume of one instrument, named as for get_quote, oldest first. \
            Ask for no more bars than you need; the broker paces such requests.",
        scopes: READ,
        effect: Effect::Asks,
        input: |shapes| {
            let input = shapes.params("get_bars").unsaid();
            let input = input.said("duration", "How far back: a number with s, d, w, mo or y, such as 5d.");
            input.said("end", "End of the last bar; now when left out.")
        },
        output: Output::One("BarsLine"),
        call: |app, by, args| {
            Box::pin(async move { told(&BarsLine::from(market::bars_of(app, by, &args.params()?).await?)) })
        },
    }
}
