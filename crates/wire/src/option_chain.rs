//! Option chains: which options there are on an underlying.

use crate::contract::Contract;
use domain::broker;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The options on an underlying, as the broker lists them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptionChain {
    /// The underlying.
    pub underlying: Contract,
    /// Trading class by trading class and exchange by exchange; empty where there are no options.
    pub items: Vec<OptionClass>,
    /// Always null: a chain is one page.
    pub next_cursor: Option<String>,
}

/// Options of one trading class on one exchange. Expiries and strikes are those of the whole class: not every pair of them is
/// listed, and one that is has a con_id of its own, which a search by full specification finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OptionClass {
    /// Where they trade.
    pub exchange: String,
    /// IBKR's trading class: options of two classes on one underlying differ in multiplier or settlement.
    pub trading_class: String,
    /// Units of the underlying per contract.
    #[schema(format = "decimal")]
    pub multiplier: Decimal,
    /// Expiries, `YYYYMMDD`, ascending.
    pub expiries: Vec<String>,
    /// Strikes, ascending.
    pub strikes: Vec<Decimal>,
}

impl OptionChain {
    /// The shape of a chain.
    pub fn of(underlying: &domain::contract::Contract, classes: &[broker::OptionClass]) -> Self {
        let item = |one: &broker::OptionClass| OptionClass {
            exchange: one.exchange.clone(),
            trading_class: one.trading_class.clone(),
            multiplier: one.multiplier,
            expiries: one.expiries.clone(),
            strikes: one.strikes.clone(),
        };
        Self { underlying: underlying.into(), items: classes.iter().map(item).collect(), next_cursor: None }
    }
}
