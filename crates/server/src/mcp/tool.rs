//! A tool: what an agent is told about it, who sees it, and the use case behind it.

use super::args::Args;
use super::schema::{Input, Output, Shapes};
use crate::refusal::Refusal;
use crate::state::App;
use domain::principal::{Principal, Scope};
use futures::future::BoxFuture;
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::Value;
use std::sync::Arc;

/// The use case behind a tool.
pub(crate) type Call = for<'a> fn(&'a App, &'a Principal, Args) -> BoxFuture<'a, Result<Value, Refusal>>;

/// What a call does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It looks into the gateway.
    Looks,
    /// It asks the broker.
    Asks,
    /// It changes something, once for each key.
    Changes,
}

/// One row of the table of tools.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    /// Keys with one of these see it. The desk judges the call itself.
    pub(crate) scopes: &'static [Scope],
    pub(crate) effect: Effect,
    pub(crate) input: fn(&Shapes) -> Input,
    pub(crate) output: Output,
    pub(crate) call: Call,
}

/// The tools, in an order that never changes by itself.
pub(crate) struct Tools(Vec<(Row, Tool)>);

impl Tools {
    /// # Errors
    /// A description that is no JSON; a fault of ours.
    pub(super) fn new(rows: Vec<Row>) -> Result<Self, serde_json::Error> {
        let shapes = Shapes::new()?;
        let both = rows.into_iter().map(|row| {
            let tool = described(&row, &shapes);
            (row, tool)
        });
        Ok(Self(both.collect()))
    }

    /// What a key sees.
    pub(super) fn seen_by(&self, by: &Principal) -> Vec<Tool> {
        let seen = self.0.iter().filter(|(row, _)| row.scopes.iter().any(|scope| by.may(*scope)));
        seen.map(|(_, tool)| tool.clone()).collect()
    }

    pub(super) fn find(&self, name: &str) -> Option<&Row> {
        self.0.iter().find(|(row, _)| row.name == name).map(|(row, _)| row)
    }
}

fn described(row: &Row, shapes: &Shapes) -> Tool {
    let changes = row.effect == Effect::Changes;
    let hints = ToolAnnotations::new().read_only(!changes);
    let hints = match row.effect {
        Effect::Looks => hints.open_world(false),
        Effect::Asks => hints.open_world(true),
        Effect::Changes => hints.destructive(true).idempotent(true),
    };
    Tool::new(row.name, row.description, Arc::new((row.input)(shapes).schema()))
        .with_title(row.title)
        .with_raw_output_schema(Arc::new(shapes.output(row.output)))
        .with_annotations(hints)
}
