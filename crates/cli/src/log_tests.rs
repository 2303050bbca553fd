use super::{Redacting, redacted};
use std::io::Write;

#[test]
fn keys_and_account_numbers_are_taken_out_wherever_they_stand() {
    let key = format!("tg_{}", "a1".repeat(32));
    let cases = [
        (format!("Bearer {key}"), "Bearer tg_REDACTED"),
        (format!("{{\"key\":\"{key}\",\"n\":1}}"), "{\"key\":\"tg_REDACTED\",\"n\":1}"),
        ("account DU1234567, U7654321; F12345.DUV0000001".to_owned(), "account REDACTED, REDACTED; REDACTED.REDACTED"),
        ("/accounts/U1234567/summary".to_owned(), "/accounts/REDACTED/summary"),
        ("AccountId(\"DU1234567\")".to_owned(), "AccountId(\"REDACTED\")"),
    ];
    for (line, wanted) in cases {
        assert_eq!(redacted(&line), wanted);
    }
}

#[test]
fn everything_else_is_left_alone() {
    for line in ["", "C13_MAX_QTY 265598", "u1234567 ABCD12345 U1234", "tg_ alone", "ümlaut → U, DU", "0f3e7a"] {
        assert_eq!(redacted(line), line);
    }
}

#[test]
fn a_line_is_written_whole() {
    let mut out = Vec::new();
    Redacting(&mut out).write_all(b"one U1234567\n").unwrap();
    assert_eq!(out, b"one REDACTED\n");
}
