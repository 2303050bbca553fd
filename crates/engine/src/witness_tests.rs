use super::{Difference, differences};
use domain::account::AccountSummary;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

fn summary(cash: Option<i64>) -> AccountSummary {
    AccountSummary {
        account: "DU1".parse().unwrap(),
        base_currency: None,
        net_liquidation: Some(Decimal::ONE_HUNDRED),
        cash: BTreeMap::new(),
        total_cash: cash.map(Decimal::from),
        buying_power: None,
        init_margin: None,
        maint_margin: None,
        excess_liquidity: None,
        available_funds: None,
        gross_position_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
        exchange_rates: BTreeMap::new(),
        received_at: "2026-03-02T15:00:00Z".parse().unwrap(),
    }
}

#[test]
fn what_two_looks_tell_alike_is_no_difference_and_what_one_does_not_tell_is() {
    assert_eq!(differences(&summary(Some(5)), &summary(Some(5))), []);
    let found = differences(&summary(Some(5)), &summary(None));
    assert_eq!(found, [Difference { field: "total_cash", ours: Some(Decimal::from(5)), fresh: None }]);
}
