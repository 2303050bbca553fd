use super::*;

fn named(numbers: &[i64]) -> Vec<Instrument> {
    numbers.iter().map(|number| Instrument::ConId(crate::id::ConId::new(*number).unwrap())).collect()
}

fn words(wanted: &[Wanted]) -> Vec<String> {
    let one = |one: &Wanted| {
        let reasons: Vec<&str> = one.reasons.iter().map(|reason| reason.word()).collect();
        format!("{} {}", one.instrument, reasons.join("+"))
    };
    wanted.iter().map(one).collect()
}

#[test]
fn what_the_decision_names_comes_before_what_is_held_and_that_before_the_watch_list() {
    let made = plan(&named(&[1, 2, 1]), &named(&[3, 2]), &named(&[4, 3, 1]), 10);
    assert_eq!(
        words(&made.lines),
        [
            "con_id 1 decision+watch_list",
            "con_id 2 decision+position",
            "con_id 3 position+watch_list",
            "con_id 4 watch_list"
        ]
    );
    assert!(made.without.is_empty());
}

#[test]
fn beyond_the_line_budget_the_least_wanted_do_without() {
    let made = plan(&named(&[1, 2]), &named(&[3]), &named(&[4, 5]), 3);
    assert_eq!(
        (made.lines.len(), words(&made.without)),
        (3, vec!["con_id 4 watch_list".to_owned(), "con_id 5 watch_list".to_owned()])
    );
    assert!(plan(&named(&[1]), &[], &[], 0).lines.is_empty());
}

#[test]
fn without_a_decision_the_watch_list_is_streamed() {
    assert_eq!(words(&plan(&[], &[], &named(&[9]), 5).lines), ["con_id 9 watch_list"]);
}
