//! What is used of limits that are used up, for people: gates judge by the same counts.

use crate::shared::Session;
use domain::activity::DayCount;
use domain::book::Book;
use domain::id::{AccountId, StrategyId};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// By limit, of this account and this strategy; what is not known is left out.
pub(crate) fn used(
    book: &Book,
    session: &Session,
    account: Option<&AccountId>,
    strategy: Option<&StrategyId>,
) -> BTreeMap<&'static str, Decimal> {
    let activity = &book.activity;
    // What waits for a human is not at the broker, and counts once it is let through.
    let open = book.open_orders().filter(|order| order.status.may_be_live()).count();
    let mut used = BTreeMap::from([
        ("open_orders_max", Decimal::from(open)),
        ("rejects_max", Decimal::from(activity.rejects_in_row)),
    ]);
    if let Some(strategy) = strategy {
        used.insert("strategy_executions_max", Decimal::from(activity.strategy_trades(strategy)));
    }
    let Some(account) = account else { return used };
    let day = activity.day(account);
    used.insert("orders_day_max", Decimal::from(day.orders));
    used.insert("messages_per_day_max", Decimal::from(day.messages));
    used.insert("cooldown_after", Decimal::from(activity.series(account).count));
    used.extend(traded(session, day).map(|traded| ("turnover_day_max", traded)));
    if let Some(value) = activity.value(account) {
        // A gain uses nothing.
        let (of_day, of_week) = (value.loss_day().max(Decimal::ZERO), value.loss_week().max(Decimal::ZERO));
        used.extend([
            ("loss_day_reduce", of_day),
            ("loss_day_halt", of_day),
            ("loss_week_reduce", of_week),
            ("loss_week_halt", of_week),
            ("drawdown_percent_max", value.drawdown_percent().round_dp(2)),
        ]);
    }
    used
}

/// What was traded today, in base currency; `None` while a rate is missing, or a price: what was traded at a price that
/// nobody has told is in no sum.
pub(crate) fn traded(session: &Session, day: &DayCount) -> Option<Decimal> {
    if !day.unpriced.is_empty() {
        return None;
    }
    let mut amounts = day.turnover.iter().filter(|(_, amount)| !amount.is_zero());
    amounts.try_fold(Decimal::ZERO, |sum, (currency, amount)| {
        sum.checked_add(amount.checked_mul(session.fx_to_base(currency)?.0)?)
    })
}
