//! The venue's messages in the engine's words, and orders in the venue's. The adapter for the real wire is not used here
//! and shares nothing with this.

use domain::account::Position;
use domain::approved::Ticket;
use domain::broker::{BrokerOrder, StatusReport};
use domain::execution::{Commission, Execution};
use domain::id::{BrokerOrderId, ClientId, ConId, PermId};
use domain::money::{Money, Price, Qty};
use domain::order::{OrderIntent, OrderType, Side, Tif};
use domain::order_ref::OrderRef;
use rust_decimal::Decimal;
use tws::model::{
    CommissionReport, CompletedOrder, Contract, ExecSide, ExecutionDetails, OpenOrder, Order, OrderState, OrderStatus,
    PlaceOrder, Request,
};

fn order_id(raw: i32) -> Option<BrokerOrderId> {
    BrokerOrderId::new(i64::from(raw)).ok()
}

fn client_id(raw: i32) -> Option<ClientId> {
    ClientId::new(i64::from(raw)).ok()
}

fn perm_id(raw: i64) -> Option<PermId> {
    PermId::new(raw).ok()
}

fn con_id(raw: Option<i32>) -> Option<ConId> {
    ConId::new(i64::from(raw?)).ok()
}

fn some(value: Option<Decimal>) -> Option<Decimal> {
    value.filter(|value| !value.is_zero())
}

fn order(contract: &Contract, order: &Order, state: &OrderState) -> BrokerOrder {
    BrokerOrder {
        account: order.account.parse().ok(),
        con_id: con_id(contract.con_id),
        symbol: contract.symbol.clone(),
        action: order.action.clone(),
        total_qty: some(order.total_quantity),
        filled: None,
        order_type: order.order_type.clone(),
        limit_price: some(order.lmt_price),
        aux_price: some(order.aux_price),
        trail_percent: some(order.trailing_percent),
        tif: order.tif.clone(),
        good_till: None,
        outside_rth: order.outside_rth,
        broker_order_id: None,
        client_id: None,
        perm_id: order.perm_id.and_then(perm_id),
        order_ref: order.order_ref.clone(),
        status: state.status.as_str().to_owned(),
        detail: Some(state.completed_status.clone()).filter(|text| !text.is_empty()),
    }
}

/// An open order.
pub fn open_order(open: &OpenOrder) -> BrokerOrder {
    BrokerOrder {
        broker_order_id: order_id(open.order_id),
        client_id: open.order.client_id.and_then(client_id),
        ..order(&open.contract, &open.order, &open.state)
    }
}

/// A completed order: its wire quantity is what remained.
pub fn completed_order(done: &CompletedOrder) -> BrokerOrder {
    let filled = done.order.filled_quantity;
    let total = filled.zip(done.order.total_quantity).map(|(filled, left)| filled + left);
    BrokerOrder { filled, total_qty: some(total), ..order(&done.contract, &done.order, &done.state) }
}

/// A status; `None` for a manual order.
pub fn status(status: &OrderStatus) -> Option<StatusReport> {
    Some(StatusReport {
        broker_order_id: order_id(status.order_id)?,
        client_id: client_id(status.client_id),
        perm_id: perm_id(status.perm_id),
        status: status.status.as_str().to_owned(),
        filled: Some(status.filled),
        remaining: Some(status.remaining),
        avg_px: some(Some(status.avg_fill_price)),
        why_held: status.why_held.clone(),
    })
}

/// A trade; `None` if the venue says what cannot be read.
pub fn execution(details: &ExecutionDetails) -> Option<Execution> {
    let told = &details.execution;
    Some(Execution {
        is_cash: false,
        exec_id: told.exec_id.parse().ok()?,
        account: told.account.parse().ok()?,
        con_id: con_id(details.contract.con_id)?,
        symbol: details.contract.symbol.clone(),
        terms: domain::contract::ContractTerms::NONE,
        is_buy: told.side == ExecSide::Bought,
        last_qty: Qty::new(told.shares).ok()?,
        last_px: Price::new(told.price).ok()?,
        exchange: told.exchange.clone(),
        executed_at: Some(told.time),
        broker_order_id: order_id(told.order_id),
        client_id: client_id(told.client_id),
        perm_id: perm_id(told.perm_id),
        order_ref: told.order_ref.clone(),
        commission: None,
    })
}

/// What a trade cost.
pub fn commission(report: &CommissionReport) -> Option<Commission> {
    let money = Money { amount: report.commission, currency: report.currency.parse().ok()? };
    Some(Commission { amount: money, realized_pnl: report.realized_pnl })
}

/// A holding.
pub fn position(told: &tws::model::Position) -> Option<Position> {
    Some(Position {
        is_cash: false,
        account: told.account.parse().ok()?,
        con_id: con_id(told.contract.con_id)?,
        symbol: told.contract.symbol.clone(),
        terms: domain::contract::ContractTerms::NONE,
        currency: told.contract.currency.parse().ok()?,
        qty: told.position,
        avg_cost: Some(told.avg_cost),
        market_price: None,
        market_value: None,
        unrealized_pnl: None,
        realized_pnl: None,
    })
}

fn prices(order_type: &OrderType) -> Option<(&'static str, Option<Decimal>, Option<Decimal>)> {
    Some(match order_type {
        OrderType::Market => ("MKT", None, None),
        OrderType::Limit { limit } => ("LMT", Some(limit.get()), None),
        OrderType::Stop { stop } => ("STP", None, Some(stop.get())),
        OrderType::StopLimit { stop, limit } => ("STP LMT", Some(limit.get()), Some(stop.get())),
        OrderType::Trail { .. }
        | OrderType::TrailLimit { .. }
        | OrderType::Midprice { .. }
        | OrderType::Moc
        | OrderType::Loc { .. }
        | OrderType::Moo
        | OrderType::Loo { .. } => return None,
    })
}

/// A ticket as the messages that place or change it: the entry, and behind it the exits of a bracket, of which the last
/// releases them all. `None` for order types that the simulation does not use.
pub fn place(ticket: &Ticket) -> Option<Vec<Request>> {
    let intent = &ticket.order().intent;
    let mut first = one(ticket, intent, ticket.broker_order_id)?;
    first.order.parent_id = ticket.parent.map(BrokerOrderId::get);
    let mut orders = vec![first];
    for (leg, id) in ticket.exits.iter().flat_map(|exits| exits.pairs()) {
        let mut exit = one(ticket, &intent.exit(leg)?, id)?;
        exit.order.parent_id = Some(ticket.broker_order_id.get());
        orders.push(exit);
    }
    let last = orders.len() - 1;
    orders.iter_mut().take(last).for_each(|place| place.order.transmit = false);
    Some(orders.into_iter().map(|place| Request::PlaceOrder(Box::new(place))).collect())
}

fn one(ticket: &Ticket, intent: &OrderIntent, id: BrokerOrderId) -> Option<PlaceOrder> {
    let resolved = ticket.order();
    let (word, limit, aux) = prices(&intent.order_type)?;
    let buys = match intent.side {
        Side::Buy | Side::BuyToCover => true,
        Side::Sell | Side::SellShort => false,
    };
    let tif = match intent.tif {
        Tif::Day => "DAY",
        Tif::Gtc => "GTC",
        Tif::Ioc => "IOC",
        Tif::Fok => "FOK",
        Tif::Gtd { .. } | Tif::Opg => return None,
    };
    let order = Order {
        action: if buys { "BUY" } else { "SELL" }.to_owned(),
        total_quantity: Some(intent.qty.get()),
        order_type: word.to_owned(),
        lmt_price: limit,
        aux_price: aux,
        tif: tif.to_owned(),
        account: resolved.account.to_string(),
        order_ref: OrderRef::new(&ticket.order_ref.installation, &intent.cl_ord_id).to_string(),
        outside_rth: intent.outside_rth,
        transmit: true,
        ..Order::default()
    };
    let contract = Contract {
        con_id: Some(resolved.contract.con_id.get()),
        symbol: resolved.contract.symbol.clone(),
        sec_type: "STK".to_owned(),
        exchange: "SMART".to_owned(),
        currency: "USD".to_owned(),
        ..Contract::default()
    };
    Some(PlaceOrder { order_id: id.get(), contract, order })
}
