use super::{Shape, find};

/// What could stand in the places of a text, as place and alternatives.
fn found(text: &str) -> Vec<(Shape, String, Vec<String>)> {
    let sites = find(text).unwrap();
    let place = |start: usize, end: usize| text.get(start..end).unwrap().to_owned();
    sites.into_iter().map(|((start, end, shape), site)| (shape, place(start, end.0), site.texts)).collect()
}

fn at(text: &str, place: &str) -> Vec<String> {
    let found = found(text).into_iter().filter(|(shape, at, _)| at == place && *shape == Shape::Expression);
    found.flat_map(|(_, _, texts)| texts).collect()
}

#[test]
fn operators_are_turned_at_their_edge_and_over_it() {
    assert_eq!(at("fn f(a: u8) -> u8 { if a < b { c } else { d } }", "a < b"), ["a <= b", "a >= b"]);
    assert_eq!(at("fn f() { let x = a && b; }", "a && b"), ["a || b"]);
    assert_eq!(at("fn f() { let x = a * b + c; }", "a * b + c"), ["a * b - c"]);
    assert_eq!(at("fn f() { let x = !a; }", "!a"), ["a"]);
}

#[test]
fn a_chain_with_a_pattern_is_left_whole_and_its_parts_are_not() {
    let text = "fn f() { if let Some(x) = y && x > 2 { g(); } }";
    assert!(at(text, "let Some(x) = y && x > 2").is_empty());
    assert_eq!(at(text, "x > 2"), ["x >= 2", "x <= 2"]);
}

#[test]
fn a_function_returns_at_once_and_a_statement_is_left_out() {
    let text = "fn check(input: &I) -> Verdict { reasons.push(one); Verdict::deny_on(reasons) }";
    let found = found(text);
    let whole = "reasons.push(one); Verdict::deny_on(reasons)".to_owned();
    assert!(found.contains(&(Shape::Body, whole, vec!["return Verdict::Pass;".to_owned()])));
    assert!(found.contains(&(Shape::Statement, "reasons.push(one);".to_owned(), vec![String::new()])));
}

#[test]
fn words_tests_and_what_is_computed_early_are_left_alone() {
    for text in [
        "fn hint(a: u8) -> u8 { a + 1 }",
        "fn f() -> String { if a { b } else { c } }",
        "const fn f() -> u8 { 1 + 2 }",
        "const A: u8 = 1 + 2;",
        "#[cfg(test)] mod tests { fn f() -> bool { a == b } }",
    ] {
        assert!(found(text).is_empty(), "{text}");
    }
    for text in [
        "fn f() { let word = if a < b { \"above\" } else { other }; }",
        "fn f() { let words = if a < b { format!(\"{a}\") } else { other }; }",
    ] {
        assert!(at(text, "a < b").is_empty(), "{text}");
    }
    let reason = "fn f() { let r = GATE.reason(&(a + b), &c); }";
    assert!(at(reason, "a + b").is_empty());
}

#[test]
fn methods_have_twins_and_answers_are_turned() {
    assert_eq!(at("fn f() { let x = a.min(b); }", "a.min(b)"), ["a.max(b)"]);
    assert_eq!(at("fn f() { let x = a.contains(&b); }", "a.contains(&b)"), ["!a.contains(&b)"]);
    assert_eq!(at("fn f() { a.iter().filter(|x| x.holds()).count() }", "x.holds()"), ["true", "false"]);
}
