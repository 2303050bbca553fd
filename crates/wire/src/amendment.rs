//! The body of a change: the few words that a replace may say anew.

use crate::fields::{FieldError, Fields, ParseError};
use crate::terms::Terms;
use crate::word::{OrderType, Tif};
use domain::money::Qty;
use domain::order::Amendment;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

/// A change of a working order: its new total quantity, prices and time in force, all said again in full. Account,
/// contract, side and kind of order stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendOrder {
    /// The new total quantity, above zero.
    #[schema(format = "decimal")]
    pub qty: Decimal,
    /// Kind of order; must be the order's own.
    pub order_type: OrderType,
    /// Worst price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "decimal")]
    pub limit_price: Option<Decimal>,
    /// Trigger.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "decimal")]
    pub stop_price: Option<Decimal>,
    /// Trail by an amount of price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "decimal")]
    pub trail_amount: Option<Decimal>,
    /// Trail by a percentage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "decimal")]
    pub trail_percent: Option<Decimal>,
    /// Time in force.
    pub tif: Tif,
    /// End of a `gtd` order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub good_till: Option<Timestamp>,
}

impl AmendOrder {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::read(body)?;
        fields.require("qty");
        let qty = fields.decimal("qty");
        let terms = Terms::take(&mut fields);
        fields.finish()?;
        let (Some(qty), Some(terms)) = (qty, terms) else {
            return Err(ParseError::Fields(vec![FieldError::new("body", &"must be a complete change")]));
        };
        Ok(Self {
            qty,
            order_type: terms.order_type,
            limit_price: terms.limit_price,
            stop_price: terms.stop_price,
            trail_amount: terms.trail_amount,
            trail_percent: terms.trail_percent,
            tif: terms.tif,
            good_till: terms.good_till,
        })
    }

    /// As the domain says it.
    ///
    /// # Errors
    /// Every field that is missing, too much or out of range.
    pub fn amendment(&self) -> Result<Amendment, ParseError> {
        let terms = Terms {
            order_type: self.order_type,
            limit_price: self.limit_price,
            stop_price: self.stop_price,
            trail_amount: self.trail_amount,
            trail_percent: self.trail_percent,
            tif: self.tif,
            good_till: self.good_till,
        };
        let qty = Qty::new(self.qty).map_err(|error| vec![FieldError::new("qty", &format!("must be {}", error.rule))]);
        match (terms.domain(), qty) {
            (Ok((order_type, tif)), Ok(qty)) => Ok(Amendment { qty, order_type, tif }),
            (terms, qty) => Err(ParseError::Fields([terms.err(), qty.err()].into_iter().flatten().flatten().collect())),
        }
    }
}
