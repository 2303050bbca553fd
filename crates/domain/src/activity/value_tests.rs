use super::{AccountMark, AccountValue};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn mark(worth: i64, profits: Option<(i64, i64)>) -> AccountMark {
    AccountMark {
        currency: "USD".parse().unwrap(),
        net_liquidation: Decimal::from(worth),
        unrealized: profits.map(|(open, _)| Decimal::from(open)),
        realized: profits.map(|(_, made)| Decimal::from(made)),
    }
}

fn after(marks: &[AccountMark]) -> AccountValue {
    let mut value = AccountValue::begin(&marks[0], Timestamp::UNIX_EPOCH);
    for mark in &marks[1..] {
        value.mark(mark, Timestamp::UNIX_EPOCH);
    }
    value
}

fn losses(value: &AccountValue) -> (i64, i64) {
    let whole = |amount: Decimal| i64::try_from(amount).unwrap();
    (whole(value.loss_day()), whole(value.drawdown_percent()))
}

#[test]
fn a_loss_counts_and_a_withdrawal_does_not() {
    assert_eq!(losses(&after(&[mark(10_000, Some((0, 0))), mark(9_000, Some((-600, -400)))])), (1_000, 10));
    assert_eq!(losses(&after(&[mark(10_000, Some((0, 0))), mark(9_000, Some((0, 0)))])), (0, 0));
    assert_eq!(losses(&after(&[mark(10_000, Some((0, 0))), mark(15_000, Some((0, 0)))])), (0, 0));
}

#[test]
fn without_profits_a_withdrawal_is_a_loss() {
    assert_eq!(losses(&after(&[mark(10_000, None), mark(9_000, None)])), (1_000, 10));
}

#[test]
fn a_realised_profit_that_begins_anew_is_no_deposit() {
    let value = after(&[mark(10_000, Some((0, 0))), mark(9_000, Some((0, -1_000))), mark(8_900, Some((-100, 0)))]);
    assert_eq!(losses(&value), (1_100, 11));
}

#[test]
fn small_costs_count_as_losses() {
    assert_eq!(losses(&after(&[mark(10_000, Some((0, 0))), mark(9_960, Some((0, 0)))])), (40, 0));
}

#[test]
fn a_day_begins_with_what_is_there_and_the_peak_stays() {
    let mut value = after(&[mark(10_000, Some((0, 0))), mark(9_000, Some((-1_000, 0)))]);
    value.begin_day(false);
    assert_eq!(losses(&value), (0, 10));
    assert_eq!(value.loss_week(), Decimal::from(1_000));
    value.begin_day(true);
    assert_eq!(value.loss_week(), Decimal::ZERO);
    value.reset_peak();
    assert_eq!(losses(&value), (0, 0));
}

proptest! {
    #[test]
    fn trading_alone_is_all_profit_or_loss(steps in vec(-500_i64..500, 1..40)) {
        let (mut worth, mut open) = (100_000, 0);
        let mut marks = vec![mark(worth, Some((0, 0)))];
        let mut peak = worth;
        for step in &steps {
            worth += step;
            open += step;
            peak = peak.max(worth);
            marks.push(mark(worth, Some((open, 0))));
        }
        let value = after(&marks);
        prop_assert_eq!(value.loss_day(), Decimal::from(100_000 - worth));
        prop_assert_eq!(value.peak, Decimal::from(peak));
    }
}

#[test]
fn neither_day_nor_week_nor_peak_takes_a_withdrawal_for_a_loss() {
    let value = after(&[mark(10_000, Some((0, 0))), mark(9_000, Some((0, 0))), mark(8_900, Some((-100, 0)))]);
    assert_eq!((value.loss_day(), value.loss_week()), (Decimal::ONE_HUNDRED, Decimal::ONE_HUNDRED));
    assert_eq!(value.peak, Decimal::from(9_000));
    // And a profit that was made before is no part of what came in since.
    let value = after(&[mark(10_000, Some((0, 1_000))), mark(7_500, Some((0, 1_500)))]);
    assert_eq!((value.loss_day(), value.loss_week()), (Decimal::from(-500), Decimal::from(-500)));
}

#[test]
fn up_to_half_a_percent_without_a_profit_is_a_cost_and_more_is_a_withdrawal() {
    for (worth, loss) in [(9_950, 50), (9_949, 0)] {
        assert_eq!(losses(&after(&[mark(10_000, Some((0, 0))), mark(worth, Some((0, 0)))])).0, loss, "{worth}");
    }
}

#[test]
fn where_the_same_day_and_a_new_one_explain_as_much_the_day_goes_on() {
    // Either 1,000 came in, or 1,000 went out of 3,000 that were made anew.
    let value = after(&[mark(10_000, Some((0, 2_000))), mark(12_000, Some((0, 3_000)))]);
    assert_eq!(value.loss_day(), Decimal::from(-1_000));
}

#[test]
fn a_mark_in_another_currency_begins_anew() {
    let euros = AccountMark { currency: "EUR".parse().unwrap(), ..mark(5_000, None) };
    let value = after(&[mark(10_000, None), euros.clone()]);
    assert_eq!((value.loss_day(), value.loss_week(), value.peak), (Decimal::ZERO, Decimal::ZERO, Decimal::from(5_000)));
    assert_eq!(value.last, euros);
}

#[test]
fn an_account_that_was_never_worth_anything_is_as_low_as_can_be() {
    assert_eq!(after(&[mark(0, None)]).drawdown_percent(), Decimal::ONE_HUNDRED);
    assert_eq!(after(&[mark(-5, None)]).drawdown_percent(), Decimal::ONE_HUNDRED);
}
