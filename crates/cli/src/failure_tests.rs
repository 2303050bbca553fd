use std::path::Path;

/// Lines of our own code that make a failure without a word of what to do.
fn silent_ones(dir: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            silent_ones(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("failure_tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for made in text.split("Failure::").skip(1) {
                let call = made.split(';').next().unwrap();
                let is_one = ["told(", "usage(", "unavailable(", "storage("].iter().any(|kind| call.starts_with(kind));
                if is_one && (call.contains(", \"\")") || call.contains(", \"\",")) {
                    found.push(format!("{}: {call}", path.display()));
                }
            }
        }
    }
}

#[test]
fn every_error_says_what_to_do_next() {
    let mut found = Vec::new();
    silent_ones(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.is_empty(), "{found:#?}");
}
