use std::process::ExitCode;

use super::{check_sources, report};
use crate::tidy::finding::Finding;
use crate::tidy::source::Source;

#[test]
fn every_rule_over_sources_is_wired_in() {
    let manifest = "[package]\nname = \"a\"\n";
    let long = "x\n".repeat(1_001);
    let files = [
        ("crates/a/Cargo.toml", manifest),
        ("crates/a/src/lib.rs", "fn f() {}"),
        ("crates/a/src/dead.rs", "fn f() { todo!() }"),
        ("web/src/long.ts", long.as_str()),
        ("notes.md", concat!("see /wo", "rk/ there")),
    ];
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    let mut rules: Vec<&str> = check_sources(&sources).iter().map(|f| f.rule).collect();
    rules.sort_unstable();
    let want = ["code-map", "dead-file", "file-size", "private-string", "root-file", "unfinished", "workspace-lints"];
    assert_eq!(rules, want);
}

#[test]
fn errors_fail_the_run_and_warnings_do_not() {
    let warning = Finding::warning("a.rs", 700, "file-size", "long".to_owned());
    let error = Finding::error("a.rs", 3, "sleep", "await".to_owned());
    let mut out = Vec::new();
    assert_eq!(report(&mut out, std::slice::from_ref(&warning), 1).unwrap(), ExitCode::SUCCESS);
    assert_eq!(report(&mut out, &[warning, error], 1).unwrap(), ExitCode::FAILURE);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "a.rs:700: warning: file-size: long\ntidy: 1 files, 0 errors, 1 warnings\n\
         a.rs:700: warning: file-size: long\na.rs:3: sleep: await\n\
         tidy: 1 files, 1 errors, 1 warnings\n"
    );
}
