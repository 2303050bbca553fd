//! What is neither one of the twenty stocks nor a derivative. All of it is synthetic: seeded walks,
//! and baskets of the twenty stocks for the equity ETFs.
//!
//! ConIds of ETFs, currencies, SPX and the PAXOS coins are IBKR's own; those from 2,000,000,100 on are
//! ours. The levels are round figures of the end of 2022, where the real closes end.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::Hours;
use super::class::Class;
use super::instrument::SecType;
use super::roots::{Grid, Walk};

/// Where closes come from.
pub(super) enum Source {
    /// An equal-weighted basket of stocks, by symbol; all twenty if none is named.
    Basket { level: f64, members: &'static [&'static str] },
    /// A seeded walk.
    Walk { grid: Grid, walk: Walk },
    /// The closes of one row, by local symbol, divided by those of another.
    Cross { of: &'static str, by: &'static str },
    /// The price of another row, times something.
    Same { of: &'static str, scale: f64 },
    /// The closes of another row, times something, known once a day.
    Closing { of: &'static str, scale: f64 },
}

/// A row of the table.
pub(super) struct Other {
    pub(super) con_id: i32,
    pub(super) symbol: &'static str,
    pub(super) local_symbol: &'static str,
    pub(super) long_name: &'static str,
    pub(super) sec_type: SecType,
    pub(super) currency: &'static str,
    pub(super) exchanges: &'static [&'static str],
    pub(super) primary_exchange: &'static str,
    pub(super) rule: i32,
    pub(super) size_increment: Decimal,
    pub(super) multiplier: Decimal,
    pub(super) hours: Hours,
    pub(super) class: Class,
    pub(super) source: Source,
    /// Bounds of a day's noise.
    pub(super) noise: (f64, f64),
    pub(super) listed: Option<Date>,
    pub(super) expiry: Option<Date>,
    pub(super) cusip: &'static str,
}

const BLANK: Other = Other {
    con_id: 0,
    symbol: "",
    local_symbol: "",
    long_name: "",
    sec_type: SecType::Stk,
    currency: "USD",
    exchanges: &["SMART", "NYSE", "NASDAQ", "ARCA", "BATS", "IEX"],
    primary_exchange: "ARCA",
    rule: 26,
    size_increment: Decimal::ONE,
    multiplier: Decimal::ONE,
    hours: Hours::UsStock,
    class: Class::Etf,
    source: Source::Basket { level: 0.0, members: &[] },
    noise: (0.002, 0.03),
    listed: None,
    expiry: None,
    cusip: "",
};

const fn etf(
    con_id: i32,
    symbol: &'static str,
    long_name: &'static str,
    primary_exchange: &'static str,
    source: Source,
) -> Other {
    Other { con_id, symbol, local_symbol: symbol, long_name, primary_exchange, source, ..BLANK }
}

const fn pair(con_id: i32, local_symbol: &'static str, names: [&'static str; 3], level: f64, class: Class) -> Other {
    let [symbol, currency, long_name] = names;
    Other {
        con_id,
        symbol,
        local_symbol,
        long_name,
        sec_type: SecType::Cash,
        currency,
        exchanges: &["IDEALPRO"],
        primary_exchange: "IDEALPRO",
        rule: if matches!(class, Class::ForexYen) { 59 } else { 239 },
        hours: Hours::Forex,
        class,
        source: Source::Walk { grid: Grid::Weekdays, walk: Walk { level, sd: 0.005, pull: 0.001 } },
        noise: (0.001, 0.012),
        ..BLANK
    }
}

const fn coin(
    con_id: i32,
    symbol: &'static str,
    local_symbol: &'static str,
    long_name: &'static str,
    venue: &'static [&'static str; 1],
    class: Class,
    source: Source,
) -> Other {
    Other {
        con_id,
        symbol,
        local_symbol,
        long_name,
        sec_type: SecType::Crypto,
        exchanges: venue,
        primary_exchange: venue[0],
        rule: if matches!(class, Class::Bitcoin) { 9003 } else { 9004 },
        size_increment: Decimal::from_parts(1, 0, 0, false, 8),
        hours: Hours::Crypto,
        class,
        source,
        noise: (0.01, 0.06),
        ..BLANK
    }
}

const fn daily(level: f64, sd: f64) -> Source {
    Source::Walk { grid: Grid::Days, walk: Walk { level, sd, pull: 0.002 } }
}

/// The table. SPY comes before all that follows from it.
pub(super) const OTHERS: &[Other] = &[
    etf(756_733, "SPY", "SPDR S&P 500 ETF TRUST", "ARCA", Source::Basket { level: 376.66, members: &[] }),
    etf(
        320_227_571,
        "QQQ",
        "INVESCO QQQ TRUST SERIES 1",
        "NASDAQ",
        Source::Basket { level: 260.1, members: &["AAPL", "AMD", "MSFT", "PEP"] },
    ),
    etf(
        9_579_970,
        "IWM",
        "ISHARES RUSSELL 2000 ETF",
        "ARCA",
        Source::Basket { level: 171.9, members: &["BBY", "RRC", "BAC", "GE", "PFE"] },
    ),
    etf(
        15_547_841,
        "TLT",
        "ISHARES 20+ YEAR TREASURY BD",
        "NASDAQ",
        Source::Walk { grid: Grid::Sessions, walk: Walk { level: 101.2, sd: 0.009, pull: 0.001 } },
    ),
    pair(12_087_792, "EUR.USD", ["EUR", "USD", "European Monetary Union Euro"], 1.0665, Class::Forex),
    pair(12_087_797, "GBP.USD", ["GBP", "USD", "British pound"], 1.2055, Class::Forex),
    pair(15_016_059, "USD.JPY", ["USD", "JPY", "United States dollar"], 133.1, Class::ForexYen),
    pair(12_087_820, "USD.CHF", ["USD", "CHF", "United States dollar"], 0.9255, Class::Forex),
    pair(14_433_401, "AUD.USD", ["AUD", "USD", "Australian dollar"], 0.6785, Class::Forex),
    pair(15_016_062, "USD.CAD", ["USD", "CAD", "United States dollar"], 1.3545, Class::Forex),
    Other {
        source: Source::Cross { of: "EUR.USD", by: "GBP.USD" },
        ..pair(12_087_807, "EUR.GBP", ["EUR", "GBP", "European Monetary Union Euro"], 0.0, Class::Forex)
    },
    Other {
        con_id: 416_904,
        symbol: "SPX",
        local_symbol: "SPX",
        long_name: "S&P 500 Stock Index",
        sec_type: SecType::Ind,
        exchanges: &["CBOE"],
        primary_exchange: "CBOE",
        rule: 9001,
        hours: Hours::UsRegular,
        class: Class::Index,
        source: Source::Same { of: "SPY", scale: 10.04 },
        ..BLANK
    },
    Other {
        con_id: 2_000_000_100,
        symbol: "AAPL",
        local_symbol: "AAPLn",
        long_name: "APPLE INC",
        sec_type: SecType::Cfd,
        exchanges: &["SMART"],
        primary_exchange: "SMART",
        hours: Hours::UsRegular,
        class: Class::Cfd,
        source: Source::Same { of: "AAPL", scale: 1.0 },
        ..BLANK
    },
    Other {
        con_id: 2_000_000_101,
        symbol: "US-T",
        local_symbol: "T 4 11/15/52",
        long_name: "UNITED STATES TREASURY",
        sec_type: SecType::Bond,
        exchanges: &["SMART"],
        primary_exchange: "SMART",
        rule: 9002,
        multiplier: Decimal::TEN,
        hours: Hours::Treasury,
        class: Class::Treasury,
        source: Source::Walk { grid: Grid::Sessions, walk: Walk { level: 102.1, sd: 0.004, pull: 0.005 } },
        noise: (0.001, 0.01),
        listed: Some(date(2022, 11, 15)),
        expiry: Some(date(2052, 11, 15)),
        cusip: "912810TL2",
        ..BLANK
    },
    Other {
        con_id: 2_000_000_102,
        symbol: "VFIAX",
        local_symbol: "VFIAX",
        long_name: "VANGUARD 500 INDEX FUND-ADMIRAL",
        sec_type: SecType::Fund,
        exchanges: &["FUNDSERV"],
        primary_exchange: "FUNDSERV",
        rule: 9001,
        size_increment: Decimal::from_parts(1, 0, 0, false, 3),
        hours: Hours::Fund,
        class: Class::Fund,
        source: Source::Closing { of: "SPY", scale: 0.927 },
        ..BLANK
    },
    coin(479_624_278, "BTC", "BTC.USD", "Bitcoin", &["PAXOS"], Class::Bitcoin, daily(16_550.0, 0.028)),
    coin(495_759_171, "ETH", "ETH.USD", "Ethereum", &["PAXOS"], Class::Ether, daily(1190.0, 0.034)),
    coin(
        2_000_000_103,
        "BTC",
        "BTC.USD",
        "Bitcoin",
        &["ZEROHASH"],
        Class::Bitcoin,
        Source::Same { of: "BTC.USD", scale: 1.0 },
    ),
    coin(
        2_000_000_104,
        "ETH",
        "ETH.USD",
        "Ethereum",
        &["ZEROHASH"],
        Class::Ether,
        Source::Same { of: "ETH.USD", scale: 1.0 },
    ),
];
