use std::sync::Arc;

use prost::Message;
use rust_decimal::Decimal;

use super::schema as wire;
use crate::codec::encode;
use crate::frame::FrameReader;
use crate::model::{
    BarTime, Contract, HistoricalBar, HistoricalData, Notice, OpenOrder, Order, OrderState, OrderStatus, PnL, Reply,
    Status, TickAttrib, TickPrice, tick,
};
use crate::protobuf::decode_tests::version;

/// The message id and the body of the one frame a reply takes.
fn parts(reply: &Reply) -> (i32, Vec<u8>) {
    let mut reader = FrameReader::new(1 << 20);
    reader.push(&encode(version(), reply));
    let frame = reader.next_frame().unwrap().unwrap();
    assert_eq!(reader.pending_len(), 0);
    let (id, body) = frame.split_first_chunk::<4>().unwrap();
    (i32::from_be_bytes(*id), body.to_vec())
}

fn read<M: Message + Default>(reply: &Reply, msg_id: i32) -> M {
    let (id, body) = parts(reply);
    assert_eq!(id, msg_id + 200);
    M::decode(body.as_slice()).unwrap()
}

#[test]
fn an_order_report_reads_back_as_the_order() {
    let order = Order {
        client_id: Some(3),
        order_id: Some(7),
        perm_id: Some(9_000_000_001),
        action: "SELL".into(),
        total_quantity: Some(Decimal::new(1_050, 1)),
        order_type: "STP LMT".into(),
        lmt_price: Some(Decimal::new(15_025, 2)),
        aux_price: Some(Decimal::new(1_501, 1)),
        tif: "DAY".into(),
        account: "DUV0000001".into(),
        order_ref: "ref".into(),
        transmit: true,
        ..Order::default()
    };
    let reply = Reply::OpenOrder(Box::new(OpenOrder {
        order_id: 7,
        contract: Arc::new(Contract { con_id: Some(265_598), symbol: "AAPL".into(), ..Contract::default() }),
        order: Arc::new(order.clone()),
        state: OrderState::of(Status::Submitted),
    }));
    let message: wire::OpenOrder = read(&reply, 5);
    assert_eq!(message.order_state.as_ref().unwrap().status.as_deref(), Some("Submitted"));
    assert_eq!(message.order_state.unwrap().commission_and_fees, None);
    assert_eq!(super::order::decode(message.order.unwrap()), Ok(order));
}

#[test]
fn what_is_not_known_is_left_out_rather_than_written_as_a_number() {
    let reply = Reply::PnL(PnL { req_id: 4, daily: Some(Decimal::new(-125, 1)), unrealized: None, realized: None });
    let message: wire::PnL = read(&reply, 94);
    assert_eq!(message.daily, Some(-12.5));
    assert_eq!((message.unrealized, message.realized), (None, None));
}

#[test]
fn a_status_carries_filled_and_remaining_even_at_zero() {
    let reply = Reply::OrderStatus(OrderStatus {
        order_id: 1,
        status: Status::PreSubmitted,
        filled: Decimal::ZERO,
        remaining: Decimal::new(1_000, 1),
        avg_fill_price: Decimal::ZERO,
        perm_id: 12,
        parent_id: 0,
        last_fill_price: Decimal::ZERO,
        client_id: 0,
        why_held: "trigger".into(),
        mkt_cap_price: Decimal::ZERO,
    });
    let message: wire::OrderStatus = read(&reply, 3);
    assert_eq!((message.filled.as_deref(), message.remaining.as_deref()), (Some("0"), Some("100")));
    assert_eq!((message.client_id, message.why_held.as_deref()), (Some(0), Some("trigger")));
}

#[test]
fn a_notice_carries_its_time_and_a_negative_id() {
    let at = "2026-04-13T19:31:25.885Z".parse().unwrap();
    let message: wire::ErrorMessage = read(&Reply::Notice(Notice::general(2104, "farm", at)), 4);
    assert_eq!((message.id, message.error_code), (Some(-1), Some(2104)));
    assert_eq!(message.error_time, Some(1_776_108_685_885));
    assert_eq!(message.advanced_order_reject_json, None);
}

#[test]
fn a_price_that_does_not_exist_is_minus_one_and_attributes_are_bits() {
    let reply = Reply::TickPrice(TickPrice {
        req_id: 1,
        tick_type: tick::BID,
        price: None,
        size: None,
        attrib: TickAttrib { can_auto_execute: true, past_limit: false, pre_open: true },
    });
    let message: wire::TickPrice = read(&reply, 1);
    assert_eq!((message.price, message.attr_mask), (Some(-1.0), Some(0b101)));
}

#[test]
fn bars_write_their_time_in_the_form_asked_for() {
    let at = "2026-04-02T13:30:00Z".parse().unwrap();
    let bar = |time| HistoricalBar {
        time,
        open: Decimal::ONE,
        high: Decimal::ONE,
        low: Decimal::ONE,
        close: Decimal::ONE,
        volume: None,
        wap: None,
        count: None,
    };
    let reply = Reply::HistoricalData(HistoricalData {
        req_id: 2,
        start: at,
        end: at,
        bars: vec![
            bar(BarTime::Day("2026-04-02".parse().unwrap())),
            bar(BarTime::UnixSeconds(at)),
            bar(BarTime::Zoned(at)),
        ],
    });
    let message: wire::HistoricalData = read(&reply, 17);
    let dates: Vec<_> = message.historical_data_bars.iter().map(|b| b.date.clone().unwrap()).collect();
    assert_eq!(dates, ["20260402", "1775136600", "20260402 09:30:00 US/Eastern"]);
}

#[test]
fn replies_without_content_are_an_id_alone() {
    for (reply, msg_id) in [(Reply::OpenOrdersEnd, 53), (Reply::CompletedOrdersEnd, 102), (Reply::PositionEnd, 62)] {
        assert_eq!(parts(&reply), (msg_id + 200, Vec::new()));
    }
}
