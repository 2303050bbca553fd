//! Puts the built dashboard into the binary. Without it (no Node on this machine, or nobody has built it) the table is empty, and the
//! face says how to build it.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Encodings that the dashboard's own build has written beside a file, by the ends of their names.
const ENCODED: [&str; 2] = ["br", "gz"];

fn main() -> Result<(), Box<dyn Error>> {
    let dist = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../dashboard/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        walk(&dist.canonicalize()?, &mut files)?;
    }
    files.sort();
    let root = dist.canonicalize().unwrap_or(dist);
    let mut table = String::from("&[\n");
    for file in files.iter().filter(|file| !is_encoded(file)) {
        let name = file.strip_prefix(&root)?.to_str().ok_or("a file of the dashboard has no plain name")?;
        write!(table, "    File {{ name: {name:?}, plain: {}", included(file))?;
        for end in ENCODED {
            let beside = PathBuf::from(format!("{}.{end}", file.display()));
            let bytes = if beside.is_file() { format!("Some({})", included(&beside)) } else { "None".to_owned() };
            write!(table, ", {end}: {bytes}")?;
        }
        table.push_str(" },\n");
    }
    table.push(']');
    fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("dashboard.rs"), table)?;
    Ok(())
}

fn included(file: &Path) -> String {
    format!("include_bytes!({:?})", file.display().to_string())
}

fn is_encoded(file: &Path) -> bool {
    file.extension().is_some_and(|end| ENCODED.iter().any(|known| end == *known))
}

/// Every file; those whose names begin with a dot are not the dashboard's.
fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, into)?;
        } else if path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')) {
            into.push(path);
        }
    }
    Ok(())
}
