//! Brackets and one-cancels-all groups on the wire.

use crate::desk::{Desk, intent, limit, order_id, ticket_of};
use crate::gateway::{ACCOUNT, Peer};
use crate::orders::linked;
use crate::venue::{Market, control};
use domain::approved::Ticket;
use domain::bracket::Bracket;
use domain::broker::{BrokerCommand, BrokerEvent, NotSentReason, SendOutcome};
use domain::id::{Generation, Leg};
use domain::order::{OrderIntent, OrderType};
use rust_decimal::Decimal;
use tws::model::{PlaceOrder, Request};

const FIRST: Generation = Generation(1);

fn bracket(key: &str, order_type: OrderType, take_profit: &str, stop_loss: &str) -> OrderIntent {
    let price = |text: &str| text.parse().expect("a price");
    let bracket = Bracket { take_profit: price(take_profit), stop_loss: price(stop_loss) };
    OrderIntent { bracket: Some(bracket), ..intent(key, order_type) }
}

async fn placed(peer: &mut Peer) -> PlaceOrder {
    match peer.next().await {
        Request::PlaceOrder(place) => *place,
        other => panic!("an order was expected, not {other:?}"),
    }
}

#[tokio::test]
async fn a_bracket_leaves_entry_first_and_only_its_last_order_releases_it() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let ticket = ticket_of(ACCOUNT, bracket("k-1", limit("189.5"), "195", "185"), 41, FIRST);
    desk.command(BrokerCommand::Submit(ticket)).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let PlaceOrder { order_id, order, .. } = placed(&mut peer).await;
        let words = [&order.order_ref, &order.action, &order.order_type, &order.tif].map(String::clone);
        assert_eq!((order.total_quantity, order.account.as_str()), (Some(Decimal::TEN), ACCOUNT));
        assert!(order.oca_group.is_empty());
        seen.push((order_id, order.parent_id, order.transmit, words.join(" "), order.lmt_price, order.aux_price));
    }
    let price = |text: &str| Some(text.parse::<Decimal>().expect("a price"));
    let expected = [
        (41, None, false, "tg:demo:k-1 BUY LMT DAY".to_owned(), price("189.5"), None),
        (42, Some(41), false, "tg:demo:k-1:tp SELL LMT GTC".to_owned(), price("195"), None),
        (43, Some(41), true, "tg:demo:k-1:sl SELL STP GTC".to_owned(), None, price("185")),
    ];
    assert_eq!(seen, expected);
    assert_eq!(desk.sent().await, (order_id(41), SendOutcome::Written), "one answer for all of it");
}

#[tokio::test]
async fn a_bracket_whose_guard_says_no_does_not_leave_at_all() {
    let (_gateway, mut desk, mut peer) = linked().await;
    desk.guard.refuse(NotSentReason::Killed);
    let ticket = ticket_of(ACCOUNT, bracket("k-1", limit("189.5"), "195", "185"), 41, FIRST);
    desk.command(BrokerCommand::Submit(ticket)).await;
    let refused = SendOutcome::NotSent { reason: NotSentReason::Killed };
    assert_eq!(desk.sent().await, (order_id(41), refused));
    crate::orders::nothing_left(&mut desk, &mut peer).await;
}

/// The change of a bracket's profit taker: `id` is that of its entry.
fn profit_at(account: &str, to: &str, entry: &OrderIntent, id: i32, generation: Generation) -> Box<Ticket> {
    let exit = entry.exit(Leg::TakeProfit).expect("a bracket has exits");
    let ticket = ticket_of(account, OrderIntent { order_type: limit(to), ..exit }, id + 1, generation);
    Box::new(ticket.below(Some(order_id(id))))
}

#[tokio::test]
async fn the_change_of_an_exit_leaves_alone_and_says_whose_exit_it_is() {
    let (_gateway, mut desk, mut peer) = linked().await;
    let entry = bracket("k-1", limit("189.5"), "195", "185");
    desk.command(BrokerCommand::Submit(ticket_of(ACCOUNT, entry.clone(), 41, FIRST))).await;
    for _ in 0..3 {
        placed(&mut peer).await;
    }
    desk.command(BrokerCommand::Replace { ticket: profit_at(ACCOUNT, "196", &entry, 41, FIRST) }).await;
    let PlaceOrder { order_id, order, .. } = placed(&mut peer).await;
    assert_eq!((order_id, order.parent_id, order.transmit), (42, Some(41), true));
    assert_eq!((order.lmt_price, order.tif.as_str()), (Some(Decimal::from(196)), "GTC"));
    crate::orders::nothing_left(&mut desk, &mut peer).await;
}

#[tokio::test]
async fn a_member_of_a_group_bears_its_name_under_the_installations() {
    let (_gateway, desk, mut peer) = linked().await;
    let member = OrderIntent { oca_group: "pair".parse().ok(), ..intent("k-1", limit("189.5")) };
    desk.command(BrokerCommand::Submit(ticket_of(ACCOUNT, member, 41, FIRST))).await;
    let order = placed(&mut peer).await.order;
    assert_eq!((order.oca_group.as_str(), order.oca_type, order.transmit), ("tg:demo:pair", Some(1), true));
}

/// The statuses that the broker last said, by order id, once `done`.
async fn statuses(desk: &mut Desk, ids: [i32; 3], done: impl Fn([&str; 3]) -> bool) {
    let mut last = ["", "", ""].map(str::to_owned);
    while !done([&last[0], &last[1], &last[2]]) {
        if let BrokerEvent::Status { report, .. } = desk.next().await
            && let Some(place) = ids.iter().position(|id| order_id(*id) == report.broker_order_id)
        {
            last[place] = report.status;
        }
    }
}

#[tokio::test]
async fn at_the_venue_the_exits_wait_for_their_entry_and_one_that_fills_ends_the_other() {
    let mut market = Market::open().await;
    let (id, account, generation) = (market.next_id(), market.account(), market.facts.generation);
    let ids = [id, id + 1, id + 2];
    // A profit that is easily made: the exit trades as soon as it is live.
    let order = bracket("k-1", OrderType::Market, "1", "0.5");
    market.desk.command(BrokerCommand::Submit(ticket_of(&account, order, id, generation))).await;
    assert_eq!(market.desk.sent().await, (order_id(id), SendOutcome::Written));
    statuses(&mut market.desk, ids, |now| now == ["Filled", "Filled", "ApiCancelled"]).await;
    let ledger = control(market.venue.control_addr(), "GET", "/ledger").await;
    for reference in ["tg:demo:k-1\"", "tg:demo:k-1:tp\"", "tg:demo:k-1:sl\""] {
        assert_eq!(ledger.matches(reference).count(), 1, "{reference}: {ledger}");
    }
}

#[tokio::test]
async fn at_the_venue_a_canceled_entry_takes_its_waiting_exits_with_it() {
    let mut market = Market::open().await;
    let (id, account, generation) = (market.next_id(), market.account(), market.facts.generation);
    let ids = [id, id + 1, id + 2];
    let order = bracket("k-1", limit("1"), "500", "0.5");
    market.desk.command(BrokerCommand::Submit(ticket_of(&account, order, id, generation))).await;
    statuses(&mut market.desk, ids, |now| now.iter().all(|word| word.ends_with("Submitted"))).await;
    let cl_ord_id = "k-1".parse().expect("a key");
    market.desk.command(BrokerCommand::Cancel { cl_ord_id, broker_order_id: order_id(id), generation }).await;
    statuses(&mut market.desk, ids, |now| now == ["Cancelled"; 3]).await;
}

#[tokio::test]
async fn at_the_venue_an_exit_is_changed() {
    let mut market = Market::open().await;
    let (id, account, generation) = (market.next_id(), market.account(), market.facts.generation);
    let entry = bracket("k-1", limit("1"), "500", "0.5");
    market.desk.command(BrokerCommand::Submit(ticket_of(&account, entry.clone(), id, generation))).await;
    statuses(&mut market.desk, [id, id + 1, id + 2], |now| now.iter().all(|word| word.ends_with("Submitted"))).await;
    let ticket = profit_at(&account, "510", &entry, id, generation);
    market.desk.command(BrokerCommand::Replace { ticket }).await;
    loop {
        match market.desk.next().await {
            BrokerEvent::OrderError { code, message, .. } => panic!("{code}: {message}"),
            BrokerEvent::OpenOrder { order, .. } if order.limit_price == Some(Decimal::from(510)) => break,
            _ => {}
        }
    }
}
