//! The listing of a venue: every instrument, and where its price comes from.

use rust_decimal::Decimal;

use super::chains::{futures, occ_symbol, options};
use super::class::Class;
use super::instrument::{Instrument, SecType};
use super::noise::mix;
use super::others::{OTHERS, Other, Source};
use super::pricing::Pricing;
use super::roots::{Grid, Root, Span, basket, continued};
use super::rule::rule;
use super::stocks::{STOCKS, Stock};
use super::{Calendar, Closes, Hours, MarketConfig};

pub(super) use super::chains::third_friday;

const US_STOCK_EXCHANGES: &[&str] = &["SMART", "NYSE", "NASDAQ", "ARCA", "BATS", "IEX"];
const OPTION_EXCHANGES: &[&str] =
    &["SMART", "AMEX", "CBOE", "PHLX", "PSE", "ISE", "BOX", "BATS", "NASDAQOM", "MIAX", "PEARL", "CBOE2"];
/// Futures on SPX: symbol, long name, multiplier, first conId.
const INDEX_FUTURES: [(&str, &str, i64, i32); 2] =
    [("ES", "E-mini S&P 500", 50, 2_001_000_000), ("MES", "Micro E-Mini S&P 500 Stock Price Index", 5, 2_001_001_000)];
/// Underlyings of options: symbol, hours, class, market rule, first conId.
const OPTIONED: [(&str, Hours, Class, i32, i32); 2] = [
    ("AAPL", Hours::UsRegular, Class::OptionNickel, 32, 2_010_000_000),
    ("SPY", Hours::UsLate, Class::OptionPenny, 109, 2_062_000_000),
];

/// All there is.
pub(super) struct Listing {
    pub(super) instruments: Vec<Instrument>,
    /// By instrument.
    pub(super) pricing: Vec<Pricing>,
    pub(super) roots: Vec<Root>,
}

/// What listing needs to know.
struct Basis<'a> {
    config: &'a MarketConfig,
    calendar: &'a Calendar,
    span: Span,
    /// Positions of the last real close among sessions since the first.
    anchor: usize,
}

/// Lays out all instruments. Stocks come first, in the order of their table.
pub(super) fn list(config: &MarketConfig, calendar: &Calendar, span: Span, data: &Closes, skipped: usize) -> Listing {
    let anchor = data.dates.len() - skipped - 1;
    let basis = Basis { config, calendar, span, anchor };
    let mut listing = Listing { instruments: Vec::new(), pricing: Vec::new(), roots: Vec::new() };
    for (row, mills) in STOCKS.iter().zip(&data.mills) {
        let instrument = stock(row);
        let key = basis.key(instrument.con_id);
        let len = Grid::Sessions.len(calendar, span);
        let closes = continued(&mills[skipped..], len, key);
        listing.push_root(instrument, key, Grid::Sessions, closes, (0.003, 0.04));
    }
    for row in OTHERS {
        listing.push_other(row, &basis);
    }
    listing.push_futures(&basis);
    listing.push_options(&basis);
    listing
}

impl Basis<'_> {
    fn key(&self, con_id: i32) -> u64 {
        mix(self.config.seed, u64::from(con_id.unsigned_abs()))
    }

    fn walk_anchor(&self, grid: Grid) -> usize {
        match grid {
            Grid::Sessions => self.anchor,
            Grid::Weekdays | Grid::Days => {
                grid.position(self.calendar, self.span, self.config.last_close_on).unwrap_or(0)
            }
        }
    }
}

impl Listing {
    fn position(&self, local_symbol: &str) -> usize {
        // The tables name only rows above the naming one; a test looks at each.
        self.instruments.iter().position(|i| i.local_symbol == local_symbol).unwrap_or(0)
    }

    /// The root a symbol is priced by.
    fn root_of(&self, local_symbol: &str) -> usize {
        self.pricing[self.position(local_symbol)].root()
    }

    fn push(&mut self, instrument: Instrument, pricing: Pricing) {
        self.instruments.push(instrument);
        self.pricing.push(pricing);
    }

    fn push_root(&mut self, instrument: Instrument, key: u64, grid: Grid, closes: Vec<f64>, noise: (f64, f64)) {
        let (calm, wild) = noise;
        self.roots.push(Root { owner: self.instruments.len(), key, grid, closes, calm, wild });
        self.push(instrument, Pricing::Scaled { root: self.roots.len() - 1, scale: 1.0 });
    }

    fn push_other(&mut self, row: &Other, basis: &Basis<'_>) {
        let mut instrument = other(row);
        let key = basis.key(row.con_id);
        let (grid, closes) = match row.source {
            Source::Basket { level, members } => {
                let members: Vec<&[f64]> = STOCKS
                    .iter()
                    .enumerate()
                    .filter(|(_, s)| members.is_empty() || members.contains(&s.symbol))
                    .map(|(i, _)| &*self.roots[i].closes)
                    .collect();
                (Grid::Sessions, basket(&members, level, basis.anchor))
            }
            Source::Walk { grid, walk } => {
                (grid, walk.closes(grid.len(basis.calendar, basis.span), basis.walk_anchor(grid), key))
            }
            Source::Cross { of, by } => {
                let (of, by) = (&self.roots[self.root_of(of)], &self.roots[self.root_of(by)]);
                (of.grid, of.closes.iter().zip(&by.closes).map(|(a, b)| a / b).collect())
            }
            Source::Same { of, scale } => {
                if row.sec_type == SecType::Cfd || row.sec_type == SecType::Ind {
                    instrument.underlying = Some(self.position(of));
                }
                let root = self.root_of(of);
                return self.push(instrument, Pricing::Scaled { root, scale });
            }
            Source::Closing { of, scale } => {
                let root = self.root_of(of);
                return self.push(instrument, Pricing::Closing { root, scale });
            }
        };
        self.push_root(instrument, key, grid, closes, row.noise);
    }

    fn push_futures(&mut self, basis: &Basis<'_>) {
        let (index, root) = (self.position("SPX"), self.root_of("SPX"));
        let Pricing::Scaled { scale, .. } = self.pricing[index] else {
            return;
        };
        for (symbol, long_name, multiplier, first) in INDEX_FUTURES {
            for row in futures(basis.calendar, basis.config.opened_on) {
                let blank = other(&OTHERS[0]);
                let future = Instrument {
                    con_id: first + row.number,
                    symbol: symbol.to_owned(),
                    local_symbol: format!("{symbol}{}", row.month_code),
                    trading_class: symbol.to_owned(),
                    long_name: long_name.to_owned(),
                    sec_type: SecType::Fut,
                    exchanges: &["CME"],
                    primary_exchange: "CME".to_owned(),
                    multiplier: Decimal::from(multiplier),
                    listed: Some(row.listed),
                    expiry: Some(row.expiry),
                    underlying: Some(index),
                    sector: ["Indices", "Broad Range Equity Index", "*"],
                    stock_type: "",
                    hours: Hours::Globex,
                    class: Class::Future,
                    ..ruled(blank, 67)
                };
                let until = super::clock::wall(row.expiry, 9 * 3600 + 1800);
                self.push(future, Pricing::Carried { root, scale, until });
            }
        }
    }

    fn push_options(&mut self, basis: &Basis<'_>) {
        for (symbol, hours, class, rule_id, first) in OPTIONED {
            let (underlying, root) = (self.position(symbol), self.root_of(symbol));
            let of = &self.roots[root];
            let close_on =
                |day| of.grid.position(basis.calendar, basis.span, day).and_then(|p| of.closes.get(p)).copied();
            for row in options(basis.calendar, basis.config.opened_on, &close_on) {
                let option = Instrument {
                    con_id: first + row.number,
                    local_symbol: occ_symbol(symbol, &row),
                    trading_class: symbol.to_owned(),
                    sec_type: SecType::Opt,
                    exchanges: OPTION_EXCHANGES,
                    primary_exchange: String::new(),
                    multiplier: Decimal::ONE_HUNDRED,
                    listed: Some(row.listed),
                    expiry: Some(row.expiry),
                    strike: Some(row.strike),
                    right: Some(row.right),
                    underlying: Some(underlying),
                    stock_type: "",
                    hours,
                    class,
                    ..ruled(self.instruments[underlying].clone(), rule_id)
                };
                let expires = basis.calendar.session(row.expiry).map_or(0, |s| s.close);
                let strike = f64::try_from(row.strike).unwrap_or(0.0);
                self.instruments.push(option);
                self.pricing.push(Pricing::Option { root, strike, right: row.right, expires });
            }
        }
    }
}

/// The same with another rule of price steps.
fn ruled(instrument: Instrument, rule_id: i32) -> Instrument {
    // A test looks up the rule of every instrument.
    let found = rule(rule_id).unwrap_or(instrument.rule);
    Instrument { market_rule: found.id(), rule: found, ..instrument }
}

fn stock(row: &Stock) -> Instrument {
    Instrument {
        con_id: row.con_id,
        symbol: row.symbol.to_owned(),
        local_symbol: row.symbol.to_owned(),
        trading_class: row.trading_class.to_owned(),
        long_name: row.long_name.to_owned(),
        primary_exchange: row.primary_exchange.to_owned(),
        sector: row.sector,
        stock_type: "COMMON",
        class: Class::Stock,
        ..other(&OTHERS[0])
    }
}

#[cfg(test)]
impl Instrument {
    /// Any instrument, for a test to change.
    pub(crate) fn example() -> Self {
        stock(&STOCKS[0])
    }
}

fn other(row: &Other) -> Instrument {
    let found = rule(row.rule).unwrap_or_else(super::rule::first);
    let is_etf = row.sec_type == SecType::Stk;
    let class_name = if is_etf && row.primary_exchange == "NASDAQ" { "NMS" } else { row.symbol };
    Instrument {
        con_id: row.con_id,
        symbol: row.symbol.to_owned(),
        local_symbol: row.local_symbol.to_owned(),
        trading_class: if row.sec_type == SecType::Cash { row.local_symbol } else { class_name }.to_owned(),
        long_name: row.long_name.to_owned(),
        sec_type: row.sec_type,
        currency: row.currency.to_owned(),
        exchanges: if is_etf { US_STOCK_EXCHANGES } else { row.exchanges },
        primary_exchange: row.primary_exchange.to_owned(),
        multiplier: row.multiplier,
        market_rule: found.id(),
        min_size: row.size_increment,
        size_increment: row.size_increment,
        listed: row.listed,
        expiry: row.expiry,
        strike: None,
        right: None,
        underlying: None,
        sector: if is_etf { ["Funds", "Equity Fund", "ETF"] } else { [""; 3] },
        stock_type: if is_etf { "ETF" } else { "" },
        cusip: row.cusip,
        hours: row.hours,
        class: row.class,
        rule: found,
    }
}
