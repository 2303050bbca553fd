use super::check;
use crate::tidy::source::Source;

/// The rules broken by `text` at `path`, in order.
fn rules(path: &str, text: &str) -> Vec<&'static str> {
    check(&Source::new(path, text)).into_iter().map(|finding| finding.rule).collect()
}

const NONE: Vec<&str> = Vec::new();
const SRC: &str = "crates/venue/src/order.rs";

#[test]
fn unfinished_work_is_reported_with_its_line() {
    let findings = check(&Source::new(SRC, "fn f() {\n    todo!()\n}\n"));
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].to_string(),
        "crates/venue/src/order.rs:2: unfinished: `todo!` is unfinished work: finish it or take \
         the path out"
    );
    assert_eq!(rules(SRC, "unimplemented!(\"x\")"), vec!["unfinished"]);
    assert_eq!(rules(SRC, "let x = dbg!(y);"), vec!["unfinished"]);
}

#[test]
fn words_in_comments_and_messages_are_not_code() {
    assert_eq!(rules(SRC, "// todo!() later\nlet a = \"dbg!( sleep( \";"), NONE);
}

#[test]
fn names_that_say_nothing_are_reported() {
    for text in [
        "mod utils;",
        "fn date_helper() {}",
        "struct OrderManager;",
        "let mut helper = 1;",
        "fn handle_order() {}",
        "async fn process_fill() {}",
        "fn handle(&self) {}",
    ] {
        assert_eq!(rules(SRC, text), vec!["empty-name"], "for {text:?}");
    }
    assert_eq!(rules("crates/a/src/util.rs", ""), vec!["empty-name"]);
}

#[test]
fn names_of_others_and_near_misses_pass() {
    for text in [
        "use tower::util::ServiceExt;",
        "tokio_util::sync::CancellationToken::new();",
        "struct EngineHandle;",
        "fn utilisation() {}",
        "fn processed_count() {}",
        "command.after_help(text)",
    ] {
        assert_eq!(rules(SRC, text), NONE, "for {text:?}");
    }
}

#[test]
fn an_ignored_test_is_reported() {
    assert_eq!(rules(SRC, "#[test]\n#[ignore = \"slow\"]\nfn f() {}"), vec!["ignored-test"]);
}

#[test]
fn a_sleep_needs_a_reason() {
    assert_eq!(rules(SRC, "tokio::time::sleep(pause).await;"), vec!["sleep"]);
    assert_eq!(rules("crates/venue/tests/it/a.rs", "thread::sleep(pause);"), vec!["sleep"]);
    assert_eq!(rules(SRC, "// tidy: sleep — backoff before reconnect\nsleep(pause).await;"), NONE);
    assert_eq!(rules(SRC, "let asleep = is_asleep();"), NONE);
}

#[test]
fn the_domain_reads_no_clock_and_others_may() {
    assert_eq!(rules("crates/domain/src/a.rs", "jiff::Timestamp::now();"), vec!["clock-in-domain"]);
    assert_eq!(rules("crates/domain/src/a_tests.rs", "Instant::now();"), vec!["clock-in-domain"]);
    assert_eq!(rules("crates/engine/src/a.rs", "Instant::now();"), NONE);
}

#[test]
fn floats_stay_at_the_wire_edge() {
    for text in ["x: f64", "1.0_f64", "value.as_f64()", "Decimal::from_f64_retain(x)", "2f32"] {
        assert_eq!(rules("crates/engine/src/a.rs", text), vec!["float"], "for {text:?}");
    }
    assert_eq!(rules("crates/ibkr/src/a.rs", "x: f64"), NONE);
    assert_eq!(rules("crates/engine/src/a_tests.rs", "x: f64"), NONE);
    assert_eq!(rules("crates/engine/src/a.rs", "let buf64 = leaf32();"), NONE);
}

#[test]
fn a_figure_that_is_not_money_may_be_excused_but_not_in_the_domain() {
    let text = "// tidy: float — seconds for the log\nlet s = t.as_secs_f64();";
    assert_eq!(rules("crates/cli/src/a.rs", text), NONE);
    assert_eq!(rules("crates/domain/src/a.rs", text), vec!["float"]);
}

#[test]
fn other_languages_are_left_alone() {
    assert_eq!(rules("scripts/a.py", "time.sleep(1)"), NONE);
}
