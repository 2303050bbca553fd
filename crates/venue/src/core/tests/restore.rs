use super::rig::{CONN, Rig, order, place};
use crate::core::{Change, Core, CoreConfig, CoreError};
use proptest::prelude::*;
use tws::model::{CancelOrder, Condition, Order, OrderCondition, Request};

#[derive(Clone, Debug)]
enum Deed {
    Place {
        id: i32,
        symbol: usize,
        buy: bool,
        quantity: u32,
        kind: u8,
        offset: i32,
        tif: u8,
        transmit: bool,
        parent: i32,
    },
    Manual(i32),
    Cancel(i32),
    GlobalCancel,
    Pass(i64),
    Price(u32),
}

fn deed() -> impl Strategy<Value = Deed> {
    let placed = (1..25, 0..3_usize, any::<bool>(), 1..3_000_u32, 0..12_u8, -300..300_i32, 0..5_u8, 0..8_u8, 0..40);
    prop_oneof![
        8 => placed.prop_map(|(id, symbol, buy, quantity, kind, offset, tif, transmit, parent)| Deed::Place {
            id, symbol, buy, quantity, kind, offset, tif, transmit: transmit > 0, parent
        }),
        1 => (-300..300_i32).prop_map(Deed::Manual),
        3 => (1..25).prop_map(Deed::Cancel),
        1 => Just(Deed::GlobalCancel),
        3 => (1..2_000_i64).prop_map(Deed::Pass),
        2 => (8_000..16_000_u32).prop_map(Deed::Price),
    ]
}

fn run(rig: &mut Rig, deed: &Deed) {
    match deed {
        Deed::Place { id, symbol, buy, quantity, kind, offset, tif, transmit, parent } => {
            let symbol = ["AAPL", "MSFT", "KO"][*symbol];
            let side = if *buy { "BUY" } else { "SELL" };
            let price = rust_decimal::Decimal::new(i64::from(12_000 + offset * 10), 2);
            let tif = ["DAY", "GTC", "IOC", "FOK", "OPG"][usize::from(*tif)];
            let text = match kind {
                0 => format!("{side} {quantity} MKT {tif}"),
                1 => format!("{side} {quantity} LMT {price} {tif}"),
                2 => format!("{side} {quantity} STP {price} {tif}"),
                3 => format!("{side} {quantity} STP LMT {price} {price} {tif}"),
                4 | 5 => format!("{side} {quantity} TRAIL 1.5 GTC"),
                6 => format!("{side} {quantity} MIT {price}"),
                7 => format!("{side} {quantity} LIT {price} {price} GTC"),
                8 => format!("{side} {quantity} MOC"),
                9 => format!("{side} {quantity} LOC {price}"),
                10 => format!("{side} {quantity} MIDPRICE {price}"),
                _ => format!("{side} {quantity} MTL"),
            };
            // Some wait for a price, some for quantity at once, some trigger by another price.
            let condition = OrderCondition {
                condition: Condition::Price {
                    con_id: 265_598,
                    exchange: "SMART".into(),
                    is_more: *buy,
                    price,
                    trigger_method: 0,
                },
                is_conjunction: true,
            };
            let quirk = quantity % 7;
            let sent = Order {
                transmit: *transmit,
                parent_id: (*parent < 25 && parent != id && *parent > 0).then_some(*parent),
                oca_group: if *parent > 34 { "group".into() } else { String::new() },
                oca_type: Some(i32::try_from(quantity % 4).unwrap()),
                trailing_percent: None,
                trail_stop_price: (*kind == 5).then_some(price),
                conditions: if quirk == 0 { vec![condition] } else { Vec::new() },
                conditions_cancel_order: quantity % 2 == 0,
                all_or_none: quirk == 1,
                min_qty: (quirk == 2).then_some(200),
                trigger_method: (quirk == 3).then_some([1, 3, 4, 8][usize::from(*kind) % 4]),
                account: format!("DUV000000{}", 1 + id % 2),
                ..order(&text)
            };
            rig.ask(place(*id, symbol, sent));
        }
        Deed::Manual(offset) => {
            let price = rust_decimal::Decimal::new(i64::from(12_000 + offset * 10), 2);
            let entered = Order { account: "DUV0000001".into(), ..order(&format!("BUY 300 LMT {price} GTC")) };
            let contract = super::rig::stock("MSFT");
            let (step, _) = rig.core.enter_manual(contract, entered, rig.now);
            rig.changes.extend(step.changes);
        }
        Deed::Cancel(id) => {
            rig.ask(Request::CancelOrder(CancelOrder { order_id: *id, ..Default::default() }));
        }
        Deed::GlobalCancel => {
            rig.ask(Request::GlobalCancel);
        }
        Deed::Pass(seconds) => {
            rig.pass(*seconds);
        }
        Deed::Price(cents) => {
            rig.price(&rust_decimal::Decimal::new(i64::from(*cents), 2).to_string());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_core_restored_from_its_changes_is_the_core_that_made_them(
        always in any::<bool>(),
        deeds in prop::collection::vec(deed(), 1..60),
    ) {
        let config = CoreConfig { always, accounts: 2, ..CoreConfig::default() };
        let mut rig = Rig::with(config, "2026-11-23T15:30:00Z");
        for deed in &deeds {
            run(&mut rig, deed);
        }
        prop_assert_eq!(rig.core.audit(rig.now).violations, []);
        for order in rig.core.state.orders() {
            prop_assert!(order.filled <= order.terms.quantity && (order.accepted || order.filled.is_zero()));
            prop_assert!(order.is_live() || order.reserve.is_zero());
        }
        // By way of text, as the server stores them.
        let text = serde_json::to_string(&rig.changes).unwrap();
        let changes: Vec<Change> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&changes, &rig.changes);
        let restored = Core::restore(rig.config, changes.into_iter(), rig.now).unwrap();
        prop_assert!(restored.state == rig.core.state);
        // And by way of a snapshot.
        let text = serde_json::to_string(&rig.core.snapshot()).unwrap();
        let snapshot = serde_json::from_str(&text).unwrap();
        let resumed = Core::restore_from(rig.config, snapshot, std::iter::empty(), rig.now).unwrap();
        prop_assert!(resumed.state == rig.core.state);
        prop_assert_eq!(restored.ledger(), rig.core.ledger());
        let (mut left, mut right) = (rig.core.state_view(rig.now), restored.state_view(rig.now));
        left.connections.clear();
        right.connections.clear();
        prop_assert_eq!(left, right);
        // And they go on alike.
        let mut twin = Rig { core: restored, now: rig.now, config: rig.config, changes: Vec::new() };
        twin.connect(CONN, 1);
        prop_assert_eq!(twin.pass(1_000), rig.pass(1_000));
    }
}

#[test]
fn a_core_restored_from_nothing_is_a_new_one() {
    let now = "2026-11-23T15:30:00Z".parse().unwrap();
    let mut restored = Core::restore(CoreConfig::default(), std::iter::empty(), now).unwrap();
    let step = restored.advance(now);
    assert!(matches!(step.changes.first(), Some(Change::Opened(_))), "and says that it opened");
}

#[test]
fn restoring_years_later_keeps_the_prices_where_they_were() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 5 MKT"));
    let before = rig.core.state_view(rig.now);
    let later = "2028-01-04T15:00:00Z".parse().unwrap();
    let restored = Core::restore(rig.config, rig.changes.clone().into_iter(), later).unwrap();
    assert_eq!(restored.state_view(rig.now).accounts, before.accounts);
    assert_eq!(restored.state_view(rig.now).last_real_close_on, before.last_real_close_on);
}

#[test]
fn a_history_that_does_not_follow_is_refused_with_its_place() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 5 MKT"));
    let now = rig.now;
    let refused = |changes: Vec<Change>| match Core::restore(CoreConfig::default(), changes.into_iter(), now) {
        Err(CoreError::History { position, .. }) => position,
        other => panic!("{other:?}"),
    };
    let all = rig.changes.clone();
    assert_eq!(refused(all[1..].to_vec()), 0, "no opening");
    let without = |at: usize| all.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c.clone()).collect();
    assert_eq!(refused(without(1)), 1, "an execution of an order that is not there");
    let mut twice = all.clone();
    twice.extend(all.last().cloned());
    assert_eq!(refused(twice), all.len(), "the same execution twice");
    assert!(rig.restored().state == rig.core.state);
}
