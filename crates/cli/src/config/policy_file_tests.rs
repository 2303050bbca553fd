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

#[test]
fn a_file_that_is_no_toml_names_line_column_limit_and_what_to_write() {
    let dir = data_dir();
    for (line, column, says) in [
        ("order_notional_max = 2,000", 23, "thousands with an underscore, 2_000"),
        ("approval_notional_min = null", 25, "leave the line out"),
        ("spread_percent_max = 0.5%", 25, "percent without its sign"),
        ("symbols_allowed = [AAPL]", 20, "words in quotes"),
        ("data_allowed = yes", 16, "a word in quotes"),
        ("order_qty_max 5", 15, "Write NAME = VALUE, or a section"),
    ] {
        write_policy(dir.path(), "odd", &format!("# first\norder_qty_max = 1\n{line}\n"));
        let error = load_policy(dir.path(), "odd").unwrap_err().to_string();
        let name = line.split_once(" = ").map(|(name, _)| format!(", {name}:")).unwrap_or_default();
        assert!(error.contains(&format!("line 3, column {column}{name}")), "{error}");
        assert!(error.contains(says) && error.contains(line), "{error}");
    }
}

#[test]
fn a_number_that_is_none_switches_no_limit_off() {
    let dir = data_dir();
    for (text, says) in [
        ("approval_live_notional_min = nan", "line 2, approval_live_notional_min: neither nan nor inf"),
        ("approval_live_notional_min = -nan # or not", "line 2, approval_live_notional_min: "),
        ("[strategy.calm]\napproval_notional_min = +inf", "line 3, approval_notional_min: "),
        ("strategy.calm.approval_notional_min = inf", "line 2, approval_notional_min: "),
        ("instrument = { TSLA = { spread_percent_max = nan } }", "line 2, spread_percent_max: "),
    ] {
        write_policy(dir.path(), "odd", &format!("order_qty_max = 1\n{text}\n"));
        let error = load_policy(dir.path(), "odd").unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_a_line_each() {
    let dir = data_dir();
    let text = "order_notionl_max = 5\nloss_day_reduce = 5\nloss_day_halt = 4\n[strategy.calm]\norder_qty = 1\ntifs_allowed = 5\n";
    write_policy(dir.path(), "odd", text);
    let error = load_policy(dir.path(), "odd").unwrap_err().to_string();
    let problems: Vec<&str> = error.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(problems.len(), 4, "{error}");
    assert!(error.contains("did you mean `order_notional_max`?"), "{error}");
}

fn docs() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

#[test]
fn the_cautious_example_of_the_documents_is_tighter_than_the_default_and_lets_one_person_out() {
    let dir = data_dir();
    let text = std::fs::read_to_string(docs().join("policies/cautious-25k.toml")).unwrap();
    write_policy(dir.path(), "cautious", &text);
    let policy = load_policy(dir.path(), "cautious").unwrap();
    let default = Policy::conservative();
    // Nothing in it lets an order through that the built-in default stops.
    assert_eq!(PolicySet::from(default).change_to(&policy).pending, None);
    assert_eq!((policy.base.order_notional_max, policy.sections.len()), (rust_decimal::Decimal::from(2_500), 1));
    assert_eq!(policy.doubts(), Vec::<String>::new());
    // One market order closes a position, also when its price has risen, and nobody else has to say yes.
    let base = &policy.base;
    let slippage = rust_decimal::Decimal::ONE + base.market_order_slippage_percent / rust_decimal::Decimal::ONE_HUNDRED;
    assert!(base.market_orders_allowed && base.order_types_allowed.contains(&domain::order::OrderTypeKind::Market));
    assert!(
        base.position_notional_max * slippage < base.order_notional_max && base.position_qty_max <= base.order_qty_max
    );
    assert!(base.capital_gross_max * slippage < base.open_notional_max.min(base.turnover_day_max));
    assert!(!base.approval_first_use && base.approval_notional_min.is_none() && !base.flatten_second_human);
    assert!(base.approval_live_notional_min.is_some_and(|asked| asked > base.order_notional_max));
}

/// A value as a policy file writes it.
fn in_toml(value: &serde_json::Value) -> String {
    if value.is_null() {
        return "(left out)".to_owned();
    }
    // A whole number needs no quotes.
    let whole = value.as_str().filter(|number| !number.contains('.'));
    format!("`{}`", whole.map_or_else(|| value.to_string().replace(',', ", "), str::to_owned))
}

/// Every limit with its default, as docs/controls.md lists it.
fn table_of_limits() -> String {
    let mut rows =
        "| control | limit | default | tightens | counts | exits | what it says |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
    for one in PolicySet::from(Policy::conservative()).explain(&domain::policy::PolicyScope::default()) {
        let way = match one.limit.tighter {
            domain::policy::Tighter::Less => "less",
            domain::policy::Tighter::More => "more",
        };
        let (key, control, doc) = (one.limit.key, one.limit.control, one.limit.doc.trim());
        let (value, counts) = (in_toml(&one.value), one.limit.counts().word());
        let exits = if one.limit.meets_exits() { "meets" } else { "lets out" };
        let row = format!("| {control} | `{key}` | {value} | {way} | {counts} | {exits} | {doc} |\n");
        rows.push_str(&row);
    }
    rows
}

/// The page with what stands between two marks replaced.
fn with_part(page: &str, mark: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->"));
    let (head, rest) = page.split_once(&begin).unwrap();
    let (_, tail) = rest.split_once(&end).unwrap();
    format!("{head}{begin}{part}{end}{tail}")
}

#[test]
fn the_documents_list_every_limit_with_its_default_and_print_the_cautious_policy() {
    let path = docs().join("controls.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let cautious = std::fs::read_to_string(docs().join("policies/cautious-25k.toml")).unwrap();
    let made = with_part(&page, "cautious policy", &format!("```toml\n{cautious}```\n"));
    let made = with_part(&made, "limits", &table_of_limits());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == made, "docs/controls.md is stale; write it anew with UPDATE_DOCS=1");
}

/// Every value of the page's table can be copied into a policy file as it stands there.
#[test]
fn the_defaults_of_the_documents_are_a_policy_file() {
    let dir = data_dir();
    let rows = table_of_limits();
    let lines: Vec<String> = rows
        .lines()
        .skip(2)
        .map(|row| row.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>())
        .filter(|cells| cells[3] != "(left out)")
        .map(|cells| format!("{} = {}", cells[2], cells[3]))
        .collect();
    write_policy(dir.path(), "copied", &lines.join("\n"));
    assert_eq!(load_policy(dir.path(), "copied").unwrap(), Policy::conservative().into());
}
