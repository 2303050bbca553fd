//! The closed loop: a look at it, and a proposal.

use super::all::{READ, told};
use crate::mcp::schema::Output;
use crate::mcp::shapes::{LoopNow, Proposed};
use crate::mcp::tool::{Effect, Row};
use crate::rest::looping;
use domain::principal::Scope;

/// The rows.
pub(super) fn rows() -> Vec<Row> {
    vec![status_row(), propose_row()]
}

fn status_row() -> Row {
    Row {
        name: "get_loop_status",
        title: "Loop",
        description: "The weekly loop: next slot, the run under way, the last one and why it ended so.",
        scopes: READ,
        effect: Effect::Looks,
        input: |_| crate::mcp::schema::Input::nothing(),
        output: Output::One("LoopNow"),
        call: |app, by, args| {
            Box::pin(async move {
                args.nothing_else()?;
                told(&LoopNow::of(&looping::status_of(app, by)?))
            })
        },
    }
}

fn propose_row() -> Row {
    Row {
        name: "propose_decision",
        title: "Propose a decision",
        description: "Says what the account should hold, by weight or quantity; orders nothing. A run by it goes through every gate.",
        scopes: &[Scope::TradePaper, Scope::TradeLive],
        effect: Effect::Changes,
        input: |shapes| shapes.body("ProposeDecision"),
        output: Output::One("Proposed"),
        call: |app, by, args| {
            Box::pin(async move {
                let decision = looping::propose_of(app, by, &args.body()?).await?;
                told(&Proposed { id: decision.id, as_of: decision.as_of })
            })
        },
    }
}
