//! Accounts: values, positions, profit and loss. No account named means the one that orders use.

use super::all::{READ, told};
use crate::mcp::args::Args;
use crate::mcp::schema::{Input, Output, Shapes};
use crate::mcp::tool::{Effect, Row};
use crate::refusal::Refusal;
use crate::rest::account;
use crate::state::App;
use domain::principal::Principal;
use serde_json::json;

const WHOSE: &str = "The account; the one that orders use when left out.";

/// The rows.
pub(super) fn rows() -> Vec<Row> {
    vec![summary_row(), positions_row(), pnl_row()]
}

fn whose(input: Input) -> Input {
    input.with("account", json!({"type": "string", "pattern": "^[A-Za-z0-9]{1,20}$", "description": WHOSE}))
}

fn of_operation(shapes: &Shapes, operation: &str) -> Input {
    whose(shapes.params(operation).without(&["id"]))
}

/// The account that is asked about.
fn account_of(app: &App, by: &Principal, args: &mut Args) -> Result<String, Refusal> {
    if let Some(account) = args.text("account")? {
        return Ok(account);
    }
    let pinned = app.desk.status(by)?.account;
    let missing =
        || Refusal::field("account", "is required while the broker has not confirmed the one that orders use");
    pinned.map(|account| account.to_string()).ok_or_else(missing)
}

fn summary_row() -> Row {
    Row {
        name: "get_account_status",
        title: "Account values",
        description: "Net liquidation, cash by currency, buying power and margins. What the broker did not say is null, never zero. \
            Look at it before you size an order.",
        scopes: READ,
        effect: Effect::Asks,
        input: |shapes| of_operation(shapes, "get_account_summary"),
        output: Output::One("AccountSummary"),
        call: |app, by, mut args| {
            Box::pin(async move {
                let account = account_of(app, by, &mut args)?;
                args.nothing_else()?;
                told(&account::summary_of(app, by, &account).await?)
            })
        },
    }
}

fn positions_row() -> Row {
    Row {
        name: "get_positions",
        title: "Positions",
        description: "What is held now: signed quantity (negative is short), cost, market value, profit and loss of each position.",
        scopes: READ,
        effect: Effect::Asks,
        input: |shapes| of_operation(shapes, "list_positions"),
        output: Output::Page("Position"),
        call: |app, by, mut args| {
            Box::pin(async move {
                let account = account_of(app, by, &mut args)?;
                told(&account::positions_of(app, by, &account, args.params()?).await?)
            })
        },
    }
}

fn pnl_row() -> Row {
    Row {
        name: "get_pnl",
        title: "Profit and loss",
        description: "Profit and loss of the day, realised and unrealised, by position, and since the day, the week and the peak began.",
        scopes: READ,
        effect: Effect::Asks,
        input: |shapes| of_operation(shapes, "get_pnl"),
        output: Output::One("Pnl"),
        call: |app, by, mut args| {
            Box::pin(async move {
                let account = account_of(app, by, &mut args)?;
                args.nothing_else()?;
                told(&account::pnl_of(app, by, &account).await?)
            })
        },
    }
}
