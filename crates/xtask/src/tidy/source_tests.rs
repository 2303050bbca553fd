use super::Source;

#[test]
fn a_path_tells_crate_stem_and_test() {
    let source = Source::new("crates/domain/src/order_tests.rs", "");
    assert_eq!(source.crate_dir(), Some("domain"));
    assert_eq!(source.stem(), "order_tests");
    assert!(source.is_test());
    assert!(Source::new("crates/venue/tests/it/orders.rs", "").is_test());
    assert!(!Source::new("crates/venue/src/orders.rs", "").is_test());
    assert_eq!(Source::new("README.md", "").crate_dir(), None);
}

#[test]
fn an_excuse_needs_its_word_and_a_reason_on_the_line_or_above() {
    let cases = [
        ("// tidy: sleep — the clock is paused\nwait();", true),
        ("wait(); // tidy: sleep — the clock is paused", true),
        ("// tidy: sleep —\nwait();", false),
        ("// tidy: sleep\nwait();", false),
        ("// tidy: float — statistics\nwait();", false),
        ("// tidy: sleep — too far away\n\nwait();", false),
    ];
    for (text, want) in cases {
        let line = text.lines().position(|l| l.contains("wait")).unwrap() + 1;
        let source = Source::new("crates/a/src/b.rs", text);
        assert_eq!(source.is_excused(line, "sleep"), want, "for {text:?}");
    }
}
