//! Account summary rows folded into one account's values.

use crate::decimal;
use domain::account::AccountSummary;
use domain::id::AccountId;
use domain::money::Currency;
use ibapi::accounts::AccountSummary as Row;
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What to ask for: totals in base currency, and the ledger of every currency.
pub(crate) const TAGS: &[&str] = &[
    "NetLiquidation",
    "TotalCashValue",
    "BuyingPower",
    "InitMarginReq",
    "MaintMarginReq",
    "ExcessLiquidity",
    "AvailableFunds",
    "GrossPositionValue",
    "$LEDGER:ALL",
];

/// The pseudo currency of ledger rows that sum all currencies.
const BASE: &str = "BASE";

/// The values of one account out of rows of many. `None` when there was no row of it.
pub(crate) fn summary(account: &AccountId, rows: &[Row], now: Timestamp) -> Option<AccountSummary> {
    let mut mine = rows.iter().filter(|row| row.account == account.as_str()).peekable();
    mine.peek()?;
    let mut summary = AccountSummary {
        account: account.clone(),
        base_currency: None,
        net_liquidation: None,
        cash: BTreeMap::new(),
        total_cash: None,
        buying_power: None,
        init_margin: None,
        maint_margin: None,
        excess_liquidity: None,
        available_funds: None,
        gross_position_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
        exchange_rates: BTreeMap::new(),
        received_at: now,
    };
    for row in mine {
        fold(&mut summary, row);
    }
    Some(summary)
}

fn fold(summary: &mut AccountSummary, row: &Row) {
    let Some(value) = decimal::text(&row.value) else {
        return;
    };
    let currency: Option<Currency> = row.currency.parse().ok();
    match row.tag.as_str() {
        "NetLiquidation" => {
            summary.net_liquidation = Some(value);
            summary.base_currency = currency;
        }
        "TotalCashValue" => summary.total_cash = Some(value),
        "BuyingPower" => summary.buying_power = Some(value),
        "InitMarginReq" => summary.init_margin = Some(value),
        "MaintMarginReq" => summary.maint_margin = Some(value),
        "ExcessLiquidity" => summary.excess_liquidity = Some(value),
        "AvailableFunds" => summary.available_funds = Some(value),
        "GrossPositionValue" => summary.gross_position_value = Some(value),
        "UnrealizedPnL" => total(&mut summary.unrealized_pnl, row, value),
        "RealizedPnL" => total(&mut summary.realized_pnl, row, value),
        "CashBalance" => ledger(&mut summary.cash, currency, value),
        "ExchangeRate" if !value.is_zero() => ledger(&mut summary.exchange_rates, currency, value),
        _ => {}
    }
}

/// A ledger sends one row per currency and one for their sum; the sum wins.
fn total(field: &mut Option<Decimal>, row: &Row, value: Decimal) {
    if row.currency == BASE || field.is_none() {
        *field = Some(value);
    }
}

fn ledger(map: &mut BTreeMap<Currency, Decimal>, currency: Option<Currency>, value: Decimal) {
    if let Some(currency) = currency {
        map.insert(currency, value);
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
