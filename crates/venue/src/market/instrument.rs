//! What an instrument is.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Hours;
use super::class::Class;
use super::rule::Rule;

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
    /// Reads the wire's word.
    pub fn parse(text: &str) -> Option<Self> {
        let all =
            [Self::Stk, Self::Ind, Self::Cash, Self::Fut, Self::Opt, Self::Cfd, Self::Bond, Self::Fund, Self::Crypto];
        all.into_iter().find(|kind| kind.as_str() == text)
    }

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
    /// Value of one unit of quantity per unit of price. For a bond, quoted in percent of its 1,000 par,
    /// it is 10; the wire shows a multiplier for futures and options only.
    pub multiplier: Decimal,
    /// IBKR's number of the rule of price increments; ours from 9001 on.
    pub market_rule: i32,
    /// Smallest order.
    pub min_size: Decimal,
    /// Step of order sizes.
    pub size_increment: Decimal,
    /// First day on which it is listed; `None` if that is before all data.
    pub listed: Option<Date>,
    /// Last trading day of a derivative, maturity of a bond.
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
    /// CUSIP, where the instrument is named by it.
    pub cusip: &'static str,
    /// When it trades.
    pub hours: Hours,
    /// How it is quoted.
    pub(crate) class: Class,
    /// Its price steps.
    pub(crate) rule: &'static Rule,
}

impl Instrument {
    /// Whether it trades at all, or has quotes and no trades (currencies, CFDs, funds).
    pub fn has_trades(&self) -> bool {
        match self.class {
            Class::Forex | Class::ForexYen | Class::Cfd | Class::Fund => false,
            Class::Stock
            | Class::Etf
            | Class::Future
            | Class::Index
            | Class::OptionNickel
            | Class::OptionPenny
            | Class::Treasury
            | Class::Bitcoin
            | Class::Ether => true,
        }
    }

    /// Whether it has bid and ask: an index has a value only.
    pub fn has_quotes(&self) -> bool {
        self.class.style().quoted
    }

    /// The multiplier as the wire shows it: of futures and options only.
    pub fn wire_multiplier(&self) -> Option<Decimal> {
        match self.sec_type {
            SecType::Fut | SecType::Opt => Some(self.multiplier),
            SecType::Stk
            | SecType::Ind
            | SecType::Cash
            | SecType::Cfd
            | SecType::Bond
            | SecType::Fund
            | SecType::Crypto => None,
        }
    }
}
