use super::check;
use crate::tidy::source::Source;

fn dead(files: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    check(&sources.iter().collect::<Vec<_>>()).into_iter().map(|finding| finding.path).collect()
}

#[test]
fn declared_modules_roots_and_targets_are_alive() {
    let files = [
        ("crates/a/build.rs", ""),
        ("crates/a/src/lib.rs", "pub mod order;\nmod rest;"),
        ("crates/a/src/order.rs", "#[cfg(test)]\n#[path = \"order_tests.rs\"]\nmod tests;"),
        ("crates/a/src/order_tests.rs", ""),
        ("crates/a/src/rest/mod.rs", "mod fill;"),
        ("crates/a/src/rest/fill.rs", "include!(\"table.rs\");"),
        ("crates/a/src/rest/table.rs", ""),
        ("crates/a/src/bin/tool.rs", ""),
        ("crates/a/tests/it/main.rs", "mod crash;"),
        ("crates/a/tests/it/crash.rs", ""),
        ("crates/a/README.md", ""),
    ];
    assert_eq!(dead(&files), Vec::<String>::new());
}

#[test]
fn a_file_that_nothing_declares_is_dead() {
    let files = [
        ("crates/a/src/lib.rs", "mod order; // mod old;"),
        ("crates/a/src/order.rs", "let x = \"mod older;\";"),
        ("crates/a/src/old.rs", ""),
        ("crates/a/src/older.rs", ""),
        ("crates/a/src/attic/mod.rs", ""),
    ];
    assert_eq!(dead(&files), ["crates/a/src/old.rs", "crates/a/src/older.rs", "crates/a/src/attic/mod.rs"]);
}
