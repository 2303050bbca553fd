use super::{ClOrdId, Leg};

fn key(text: &str) -> ClOrdId {
    text.parse().unwrap()
}

#[test]
fn a_leg_bears_its_entrys_key_and_names_itself() {
    let entry = key("K-1.a_b");
    assert_eq!((entry.leg(), entry.is_exit()), (Leg::Entry, false));
    for (leg, text) in [(Leg::TakeProfit, "K-1.a_b:tp"), (Leg::StopLoss, "K-1.a_b:sl"), (Leg::Entry, "K-1.a_b")] {
        let named = entry.leg_key(leg);
        assert_eq!(named.as_str(), text);
        assert_eq!((named.leg(), named.group(), named.group_str()), (leg, entry.clone(), "K-1.a_b"));
        assert_eq!(named.leg_key(Leg::Entry), entry);
        assert_eq!(named.leg_key(Leg::StopLoss), entry.leg_key(Leg::StopLoss));
    }
}

#[test]
fn a_caller_cannot_name_a_leg_and_the_journal_can() {
    let leg = key("a").leg_key(Leg::TakeProfit);
    assert!(leg.as_str().parse::<ClOrdId>().is_err());
    let text = serde_json::to_string(&leg).unwrap();
    assert_eq!(text, "\"a:tp\"");
    assert_eq!(serde_json::from_str::<ClOrdId>(&text).unwrap(), leg);
    for wrong in ["\":tp\"", "\"a:xx\"", "\"a:tp:sl\"", "\"a:tp:\"", "\"a b:tp\"", "\"\""] {
        assert!(serde_json::from_str::<ClOrdId>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_longest_key_still_has_room_for_its_legs() {
    let longest = key(&"k".repeat(40));
    let leg = longest.leg_key(Leg::StopLoss);
    assert_eq!(ClOrdId::read(leg.as_str()).unwrap(), leg);
    assert!(ClOrdId::read(&format!("{}k:sl", "k".repeat(40))).is_err());
}
