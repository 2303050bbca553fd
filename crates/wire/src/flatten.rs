//! Closing positions (control 43): what is asked, and what became of each.

use crate::approval::reason_text;
use crate::fields::{Fields, ParseError};
use crate::order::Order;
use crate::problem::Problem;
use crate::word::Outcome;
use domain::id::AccountId;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Closes what is held, each position with a reduce-only order of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlattenPositions {
    /// The account; left out, the one in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9]{1,20}$")]
    pub account: Option<String>,
    /// Only in this symbol; left out, every position.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 32)]
    pub symbol: Option<String>,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, pattern = "[^\\s]")]
    pub reason: String,
}

impl FlattenPositions {
    /// Reads a body into account, symbol in capitals, and reason.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<(Option<AccountId>, Option<String>, String), ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("reason");
        let account = fields.text("account");
        let symbol = fields.text_by("symbol", symbol_text);
        let reason = fields.text_by("reason", reason_text);
        fields.finish()?;
        // Without a reason `finish` has refused already.
        let reason = reason.unwrap_or_else(String::new);
        Ok((account, symbol.map(|symbol| symbol.to_ascii_uppercase()), reason))
    }
}

fn symbol_text(text: &str) -> Result<(), &'static str> {
    let printable = text.chars().all(|letter| letter.is_ascii_graphic() || letter == ' ');
    if (1..=32).contains(&text.len()) && printable { Ok(()) } else { Err("must be a symbol of 1 to 32 characters") }
}

/// What became of one position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlattenedPosition {
    /// The contract.
    pub con_id: String,
    /// Its symbol, where it is known.
    pub symbol: Option<String>,
    /// What was held when it was asked, signed; 0 when an earlier try of the same request has closed it.
    #[schema(format = "decimal")]
    pub position: Decimal,
    /// Other orders of ours at work in it: they may open it again, or stand in the way of closing it.
    pub other_orders: u64,
    /// How the closing order stands; `null` when there is none.
    pub outcome: Option<Outcome>,
    /// The closing order.
    pub order: Option<Order>,
    /// Why there is no closing order.
    pub problem: Option<Problem>,
}

/// Position by position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlattenAnswer {
    /// Every position in scope, and every closing order that this request has made.
    pub items: Vec<FlattenedPosition>,
}

#[cfg(test)]
#[path = "flatten_tests.rs"]
mod tests;
