//! What holds orders back: approvals, gates, limits, and the kill switch, which goes one way here.

use super::all::{READ, told};
use crate::mcp::args::Args;
use crate::mcp::schema::Output;
use crate::mcp::tool::{Effect, Row};
use crate::refusal::Refusal;
use crate::rest::{approval, gates, limits};
use crate::state::App;
use domain::principal::{Principal, Scope};
use serde_json::{Value, json};
use wire::kill::{SetTradingState, TradingStates};
use wire::word::TradingState;

/// The rows.
pub(super) fn rows() -> Vec<Row> {
    vec![approvals_row(), gates_row(), limits_row(), kill_row()]
}

fn approvals_row() -> Row {
    Row {
        name: "list_approvals",
        title: "Approvals",
        description: "Orders that wait for a human or were answered, when the question lapses and who answered. Only a human answers.",
        scopes: READ,
        effect: Effect::Looks,
        input: |shapes| shapes.params("list_approvals"),
        output: Output::Page("Approval"),
        call: |app, by, args| Box::pin(async move { told(&approval::list_of(app, by, &args.params()?)?) }),
    }
}

fn gates_row() -> Row {
    Row {
        name: "get_gates",
        title: "Gate board",
        description: "Every gate: open, closed and why, or dependent on the order. Could any order pass now?",
        scopes: READ,
        effect: Effect::Looks,
        input: |_| crate::mcp::schema::Input::nothing(),
        output: Output::Page("BoardEntry"),
        call: |app, by, args| {
            Box::pin(async move {
                args.nothing_else()?;
                told(&gates::board_of(app, by)?)
            })
        },
    }
}

fn limits_row() -> Row {
    Row {
        name: "get_limits",
        title: "Limits",
        description: "Each limit as it counts, where it comes from and what is used of it; by instrument, account, strategy or kind of \
            security. Only a human loosens limits.",
        scopes: READ,
        effect: Effect::Looks,
        input: |shapes| shapes.params("get_limits"),
        output: Output::One("Limits"),
        call: |app, by, args| Box::pin(async move { told(&limits::limits_of(app, by, args.params()?).await?) }),
    }
}

fn kill_row() -> Row {
    Row {
        name: "kill_switch",
        title: "Kill switch (on)",
        description: "Halts trading, everywhere or for one account or strategy: no new order leaves, working orders are canceled. Use it \
            when something is wrong and you do not understand it. Only a human lifts it again.",
        scopes: &[Scope::Kill],
        effect: Effect::Changes,
        input: |shapes| shapes.body("SetTradingState").without(&["state"]),
        output: Output::One("TradingStates"),
        call: |app, by, args| Box::pin(kill(app, by, args)),
    }
}

async fn kill(app: &App, by: &Principal, mut args: Args) -> Result<Value, Refusal> {
    args.set("state", json!(TradingState::Halted))?;
    let (scope, state, reason) = SetTradingState::parse(&args.body()?)?;
    let states = app.desk.set_trading_state(by, scope, state, reason).await?;
    // It is set, and a key that may kill but not read is told so all the same.
    let kill_file = app.desk.status(by).ok().map(|status| status.kill_file);
    told(&TradingStates::of(&states, kill_file))
}
