//! The figures of an account under the names IBKR gives them.
//!
//! Names, formats and the division into segments follow what a real Gateway sends: `-S` is the
//! securities segment, `-C` the commodities segment, to which the margin of futures is swept, and
//! `-P` the crypto segment. What this venue does not know (interest, dividends, cards) is zero there.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::account::CashLedger;
use super::asset::{Class, Currency};
use super::desk::Core;
use super::margin::Margin;
use crate::market::SecType;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    /// Nothing: a text, a ratio.
    None,
    /// The base currency as the sum of all.
    Base,
    /// A currency.
    In(Currency),
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Base => f.write_str("BASE"),
            Self::In(currency) => currency.fmt(f),
        }
    }
}

/// Name of a figure, and its segment: empty, `-C`, `-P` or `-S`.
pub(super) type Key = (&'static str, &'static str);

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) key: Key,
    pub(super) unit: Unit,
    pub(super) text: String,
}

/// An account's money and holdings in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Worth {
    pub(super) ledger: CashLedger,
    /// Units of the base currency for one of this.
    pub(super) rate: Decimal,
    pub(super) stock: Decimal,
    pub(super) option: Decimal,
    pub(super) corporate_bond: Decimal,
    pub(super) treasury_bond: Decimal,
    pub(super) fund: Decimal,
    pub(super) crypto: Decimal,
    /// Profit of what is held on margin, not paid out yet.
    pub(super) variation: Decimal,
    pub(super) unrealized: Decimal,
}

impl Worth {
    pub(super) fn net_liquidation(&self) -> Decimal {
        self.ledger.cash
            + self.variation
            + self.stock
            + self.option
            + self.corporate_bond
            + self.treasury_bond
            + self.fund
            + self.crypto
    }
}

/// Figures that every segment has: of the whole account, of commodities, of crypto. What is left is
/// that of securities.
struct Segmented(&'static str, Decimal, Decimal, Decimal);

/// Names that are always zero here, in all segments.
const UNKNOWN: [&str; 11] = [
    "AccruedCash",
    "AccruedDividend",
    "Billable",
    "Guarantee",
    "IncentiveCoupons",
    "IndianStockHaircut",
    "PASharesValue",
    "PhysicalCertificateValue",
    "PostExpirationExcess",
    "PostExpirationMargin",
    "TotalDebitCardPendingCharges",
];

/// Names that are always zero here, in each currency.
const UNKNOWN_LEDGER: [&str; 8] = [
    "AccruedCash",
    "FundValue",
    "FutureOptionValue",
    "FxCashBalance",
    "IssuerOptionValue",
    "MoneyMarketFundValue",
    "NetDividend",
    "WarrantValue",
];

fn text(key: &'static str, text: impl Into<String>) -> Value {
    Value { key: (key, ""), unit: Unit::None, text: text.into() }
}

fn money(key: &'static str, segment: &'static str, amount: Decimal) -> Value {
    Value { key: (key, segment), unit: Unit::In(Currency::BASE), text: cents(amount) }
}

fn cents(amount: Decimal) -> String {
    format!("{:.2}", amount.round_dp(2))
}

/// At least two decimal places and at most `places`.
fn precise(amount: Decimal, places: u32) -> String {
    let mut rounded = amount.round_dp(places).normalize();
    if rounded.scale() < 2 {
        rounded.rescale(2);
    }
    rounded.to_string()
}

impl Core {
    /// An account's money and holdings by currency.
    pub(super) fn worths(&self, account: usize, now: Timestamp) -> BTreeMap<Currency, Worth> {
        let a = &self.state.accounts[account];
        let mut worths: BTreeMap<Currency, Worth> = BTreeMap::new();
        for (currency, ledger) in &a.ledgers {
            let rate = self.rate(*currency, now);
            worths.insert(*currency, Worth { ledger: ledger.clone(), rate, ..Worth::default() });
        }
        for (instrument, holding) in a.holdings.iter().filter(|(_, h)| !h.quantity.is_zero()) {
            let asset = self.state.asset(*instrument);
            let worth = worths
                .entry(asset.currency)
                .or_insert_with(|| Worth { rate: self.rate(asset.currency, now), ..Worth::default() });
            let value = asset.value(holding.quantity, self.mark(*instrument, now));
            worth.unrealized += value - holding.cost;
            let of = self.instrument(*instrument);
            match (asset.class, of.sec_type) {
                (Class::Margined, _) => worth.variation += value - holding.carried,
                (Class::Exchange { .. }, _) => {}
                (Class::Paid, SecType::Opt) => worth.option += value,
                (Class::Paid, SecType::Bond) if of.long_name.contains("TREASURY") => worth.treasury_bond += value,
                (Class::Paid, SecType::Bond) => worth.corporate_bond += value,
                (Class::Paid, SecType::Fund) => worth.fund += value,
                (Class::Paid, SecType::Crypto) => worth.crypto += value,
                (Class::Paid, SecType::Stk | SecType::Ind | SecType::Cash | SecType::Fut | SecType::Cfd) => {
                    worth.stock += value;
                }
            }
        }
        worths
    }

    /// Everything about an account, by name.
    pub(super) fn all_values(&self, account: usize, now: Timestamp) -> Vec<Value> {
        let mut values = self.account_values(account, now);
        values.extend(self.ledger_values(account, now, |_| true));
        values.sort_by_key(|v| (v.key, v.unit));
        // Interest is a figure of the whole account and of its base currency alike.
        values.dedup_by_key(|v| (v.key, v.unit));
        values
    }

    /// Figures of the account as a whole.
    pub(super) fn account_values(&self, account: usize, now: Timestamp) -> Vec<Value> {
        let a = &self.state.accounts[account];
        let m = self.margin(account, now);
        let net = m.net_liquidation();
        let cushion = if net.is_zero() { Decimal::ZERO } else { m.excess() / net };
        let leverage = if net.is_zero() { Decimal::ZERO } else { m.parts.gross / net };
        let next = self.market.day_end(0, now).map_or(0, Timestamp::as_second);
        let securities = net - m.parts.crypto;
        let mut values = vec![
            text("AccountCode", a.id.clone()),
            text("AccountReady", "true"),
            text("AccountType", "INDIVIDUAL"),
            money("BuyingPower", "", m.buying_power()),
            text("Cushion", format!("{:.6}", cushion.round_dp(6))),
            text("DayTradesRemaining", "-1"),
            text("DayTradesRemainingT+1", "-1"),
            text("DayTradesRemainingT+2", "-1"),
            text("DayTradesRemainingT+3", "-1"),
            text("DayTradesRemainingT+4", "-1"),
            Value { key: ("Leverage", "-S"), ..text("Leverage", cents(leverage)) },
            text("LookAheadNextChange", next.to_string()),
            text("NLVAndMarginInReview", "false"),
            money("NetLiquidationUncertainty", "", Decimal::ZERO),
            Value { key: ("SegmentTitle", "-C"), ..text("SegmentTitle", "US Commodities") },
            Value { key: ("SegmentTitle", "-P"), ..text("SegmentTitle", "Crypto at Paxos") },
            Value { key: ("SegmentTitle", "-S"), ..text("SegmentTitle", "US Securities") },
            Value { key: ("TradingType", "-S"), ..text("TradingType", "STKNOPT") },
            text("WhatIfPMEnabled", "true"),
        ];
        for (key, whole, securities) in [
            ("GrossPositionValue", m.parts.gross, m.parts.gross - m.parts.crypto.abs()),
            ("PreviousDayEquityWithLoanValue", a.equity_at_day_start, a.equity_at_day_start),
            ("RegTEquity", securities, securities),
            ("RegTMargin", m.initial, m.initial),
            ("SMA", securities - m.initial, securities - m.initial),
        ] {
            values.push(money(key, "", whole));
            values.push(money(key, "-S", securities));
        }
        for Segmented(key, whole, commodities, crypto) in segmented(&m) {
            values.push(money(key, "", whole));
            values.push(money(key, "-C", commodities));
            values.push(money(key, "-P", crypto));
            values.push(money(key, "-S", whole - commodities - crypto));
        }
        for key in UNKNOWN {
            values.extend(["", "-C", "-P", "-S"].map(|segment| money(key, segment, Decimal::ZERO)));
        }
        values
    }

    /// Figures by currency, and of all of them in the base currency.
    pub(super) fn ledger_values(&self, account: usize, now: Timestamp, wanted: impl Fn(Unit) -> bool) -> Vec<Value> {
        let worths = self.worths(account, now);
        let mut values = Vec::new();
        let mut add = |unit: Unit, rows: Vec<(&'static str, String)>| {
            let id = self.state.accounts[account].id.clone();
            let zero = UNKNOWN_LEDGER.iter().map(|key| (*key, "0.00".to_owned()));
            let rows = rows.into_iter().chain(zero).chain([
                ("AccountOrGroup", id),
                ("Currency", unit.to_string()),
                ("RealCurrency", unit.to_string()),
            ]);
            values.extend(rows.map(|(key, text)| Value { key: (key, ""), unit, text }));
        };
        if wanted(Unit::Base) {
            let total = total(&worths);
            let unrealized = self.unrealized(account, now);
            add(Unit::Base, ledger_rows(&Worth { rate: Decimal::ONE, unrealized, ..total }));
        }
        for (currency, worth) in worths.iter().filter(|(c, _)| wanted(Unit::In(**c))) {
            add(Unit::In(*currency), ledger_rows(worth));
        }
        values
    }
}

fn segmented(m: &Margin) -> [Segmented; 15] {
    let (futures, crypto) = (m.parts.futures, m.parts.crypto);
    let spare = futures.initial - futures.maintenance;
    let (swept, kept, none) = (futures.initial, futures.maintenance, Decimal::ZERO);
    [
        Segmented("AvailableFunds", m.available(), none, none),
        Segmented("EquityWithLoanValue", m.equity_with_loan(), swept, none),
        Segmented("ExcessLiquidity", m.excess(), spare, none),
        Segmented("FullAvailableFunds", m.available(), none, none),
        Segmented("FullExcessLiquidity", m.excess(), spare, none),
        Segmented("FullInitMarginReq", m.initial, swept, none),
        Segmented("FullMaintMarginReq", m.maintenance, kept, none),
        Segmented("InitMarginReq", m.initial, swept, none),
        Segmented("LookAheadAvailableFunds", m.available(), none, none),
        Segmented("LookAheadExcessLiquidity", m.excess(), spare, none),
        Segmented("LookAheadInitMarginReq", m.initial, swept, none),
        Segmented("LookAheadMaintMarginReq", m.maintenance, kept, none),
        Segmented("MaintMarginReq", m.maintenance, kept, none),
        Segmented("NetLiquidation", m.net_liquidation(), swept, crypto),
        Segmented("TotalCashValue", m.total_cash(), swept, none),
    ]
}

fn total(worths: &BTreeMap<Currency, Worth>) -> Worth {
    let sum = |of: fn(&Worth) -> Decimal| worths.values().map(|w| of(w) * w.rate).sum::<Decimal>();
    Worth {
        ledger: CashLedger {
            cash: sum(|w| w.ledger.cash),
            realized_today: sum(|w| w.ledger.realized_today),
            ..CashLedger::default()
        },
        rate: Decimal::ONE,
        stock: sum(|w| w.stock),
        option: sum(|w| w.option),
        corporate_bond: sum(|w| w.corporate_bond),
        treasury_bond: sum(|w| w.treasury_bond),
        fund: sum(|w| w.fund),
        crypto: sum(|w| w.crypto),
        variation: sum(|w| w.variation),
        unrealized: Decimal::ZERO,
    }
}

fn ledger_rows(w: &Worth) -> Vec<(&'static str, String)> {
    vec![
        ("CashBalance", precise(w.ledger.cash, 4)),
        ("CorporateBondValue", cents(w.corporate_bond)),
        ("Cryptocurrency", cents(w.crypto)),
        ("ExchangeRate", precise(w.rate, 7)),
        ("FuturesPNL", cents(w.variation)),
        ("MutualFundValue", cents(w.fund)),
        ("NetLiquidationByCurrency", precise(w.net_liquidation(), 4)),
        ("OptionMarketValue", cents(w.option)),
        ("RealizedPnL", cents(w.ledger.realized_today)),
        ("StockMarketValue", cents(w.stock)),
        ("TBillValue", cents(Decimal::ZERO)),
        ("TBondValue", cents(w.treasury_bond)),
        ("TotalCashBalance", precise(w.ledger.cash + w.variation, 4)),
        ("UnrealizedPnL", cents(w.unrealized)),
    ]
}
