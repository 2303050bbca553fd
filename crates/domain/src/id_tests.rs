use super::{AccountId, BrokerOrderId, ClOrdId, ClientId, ConId, ExecId, InstallationId, PermId};
use proptest::prelude::*;

#[test]
fn an_order_key_has_1_to_40_plain_characters() {
    for text in ["a", "A-z_0.9", "0123456789012345678901234567890123456789"] {
        assert_eq!(text.parse::<ClOrdId>().unwrap().as_str(), text);
    }
    for text in ["", " ", "a b", "a:b", "ä", "a\n", "a/b", "a\0", "01234567890123456789012345678901234567890"] {
        assert!(text.parse::<ClOrdId>().is_err(), "{text:?}");
    }
}

#[test]
fn names_of_accounts_and_installations_cannot_break_a_reference() {
    assert!("DU1234567".parse::<AccountId>().is_ok());
    for text in ["", "DU 1", "DU-1", "DU:1", "DU12345678901234567890"] {
        assert!(text.parse::<AccountId>().is_err(), "{text:?}");
    }
    assert!("tg1".parse::<InstallationId>().is_ok());
    for text in ["", "TG1", "a:b", "a.b", "0123456789abc"] {
        assert!(text.parse::<InstallationId>().is_err(), "{text:?}");
    }
}

#[test]
fn an_execution_id_has_no_blanks() {
    assert!("00025b49.65a1b2c3.01.01".parse::<ExecId>().is_ok());
    assert!("a b".parse::<ExecId>().is_err());
    assert!("".parse::<ExecId>().is_err());
}

#[test]
fn zero_never_becomes_an_id() {
    assert!(ConId::new(0).is_err());
    assert!(PermId::new(0).is_err());
    assert!(BrokerOrderId::new(0).is_err());
    assert!(ClientId::new(0).is_ok(), "client 0 exists: it sees manual orders");
}

#[test]
fn numbers_stay_within_their_bounds() {
    assert!(ConId::new(i64::from(i32::MAX)).is_ok());
    assert!(ConId::new(i64::from(i32::MAX) + 1).is_err());
    assert!(ConId::new(-1).is_err());
    assert!(PermId::new(i64::MAX).is_ok(), "permId has 64 bits");
    assert!(BrokerOrderId::new(1_499_999_999).is_ok());
    assert!(BrokerOrderId::new(1_500_000_000).is_err());
    assert!(ClientId::new(-1).is_err());
    for text in ["", "1.0", "1e3", "abc", " 1", "99999999999999999999"] {
        assert!(text.parse::<PermId>().is_err(), "{text:?}");
    }
}

#[test]
fn json_is_checked_too() {
    assert_eq!(serde_json::to_string(&ConId::new(265_598).unwrap()).unwrap(), "265598");
    assert!(serde_json::from_str::<ConId>("0").is_err());
    assert!(serde_json::from_str::<ConId>("1.5").is_err());
    assert!(serde_json::from_str::<ClOrdId>("\"a b\"").is_err());
    assert!(serde_json::from_str::<ClOrdId>("null").is_err());
}

#[test]
fn the_error_names_the_id_and_the_rule() {
    let error = "a b".parse::<ClOrdId>().unwrap_err();
    assert_eq!(error.to_string(), "cl_ord_id (Idempotency-Key) must be 1 to 40 characters out of A-Z a-z 0-9 . _ -");
}

proptest! {
    #[test]
    fn any_text_is_a_key_or_an_error(text in "\\PC{0,60}") {
        let plain = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        prop_assert_eq!(text.parse::<ClOrdId>().is_ok(), plain);
    }
}
