//! One contract, four faces: tests/contract at the repository's root.

use std::path::Path;
use std::process::Command;

#[test]
fn the_same_cases_are_told_the_same_by_rest_mcp_the_command_line_and_python() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = root.join("target/python/venv/bin/python");
    assert!(python.exists(), "the package's tests are not installed: run scripts/python.sh (make setup does)");
    let status = Command::new(python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(root.join("tests/contract/run.py"))
        .args(["--tollgate", env!("CARGO_BIN_EXE_tollgate")])
        .status()
        .unwrap();
    assert!(status.success(), "the table above says which face told what otherwise");
}
