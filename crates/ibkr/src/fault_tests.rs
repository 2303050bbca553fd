use super::{ask_error, is_gap};
use domain::broker::AskError;
use ibapi::{Error, Notice};

fn notice(code: i32) -> Notice {
    Notice {
        request_id: Some(1_500_000_001),
        code,
        message: "words".to_owned(),
        error_time: None,
        advanced_order_reject_json: String::new(),
    }
}

#[test]
fn a_refusal_of_the_broker_keeps_its_code_even_when_nobody_knows_it() {
    for code in [200, 201, 321, 99_999] {
        let expected = AskError::Broker { code, message: "words".to_owned() };
        assert_eq!(ask_error(&Error::Notice(notice(code))), expected);
    }
}

#[test]
fn a_lost_connection_is_not_an_answer() {
    for error in [
        Error::Shutdown,
        Error::ConnectionReset,
        Error::ConnectionFailed,
        Error::UnexpectedEndOfStream,
        Error::Io(std::io::ErrorKind::NotConnected.into()),
    ] {
        assert_eq!(ask_error(&error), AskError::NoLink, "{error}");
    }
    assert_eq!(ask_error(&Error::Timeout), AskError::Timeout);
}

#[test]
fn lag_and_garbage_are_gaps_and_the_brokers_own_notices_are_not() {
    for code in [-4, -5, -6, -7, -8] {
        assert!(is_gap(&notice(code)), "{code}");
        assert!(matches!(ask_error(&Error::Notice(notice(code))), AskError::Garbled(_)));
    }
    for code in [-3, 202, 399, 1100, 1101, 1102, 2104, 2158] {
        assert!(!is_gap(&notice(code)), "{code}");
    }
}
