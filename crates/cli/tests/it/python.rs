//! The Python package against the real binary: python/ at the repository's root.

use std::path::Path;
use std::process::Command;

#[test]
fn the_python_package_follows_the_contract_and_doubles_no_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = root.join("target/python/venv/bin/python");
    assert!(python.exists(), "the package's tests are not installed: run scripts/python.sh (make setup does)");
    let status = Command::new(python)
        .current_dir(root.join("python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-m", "pytest", "--quiet", concat!("--tollgate=", env!("CARGO_BIN_EXE_tollgate"))])
        .status()
        .unwrap();
    assert!(status.success(), "the report above says which test failed");
}
