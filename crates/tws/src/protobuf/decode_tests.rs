use prost::Message;
use rust_decimal::Decimal;

use super::schema as wire;
use crate::error::DecodeError;
use crate::model::Request;
use crate::msg_id::{PROTOBUF_OFFSET, request as id};
use crate::version::ServerVersion;

pub(super) fn version() -> ServerVersion {
    ServerVersion::negotiate(226, 226).unwrap()
}

pub(super) fn frame(msg_id: i32, message: &impl Message) -> Vec<u8> {
    let mut out = (msg_id + PROTOBUF_OFFSET).to_be_bytes().to_vec();
    message.encode(&mut out).unwrap();
    out
}

fn decode(msg_id: i32, message: &impl Message) -> Result<Request, DecodeError> {
    super::decode(version(), &frame(msg_id, message))
}

pub(super) fn a_limit_order() -> wire::PlaceOrderRequest {
    wire::PlaceOrderRequest {
        order_id: Some(7),
        contract: Some(wire::Contract {
            con_id: Some(265_598),
            symbol: Some("AAPL".into()),
            ..wire::Contract::default()
        }),
        order: Some(wire::Order {
            action: Some("BUY".into()),
            total_quantity: Some("100".into()),
            order_type: Some("LMT".into()),
            lmt_price: Some(150.25),
            aux_price: Some(f64::MAX),
            tif: Some("GTC".into()),
            order_ref: Some("ref-1".into()),
            transmit: Some(true),
            exempt_code: Some(-1),
            min_qty: Some(i32::MAX),
            ..wire::Order::default()
        }),
        attached_orders: None,
    }
}

#[test]
fn an_order_is_read_with_its_sentinels_as_none() {
    let Ok(Request::PlaceOrder(place)) = decode(id::PLACE_ORDER, &a_limit_order()) else {
        panic!("not an order");
    };
    assert_eq!((place.order_id, place.contract.con_id), (7, Some(265_598)));
    let order = place.order;
    assert_eq!(order.total_quantity, Some(Decimal::from(100)));
    assert_eq!(order.lmt_price, Some(Decimal::new(15_025, 2)));
    assert_eq!((order.aux_price, order.min_qty, order.exempt_code), (None, None, None));
    assert_eq!((order.order_type.as_str(), order.tif.as_str()), ("LMT", "GTC"));
    assert!(order.transmit && !order.what_if);
    assert_eq!(order.unsupported, Vec::<String>::new());
}

#[test]
fn a_field_the_model_does_not_carry_is_named_not_dropped() {
    let mut message = a_limit_order();
    if let Some(order) = &mut message.order {
        order.algo_strategy = Some("Adaptive".into());
        order.hedge_type = Some("D".into());
        order.volatility = Some(0.3);
        order.delta_neutral_order_type = Some("None".into());
        order.scale_init_level_size = Some(i32::MAX);
    }
    let Ok(Request::PlaceOrder(place)) = decode(id::PLACE_ORDER, &message) else {
        panic!("not an order");
    };
    assert_eq!(place.order.unsupported, ["volatility", "hedgeType", "algoStrategy"]);
}

#[test]
fn an_order_with_a_non_finite_price_is_an_error() {
    for bad in [f64::NAN, f64::INFINITY] {
        let mut message = a_limit_order();
        message.order.as_mut().unwrap().lmt_price = Some(bad);
        assert_eq!(decode(id::PLACE_ORDER, &message), Err(DecodeError::NotFinite { field: "lmtPrice" }));
    }
    let mut message = a_limit_order();
    message.order.as_mut().unwrap().total_quantity = Some("NaN".into());
    assert_eq!(decode(id::PLACE_ORDER, &message), Err(DecodeError::NotFinite { field: "totalQuantity" }));
}

#[test]
fn an_order_without_id_contract_or_order_is_an_error() {
    type Strip = fn(&mut wire::PlaceOrderRequest);
    let cases: [(&str, Strip); 3] =
        [("orderId", |m| m.order_id = None), ("contract", |m| m.contract = None), ("order", |m| m.order = None)];
    for (field, strip) in cases {
        let mut message = a_limit_order();
        strip(&mut message);
        assert_eq!(decode(id::PLACE_ORDER, &message), Err(DecodeError::MissingField { field }));
    }
}

#[test]
fn summary_tags_are_split_and_trimmed() {
    let message = wire::AccountSummaryRequest {
        req_id: Some(9),
        group: Some("All".into()),
        tags: Some("NetLiquidation, BuyingPower,,".into()),
    };
    assert_eq!(
        decode(id::ACCOUNT_SUMMARY, &message),
        Ok(Request::AccountSummary {
            req_id: 9,
            group: "All".into(),
            tags: vec!["NetLiquidation".into(), "BuyingPower".into()],
        })
    );
}

#[test]
fn messages_that_are_not_read_are_named_with_their_request_id() {
    let calendar = super::decode(version(), &frame(100, &wire::ReqId { req_id: Some(5) }));
    assert_eq!(calendar, Ok(Request::Unsupported { msg_id: 100, req_id: Some(5) }));
    let advisor = super::decode(version(), &frame(18, &wire::AutoOpenOrdersRequest { auto_bind: Some(true) }));
    assert_eq!(advisor, Ok(Request::Unsupported { msg_id: 18, req_id: None }));
}

#[test]
fn ids_outside_the_protocol_or_the_version_are_errors() {
    for msg_id in [0, 26, 60, 110, 5_000] {
        assert!(
            matches!(
                super::decode(version(), &frame(msg_id, &wire::Empty {})),
                Err(DecodeError::UnknownMessage { .. } | DecodeError::NotProtobuf { .. })
            ),
            "{msg_id}"
        );
    }
    let old = ServerVersion::negotiate(213, 213).unwrap();
    let config = frame(108, &wire::ReqId { req_id: Some(1) });
    assert_eq!(super::decode(old, &config), Err(DecodeError::UnknownMessage { msg_id: 108 }));
    assert!(super::decode(version(), &config).is_ok());
}

#[test]
fn a_text_message_is_refused_where_protobuf_is_spoken() {
    let frame = 71_i32.to_be_bytes();
    assert_eq!(super::decode(version(), &frame), Err(DecodeError::NotProtobuf { msg_id: 71 }));
    assert_eq!(super::decode(version(), &frame[..3]), Err(DecodeError::FrameTooShort { len: 3 }));
}

#[test]
fn every_request_made_of_an_id_alone_is_read() {
    let ids = [2, 11, 23, 25, 51, 56, 57, 63, 75, 77, 79, 83, 89, 90, 93, 95, 98, 104, 106, 107];
    for msg_id in ids {
        let request = super::decode(version(), &frame(msg_id, &wire::ReqId { req_id: Some(41) })).unwrap();
        assert!(format!("{request:?}").contains("req_id: 41"), "{request:?}");
        assert_eq!(
            super::decode(version(), &frame(msg_id, &wire::Empty {})),
            Err(DecodeError::MissingField { field: "reqId" })
        );
    }
}
