use super::{OpenRisk, may_open, only_reduces, open_notional, position_range};
use crate::id::ConId;
use crate::order::Side;
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn con_id(number: i64) -> ConId {
    ConId::new(number).unwrap()
}

fn risk(number: i64, side: Side, leaves: i64) -> OpenRisk {
    OpenRisk {
        con_id: con_id(number),
        side,
        leaves: Decimal::from(leaves),
        notional: Some(Decimal::from(leaves)),
        unknown: false,
    }
}

fn reduces(held: i64, open: &[OpenRisk], side: Side, qty: i64) -> bool {
    only_reduces(Decimal::from(held), con_id(1), open, side, Decimal::from(qty))
}

#[test]
fn the_range_takes_each_side_by_itself() {
    let open = [risk(1, Side::Buy, 3), risk(1, Side::BuyToCover, 4), risk(1, Side::Sell, 5), risk(2, Side::Sell, 99)];
    let range = position_range(Decimal::TEN, con_id(1), &open);
    assert_eq!((range.low, range.high), (Decimal::from(5), Decimal::from(17)));
}

#[test]
fn a_reduction_neither_increases_nor_flips() {
    assert!(reduces(10, &[], Side::Sell, 10));
    assert!(!reduces(10, &[], Side::Sell, 11));
    assert!(!reduces(10, &[], Side::Buy, 1));
    assert!(!reduces(0, &[], Side::Sell, 1));
    assert!(!reduces(0, &[], Side::Buy, 1));
    assert!(reduces(-10, &[], Side::BuyToCover, 10));
    assert!(!reduces(-10, &[], Side::BuyToCover, 11));
    assert!(!reduces(-10, &[], Side::SellShort, 1));
    assert!(!reduces(0, &[], Side::Buy, 0), "what is not there is not made smaller");
    assert!(!reduces(0, &[], Side::Sell, 0));
}

#[test]
fn two_orders_never_close_the_same_shares() {
    assert!(reduces(10, &[risk(1, Side::Sell, 4)], Side::Sell, 6));
    assert!(!reduces(10, &[risk(1, Side::Sell, 4)], Side::Sell, 7));
    assert!(!reduces(-10, &[risk(1, Side::Buy, 4)], Side::BuyToCover, 7));
    assert!(!reduces(10, &[risk(1, Side::Buy, 5)], Side::Sell, 11), "an open buy is not held yet");
    assert!(reduces(10, &[risk(2, Side::Sell, 10)], Side::Sell, 10), "another instrument does not count");
}

#[test]
fn one_unknown_notional_makes_the_sum_unknown() {
    let mut open = vec![risk(1, Side::Buy, 3), risk(2, Side::Sell, 4)];
    assert_eq!(open_notional(&[]), Some(Decimal::ZERO));
    assert_eq!(open_notional(&open), Some(Decimal::from(7)));
    open[0].notional = None;
    assert_eq!(open_notional(&open), None);
}

proptest! {
    /// Whatever subset of the open orders fills, a reduction that fills after them never leaves the other side of zero.
    #[test]
    fn a_reduction_never_flips_whatever_fills_first(
        held in -100i64..100,
        open in vec((any::<bool>(), 1i64..30, any::<bool>()), 0..6),
        buy in any::<bool>(),
        qty in 1i64..100,
    ) {
        let side = if buy { Side::Buy } else { Side::Sell };
        let risks: Vec<OpenRisk> =
            open.iter().map(|(buy, leaves, _)| risk(1, if *buy { Side::Buy } else { Side::Sell }, *leaves)).collect();
        if reduces(held, &risks, side, qty) {
            prop_assert_eq!(held < 0, buy);
            // Fills on the same side as the order are the ones that could make it flip.
            let filled: i64 = open.iter().filter(|(b, _, fills)| *fills && *b == buy).map(|(_, leaves, _)| leaves).sum();
            let after = if buy { held + filled + qty } else { held - filled - qty };
            prop_assert!(if held < 0 { after <= 0 } else { after >= 0 }, "{} became {}", held, after);
        }
    }
}

#[test]
fn of_orders_that_close_the_same_shares_only_as_many_stay_as_can_close_them() {
    let held = |con_id: ConId| if con_id.get() == 1 { Decimal::TEN } else { Decimal::ZERO };
    let of = |orders: &[OpenRisk], kept: &[OpenRisk]| may_open(orders.iter().cloned().enumerate(), kept.to_vec(), held);
    let sell = |qty| risk(1, Side::Sell, qty);
    assert_eq!(of(&[sell(6), sell(4)], &[]), [0_usize; 0]);
    assert_eq!(of(&[sell(11)], &[]), [0], "more than is held flips the position");
    assert_eq!(of(&[sell(10), sell(10)], &[]), [1], "two for the same shares");
    assert_eq!(of(&[sell(5)], &[sell(6)]), [0], "what protects it closes it already");
    assert_eq!(of(&[risk(1, Side::Buy, 1), risk(2, Side::Sell, 1), sell(10)], &[]), [0, 1]);
}
