use super::Bracket;
use crate::book::tests::{key, order};
use crate::id::Leg;
use crate::order::{OrderIntent, OrderType, Side, Tif, Trail};

fn bracket(side: Side, order_type: OrderType, take_profit: &str, stop_loss: &str) -> OrderIntent {
    let bracket = Bracket { take_profit: take_profit.parse().unwrap(), stop_loss: stop_loss.parse().unwrap() };
    OrderIntent { side, order_type, bracket: Some(bracket), ..order("o-1").intent }
}

fn limit(text: &str) -> OrderType {
    OrderType::Limit { limit: text.parse().unwrap() }
}

#[test]
fn exits_close_what_the_entry_opens_and_stay_until_canceled() {
    let entry = bracket(Side::SellShort, limit("100"), "90", "105");
    let [profit, loss] = Leg::EXITS.map(|leg| entry.exit(leg).unwrap());
    assert_eq!((profit.cl_ord_id, loss.cl_ord_id), (key("o-1:tp"), key("o-1:sl")));
    assert_eq!((profit.side, profit.qty, profit.tif), (Side::BuyToCover, entry.qty, Tif::Gtc));
    assert_eq!((profit.order_type, loss.order_type), (limit("90"), OrderType::Stop { stop: "105".parse().unwrap() }));
    assert_eq!((entry.exit(Leg::Entry), profit.bracket, entry.orders()), (None, None, 3));
    let plain = order("o-1").intent;
    assert_eq!((plain.exit(Leg::TakeProfit), plain.orders()), (None, 1));
}

#[test]
fn a_group_that_cannot_protect_is_refused_field_by_field() {
    let stop = OrderType::Stop { stop: "100".parse().unwrap() };
    let trail = OrderType::Trail { trail: Trail::Percent("1".parse().unwrap()) };
    let cases: [(&str, OrderIntent, &[&str]); 12] = [
        ("long", bracket(Side::Buy, limit("100"), "110", "95"), &[]),
        ("short", bracket(Side::SellShort, limit("100"), "90", "105"), &[]),
        ("market", bracket(Side::Buy, OrderType::Market, "110", "95"), &[]),
        ("trailing", bracket(Side::Buy, trail, "110", "95"), &[]),
        ("upside down", bracket(Side::Buy, limit("100"), "95", "110"), &["bracket.take_profit", "bracket.stop_loss"]),
        ("profit at the entry", bracket(Side::Buy, limit("100"), "100", "95"), &["bracket.take_profit"]),
        ("loss at the entry", bracket(Side::Buy, limit("100"), "110", "100"), &["bracket.stop_loss"]),
        ("a stop's trigger", bracket(Side::SellShort, stop, "110", "120"), &["bracket.take_profit"]),
        ("market upside down", bracket(Side::Buy, OrderType::Market, "95", "110"), &["bracket.take_profit"]),
        ("a sale of what is held", bracket(Side::Sell, limit("100"), "90", "105"), &["side"]),
        (
            "a reduction",
            OrderIntent { reduce_only: true, ..bracket(Side::Buy, limit("100"), "110", "95") },
            &["reduce_only"],
        ),
        (
            "a group within a group",
            OrderIntent { oca_group: "pair".parse().ok(), ..bracket(Side::Buy, limit("100"), "110", "95") },
            &["oca_group"],
        ),
    ];
    for (name, intent, expected) in cases {
        let faults = intent.group_faults();
        let fields: Vec<&str> = faults.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, expected, "{name}: {faults:?}");
        assert!(faults.iter().all(|(_, rule)| rule.starts_with("must be ")), "{name}: {faults:?}");
    }
}

#[test]
fn an_order_without_a_group_keeps_its_hash_and_a_group_is_part_of_what_is_asked() {
    let plain = order("o-1").intent;
    // The hash that this very order had in the journals of version 0.1.
    assert_eq!(plain.content_hash().unwrap(), HASH_BEFORE_GROUPS);
    let long = bracket(Side::Buy, plain.order_type, "195", "185");
    let other = bracket(Side::Buy, plain.order_type, "195", "186");
    let paired = OrderIntent { oca_group: "pair".parse().ok(), ..plain.clone() };
    let hashes: std::collections::BTreeSet<String> =
        [&plain, &long, &other, &paired].map(|intent| intent.content_hash().unwrap()).into();
    assert_eq!(hashes.len(), 4);
}

const HASH_BEFORE_GROUPS: &str = "9e59db04198a607b5cdfee378bb085d3e1656a9cc79461c7606fa686239d8542";

#[test]
fn an_intent_of_an_old_journal_has_no_group_and_is_written_as_before() {
    let plain = order("o-1").intent;
    let text = serde_json::to_string(&plain).unwrap();
    assert!(!text.contains("bracket") && !text.contains("oca_group"), "{text}");
    assert_eq!(serde_json::from_str::<OrderIntent>(&text).unwrap(), plain);
}
