//! Who may depend on whom: the one table, checked against `cargo metadata`.

use serde::Deserialize;

use super::finding::Finding;

const RULE: &str = "dependency-arrow";

/// What one crate may depend on inside this workspace.
struct Row {
    /// Directory under `crates/`.
    dir: &'static str,
    /// Ordinary and build dependencies.
    may_use: &'static [&'static str],
    /// Further dependencies of its tests.
    tests_may_use: &'static [&'static str],
}

const fn row(dir: &'static str, may_use: &'static [&'static str], tests_may_use: &'static [&'static str]) -> Row {
    Row { dir, may_use, tests_may_use }
}

/// The table. A new arrow is a decision about authority: change it here, in ARCHITECTURE.md and,
/// when it opens a door, in a record under docs/adr.
#[rustfmt::skip]
const ARROWS: [Row; 13] = [
    //   crate        may use                                                     its tests may use
    row("domain",    &[],                                                         &[]),
    row("store",     &["domain"],                                                 &[]),
    row("ibkr",      &["domain"],                                                 &["tws", "venue"]),
    row("tws",       &[],                                                         &[]),
    row("venue",     &["tws"],                                                    &[]),
    row("wire",      &["domain"],                                                 &[]),
    row("engine",    &["domain", "store"],                                        &["ibkr", "venue"]),
    row("autopilot", &["domain", "engine"],                                       &["store"]),
    row("server",    &["domain", "engine", "wire"],                               &["store"]),
    row("cli",       &["domain", "store", "ibkr", "venue", "wire", "engine",
                       "autopilot", "server"],                                    &[]),
    row("model",     &["domain"],                                                 &[]),
    row("sim",       &["domain", "store", "engine", "tws", "venue"],              &[]),
    row("xtask",     &[],                                                         &[]),
];

/// An outside crate that is the business of one crate only.
struct Reserved {
    /// Name on crates.io.
    package: &'static str,
    /// Who may use it.
    owner: &'static str,
    /// Whose tests may use it too.
    tests_of: &'static [&'static str],
    /// Why.
    reason: &'static str,
}

/// Outside crates with one owner.
const RESERVED: [Reserved; 2] = [
    Reserved {
        package: "ibapi",
        owner: "ibkr",
        tests_of: &["venue", "cli"],
        reason: "only `ibkr` knows the real broker's wire",
    },
    Reserved { package: "rusqlite", owner: "store", tests_of: &[], reason: "only `store` knows SQL" },
];

/// Outside crates that bring I/O, an executor, time or chance; the domain has none of them.
const NOT_IN_DOMAIN: [&str; 14] = [
    "async-std",
    "async-trait",
    "axum",
    "fastrand",
    "futures",
    "getrandom",
    "hyper",
    "rand",
    "rand_chacha",
    "reqwest",
    "smol",
    "tokio",
    "tokio-util",
    "tracing-subscriber",
];

/// The part of `cargo metadata --format-version 1 --no-deps` that the rule reads.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `None` for an ordinary dependency, else `dev` or `build`.
    kind: Option<String>,
    /// Set when the dependency is a path, that is, a crate of this workspace.
    path: Option<String>,
}

impl Dependency {
    fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// Reports every dependency that the tables do not allow.
pub(crate) fn check(metadata: &Metadata) -> Vec<Finding> {
    metadata.packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let dir = crate_dir(package.manifest_path.trim_end_matches("/Cargo.toml"));
    let manifest = format!("crates/{dir}/Cargo.toml");
    let report = |advice| Finding::error(&manifest, 1, RULE, advice);
    let Some(row) = ARROWS.iter().find(|row| row.dir == dir) else {
        let advice = format!("`{dir}` has no row in the table of crates/xtask/src/tidy/arrows.rs");
        return vec![report(advice)];
    };
    package
        .dependencies
        .iter()
        .filter_map(|dependency| match &dependency.path {
            Some(path) => inside(row, crate_dir(path), dependency.is_dev()),
            None => outside(row, dependency),
        })
        .map(report)
        .collect()
}

/// The last part of a crate's directory, with either kind of slash.
fn crate_dir(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn inside(row: &Row, target: &str, is_dev: bool) -> Option<String> {
    // A crate's tests may switch on a feature of their own crate.
    let allowed =
        row.may_use.contains(&target) || (is_dev && (row.tests_may_use.contains(&target) || row.dir == target));
    (!allowed).then(|| {
        let whose = if is_dev { "the tests of " } else { "" };
        format!("{whose}`{}` must not depend on `{target}`: remove the dependency", row.dir)
    })
}

fn outside(row: &Row, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    if row.dir == "domain" && NOT_IN_DOMAIN.contains(&name) {
        return Some(format!(
            "`domain` must not depend on `{name}`: it decides, it does no I/O; take time, ids and \
             chance as arguments"
        ));
    }
    let reserved = RESERVED.iter().find(|reserved| reserved.package == name)?;
    let allowed = row.dir == reserved.owner || (dependency.is_dev() && reserved.tests_of.contains(&row.dir));
    (!allowed).then(|| format!("`{}` must not depend on `{name}`: {}", row.dir, reserved.reason))
}

#[cfg(test)]
#[path = "arrows_tests.rs"]
mod tests;
