//! Words that must not appear in Rust code: unfinished work, names that say nothing, sleeps,
//! clocks in the domain, floats where money is.

use super::finding::Finding;
use super::scrub::is_word;
use super::source::Source;

/// Calls that mean "not finished".
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];
/// Words that a module, type, function or binding may not be named with.
const EMPTY_NAMES: [&str; 5] = ["util", "utils", "helper", "helpers", "manager"];
/// Keywords that introduce a name.
const DEFINES: [&str; 10] = ["mod", "fn", "struct", "enum", "union", "trait", "type", "const", "static", "let"];
/// Readings of a clock.
const CLOCKS: [&str; 4] = ["SystemTime::now", "Timestamp::now", "Instant::now", "Zoned::now"];
/// Crates whose sources know money as decimals only.
const NO_FLOATS: [&str; 6] = ["domain", "engine", "store", "wire", "server", "cli"];

/// Reports banned words in one Rust file.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if !source.is_rust() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if is_empty_name(source.stem()) {
        findings.push(empty_name(source, 1, source.stem()));
    }
    for (index, code) in source.code.lines().enumerate() {
        let line = index + 1;
        findings.extend(unfinished(source, line, code));
        findings.extend(ignored_test(source, line, code));
        findings.extend(pause(source, line, code));
        findings.extend(clock(source, line, code));
        findings.extend(float(source, line, code));
        findings.extend(names(source, line, code));
    }
    findings
}

fn unfinished(source: &Source, line: usize, code: &str) -> Option<Finding> {
    let call = UNFINISHED.into_iter().find(|call| contains_word(code, call))?;
    let advice = format!("`{call}` is unfinished work: finish it or take the path out");
    Some(Finding::error(&source.path, line, "unfinished", advice))
}

fn ignored_test(source: &Source, line: usize, code: &str) -> Option<Finding> {
    let compact: String = code.split_whitespace().collect();
    compact.contains("#[ignore").then(|| {
        let advice = "an ignored test proves nothing: make it run or delete it".to_owned();
        Finding::error(&source.path, line, "ignored-test", advice)
    })
}

fn pause(source: &Source, line: usize, code: &str) -> Option<Finding> {
    let sleeps = contains_word(code, "sleep(") && !code.contains("fn sleep(");
    (sleeps && !source.is_excused(line, "sleep")).then(|| {
        let advice = "await a condition with a bound; where a pause is the behaviour itself, write \
                      `// tidy: sleep — reason` on this line or the one above";
        Finding::error(&source.path, line, "sleep", advice.to_owned())
    })
}

fn clock(source: &Source, line: usize, code: &str) -> Option<Finding> {
    if source.crate_dir() != Some("domain") {
        return None;
    }
    let clock = CLOCKS.into_iter().find(|clock| contains_word(code, clock))?;
    let advice = format!("`{clock}` reads a clock: take `now` as an argument");
    Some(Finding::error(&source.path, line, "clock-in-domain", advice))
}

fn float(source: &Source, line: usize, code: &str) -> Option<Finding> {
    let dir = source.crate_dir()?;
    if source.is_test() || !NO_FLOATS.contains(&dir) || !source.path.contains("/src/") {
        return None;
    }
    let word = words(code).find(|word| is_float(word))?;
    if dir != "domain" && source.is_excused(line, "float") {
        return None;
    }
    let advice = format!(
        "`{word}` is binary floating point: use `Decimal`; outside the domain a figure that is \
         not money may carry `// tidy: float — reason`"
    );
    Some(Finding::error(&source.path, line, "float", advice))
}

fn names(source: &Source, line: usize, code: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (keyword, name) in definitions(code) {
        let is_verb = ["handle", "process"]
            .into_iter()
            .any(|verb| name.strip_prefix(verb).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')));
        if keyword == "fn" && is_verb {
            let advice = format!("`fn {name}` says nothing: name what it does for the desk");
            found.push(Finding::error(&source.path, line, "empty-name", advice));
        } else if is_empty_name(name) {
            found.push(empty_name(source, line, name));
        }
    }
    found
}

fn empty_name(source: &Source, line: usize, name: &str) -> Finding {
    let advice = format!("`{name}` says nothing: name it for the noun it holds");
    Finding::error(&source.path, line, "empty-name", advice)
}

/// The keyword and name of each definition on a line.
fn definitions(code: &str) -> Vec<(&str, &str)> {
    let words: Vec<&str> = words(code).collect();
    let mut found = Vec::new();
    for (index, keyword) in words.iter().enumerate() {
        let next = match (words.get(index + 1), words.get(index + 2)) {
            (Some(&("mut" | "ref")), name) => name,
            (name, _) => name,
        };
        if let (true, Some(name)) = (DEFINES.contains(keyword), next) {
            found.push((*keyword, *name));
        }
    }
    found
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// `f64`, `1.0_f64`, `as_f64`, but not `buf64`.
fn is_float(word: &str) -> bool {
    let literal = word.trim_start_matches(|c: char| c.is_ascii_digit());
    literal.split('_').any(|part| matches!(part, "f32" | "f64"))
}

/// Whether one of the words of a snake-case or camel-case name says nothing.
fn is_empty_name(name: &str) -> bool {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake.split('_').any(|part| EMPTY_NAMES.contains(&part))
}

/// Whether `needle` occurs where no identifier runs into it from the left.
fn contains_word(code: &str, needle: &str) -> bool {
    code.match_indices(needle)
        .any(|(at, _)| !code.get(..at).and_then(|before| before.chars().next_back()).is_some_and(is_word))
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
