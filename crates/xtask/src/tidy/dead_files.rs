//! Every Rust file is reached by a `mod` of its crate: the compiler does not see the others.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::scrub::is_word;
use super::source::Source;

/// Files that Cargo finds by their name.
const ROOTS: [&str; 3] = ["main", "lib", "build"];

/// Reports files that no module declaration of their crate names.
///
/// `sources` are all files of one crate.
pub(crate) fn check(sources: &[&Source]) -> Vec<Finding> {
    let rust: Vec<&Source> = sources.iter().copied().filter(|source| source.is_rust()).collect();
    let named: BTreeSet<String> = rust.iter().flat_map(|source| names(source)).collect();
    rust.into_iter()
        .filter(|source| !is_root(source) && !named.contains(module_name(source)))
        .map(|source| {
            let advice =
                format!("no `mod {}` in this crate names the file: declare it or delete it", module_name(source));
            Finding::error(&source.path, 1, "dead-file", advice)
        })
        .collect()
}

/// The module that the file would be: `order` for `order.rs` and for `order/mod.rs`.
fn module_name(source: &Source) -> &str {
    match source.stem() {
        "mod" => source.path.rsplit('/').nth(1).unwrap_or_default(),
        stem => stem,
    }
}

fn is_root(source: &Source) -> bool {
    // `crates/NAME/tests/x.rs`, `benches/x.rs`, `examples/x.rs` and `src/bin/x.rs` are targets.
    let parts: Vec<&str> = source.path.split('/').collect();
    let is_target =
        matches!(parts.as_slice(), ["crates", _, "tests" | "benches" | "examples", _] | ["crates", _, "src", "bin", _]);
    is_target || ROOTS.contains(&source.stem())
}

/// Names given by `mod name`, `#[path = "name.rs"]` and `include!("name.rs")`.
fn names(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (code, text) in source.code.lines().zip(source.text.lines()) {
        let words: Vec<&str> = code.split(|c| !is_word(c)).filter(|w| !w.is_empty()).collect();
        for pair in words.windows(2) {
            if let ["mod", name] = pair {
                found.push((*name).to_owned());
            }
        }
        // Literals are blank in `code`, so the file name is read from the text itself.
        if code.contains("#[path") || code.contains("include!") {
            found.extend(text.split('"').filter_map(file_stem));
        }
    }
    found
}

fn file_stem(literal: &str) -> Option<String> {
    let name = literal.rsplit('/').next()?;
    name.strip_suffix(".rs").map(str::to_owned)
}

#[cfg(test)]
#[path = "dead_files_tests.rs"]
mod tests;
