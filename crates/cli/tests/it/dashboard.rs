//! The dashboard of the real binary in Chromium, against the venue: dashboard/e2e; and what its parts decide: dashboard/src/**/*.test.ts.

use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboard")
}

/// One of the dashboard's own tools, which must end well.
#[track_caller]
fn run(tool: &str, args: &[&str]) {
    let program = folder().join("node_modules/.bin").join(tool);
    assert!(program.exists(), "the dashboard's tools are not installed: run scripts/dashboard.sh (make setup does)");
    let status = Command::new(program)
        .current_dir(folder())
        .env("TOLLGATE_BIN", env!("CARGO_BIN_EXE_tollgate"))
        .args(args)
        .status()
        .unwrap();
    assert!(status.success(), "the report above says what failed");
}

#[test]
fn what_the_dashboard_decides_by_itself_is_right_and_its_types_are_those_of_the_document() {
    run("openapi-typescript", &["../openapi.json", "--output", "src/api/schema.d.ts"]);
    run("svelte-check", &["--fail-on-warnings", "--tsconfig", "./tsconfig.json"]);
    run("vitest", &["run"]);
}

#[test]
fn an_operator_trades_approves_kills_and_survives_a_lost_line_in_chromium() {
    assert!(
        folder().join("dist/index.html").exists(),
        "this binary has no dashboard: run scripts/dashboard.sh and build again (make test does)"
    );
    run("playwright", &["test"]);
}
