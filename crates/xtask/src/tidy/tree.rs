//! Reads the repository: the only place of `tidy` besides `run` that does I/O.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::arrows::Metadata;
use super::source::Source;

/// The repository root, from where this crate lies.
pub(crate) fn root() -> Result<PathBuf, String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map(Path::to_path_buf).ok_or_else(|| format!("{} lies in no repository", here.display()))
}

/// Every file that git tracks or would track, as text; bytes that are not UTF-8 are replaced.
pub(crate) fn sources(root: &Path) -> Result<Vec<Source>, String> {
    let listing = stdout_of(
        Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root),
    )?;
    let mut paths: Vec<&str> = listing.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut sources = Vec::with_capacity(paths.len());
    for path in paths {
        let full = root.join(path);
        // A file deleted from the checkout but not yet from the index, or a link to a directory.
        if !full.is_file() {
            continue;
        }
        let bytes = fs::read(&full).map_err(|error| format!("{path}: {error}"))?;
        sources.push(Source::new(path, &String::from_utf8_lossy(&bytes)));
    }
    Ok(sources)
}

/// What Cargo knows about the workspace members.
pub(crate) fn metadata(root: &Path) -> Result<Metadata, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let json = stdout_of(
        Command::new(cargo).args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(root),
    )?;
    serde_json::from_str(&json).map_err(|error| format!("cargo metadata: {error}"))
}

fn stdout_of(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}: {}", output.status, stderr.trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{command:?}: {error}"))
}
