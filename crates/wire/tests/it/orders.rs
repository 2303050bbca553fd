//! The order resource and the problems made of it.

use domain::fault::Fault;
use domain::reason::Reason;

use wire::code::of_denial;
use wire::{Code, Page, Problem};

fn reason(code: &str) -> Reason {
    Reason {
        control: 13,
        code: code.to_owned(),
        message: "too much".to_owned(),
        observed: Some("10".to_owned()),
        limit: Some("5".to_owned()),
        hint: "ask for less".to_owned(),
    }
}

#[test]
fn the_code_of_a_denial_is_its_first_control_and_plain_where_a_human_said_no() {
    assert_eq!(of_denial(&[reason("C13_MAX_QTY"), reason("C14_MAX_NOTIONAL")]), "C13_MAX_QTY");
    assert_eq!(of_denial(&[reason("APPROVAL_DENIED")]), "denied");
    assert_eq!(of_denial(&[]), "denied");
}

#[test]
fn what_broke_inside_is_not_told() {
    for fault in [Fault::Storage("/secret/path: disk full".to_owned()), Fault::Internal("assertion x".to_owned())] {
        let problem = serde_json::to_string(&Problem::from(&fault)).unwrap();
        assert!(!problem.contains("secret") && !problem.contains("assertion"), "{problem}");
    }
}

#[test]
fn a_problem_names_the_field_and_reads_back_as_it_was_written() {
    let fault = Fault::Invalid { field: "good_till".to_owned(), rule: "must be in the future".to_owned() };
    let problem = Problem::from(&fault);
    assert_eq!(problem.field.as_deref(), Some("good_till"));
    assert_eq!(problem.rule.as_deref(), Some("must be in the future"));
    let text = serde_json::to_string(&problem).unwrap();
    assert!(text.contains("\"type\":\"urn:tollgate:problem:invalid_request\""));
    assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
}

#[test]
fn an_expired_approval_has_its_own_code() {
    let over = |status: &str| Fault::ApprovalOver { id: "a1".parse().unwrap(), status: status.to_owned() };
    assert_eq!(Code::of(&over("expired")), Code::ApprovalExpired);
    assert_eq!(Code::of(&over("denied")), Code::ApprovalOver);
}

#[test]
fn pages_follow_each_other_without_gap_or_overlap() {
    let all: Vec<u32> = (0..10).collect();
    let key = ToString::to_string;
    let mut cursor: Option<String> = None;
    let mut seen = Vec::new();
    loop {
        let page = Page::cut(all.clone(), 4, cursor.as_deref(), key).unwrap();
        seen.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, all);
    assert_eq!(Page::cut(all, 4, Some("99"), key).unwrap_err().field, "cursor");
    let peeked = Page::of_peeked(vec![1, 2, 3], 2, key);
    assert_eq!((peeked.items, peeked.next_cursor), (vec![1, 2], Some("2".to_owned())));
}

#[test]
fn a_limit_above_the_most_is_clamped_and_nonsense_is_refused() {
    for (text, limit, wrong) in
        [("5", 5, 0), ("5000", 1_000, 0), ("0", 100, 1), ("-1", 100, 1), ("x", 100, 1), ("", 100, 1), ("1.5", 100, 1)]
    {
        let mut errors = Vec::new();
        assert_eq!(wire::page::limit(Some(text), &mut errors), limit, "{text}");
        assert_eq!(errors.len(), wrong, "{text}");
    }
}
