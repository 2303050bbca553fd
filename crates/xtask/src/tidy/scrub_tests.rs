use super::scrub;

/// Everything but spaces, so that a case reads as what is left of the code.
fn left_over(text: &str) -> String {
    scrub(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn comments_and_literals_become_blank() {
    let cases = [
        ("a // b\nc", "a c"),
        ("a /* b /* c */ d */ e", "a e"),
        (r#"f("x \" y") + 1"#, "f( ) + 1"),
        (r##"f(r#"x "quoted" y"#)"##, "f( )"),
        (r#"f(b"bytes", c"c", b'x')"#, "f( , , )"),
        (r"f('\'', '\n', 'x')", "f( , , )"),
        ("/// doc\nfn f() {}", "fn f() {}"),
    ];
    for (text, want) in cases {
        assert_eq!(left_over(text), want, "for {text:?}");
    }
}

#[test]
fn lifetimes_labels_and_raw_identifiers_stay() {
    for text in ["fn f<'a>(x: &'a str) {}", "'outer: loop {}", "let r#type = var;", "rb + br"] {
        assert_eq!(scrub(text), text);
    }
}

#[test]
fn line_breaks_stay_where_they_were() {
    let text = "a\n/* one\ntwo */ b\n\"three\nfour\" c\n";
    let scrubbed = scrub(text);
    assert_eq!(scrubbed.lines().count(), text.lines().count());
    assert_eq!(scrubbed.lines().nth(4).map(str::trim), Some("c"));
}

#[test]
fn an_unfinished_literal_ends_with_the_text() {
    for text in ["let a = \"open", "/* open", "r#\"open", "'\\"] {
        assert_eq!(scrub(text).chars().count(), text.chars().count());
    }
}
