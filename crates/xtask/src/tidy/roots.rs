//! `lib.rs` and `mod.rs` are tables of contents: docs, `mod`, `use`, attributes, macros.

use super::finding::Finding;
use super::scrub::is_word;
use super::source::Source;

const RULE: &str = "root-file";

/// Reports items with a body of their own in `lib.rs` and `mod.rs`.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if !matches!(source.file_name(), "lib.rs" | "mod.rs") {
        return Vec::new();
    }
    items(&source.code)
        .into_iter()
        .filter(|item| !is_allowed(&item.text))
        .map(|item| {
            let word = item.text.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
            let advice = format!(
                "`{word} …` does not belong here: {} holds docs, `mod`, `use` and attributes; \
                 move it to a file of its own",
                source.file_name()
            );
            Finding::error(&source.path, item.line, RULE, advice)
        })
        .collect()
}

/// One top-level item: its text without attributes, and the line where it begins.
struct Item {
    text: String,
    line: usize,
}

/// Splits scrubbed code into top-level items, each ending with `;` or a closing brace at depth 0.
fn items(code: &str) -> Vec<Item> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut begins = 1;
    let mut depth = 0_usize;
    let mut line = 1;
    for c in code.chars() {
        if c == '\n' {
            line += 1;
        }
        if text.trim().is_empty() && !c.is_whitespace() {
            begins = line;
            text.clear();
        }
        text.push(c);
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_attribute = depth == 0 && c == ']' && text.starts_with('#');
        if is_attribute {
            text.clear();
        } else if depth == 0 && (c == ';' || (c == '}' && !is_use(&text))) {
            found.push(Item { text: std::mem::take(&mut text), line: begins });
        }
    }
    if !text.trim().is_empty() {
        found.push(Item { text, line: begins });
    }
    found
}

fn is_use(text: &str) -> bool {
    without_visibility(text).starts_with("use ")
}

fn is_allowed(text: &str) -> bool {
    let text = without_visibility(text);
    let is_module = text.starts_with("mod ") && text.ends_with(';');
    let name: String = text.chars().take_while(|c| is_word(*c) || *c == ':').collect();
    let is_macro = text.get(name.len()..).is_some_and(|rest| rest.starts_with('!'));
    let is_lone_semicolon = text == ";";
    is_module || is_use(text) || is_macro || is_lone_semicolon || text.starts_with("extern crate ")
}

/// `pub use x` and `pub(crate) use x` as `use x`.
fn without_visibility(text: &str) -> &str {
    let text = text.trim();
    let Some(rest) = text.strip_prefix("pub") else {
        return text;
    };
    let rest = rest.trim_start();
    match rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
        Some((_, item)) => item.trim_start(),
        None => rest,
    }
}

#[cfg(test)]
#[path = "roots_tests.rs"]
mod tests;
