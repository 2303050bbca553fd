use super::check;
use crate::tidy::source::Source;

fn lines(path: &str, text: &str) -> Vec<usize> {
    check(&Source::new(path, text)).into_iter().map(|finding| finding.line).collect()
}

#[test]
fn a_table_of_contents_passes() {
    let text = r#"//! Docs with fn main() {} in them.
#![forbid(unsafe_code)]

/// Orders.
pub mod order;
mod money;
#[cfg(test)]
#[path = "order_tests.rs"]
mod order_tests;

pub use money::{Amount, Currency};
pub(crate) use order::*;
use std::fmt;
extern crate alloc;
include!(concat!(env!("OUT_DIR"), "/messages.rs"));
macro_rules! id { ($n:ident) => { struct $n; } }
id! { A }
"#;
    assert_eq!(lines("crates/a/src/lib.rs", text), Vec::<usize>::new());
}

#[test]
fn items_with_a_body_are_reported_at_their_line() {
    let text = "//! Docs.\nmod a;\n\nfn f() { g(); }\n#[derive(Debug)]\npub struct S {\n  x: u8,\n}\nconst N: u8 = 1;\nmod inline {\n}\n";
    assert_eq!(lines("crates/a/src/b/mod.rs", text), vec![4, 6, 9, 10]);
}

#[test]
fn other_files_may_hold_what_they_like() {
    assert_eq!(lines("crates/a/src/order.rs", "fn f() {}"), Vec::<usize>::new());
}
