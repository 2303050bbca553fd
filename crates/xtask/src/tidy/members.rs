//! Every crate is on the map and under the same lints.

use super::finding::Finding;

/// One crate's manifest.
pub(crate) struct Member<'a> {
    /// Directory under `crates/`.
    pub(crate) dir: &'a str,
    /// Text of its `Cargo.toml`.
    pub(crate) manifest: &'a str,
}

/// Reports crates that ARCHITECTURE.md does not name or that opt out of the workspace lints.
pub(crate) fn check(members: &[Member<'_>], architecture: &str) -> Vec<Finding> {
    members.iter().flat_map(|member| [unmapped(member, architecture), unlinted(member)]).flatten().collect()
}

fn unmapped(member: &Member<'_>, architecture: &str) -> Option<Finding> {
    let name = format!("`crates/{}`", member.dir);
    (!architecture.contains(&name)).then(|| {
        let advice = format!("{name} is not on the code map: describe it in a few lines");
        Finding::error("ARCHITECTURE.md", 1, "code-map", advice)
    })
}

fn unlinted(member: &Member<'_>) -> Option<Finding> {
    let path = format!("crates/{}/Cargo.toml", member.dir);
    let manifest: toml::Table = match member.manifest.parse() {
        Ok(manifest) => manifest,
        Err(error) => {
            let advice = format!("not a manifest: {}", error.message());
            return Some(Finding::error(&path, 1, "workspace-lints", advice));
        }
    };
    let inherits =
        manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool).unwrap_or(false);
    (!inherits).then(|| {
        let advice = "write `[lints]` with `workspace = true`: one lint table for all".to_owned();
        Finding::error(&path, 1, "workspace-lints", advice)
    })
}

#[cfg(test)]
#[path = "members_tests.rs"]
mod tests;
