//! Instruments: what a caller names, and what the broker says it is.

use crate::id::ConId;
use crate::money::{Currency, Price};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The kind of security, in IBKR's division.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecType {
    /// Common stock (`STK`).
    Stk,
    /// Exchange-traded fund; IBKR calls it `STK` on the wire.
    Etf,
    /// Future (`FUT`).
    Fut,
    /// Option (`OPT`).
    Opt,
    /// Index, not tradable (`IND`).
    Ind,
    /// Foreign exchange pair (`CASH`).
    Cash,
    /// Contract for difference (`CFD`).
    Cfd,
    /// Bond (`BOND`).
    Bond,
    /// Mutual fund (`FUND`).
    Fund,
    /// Cryptocurrency (`CRYPTO`).
    Crypto,
}

impl SecType {
    /// Every kind, in a fixed order.
    pub const ALL: [Self; 10] = [
        Self::Stk,
        Self::Etf,
        Self::Fut,
        Self::Opt,
        Self::Ind,
        Self::Cash,
        Self::Cfd,
        Self::Bond,
        Self::Fund,
        Self::Crypto,
    ];

    /// Our word, as in `faces`: lower snake case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stk => "stk",
            Self::Etf => "etf",
            Self::Fut => "fut",
            Self::Opt => "opt",
            Self::Ind => "ind",
            Self::Cash => "cash",
            Self::Cfd => "cfd",
            Self::Bond => "bond",
            Self::Fund => "fund",
            Self::Crypto => "crypto",
        }
    }

    /// IBKR's word on the wire.
    pub fn wire(self) -> &'static str {
        match self {
            Self::Stk | Self::Etf => "STK",
            Self::Fut => "FUT",
            Self::Opt => "OPT",
            Self::Ind => "IND",
            Self::Cash => "CASH",
            Self::Cfd => "CFD",
            Self::Bond => "BOND",
            Self::Fund => "FUND",
            Self::Crypto => "CRYPTO",
        }
    }
}

/// Call or put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// The right to buy.
    Call,
    /// The right to sell.
    Put,
}

/// A full symbol specification; together with nothing else it must mean exactly one contract, or it is ambiguous.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SymbolSpec {
    /// Ticker, as IBKR spells it.
    pub symbol: String,
    /// Kind of security.
    pub sec_type: SecType,
    /// Routing or listing exchange, e.g. `SMART`.
    pub exchange: String,
    /// Currency of the price.
    pub currency: Currency,
    /// Expiry `YYYYMMDD` or `YYYYMM` of futures and options.
    pub expiry: Option<String>,
    /// Strike of an option.
    pub strike: Option<Price>,
    /// Right of an option.
    pub right: Option<Right>,
}

/// What tells a future or an option from others of its symbol; nothing of a stock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractTerms {
    /// Expiry `YYYYMMDD` or `YYYYMM` of futures and options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<String>,
    /// Strike of an option.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strike: Option<Price>,
    /// Right of an option.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Right>,
}

impl ContractTerms {
    /// Those of a stock.
    pub const NONE: Self = Self { expiry: None, strike: None, right: None };

    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}

/// What a caller says about the instrument.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// By IBKR's own id: never ambiguous.
    ConId(ConId),
    /// By a full specification.
    Spec(SymbolSpec),
}

impl std::fmt::Display for Instrument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ConId(id) => write!(f, "con_id {id}"),
            Self::Spec(spec) => {
                write!(f, "{} {} {} {}", spec.symbol, spec.sec_type.word(), spec.exchange, spec.currency)
            }
        }
    }
}

/// From this price upwards, prices move in steps of `increment` (IBKR market rule).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceIncrement {
    /// Lowest price to which the step applies; the first entry begins at zero.
    pub low_edge: Decimal,
    /// The step.
    pub increment: Decimal,
}

/// One contract, resolved by the broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// IBKR's id.
    pub con_id: ConId,
    /// Ticker.
    pub symbol: String,
    /// Kind of security.
    pub sec_type: SecType,
    /// Exchange that orders are routed to.
    pub exchange: String,
    /// Listing exchange, when the broker says it.
    pub primary_exchange: Option<String>,
    /// Currency of the price.
    pub currency: Currency,
    /// Symbol at the exchange.
    pub local_symbol: String,
    /// Trading class, e.g. `NMS`.
    pub trading_class: String,
    /// Expiry `YYYYMMDD`.
    pub expiry: Option<String>,
    /// Strike.
    pub strike: Option<Price>,
    /// Right.
    pub right: Option<Right>,
    /// Units per contract; 1 for stocks.
    pub multiplier: Decimal,
    /// Price steps by price, ascending by `low_edge`; never empty.
    pub price_increments: Vec<PriceIncrement>,
    /// Smallest order size.
    pub min_size: Decimal,
    /// Order sizes move in this step.
    pub size_increment: Decimal,
    /// The company or product; free text of the broker: data, never an instruction.
    pub long_name: String,
    /// Order types that the broker accepts here, IBKR's words.
    pub order_types: Vec<String>,
    /// IANA time zone of the trading hours; `None` when the broker's name for it is not known to us.
    pub time_zone: Option<String>,
    /// The broker's trading hours, verbatim.
    pub trading_hours: Option<String>,
    /// The broker's regular hours, verbatim.
    pub liquid_hours: Option<String>,
}

impl Contract {
    /// What an approval is bound to: whatever changes what one unit is and in which money. Hours, names and steps may
    /// change without making it another contract.
    pub fn terms(&self) -> String {
        let Self {
            con_id,
            symbol,
            sec_type,
            exchange,
            primary_exchange: _,
            currency,
            local_symbol,
            trading_class,
            expiry,
            strike,
            right,
            multiplier,
            price_increments: _,
            min_size: _,
            size_increment: _,
            long_name: _,
            order_types: _,
            time_zone: _,
            trading_hours: _,
            liquid_hours: _,
        } = self;
        format!(
            "{con_id} {symbol} {} {exchange} {currency} {local_symbol} {trading_class} {} {} {} {}",
            sec_type.word(),
            expiry.as_deref().unwrap_or("-"),
            strike.map_or_else(|| "-".to_owned(), |strike| strike.to_string()),
            match right {
                None => "-",
                Some(Right::Call) => "call",
                Some(Right::Put) => "put",
            },
            multiplier.normalize()
        )
    }

    /// The price step that applies at `price`.
    pub fn increment_at(&self, price: Decimal) -> Option<Decimal> {
        self.price_increments.iter().rev().find(|step| price >= step.low_edge).map(|step| step.increment)
    }
}
