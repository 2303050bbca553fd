use super::summary;
use ibapi::accounts::AccountSummary as Row;
use jiff::Timestamp;
use rust_decimal::Decimal;

fn row(account: &str, tag: &str, value: &str, currency: &str) -> Row {
    Row { account: account.to_owned(), tag: tag.to_owned(), value: value.to_owned(), currency: currency.to_owned() }
}

fn exact(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

#[test]
fn rows_of_one_account_become_its_values() {
    let rows = [
        row("DU1", "AccountType", "INDIVIDUAL", ""),
        row("DU1", "NetLiquidation", "1000123.45", "USD"),
        row("DU1", "TotalCashValue", "-250.00", "USD"),
        row("DU1", "CashBalance", "900", "EUR"),
        row("DU1", "CashBalance", "-1240.5", "USD"),
        row("DU1", "CashBalance", "-250.00", "BASE"),
        row("DU1", "ExchangeRate", "1.10", "EUR"),
        row("DU1", "ExchangeRate", "1.00", "BASE"),
        row("DU1", "UnrealizedPnL", "5", "EUR"),
        row("DU1", "UnrealizedPnL", "12.5", "BASE"),
        row("DU1", "UnrealizedPnL", "7", "USD"),
        row("DU2", "NetLiquidation", "1", "GBP"),
    ];
    let account = "DU1".parse().unwrap();
    let values = summary(&account, &rows, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(values.net_liquidation, Some(exact("1000123.45")));
    assert_eq!(values.base_currency.unwrap().as_str(), "USD");
    assert_eq!(values.total_cash, Some(exact("-250")));
    assert_eq!(values.unrealized_pnl, Some(exact("12.5")), "the sum of all currencies wins");
    let cash: Vec<_> = values.cash.iter().map(|(currency, cash)| (currency.as_str(), *cash)).collect();
    assert_eq!(cash, [("EUR", exact("900")), ("USD", exact("-1240.5"))]);
    assert_eq!(values.exchange_rates.len(), 1);
    assert_eq!(values.buying_power, None, "what was not said is unknown");
}

#[test]
fn no_row_is_no_account_and_a_value_that_is_no_number_is_unknown() {
    let account = "DU1".parse().unwrap();
    assert_eq!(summary(&account, &[], Timestamp::UNIX_EPOCH), None);
    let rows = [row("DU1", "BuyingPower", "N/A", "USD"), row("DU1", "ExchangeRate", "0", "EUR")];
    let values = summary(&account, &rows, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(values.buying_power, None);
    assert!(values.exchange_rates.is_empty(), "a rate of zero is no rate");
}
