use super::{PRIVATE, check};

#[test]
fn each_private_string_is_reported_at_its_line() {
    for private in PRIVATE {
        let text = format!("fine\nsee {private} there\n");
        let lines: Vec<usize> = check("README.md", &text).iter().map(|f| f.line).collect();
        assert_eq!(lines, [2], "for {private}");
    }
}

#[test]
fn ordinary_text_passes() {
    assert!(check("README.md", "a library of workers, before stopping, by design\n").is_empty());
}
