//! Five real TWS clients against one venue, at the same time: tests/clients at the repository's root.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs the suite; what it prints is the test's output.
fn run(words: &[&str]) {
    let tollgate = Path::new(env!("CARGO_BIN_EXE_tollgate"));
    // Cargo builds a package's examples whenever it builds its tests.
    let rust_client = tollgate.with_file_name("examples").join("ibapi_client");
    let status = Command::new("python3")
        .arg(root().join("tests/clients/run.py"))
        .args(words)
        .arg("--tollgate")
        .arg(tollgate)
        .arg("--rust-client")
        .arg(rust_client)
        .status()
        .unwrap();
    assert!(status.success(), "the table above says which client failed where");
}

#[test]
fn five_real_clients_pass_every_check_against_one_venue_at_the_same_time() {
    run(&[]);
}

#[test]
fn the_users_guide_to_the_venue_runs_as_it_is_written() {
    run(&["--guide"]);
}
