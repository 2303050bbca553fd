//! `tollgate limits drill`.

use crate::support::Desktop;
use serde_json::Value;

/// Built, and not fired by the drill.
const NOT_DRILLED: [u64; 0] = [];
/// Not there yet.
const NOT_BUILT: [u64; 0] = [];

/// Whether each module that is named is there: `crate: module, module; crate: module`.
fn room_exists(room: &str) -> bool {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    room.split("; ").all(|part| {
        let (name, modules) = part.split_once(": ").unwrap();
        let source = crates.join(name).join("src");
        modules.split(", ").all(|one| source.join(one).is_dir() || source.join(one).with_extension("rs").is_file())
    })
}

#[test]
fn the_drill_fires_every_control_that_is_built_and_touches_nothing_of_the_user() {
    let desktop = Desktop::new();
    let output = desktop.run(&["--json", "limits", "drill"]);
    let told = output.json();
    let items = told["items"].as_array().unwrap();
    assert_eq!(items.len(), 67, "{told:#}");
    let of = |word: &str| -> Vec<&Value> { items.iter().filter(|one| one["result"] == word).collect() };
    assert!(of("FAILED").is_empty(), "{:#?}", of("FAILED"));
    let numbers = |word: &str| -> Vec<u64> { of(word).iter().filter_map(|one| one["control"].as_u64()).collect() };
    // What is missing is said, counted, and keeps the exit code from being a success.
    assert_eq!((numbers("not drilled"), numbers("not built")), (NOT_DRILLED.to_vec(), NOT_BUILT.to_vec()));
    assert_eq!(of("ok").len(), 67, "{told:#}");
    assert_eq!((told["ok"].as_bool(), output.exit), (Some(true), 0));
    for one in items {
        let built = one["result"] != "not built";
        assert_eq!(one["room"].as_str().is_some_and(room_exists), built, "{one:#}");
    }
    let left: Vec<_> = std::fs::read_dir(desktop.path("")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
