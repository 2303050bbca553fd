//! What an instrument is.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// Kind of an instrument. An ETF is a stock whose `stock_type` is `ETF`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecType {
    /// Stock or ETF.
    Stk,
    /// Index.
    Ind,
    /// Currency pair.
    Cash,
    /// Future.
    Fut,
    /// Option.
    Opt,
    /// Contract for difference.
    Cfd,
    /// Bond.
    Bond,
    /// Mutual fund.
    Fund,
    /// Cryptocurrency.
    Crypto,
}

impl SecType {
    /// The wire's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stk => "STK",
            Self::Ind => "IND",
            Self::Cash => "CASH",
            Self::Fut => "FUT",
            Self::Opt => "OPT",
            Self::Cfd => "CFD",
            Self::Bond => "BOND",
            Self::Fund => "FUND",
            Self::Crypto => "CRYPTO",
        }
    }
}

/// What an option gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// To buy.
    Call,
    /// To sell.
    Put,
}

impl Right {
    /// The wire's letter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "C",
            Self::Put => "P",
        }
    }
}

/// When an instrument trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hours {
    /// US stocks and ETFs: 09:30 to 16:00 New York, extended 04:00 to 20:00, NYSE holidays.
    UsStock,
}

/// An instrument of the universe. It is named by its position there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// IBKR's conId where it is publicly known, else one of our own range (see the tables).
    pub con_id: i32,
    /// Symbol, of the underlying for derivatives.
    pub symbol: String,
    /// Symbol at the exchange.
    pub local_symbol: String,
    /// Trading class.
    pub trading_class: String,
    /// Long name, as IBKR writes it.
    pub long_name: String,
    /// Kind.
    pub sec_type: SecType,
    /// Currency of prices.
    pub currency: String,
    /// Destinations, the default one first.
    pub exchanges: &'static [&'static str],
    /// Listing exchange.
    pub primary_exchange: String,
    /// Units of value per unit of price and quantity; 1 where the wire shows none.
    pub multiplier: Decimal,
    /// IBKR's number of the rule of price increments.
    pub market_rule: i32,
    /// Smallest order.
    pub min_size: Decimal,
    /// Step of order sizes.
    pub size_increment: Decimal,
    /// Last trading day, for derivatives and bonds.
    pub expiry: Option<Date>,
    /// Strike of an option.
    pub strike: Option<Decimal>,
    /// Right of an option.
    pub right: Option<Right>,
    /// Position of the underlying.
    pub underlying: Option<usize>,
    /// Industry, category, subcategory.
    pub sector: [&'static str; 3],
    /// `COMMON` or `ETF`, empty for anything that is no stock.
    pub stock_type: &'static str,
    /// When it trades.
    pub hours: Hours,
}
