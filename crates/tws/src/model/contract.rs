//! Contracts, their details, option parameters and price increments.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{BondDetails, FundDetails};

/// An instrument as the wire describes it, complete or partial.
///
/// In a request any field may be left out; text left out is the empty string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contract {
    /// IBKR's own identifier. `None` when the client names the contract by its other fields.
    pub con_id: Option<i32>,
    /// Symbol of the contract or of its underlying.
    pub symbol: String,
    /// `STK`, `OPT`, `FUT`, `CASH`, `IND`, `BAG` …
    pub sec_type: String,
    /// `YYYYMMDD` or `YYYYMM`, for derivatives.
    pub last_trade_date_or_contract_month: String,
    /// Strike of an option.
    pub strike: Option<Decimal>,
    /// `C` or `P` for an option, empty otherwise.
    pub right: String,
    /// Contract multiplier; `None` where it does not apply.
    pub multiplier: Option<Decimal>,
    /// Destination: `SMART` or an exchange.
    pub exchange: String,
    /// Listing exchange, which makes a `SMART` symbol unique.
    pub primary_exchange: String,
    /// Currency code.
    pub currency: String,
    /// Symbol at the exchange.
    pub local_symbol: String,
    /// Trading class, for example `NMS`.
    pub trading_class: String,
    /// `ISIN`, `CUSIP`, `FIGI` … when the contract is named by an external identifier.
    pub sec_id_type: String,
    /// The external identifier.
    pub sec_id: String,
    /// Description, in replies.
    pub description: String,
    /// Issuer, for bonds.
    pub issuer_id: String,
    /// Whether expired contracts are wanted too.
    pub include_expired: bool,
    /// Text of the combination, in replies.
    pub combo_legs_description: String,
    /// Legs of a combination (`BAG`).
    pub combo_legs: Vec<ComboLeg>,
    /// Delta-neutral underlying of a combination.
    pub delta_neutral: Option<DeltaNeutralContract>,
    /// `YYYYMMDD`, in replies, for derivatives.
    pub last_trade_date: String,
}

/// One leg of a combination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComboLeg {
    /// Contract of the leg.
    pub con_id: Option<i32>,
    /// Quantity of the leg per combination.
    pub ratio: Option<i32>,
    /// `BUY`, `SELL` or `SSHORT`.
    pub action: String,
    /// Exchange of the leg.
    pub exchange: String,
    /// 0 same as the parent, 1 open, 2 close, 3 unknown.
    pub open_close: Option<i32>,
    /// Short-sale slot of the leg.
    pub short_sale_slot: Option<i32>,
    /// Where borrowed shares come from.
    pub designated_location: String,
    /// Short-sale exemption.
    pub exempt_code: Option<i32>,
    /// Price of this leg, when legs are priced one by one.
    pub price: Option<Decimal>,
}

/// The underlying of a delta-neutral combination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeltaNeutralContract {
    /// Contract.
    pub con_id: Option<i32>,
    /// Delta.
    pub delta: Option<Decimal>,
    /// Price.
    pub price: Option<Decimal>,
}

/// What the venue knows about a contract (message 10; of a bond, message 18).
///
/// Lists are the wire's own joined text: commas in `order_types`, `valid_exchanges` and
/// `market_rule_ids`; semicolons between the sessions of `trading_hours` and `liquid_hours`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContractDetails {
    /// The contract, complete.
    pub contract: Contract,
    /// Market name, for example `NMS`.
    pub market_name: String,
    /// Smallest price step anywhere on the price scale.
    pub min_tick: Decimal,
    /// Order types served, comma-separated.
    pub order_types: String,
    /// Exchanges served, comma-separated.
    pub valid_exchanges: String,
    /// By how much a strike or price is magnified.
    pub price_magnifier: i32,
    /// ConId of the underlying, for derivatives.
    pub under_con_id: Option<i32>,
    /// Company or product name.
    pub long_name: String,
    /// Contract month `YYYYMM`, for derivatives.
    pub contract_month: String,
    /// Industry.
    pub industry: String,
    /// Category within the industry.
    pub category: String,
    /// Subcategory.
    pub subcategory: String,
    /// Zone of the hours, for example `US/Eastern`.
    pub time_zone_id: String,
    /// `YYYYMMDD:HHMM-YYYYMMDD:HHMM;YYYYMMDD:CLOSED…`, extended hours included.
    pub trading_hours: String,
    /// The same, regular hours only.
    pub liquid_hours: String,
    /// External identifiers as (type, value), for example `("ISIN", "US0378331005")`.
    pub sec_ids: Vec<(String, String)>,
    /// Aggregated group of the contract's market data.
    pub agg_group: Option<i32>,
    /// Symbol of the underlying, for derivatives.
    pub under_symbol: String,
    /// Security type of the underlying, for derivatives.
    pub under_sec_type: String,
    /// One market-rule id per entry of `valid_exchanges`, comma-separated.
    pub market_rule_ids: String,
    /// Real expiration `YYYYMMDD`, for derivatives.
    pub real_expiration_date: String,
    /// `COMMON`, `ETF`, `ADR` …
    pub stock_type: String,
    /// Smallest order size.
    pub min_size: Option<Decimal>,
    /// Order size step.
    pub size_increment: Option<Decimal>,
    /// Suggested order size step.
    pub suggested_size_increment: Option<Decimal>,
    /// `Cash` or `Physical`, for derivatives.
    pub settlement_method: String,
    /// What only a bond has.
    pub bond: Option<Box<BondDetails>>,
    /// What only a fund has.
    pub fund: Option<Box<FundDetails>>,
}

/// One row of a symbol search (message 79).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SymbolSample {
    /// ConId, symbol, security type, primary exchange, currency and description are filled in.
    pub contract: Contract,
    /// Derivatives that exist on it: `OPT`, `WAR` …
    pub derivative_sec_types: Vec<String>,
}

/// Option chain parameters of one exchange (message 75).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecDefOptParams {
    /// Request answered.
    pub req_id: i32,
    /// Exchange of the chain.
    pub exchange: String,
    /// ConId of the underlying.
    pub underlying_con_id: i32,
    /// Trading class of the options.
    pub trading_class: String,
    /// Multiplier.
    pub multiplier: String,
    /// Expirations `YYYYMMDD`.
    pub expirations: Vec<String>,
    /// Strikes.
    pub strikes: Vec<Decimal>,
}

/// From `low_edge` upwards prices move in steps of `increment` (message 93).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceIncrement {
    /// Lowest price of the band.
    pub low_edge: Decimal,
    /// Step within the band.
    pub increment: Decimal,
}
