use proptest::prelude::*;

use super::decode_tests::{a_limit_order, frame, version};
use super::schema as wire;
use crate::model::Request;

proptest! {
    #[test]
    fn random_frames_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = super::decode(version(), &bytes);
    }

    #[test]
    fn random_bodies_under_every_id_never_panic(
        msg_id in 1_i32..120,
        body in prop::collection::vec(any::<u8>(), 0..256),
    ) {
        let mut bytes = (msg_id + 200).to_be_bytes().to_vec();
        bytes.extend_from_slice(&body);
        let _ = super::decode(version(), &bytes);
    }

    #[test]
    fn an_order_cut_short_is_an_error_or_a_shorter_order_and_never_a_panic(cut in 0_usize..64) {
        let whole = frame(3, &a_limit_order());
        let cut = cut.min(whole.len() - 1);
        let result = super::decode(version(), &whole[..cut]);
        // The order is the last field: without all of its bytes there is no order.
        prop_assert!(result.is_err());
    }

    #[test]
    fn a_flipped_byte_never_panics_and_never_makes_a_non_finite_number(
        at in 4_usize..200,
        value in any::<u8>(),
    ) {
        let mut bytes = frame(3, &a_limit_order());
        let at = at.min(bytes.len() - 1);
        bytes[at] = value;
        if let Ok(Request::PlaceOrder(place)) = super::decode(version(), &bytes) {
            prop_assert!(place.order.lmt_price.is_none_or(|p| p.to_string().parse::<f64>().unwrap().is_finite()));
        }
    }

    #[test]
    fn a_number_of_a_condition_that_flips_is_an_error_or_another_number(at in 0_usize..64, value in any::<u8>()) {
        let mut message = a_limit_order();
        message.order.as_mut().unwrap().conditions.push(wire::OrderCondition {
            kind: Some(1),
            con_id: Some(265_598),
            price: Some(150.25),
            ..wire::OrderCondition::default()
        });
        let mut bytes = frame(3, &message);
        let at = bytes.len() - 1 - at.min(bytes.len() - 5);
        bytes[at] = value;
        if let Ok(Request::PlaceOrder(place)) = super::decode(version(), &bytes) {
            for condition in place.order.conditions {
                prop_assert!((1..=7).contains(&condition.condition.to_wire()));
            }
        }
    }
}
