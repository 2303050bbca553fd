//! One file of the repository, as the rules see it.

use super::scrub::scrub;

/// A tracked text file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Path relative to the repository root, with forward slashes.
    pub(crate) path: String,
    /// The text as it is.
    pub(crate) text: String,
    /// For Rust, the text with comments and literals blanked; for others the text itself.
    pub(crate) code: String,
}

impl Source {
    /// Reads `text` as the content of `path`.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let is_rust = extension(path) == "rs";
        Self { path: path.to_owned(), text: text.to_owned(), code: if is_rust { scrub(text) } else { text.to_owned() } }
    }

    /// Whether this is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        extension(&self.path) == "rs"
    }

    /// The directory under `crates/` that holds the file.
    pub(crate) fn crate_dir(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// The file name without its extension.
    pub(crate) fn stem(&self) -> &str {
        let name = self.file_name();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The last part of the path.
    pub(crate) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether the file is only compiled for tests, by where it lies.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.stem().ends_with("_tests")
    }

    /// Whether the line or the one above carries `// tidy: WORD — reason` with a reason.
    ///
    /// `line` is one-based. The reason must be given: a bare marker counts for nothing.
    pub(crate) fn is_excused(&self, line: usize, word: &str) -> bool {
        [line.checked_sub(2), line.checked_sub(1)]
            .into_iter()
            .flatten()
            .filter_map(|index| self.text.lines().nth(index))
            .any(|text| has_marker(text, word))
    }
}

fn has_marker(text: &str, word: &str) -> bool {
    text.split_once("// tidy: ")
        .and_then(|(_, rest)| rest.strip_prefix(word))
        .and_then(|rest| rest.trim_start().strip_prefix('—'))
        .is_some_and(|reason| !reason.trim().is_empty())
}

/// The extension of a path, without the dot; empty when there is none.
pub(crate) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
