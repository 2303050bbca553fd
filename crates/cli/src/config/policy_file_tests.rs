use super::*;
use crate::config::ConfigError;
use domain::policy::Policy;

fn data_dir() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write_policy(dir: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(dir.join("policies")).unwrap();
    std::fs::write(dir.join("policies").join(format!("{name}.toml")), text).unwrap();
}

#[test]
fn built_in_policies_need_no_file() {
    let dir = data_dir();
    for name in PolicySet::BUILT_IN {
        assert_eq!(load_policy(dir.path(), name).unwrap(), PolicySet::built_in(name).unwrap());
    }
}

#[test]
fn a_file_changes_only_the_limits_that_it_names() {
    let dir = data_dir();
    write_policy(dir.path(), "small", "order_qty_max = \"5\"\nopen_orders_max = 3\n");
    let expected =
        Policy { order_qty_max: rust_decimal::Decimal::from(5), open_orders_max: 3, ..Policy::conservative() };
    assert_eq!(load_policy(dir.path(), "small").unwrap(), expected.into());
}

#[test]
fn an_unknown_name_refuses() {
    let dir = data_dir();
    let error = load_policy(dir.path(), "nosuch").unwrap_err();
    assert!(matches!(error, ConfigError::UnknownPolicy { ref name, .. } if name == "nosuch"), "{error}");
}

#[test]
fn a_name_never_leaves_the_directory_of_policies() {
    let dir = data_dir();
    std::fs::create_dir_all(dir.path().join("policies")).unwrap();
    std::fs::write(dir.path().join("outside.toml"), "").unwrap();
    for name in ["../outside", "", "a/b", ".."] {
        assert!(matches!(load_policy(dir.path(), name), Err(ConfigError::UnknownPolicy { .. })), "{name}");
    }
}

#[test]
fn a_file_cannot_take_the_place_of_a_built_in_policy() {
    let dir = data_dir();
    write_policy(dir.path(), "default", "order_qty_max = \"1000000\"\n");
    assert!(matches!(load_policy(dir.path(), "default"), Err(ConfigError::ShadowedPolicy { .. })));
}

#[test]
fn a_key_that_no_policy_has_is_named() {
    let dir = data_dir();
    for (text, word) in [("order_qty_maximum = 5\n", "order_qty_maximum"), ("off = [13]\n", "off")] {
        write_policy(dir.path(), "odd", text);
        let error = load_policy(dir.path(), "odd").unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}

fn docs() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

#[test]
fn the_cautious_example_of_the_documents_is_a_policy_and_tighter_than_the_default() {
    let dir = data_dir();
    let text = std::fs::read_to_string(docs().join("policies/cautious-25k.toml")).unwrap();
    write_policy(dir.path(), "cautious", &text);
    let policy = load_policy(dir.path(), "cautious").unwrap();
    let default = Policy::conservative();
    // Nothing in it lets an order through that the built-in default stops.
    assert_eq!(PolicySet::from(default).change_to(&policy).pending, None);
    assert_eq!((policy.base.order_notional_max, policy.sections.len()), (rust_decimal::Decimal::from(2_500), 1));
}

/// Every limit with its default, as docs/controls.md lists it.
fn table_of_limits() -> String {
    let mut rows = String::new();
    for one in PolicySet::from(Policy::conservative()).explain(&domain::policy::PolicyScope::default()) {
        let way = match one.limit.tighter {
            domain::policy::Tighter::Less => "less",
            domain::policy::Tighter::More => "more",
        };
        let value = one.value.to_string().replace('"', "").replace(',', ", ");
        let (key, control, doc) = (one.limit.key, one.limit.control, one.limit.doc.trim());
        std::fmt::Write::write_fmt(&mut rows, format_args!("| {control} | `{key}` | {value} | {way} | {doc} |\n"))
            .unwrap();
    }
    rows
}

#[test]
fn the_documents_list_every_limit_with_its_default() {
    let path = docs().join("controls.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once("<!-- limits -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- end of limits -->").unwrap();
    let head_of_table = "| control | limit | default | tightens | what it says |\n|---|---|---|---|---|\n";
    let made = format!("{head}<!-- limits -->\n{head_of_table}{}<!-- end of limits -->{tail}", table_of_limits());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == made, "docs/controls.md is stale; write it anew with UPDATE_DOCS=1");
}
