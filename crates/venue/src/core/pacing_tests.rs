use super::*;

fn asked(instrument: usize, what: &str, rest: usize) -> Asked {
    Asked { instrument, exchange: "SMART".into(), what: what.into(), rest: rest.to_string() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

#[test]
fn an_identical_request_waits_fifteen_seconds() {
    let mut pacing = Pacing::default();
    assert!(pacing.admit(asked(1, "TRADES", 1), at(0)));
    assert!(!pacing.admit(asked(1, "TRADES", 1), at(14)));
    assert!(pacing.admit(asked(1, "TRADES", 1), at(15)));
}

#[test]
fn the_sixth_request_for_one_contract_waits_two_seconds() {
    let mut pacing = Pacing::default();
    for n in 0..5 {
        assert!(pacing.admit(asked(1, "TRADES", n), at(0)));
    }
    assert!(!pacing.admit(asked(1, "TRADES", 5), at(1)));
    assert!(pacing.admit(asked(1, "MIDPOINT", 5), at(1)), "another kind");
    assert!(pacing.admit(asked(2, "TRADES", 5), at(1)), "another contract");
    assert!(pacing.admit(asked(1, "TRADES", 5), at(2)));
}

#[test]
fn sixty_requests_fit_into_ten_minutes_and_bid_ask_counts_twice() {
    for (what, fit) in [("TRADES", 60), ("BID_ASK", 30)] {
        let mut pacing = Pacing::default();
        let admitted = (0..100).filter(|n| pacing.admit(asked(*n, what, 0), at(0))).count();
        assert_eq!(admitted, fit, "{what}");
        assert!(!pacing.admit(asked(500, what, 0), at(599)));
        assert!(pacing.admit(asked(500, what, 0), at(600)));
    }
}
