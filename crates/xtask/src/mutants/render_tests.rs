use super::{count, render};
use crate::mutants::sites::find;
use std::collections::BTreeSet;

const TEXT: &str = "fn f(a: u8, b: u8) -> bool {\n    a + 1 < b\n}\n";

#[test]
fn every_mutant_stands_behind_a_switch_and_the_original_behind_none() {
    let sites = find(TEXT).unwrap();
    let rendered = render("x.rs", TEXT, &sites, 7, &BTreeSet::new());
    assert_eq!(
        rendered.text,
        "fn f(a: u8, b: u8) -> bool {\n    if crate::mutant_is_on(7) { return true; }if crate::mutant_is_on(8) { return \
         false; }(if crate::mutant_is_on(9) { a + 1 <= b } else if crate::mutant_is_on(10) { a + 1 >= b } else { (if \
         crate::mutant_is_on(11) { a - 1 } else { a + (if crate::mutant_is_on(12) { 1 + 1 } else { 1 }) }) < b })\n}\n"
    );
    assert!(syn::parse_file(&rendered.text).is_ok());
    assert_eq!(count(&sites), 6);
    let last = rendered.mutants.iter().find(|mutant| mutant.id == 10).unwrap();
    assert_eq!((last.line, last.function.as_str()), (2, "f"));
    assert_eq!((last.before.as_str(), last.after.as_str()), ("a + 1 < b", "a + 1 >= b"));
}

#[test]
fn what_is_left_out_keeps_its_number() {
    let sites = find(TEXT).unwrap();
    let rendered = render("x.rs", TEXT, &sites, 1, &BTreeSet::from([3, 5]));
    let ids: Vec<u32> = rendered.mutants.iter().map(|mutant| mutant.id).collect();
    assert_eq!(ids, [1, 2, 4, 6]);
    let ranges = rendered.owned.iter().filter(|owned| owned.ids == [4]).map(|owned| owned.range.clone());
    let text = ranges.min_by_key(std::ops::Range::len).map(|range| &rendered.text[range]);
    assert_eq!(text, Some("a + 1 >= b"));
}
