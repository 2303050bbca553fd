//! `tollgate limits drill`.

use crate::support::Desktop;
use serde_json::Value;

/// Those that the simulated broker, or a gateway that is well, gives no occasion for. Each has tests of its own.
const NOT_DRILLED: [u64; 8] = [4, 5, 11, 12, 38, 47, 53, 55];

#[test]
fn the_drill_fires_every_control_that_is_built_and_touches_nothing_of_the_user() {
    let desktop = Desktop::new();
    let output = desktop.run(&["--json", "limits", "drill"]);
    let told = output.json();
    let items = told["items"].as_array().unwrap();
    assert_eq!(items.len(), 67, "{told:#}");
    let of = |word: &str| -> Vec<&Value> { items.iter().filter(|one| one["result"] == word).collect() };
    assert!(of("FAILED").is_empty(), "{:#?}", of("FAILED"));
    let not_drilled: Vec<u64> = of("not drilled").iter().filter_map(|one| one["control"].as_u64()).collect();
    assert!(not_drilled.iter().all(|one| NOT_DRILLED.contains(one)), "{not_drilled:?}");
    // What is missing is said, counted, and keeps the exit code from being a success.
    assert_eq!(told["counts"]["not_built"], of("not built").len());
    assert_eq!((told["ok"].as_bool(), output.exit), (Some(false), 1));
    let left: Vec<_> = std::fs::read_dir(desktop.path("")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
