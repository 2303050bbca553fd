//! `tollgate demo --once`.

use crate::support::Desktop;

#[test]
fn the_demo_walks_every_step_and_touches_nothing_of_the_user() {
    let desktop = Desktop::new();
    let output = desktop.run(&["demo", "--once", "--json"]);
    assert_eq!(output.exit, 0, "{output:?}");
    let told = output.json();
    assert_eq!(told["ok"], true);
    let steps = told["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 13, "{told:#}");
    assert!(steps.iter().all(|step| step["held"] == true));
    let left: Vec<_> = std::fs::read_dir(desktop.path("")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_demo_that_stays_says_where_it_is_and_leaves_with_a_signal() {
    let desktop = Desktop::new();
    let mut demo = desktop.start(&["demo"]);
    let url = demo.stdout_line("gateway ").trim().to_owned();
    let key = demo.stdout_line("operator key ").trim().to_owned();
    let status = desktop.run(&["--url", &url, "--key-file", &key, "--json", "status"]).json();
    assert_eq!((&status["ready"], &status["simulated"]), (&true.into(), &true.into()));
    assert_eq!(demo.end_with("-INT"), 0);
    assert!(!std::path::Path::new(&key).exists());
}
