//! The order body: parsed once, every wrong field named, nothing filled in but the two flags.

use crate::fields::{FieldError, Fields, ParseError};
use crate::group::{self, Bracket};
use crate::instrument::{self, InstrumentFields};
use crate::terms::Terms;
use crate::word::{OrderType, Right, SecType, Side, Tif};
use domain::id::{AccountId, ClOrdId, ConId, OcaGroup, PreviewId, StrategyId};
use domain::money::{Currency, Qty};
use domain::order::OrderIntent;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A new order. Exactly one of `con_id` and `symbol`, `sec_type`, `exchange`, `currency`; which prices belong to which
/// `order_type`, and `good_till` to which `tif`, is said by the schema's `oneOf`. Decimals are JSON strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// The account; the pinned one when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[A-Za-z0-9]{1,20}$")]
    pub account: Option<AccountId>,
    /// IBKR's contract id, as a string.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[1-9][0-9]{0,9}$")]
    pub con_id: Option<ConId>,
    /// Ticker, as IBKR spells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 40, pattern = "^[!-~]([ -~]{0,38}[!-~])?$")]
    pub symbol: Option<String>,
    /// Kind of security.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sec_type: Option<SecType>,
    /// Exchange, or `SMART`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Z0-9._]{1,20}$")]
    pub exchange: Option<String>,
    /// Currency of the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// `YYYYMM` or `YYYYMMDD` of a future, option or bond.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[0-9]{4}(0[1-9]|1[0-2])([0-9]{2})?$")]
    pub expiry: Option<String>,
    /// Strike of an option.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "decimal")]
    pub strike: Option<Decimal>,
    /// Right of an option.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub right: Option<Right>,
    /// Buy or sell.
    pub side: Side,
    /// Quantity, above zero.
    #[schema(format = "decimal")]
    pub qty: Decimal,
    /// Kind of order.
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
    /// Trail by a percentage, e.g. 1.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "decimal")]
    pub trail_percent: Option<Decimal>,
    /// Time in force.
    pub tif: Tif,
    /// End of a `gtd` order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub good_till: Option<Timestamp>,
    /// May fill outside regular hours.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false, default = false)]
    pub outside_rth: bool,
    /// May only make the position smaller.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false, default = false)]
    pub reduce_only: bool,
    /// Attribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[A-Za-z0-9._-]{1,40}$")]
    pub strategy: Option<StrategyId>,
    /// The preview that this submit stands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[A-Za-z0-9._-]{1,40}$")]
    pub preview_id: Option<PreviewId>,
    /// The exits that are sent with it as one group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bracket: Option<Bracket>,
    /// The one-cancels-all group that it joins, by the caller's name; the first fill of a member cancels the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, pattern = "^[A-Za-z0-9._-]{1,40}$")]
    pub oca_group: Option<OcaGroup>,
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's `serialize_with` prescribes it")]
fn as_text<S: Serializer>(id: &Option<ConId>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}

impl NewOrder {
    /// Reads a body.
    ///
    /// # Errors
    /// Every wrong field with its rule, or a feature that this version lacks.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let mut fields = Fields::read(body)?;
        for name in ["side", "qty"] {
            fields.require(name);
        }
        let account = fields.text("account");
        let place = InstrumentFields::take(&mut fields);
        let errors = instrument::rules(&|name| fields.has(name), place.sec_type);
        fields.refuse_all(errors);
        let side = fields.text("side");
        let qty = fields.decimal("qty");
        let terms = Terms::take(&mut fields);
        let outside_rth = fields.flag("outside_rth");
        let reduce_only = fields.flag("reduce_only");
        let strategy = fields.text("strategy");
        let preview_id = fields.text("preview_id");
        let bracket = Bracket::take(&mut fields);
        let oca_group = fields.text("oca_group");
        fields.finish()?;
        let (Some(side), Some(qty), Some(terms)) = (side, qty, terms) else {
            return Err(ParseError::Fields(vec![FieldError::new("body", &"must be a complete order")]));
        };
        let order = Self::from_parts(account, place, side, qty, terms);
        Ok(Self { outside_rth, reduce_only, strategy, preview_id, bracket, oca_group, ..order })
    }

    fn from_parts(account: Option<AccountId>, place: InstrumentFields, side: Side, qty: Decimal, terms: Terms) -> Self {
        Self {
            account,
            con_id: place.con_id,
            symbol: place.symbol,
            sec_type: place.sec_type,
            exchange: place.exchange,
            currency: place.currency,
            expiry: place.expiry,
            strike: place.strike,
            right: place.right,
            side,
            qty,
            order_type: terms.order_type,
            limit_price: terms.limit_price,
            stop_price: terms.stop_price,
            trail_amount: terms.trail_amount,
            trail_percent: terms.trail_percent,
            tif: terms.tif,
            good_till: terms.good_till,
            outside_rth: false,
            reduce_only: false,
            strategy: None,
            preview_id: None,
            bracket: None,
            oca_group: None,
        }
    }

    /// The order as the domain means it, under its key.
    ///
    /// # Errors
    /// Every field that is missing, too much or out of range.
    pub fn intent(&self, cl_ord_id: ClOrdId) -> Result<OrderIntent, ParseError> {
        let place = InstrumentFields {
            con_id: self.con_id,
            symbol: self.symbol.clone(),
            sec_type: self.sec_type,
            exchange: self.exchange.clone(),
            currency: self.currency.clone(),
            expiry: self.expiry.clone(),
            strike: self.strike,
            right: self.right,
        };
        let qty = Qty::new(self.qty).map_err(|error| vec![FieldError::new("qty", &format!("must be {}", error.rule))]);
        let bracket = self.bracket.map(Bracket::domain).transpose();
        match (place.instrument(), self.terms().domain(), qty, bracket) {
            (Ok(instrument), Ok((order_type, tif)), Ok(qty), Ok(bracket)) => group::checked(OrderIntent {
                cl_ord_id,
                account: self.account.clone(),
                instrument,
                side: self.side.into(),
                qty,
                order_type,
                tif,
                outside_rth: self.outside_rth,
                reduce_only: self.reduce_only,
                strategy: self.strategy.clone(),
                preview_id: self.preview_id.clone(),
                bracket,
                oca_group: self.oca_group.clone(),
                flatten: false,
            }),
            (instrument, terms, qty, bracket) => {
                let errors = [instrument.err(), terms.err(), qty.err(), bracket.err()];
                Err(ParseError::Fields(errors.into_iter().flatten().flatten().collect()))
            }
        }
    }

    fn terms(&self) -> Terms {
        Terms {
            order_type: self.order_type,
            limit_price: self.limit_price,
            stop_price: self.stop_price,
            trail_amount: self.trail_amount,
            trail_percent: self.trail_percent,
            tif: self.tif,
            good_till: self.good_till,
        }
    }
}
