use super::{Member, check};

const LINTED: &str = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n";

fn rules(manifest: &str, architecture: &str) -> Vec<&'static str> {
    let member = Member { dir: "store", manifest };
    check(&[member], architecture).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_mapped_and_linted_crate_passes() {
    assert!(rules(LINTED, "### `crates/store`\n").is_empty());
}

#[test]
fn a_crate_missing_from_the_map_is_reported() {
    assert_eq!(rules(LINTED, "### `crates/storehouse`\n"), ["code-map"]);
}

#[test]
fn a_crate_with_lints_of_its_own_is_reported() {
    let architecture = "`crates/store`";
    for manifest in [
        "[package]\nname = \"a\"\n",
        "[package]\nname = \"a\"\n[lints]\nworkspace = false\n",
        "[package]\nname = \"a\"\n[lints.clippy]\nall = \"warn\"\n",
        "not a manifest",
    ] {
        assert_eq!(rules(manifest, architecture), ["workspace-lints"], "for {manifest:?}");
    }
}
