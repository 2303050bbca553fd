//! The journal.

use super::all::{READ, told};
use crate::mcp::schema::Output;
use crate::mcp::tool::{Effect, Row};
use crate::rest::audit;

/// The rows.
pub(super) fn rows() -> Vec<Row> {
    vec![Row {
        name: "query_audit",
        title: "Query the audit",
        description: "Records of the journal: every decision, its reasons and who caused it, by order, request or kind. Use it to explain \
            what happened and why.",
        scopes: READ,
        effect: Effect::Looks,
        input: |shapes| shapes.params("list_audit"),
        output: Output::Page("AuditRecord"),
        call: |app, by, args| Box::pin(async move { told(&audit::list_of(app, by, args.params()?).await?) }),
    }]
}
