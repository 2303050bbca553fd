use serde_json::json;

use super::{ARROWS, Metadata, check};

/// What is said about crate `dir` with one dependency of the given name, kind and path.
fn advice(dir: &str, name: &str, kind: Option<&str>, path: Option<&str>) -> Vec<String> {
    let metadata: Metadata = serde_json::from_value(json!({
        "packages": [{
            "name": "ignored",
            "manifest_path": format!("/home/me/tollgate/crates/{dir}/Cargo.toml"),
            "dependencies": [{ "name": name, "kind": kind, "path": path, "rename": null }],
        }],
    }))
    .unwrap();
    check(&metadata).into_iter().map(|finding| finding.to_string()).collect()
}

fn inside(dir: &str, target: &str, kind: Option<&str>) -> Vec<String> {
    let path = format!("/home/me/tollgate/crates/{target}");
    advice(dir, &format!("tollgate-{target}"), kind, Some(&path))
}

#[test]
fn allowed_arrows_pass() {
    assert!(inside("engine", "store", None).is_empty());
    assert!(inside("cli", "venue", None).is_empty());
    assert!(inside("ibkr", "venue", Some("dev")).is_empty());
    assert!(advice("ibkr", "ibapi", None, None).is_empty());
    assert!(advice("venue", "ibapi", Some("dev"), None).is_empty());
    assert!(advice("cli", "ibapi", Some("dev"), None).is_empty());
    assert!(advice("store", "rusqlite", None, None).is_empty());
    assert!(advice("domain", "serde", None, None).is_empty());
}

#[test]
fn forbidden_arrows_inside_the_workspace_are_named() {
    assert_eq!(
        inside("server", "store", None),
        ["crates/server/Cargo.toml:1: dependency-arrow: `server` must not depend on `store`: \
          remove the dependency"]
    );
    let forbidden = [
        ("domain", "wire"),
        ("store", "ibkr"),
        ("venue", "domain"),
        ("ibkr", "tws"),
        ("ibkr", "venue"),
        ("wire", "engine"),
        ("engine", "server"),
        ("engine", "autopilot"),
        ("autopilot", "ibkr"),
        ("cli", "tws"),
    ];
    for (from, to) in forbidden {
        assert_eq!(inside(from, to, None).len(), 1, "{from} -> {to}");
    }
}

#[test]
fn a_test_only_arrow_is_not_an_ordinary_one() {
    assert!(inside("ibkr", "venue", Some("dev")).is_empty());
    assert_eq!(inside("ibkr", "venue", Some("build")).len(), 1);
    assert!(inside("ibkr", "tws", Some("dev")).is_empty());
    assert_eq!(inside("ibkr", "tws", None).len(), 1);
}

#[test]
fn reserved_crates_have_one_owner() {
    for (dir, name, kind) in [
        ("engine", "ibapi", None),
        ("venue", "ibapi", None),
        ("cli", "ibapi", None),
        ("engine", "ibapi", Some("dev")),
        ("cli", "rusqlite", None),
        ("engine", "rusqlite", Some("dev")),
    ] {
        assert_eq!(advice(dir, name, kind, None).len(), 1, "{dir} -> {name}");
    }
}

#[test]
fn the_domain_brings_no_executor_and_no_chance() {
    for name in ["tokio", "rand", "getrandom", "futures", "async-trait", "reqwest"] {
        assert_eq!(advice("domain", name, None, None).len(), 1, "{name}");
        assert_eq!(advice("domain", name, Some("dev"), None).len(), 1, "{name} in tests");
    }
}

#[test]
fn a_crate_without_a_row_is_reported() {
    assert_eq!(advice("newcomer", "serde", None, None).len(), 1);
}

#[test]
fn the_table_has_no_cycle_and_names_only_its_own_rows() {
    // Every arrow points to a row above or, for the venue's codec, to `tws`; so there is no cycle.
    for (index, row) in ARROWS.iter().enumerate() {
        for target in row.may_use {
            let at = ARROWS.iter().position(|other| other.dir == *target);
            let at = at.unwrap_or_else(|| panic!("{target} has no row"));
            let is_composition_root = row.dir == "cli";
            assert!(at < index || is_composition_root, "{} -> {target}", row.dir);
        }
    }
}
