//! Words and codes are permanent: a change of the snapshot is a change of the contract.

use std::collections::BTreeSet;
use std::fmt::Write;
use wire::Code;
use wire::word::{
    ApprovalStatus, BarSize, DataType, Face, GateVerdict, KeyKind, Mode, OrderStatus, OrderType, Outcome, Right, Scope,
    ScopeOfState, SecType, Side, Tif, Trading, TradingState, WhatToShow,
};

#[test]
fn the_table_of_codes_is_as_committed() {
    let mut table = String::new();
    for code in Code::ALL {
        let row = code.row();
        let again = if row.retryable { "again" } else { "-" };
        writeln!(table, "{:26} {} {:2} {:5} {} | {}", row.word, row.status, row.exit, again, row.title, row.hint)
            .unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_words_are_as_committed() {
    let mut all = String::new();
    macro_rules! list {
        ($($name:ident)+) => {$(
            let words: Vec<&str> = $name::WORDS.iter().map(|(word, _)| *word).collect();
            writeln!(all, "{}: {}", stringify!($name), words.join(" ")).unwrap();
            for (word, value) in $name::WORDS {
                assert_eq!(serde_json::to_value(value).unwrap(), *word);
                assert_eq!($name::from_word(word), Some(*value));
            }
        )+};
    }
    list!(Side SecType Right OrderType Tif OrderStatus DataType WhatToShow BarSize ApprovalStatus TradingState Mode
        Trading KeyKind Scope Face Outcome ScopeOfState GateVerdict);
    insta::assert_snapshot!(all);
}

#[test]
fn every_code_is_unique_and_server_errors_are_503_and_504_only() {
    let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(words.len(), Code::ALL.len());
    for code in Code::ALL {
        let status = code.row().status;
        assert!(status < 500 || status == 503 || status == 504, "{code:?}");
        assert_eq!(Code::from_word(code.word()), Some(*code));
    }
}

#[test]
fn the_promised_codes_are_there() {
    for word in [
        "invalid_request",
        "unauthorized",
        "forbidden_scope",
        "not_found",
        "idempotency_conflict",
        "in_flight",
        "trading_off",
        "needs_approval",
        "approval_expired",
        "not_ready",
        "broker_unreachable",
        "broker_rejected",
        "outcome_unknown",
        "contract_not_found",
        "contract_ambiguous",
        "market_data_unavailable",
        "market_data_not_entitled",
        "pacing",
        "account_mismatch",
        "capability_missing",
        "lease_not_held",
        "storage",
        "internal",
    ] {
        assert!(Code::from_word(word).is_some(), "{word}");
    }
}

#[test]
fn every_gate_s_code_reads_as_a_denial() {
    for gate in domain::gates::GATES {
        assert_eq!(Code::from_word(gate.code), Some(Code::Denied), "{}", gate.code);
        assert_eq!(Code::Denied.row().status, 422);
        assert_eq!(Code::Denied.row().exit, 6);
    }
}

#[test]
fn domain_and_wire_use_the_same_words() {
    for (word, side) in Side::WORDS {
        assert_eq!(domain::order::Side::from(*side).word(), *word);
    }
    for (word, status) in OrderStatus::WORDS {
        assert_eq!(domain::lifecycle::OrdStatus::from(*status).word(), *word);
    }
    for (word, scope) in Scope::WORDS {
        assert_eq!(domain::principal::Scope::from(*scope).word(), *word);
    }
    for (word, sec_type) in SecType::WORDS {
        assert_eq!(domain::contract::SecType::from(*sec_type).word(), *word);
    }
    for (word, size) in BarSize::WORDS {
        assert_eq!(domain::market::BarSize::from_word(word), Some((*size).into()));
    }
}
