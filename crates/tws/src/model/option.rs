//! Options: computed figures, and requests to compute them.

use rust_decimal::Decimal;

use super::Contract;

/// Figures of an option (message 21). `None` is the wire's "not computed".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TickOptionComputation {
    /// Subscription or request.
    pub req_id: i32,
    /// See [`super::tick`].
    pub tick_type: i32,
    /// Whether the volatility comes from prices rather than from returns.
    pub price_based: bool,
    /// Implied volatility, a fraction: 0.25 is 25 % a year.
    pub implied_vol: Option<Decimal>,
    /// Change of the price per unit of the underlying's.
    pub delta: Option<Decimal>,
    /// Price of the option.
    pub opt_price: Option<Decimal>,
    /// Present value of the dividends expected.
    pub pv_dividend: Option<Decimal>,
    /// Change of the delta per unit of the underlying's price.
    pub gamma: Option<Decimal>,
    /// Change of the price per percent of volatility.
    pub vega: Option<Decimal>,
    /// Change of the price per day.
    pub theta: Option<Decimal>,
    /// Price of the underlying.
    pub und_price: Option<Decimal>,
}

/// A request for the volatility that a price implies (message 54).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalculateImpliedVolatility {
    /// Names the request.
    pub req_id: i32,
    /// Option.
    pub contract: Contract,
    /// Its price.
    pub option_price: Option<Decimal>,
    /// Price of the underlying.
    pub under_price: Option<Decimal>,
}

/// A request for the price that a volatility implies (message 55).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalculateOptionPrice {
    /// Names the request.
    pub req_id: i32,
    /// Option.
    pub contract: Contract,
    /// Volatility, a fraction.
    pub volatility: Option<Decimal>,
    /// Price of the underlying.
    pub under_price: Option<Decimal>,
}
