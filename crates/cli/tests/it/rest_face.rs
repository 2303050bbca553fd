//! Requests that Schemathesis makes up out of openapi.json, against the real binary: tests/rest at the repository's root.

use std::path::Path;
use std::process::Command;

#[test]
fn made_up_requests_find_no_answer_that_the_document_does_not_name() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/rest/run.py");
    let tollgate = env!("CARGO_BIN_EXE_tollgate");
    let status = Command::new("python3").arg(script).args(["--slice", "--tollgate", tollgate]).status().unwrap();
    assert!(status.success(), "the report above says which request got which answer");
}
