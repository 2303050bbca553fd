//! Our orders in the library's words: one table, nothing left to a default that could matter.

use crate::decimal;
use crate::zone;
use domain::approved::Ticket;
use domain::broker::WhatIfOrder;
use domain::id::{AccountId, BrokerOrderId};
use domain::money::Qty;
use domain::order::{OrderIntent, OrderType, Side, Tif, Trail};
use domain::order_ref::{OrderRef, oca_name};
use ibapi::orders::{Action, OcaType, Order, TimeInForce};
use rust_decimal::Decimal;

/// What of an order goes onto the wire, borrowed from a ticket or a what-if.
struct Words<'a> {
    account: &'a AccountId,
    side: Side,
    qty: Qty,
    order_type: &'a OrderType,
    tif: &'a Tif,
    outside_rth: bool,
}

/// In a one-cancels-all group the first fill cancels the others, and IBKR keeps only one of them working at a time, so
/// that two cannot fill at once ("cancel with block").
const CANCEL_WITH_BLOCK: OcaType = OcaType::CancelWithBlock;

/// The orders of a ticket in the order in which they are to be written: one, or the three of a bracket, of which only
/// the last is transmitted and takes the others with it. `None` when the wire cannot say exactly this.
pub(crate) fn from_ticket(ticket: &Ticket) -> Option<Vec<Order>> {
    let resolved = ticket.order();
    let mut first = one(ticket, &resolved.intent, ticket.broker_order_id)?;
    if let Some(parent) = ticket.parent {
        first.parent_id = parent.get();
    }
    let mut orders = vec![first];
    for (leg, broker_order_id) in ticket.exits.iter().flat_map(|exits| exits.pairs()) {
        let mut exit = one(ticket, &resolved.intent.exit(leg)?, broker_order_id)?;
        exit.parent_id = ticket.broker_order_id.get();
        orders.push(exit);
    }
    // An entry whose exits are not there must not leave.
    if orders.len() != usize::try_from(resolved.intent.orders()).ok()? {
        return None;
    }
    let last = orders.len() - 1;
    for order in orders.iter_mut().take(last) {
        order.transmit = false;
    }
    Some(orders)
}

fn one(ticket: &Ticket, intent: &OrderIntent, broker_order_id: BrokerOrderId) -> Option<Order> {
    let mut order = base(&Words {
        account: &ticket.order().account,
        side: intent.side,
        qty: intent.qty,
        order_type: &intent.order_type,
        tif: &intent.tif,
        outside_rth: intent.outside_rth,
    })?;
    order.order_id = broker_order_id.get();
    order.order_ref = OrderRef::new(&ticket.order_ref.installation, &intent.cl_ord_id).to_string();
    if let Some(group) = &intent.oca_group {
        order.oca_group = oca_name(&ticket.order_ref.installation, group);
        order.oca_type = CANCEL_WITH_BLOCK;
    }
    Some(order)
}

/// The order of a what-if: the broker estimates it and places nothing.
pub(crate) fn from_what_if(what_if: &WhatIfOrder) -> Option<Order> {
    let mut order = base(&Words {
        account: &what_if.account,
        side: what_if.side,
        qty: what_if.qty,
        order_type: &what_if.order_type,
        tif: &what_if.tif,
        outside_rth: what_if.outside_rth,
    })?;
    order.order_id = what_if.broker_order_id.get();
    order.what_if = true;
    Some(order)
}

/// IBKR's side. `SSHORT` is for institutional accounts with a locate slot; an ordinary account sells short with `SELL`
/// and is refused by the broker (201) when there is nothing to borrow.
fn action(side: Side) -> Action {
    match side {
        Side::Buy | Side::BuyToCover => Action::Buy,
        Side::Sell | Side::SellShort => Action::Sell,
    }
}

fn base(words: &Words<'_>) -> Option<Order> {
    let (tif, good_till_date) = tif(words.tif);
    let mut order = Order {
        action: action(words.side),
        total_quantity: decimal::wire(words.qty.get())?,
        account: words.account.to_string(),
        tif,
        good_till_date,
        outside_rth: words.outside_rth,
        transmit: true,
        ..Order::default()
    };
    let opening = match words.order_type {
        OrderType::Moo | OrderType::Loo { .. } => true,
        OrderType::Market
        | OrderType::Limit { .. }
        | OrderType::Stop { .. }
        | OrderType::StopLimit { .. }
        | OrderType::Trail { .. }
        | OrderType::TrailLimit { .. }
        | OrderType::Midprice { .. }
        | OrderType::Moc
        | OrderType::Loc { .. } => false,
    };
    if opening {
        // On the wire an order for the opening is a market or limit order with this time in force.
        match words.tif {
            Tif::Day | Tif::Opg => order.tif = TimeInForce::OnOpen,
            Tif::Gtc | Tif::Ioc | Tif::Fok | Tif::Gtd { .. } => return None,
        }
    }
    prices(&mut order, words.order_type)?;
    Some(order)
}

fn tif(tif: &Tif) -> (TimeInForce, String) {
    match tif {
        Tif::Day => (TimeInForce::Day, String::new()),
        Tif::Gtc => (TimeInForce::GoodTillCanceled, String::new()),
        Tif::Ioc => (TimeInForce::ImmediateOrCancel, String::new()),
        Tif::Fok => (TimeInForce::FillOrKill, String::new()),
        Tif::Gtd { until } => (TimeInForce::GoodTillDate, zone::wire_utc(*until)),
        Tif::Opg => (TimeInForce::OnOpen, String::new()),
    }
}

/// Type word and prices. An auxiliary price is the trigger of a stop and the distance of a trailing order.
fn prices(order: &mut Order, order_type: &OrderType) -> Option<()> {
    let wire = |value: Decimal| decimal::wire(value);
    let word = match order_type {
        OrderType::Market | OrderType::Moo => "MKT",
        OrderType::Limit { limit } | OrderType::Loo { limit } => {
            order.limit_price = Some(wire(limit.get())?);
            "LMT"
        }
        OrderType::Stop { stop } => {
            order.aux_price = Some(wire(stop.get())?);
            "STP"
        }
        OrderType::StopLimit { stop, limit } => {
            order.aux_price = Some(wire(stop.get())?);
            order.limit_price = Some(wire(limit.get())?);
            "STP LMT"
        }
        OrderType::Trail { trail } => {
            distance(order, trail)?;
            "TRAIL"
        }
        OrderType::TrailLimit { trail, stop, limit } => {
            distance(order, trail)?;
            order.trail_stop_price = Some(wire(stop.get())?);
            order.limit_price = Some(wire(limit.get())?);
            "TRAIL LIMIT"
        }
        OrderType::Midprice { cap } => {
            if let Some(cap) = cap {
                order.limit_price = Some(wire(cap.get())?);
            }
            "MIDPRICE"
        }
        OrderType::Moc => "MOC",
        OrderType::Loc { limit } => {
            order.limit_price = Some(wire(limit.get())?);
            "LOC"
        }
    };
    word.clone_into(&mut order.order_type);
    Some(())
}

fn distance(order: &mut Order, trail: &Trail) -> Option<()> {
    match trail {
        Trail::Amount(amount) => order.aux_price = Some(decimal::wire(amount.get())?),
        Trail::Percent(percent) => order.trailing_percent = Some(decimal::wire(percent.get())?),
    }
    Some(())
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
