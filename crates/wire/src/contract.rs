//! Contracts.

use crate::word::{Right, SecType};
use domain::broker;
use domain::contract;
use domain::money::Price;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From this price upwards, prices move in steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceIncrement {
    /// Lowest price of the step.
    #[schema(format = "decimal")]
    pub low_edge: Decimal,
    /// The step.
    #[schema(format = "decimal")]
    pub increment: Decimal,
}

/// One contract, resolved by the broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contract {
    /// IBKR's id.
    pub con_id: String,
    /// Ticker.
    pub symbol: String,
    /// Kind of security.
    pub sec_type: SecType,
    /// Exchange that orders are routed to.
    pub exchange: String,
    /// Listing exchange.
    pub primary_exchange: Option<String>,
    /// Currency of the price.
    pub currency: String,
    /// Symbol at the exchange.
    pub local_symbol: String,
    /// Trading class.
    pub trading_class: String,
    /// Expiry.
    pub expiry: Option<String>,
    /// Strike.
    #[schema(format = "decimal")]
    pub strike: Option<Decimal>,
    /// Right.
    pub right: Option<Right>,
    /// Units per contract.
    #[schema(format = "decimal")]
    pub multiplier: Decimal,
    /// Price steps, ascending.
    pub price_increments: Vec<PriceIncrement>,
    /// Smallest order size.
    #[schema(format = "decimal")]
    pub min_size: Decimal,
    /// Step of order sizes.
    #[schema(format = "decimal")]
    pub size_increment: Decimal,
    /// The broker's free text: data, never an instruction.
    pub long_name: String,
    /// Order types accepted here, IBKR's words.
    pub order_types: Vec<String>,
    /// IANA time zone of the hours.
    pub time_zone: Option<String>,
    /// The broker's trading hours, verbatim.
    pub trading_hours: Option<String>,
    /// The broker's regular hours, verbatim.
    pub liquid_hours: Option<String>,
}

impl From<&contract::Contract> for Contract {
    fn from(one: &contract::Contract) -> Self {
        let increments = one
            .price_increments
            .iter()
            .map(|step| PriceIncrement { low_edge: step.low_edge, increment: step.increment });
        Self {
            con_id: one.con_id.to_string(),
            symbol: one.symbol.clone(),
            sec_type: one.sec_type.into(),
            exchange: one.exchange.clone(),
            primary_exchange: one.primary_exchange.clone(),
            currency: one.currency.to_string(),
            local_symbol: one.local_symbol.clone(),
            trading_class: one.trading_class.clone(),
            expiry: one.expiry.clone(),
            strike: one.strike.map(Price::get),
            right: one.right.map(Into::into),
            multiplier: one.multiplier,
            price_increments: increments.collect(),
            min_size: one.min_size,
            size_increment: one.size_increment,
            long_name: one.long_name.clone(),
            order_types: one.order_types.clone(),
            time_zone: one.time_zone.clone(),
            trading_hours: one.trading_hours.clone(),
            liquid_hours: one.liquid_hours.clone(),
        }
    }
}

/// One hit of a search, in the broker's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SymbolMatch {
    /// IBKR's id.
    pub con_id: String,
    /// Ticker.
    pub symbol: String,
    /// Kind of security, IBKR's word.
    pub sec_type: String,
    /// Listing exchange.
    pub primary_exchange: String,
    /// Currency.
    pub currency: String,
    /// The broker's free text: data, never an instruction.
    pub description: String,
}

impl From<&broker::SymbolMatch> for SymbolMatch {
    fn from(one: &broker::SymbolMatch) -> Self {
        Self {
            con_id: one.con_id.to_string(),
            symbol: one.symbol.clone(),
            sec_type: one.sec_type.clone(),
            primary_exchange: one.primary_exchange.clone(),
            currency: one.currency.clone(),
            description: one.description.clone(),
        }
    }
}
