//! The copy of the domain with the mutants in it, and what the compiler says to them.

use super::render::{Mutant, Owned, Rendered, count, render};
use super::sites::{Sites, find};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Files and directories below `crates/domain/src` that decide about orders.
const SCOPE: [&str; 10] = [
    "gates/",
    "policy/",
    "activity/",
    "mandate/",
    "exposure.rs",
    "mandate.rs",
    "self_match.rs",
    "trading_state.rs",
    "worst_price.rs",
    "worth.rs",
];
/// The switch: its number comes from outside, once.
const SWITCH: &str = r#"

pub(crate) fn mutant_is_on(id: u32) -> bool {
    static ON: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("TOLLGATE_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0));
    *ON == id
}
"#;
/// Compilations until nothing more is taken out: the compiler tells kinds of errors one after the other.
const ROUNDS_MAX: u32 = 25;

/// A file of the scope.
struct Source {
    /// Path from the root.
    path: String,
    text: String,
    sites: Sites,
}

/// All mutants, compiled.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) mutants: Vec<Mutant>,
    /// So many do not compile.
    pub(super) unviable: usize,
    /// The tests.
    pub(super) binary: PathBuf,
    /// Where they run.
    pub(super) dir: PathBuf,
}

/// Copies, mutates and compiles. `only` has parts of the paths that are looked at, with blanks between them.
pub(super) fn build(root: &Path, only: &str) -> Result<Built, String> {
    let tree = root.join("target/mutants/tree");
    copy_all(root, &tree)?;
    let sources = read(root, only)?;
    let mut left_out = BTreeSet::new();
    for _ in 0..ROUNDS_MAX {
        let mut owned = BTreeMap::new();
        let mut mutants = Vec::new();
        let mut first = 1;
        for source in &sources {
            let Rendered { text, mutants: found, owned: ranges } =
                render(&source.path, &source.text, &source.sites, first, &left_out);
            first += count(&source.sites);
            write(&tree.join(&source.path), &text)?;
            mutants.extend(found);
            owned.insert(source.path.clone(), ranges);
        }
        let told = compile(&tree)?;
        if let Some(binary) = told.binary {
            return Ok(Built { mutants, unviable: left_out.len(), binary, dir: tree.join("crates/domain") });
        }
        let before = left_out.len();
        for (path, at) in &told.errors {
            left_out.extend(owned.get(path).and_then(|ranges| guilty(ranges, at)).into_iter().flatten());
        }
        if left_out.len() == before {
            return Err(format!("the mutated domain does not compile:\n{}", told.words));
        }
    }
    Err(format!("the mutated domain still does not compile after {ROUNDS_MAX} rounds"))
}

/// The mutants of the smallest place around an error.
fn guilty(ranges: &[Owned], at: &std::ops::Range<usize>) -> Option<Vec<u32>> {
    let around = ranges.iter().filter(|one| one.range.start <= at.start && at.end <= one.range.end);
    around.min_by_key(|one| one.range.len()).map(|one| one.ids.clone())
}

fn read(root: &Path, only: &str) -> Result<Vec<Source>, String> {
    let src = root.join("crates/domain/src");
    let mut paths = Vec::new();
    for place in SCOPE {
        if place.ends_with('/') {
            list(&src.join(place), &mut paths)?;
        } else {
            paths.push(src.join(place));
        }
    }
    paths.sort();
    let mut sources = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root).map_err(|error| error.to_string())?.display().to_string();
        if name.ends_with("_tests.rs")
            || path.extension().is_none_or(|end| end != "rs")
            || !(only.is_empty() || only.split_whitespace().any(|part| name.contains(part)))
        {
            continue;
        }
        let text = read_text(&path)?;
        let sites = find(&text).map_err(|error| format!("{name}: {error}"))?;
        sources.push(Source { path: name, text, sites });
    }
    Ok(sources)
}

#[derive(Default)]
struct Told {
    binary: Option<PathBuf>,
    /// File and place of every error.
    errors: Vec<(String, std::ops::Range<usize>)>,
    words: String,
}

#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    rendered: Option<String>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
}

fn compile(tree: &Path) -> Result<Told, String> {
    let arguments =
        ["test", "--offline", "--package", "tollgate-domain", "--lib", "--no-run", "--message-format", "json"];
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", tree.with_file_name("target"))
        .env("RUSTFLAGS", "--cap-lints allow -A warnings")
        .env("CARGO_PROFILE_TEST_DEBUG", "false")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    let mut told = Told::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(line) = serde_json::from_str::<Line>(line) else { continue };
        match line {
            Line { reason, executable: Some(binary), .. } if reason == "compiler-artifact" => {
                told.binary = Some(binary);
            }
            Line { message: Some(message), .. } if message.level == "error" => {
                told.words.push_str(message.rendered.as_deref().unwrap_or_default());
                let spans = message.spans.iter().filter(|span| span.is_primary);
                told.errors.extend(spans.map(|span| (span.file_name.clone(), span.byte_start..span.byte_end)));
            }
            Line { .. } => {}
        }
    }
    if !output.status.success() {
        told.binary = None;
    }
    Ok(told)
}

/// The workspace with the domain alone.
fn copy_all(root: &Path, tree: &Path) -> Result<(), String> {
    for name in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "clippy.toml"] {
        write(&tree.join(name), &read_text(&root.join(name))?)?;
    }
    let mut paths = Vec::new();
    list(&root.join("crates/domain"), &mut paths)?;
    list(&root.join("docs"), &mut paths)?;
    for path in paths {
        let name = path.strip_prefix(root).map_err(|error| error.to_string())?;
        let Ok(mut text) = fs::read_to_string(&path) else { continue };
        if name == Path::new("crates/domain/src/lib.rs") {
            text.push_str(SWITCH);
        }
        write(&tree.join(name), &text)?;
    }
    Ok(())
}

fn list(dir: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    for entry in fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            list(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes only what differs: the compiler looks at the times.
fn write(path: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    let parent = path.parent().ok_or("no directory")?;
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}
