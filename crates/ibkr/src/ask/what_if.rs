//! The broker's own estimate of an order.

use super::answer::Asker;
use crate::contract;
use crate::decimal;
use crate::fault;
use crate::order;
use domain::broker::{AskError, WhatIf, WhatIfOrder};
use futures::StreamExt;
use ibapi::orders::{OrderState, PlaceOrder};
use ibapi::subscriptions::SubscriptionItem;
use tokio::time::Instant;

/// Asks under the id that the engine allotted for it. The answer is an open-order message that bears the what-if flag.
pub(super) async fn what_if(asker: &Asker, ask: &WhatIfOrder) -> Result<WhatIf, AskError> {
    let deadline = Instant::now() + asker.shared.config.what_if_deadline;
    let wire = contract::to_wire(&ask.contract);
    let order =
        order::from_what_if(ask).ok_or_else(|| AskError::Garbled("the order cannot be said on the wire".to_owned()))?;
    asker.session.note_what_if(ask.broker_order_id);
    let id = ask.broker_order_id.get();
    let mut stream = asker.within(deadline, asker.session.client.place_order(id, &wire, &order)).await?;
    let mut warning = None;
    loop {
        let item = match tokio::time::timeout_at(deadline, stream.next()).await {
            Ok(Some(item)) => item,
            Ok(None) => return Err(AskError::NoLink),
            Err(_) => return Err(AskError::Timeout),
        };
        match item.map_err(|error| fault::ask_error(&error))? {
            SubscriptionItem::Data(PlaceOrder::OpenOrder(data)) if data.order.what_if => {
                return Ok(estimate(&data.order_state, warning));
            }
            SubscriptionItem::Data(
                PlaceOrder::OpenOrder(_)
                | PlaceOrder::OrderStatus(_)
                | PlaceOrder::ExecutionData(_)
                | PlaceOrder::CommissionReport(_),
            ) => {}
            SubscriptionItem::Notice(notice) if fault::is_gap(&notice) => {
                return Err(AskError::Garbled(notice.message));
            }
            SubscriptionItem::Notice(notice) => warning = Some(notice.message),
        }
    }
}

fn estimate(state: &OrderState, warning: Option<String>) -> WhatIf {
    // A commission range without a figure: the upper end is the careful one.
    let commission = state.commission.or(state.maximum_commission);
    WhatIf {
        init_margin_change: decimal::optional(state.initial_margin_change),
        maint_margin_change: decimal::optional(state.maintenance_margin_change),
        equity_with_loan_change: decimal::optional(state.equity_with_loan_change),
        init_margin_after: decimal::optional(state.initial_margin_after),
        maint_margin_after: decimal::optional(state.maintenance_margin_after),
        equity_with_loan_after: decimal::optional(state.equity_with_loan_after),
        commission: decimal::optional(commission),
        commission_currency: contract::some_text(&state.commission_currency),
        warning: contract::some_text(&state.warning_text).or(warning),
    }
}
