use super::{OrderRef, oca_name};
use crate::id::Leg;
use proptest::prelude::*;

#[test]
fn a_reference_carries_the_key_verbatim() {
    let entry = OrderRef::new(&"home".parse().unwrap(), &"K-1.a_b".parse().unwrap());
    assert_eq!(entry.to_string(), "tg:home:K-1.a_b");
    assert_eq!(OrderRef::parse("tg:home:K-1.a_b"), Some(entry.clone()));
    assert_eq!(OrderRef::parse("tg:home:K-1.a_b:tp"), Some(leg(&entry, Leg::TakeProfit)));
    assert_eq!(OrderRef::parse("tg:home:K-1.a_b:sl"), Some(leg(&entry, Leg::StopLoss)));
}

fn leg(entry: &OrderRef, leg: Leg) -> OrderRef {
    OrderRef { cl_ord_id: entry.cl_ord_id.leg_key(leg), ..entry.clone() }
}

#[test]
fn a_groups_name_says_whose_it_is() {
    assert_eq!(oca_name(&"home".parse().unwrap(), &"pair-1".parse().unwrap()), "tg:home:pair-1");
}

#[test]
fn what_is_not_ours_is_never_taken_for_ours() {
    let foreign = [
        "",
        "tg",
        "tg:",
        "tg::",
        "tg:home",
        "tg:home:",
        "tg::k",
        "TG:home:k",
        " tg:home:k",
        "tg:home:k ",
        "tg:Home:k",
        "tg:home:k:",
        "tg:home:k:xx",
        "tg:home:k:TP",
        "tg:home:k:tp:",
        "tg:home:k:tp:sl",
        "my order",
        "tg:home:a b",
        "tg:home:01234567890123456789012345678901234567890",
    ];
    for text in foreign {
        assert_eq!(OrderRef::parse(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_reference_reads_back(
        installation in "[a-z0-9]{1,12}",
        key in "[A-Za-z0-9._-]{1,40}",
        leg in prop_oneof![Just(Leg::Entry), Just(Leg::TakeProfit), Just(Leg::StopLoss)],
    ) {
        let key: crate::id::ClOrdId = key.parse().unwrap();
        let reference = OrderRef { installation: installation.parse().unwrap(), cl_ord_id: key.leg_key(leg) };
        prop_assert_eq!(OrderRef::parse(&reference.to_string()), Some(reference));
    }

    #[test]
    fn what_reads_at_all_writes_the_same_text(text in "(tg:)?[a-z0-9:._ -]{0,30}") {
        if let Some(reference) = OrderRef::parse(&text) {
            prop_assert_eq!(reference.to_string(), text);
        }
    }
}
