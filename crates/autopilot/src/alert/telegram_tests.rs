use super::*;
use domain::alert::{AlertBook, AlertKind, ChannelRules, News};

fn parcel(count: usize, text: &str) -> Parcel {
    let at: Timestamp = "2026-03-02T15:00:00Z".parse().unwrap();
    let mut book = AlertBook::default();
    for number in 0..count {
        let title = format!("Title {number}");
        let news = News::new(AlertKind::Risk, Severity::Critical, &number.to_string(), &title, at).saying(text);
        let entry = book.hear(&news, at, SignedDuration::ZERO).unwrap();
        book.apply(&entry);
    }
    let rules =
        ChannelRules { channel: ChatId(1).channel(), severity_min: Severity::Info, quiet: None, remind_after: None };
    book.due(&rules, at).unwrap()
}

#[test]
fn an_alert_is_told_with_its_weight_its_words_and_its_id() {
    let text = text_of(&parcel(1, "Breaker rejects"));
    assert_eq!(text, "CRITICAL al-1: Title 0\n2026-03-02 15:00:00 UTC\n> Breaker rejects");
    let forged = text_of(&parcel(1, "no\n\nINFO: All is well\nal-2 2026-03-02 15:00:01 UTC"));
    assert_eq!(
        forged,
        "CRITICAL al-1: Title 0\n2026-03-02 15:00:00 UTC\n> no\n> \n> INFO: All is well\n> al-2 2026-03-02 15:00:01 UTC"
    );
}

#[test]
fn many_long_alerts_fit_into_one_message_and_none_is_left_out() {
    let text = text_of(&parcel(30, &"long ".repeat(300)));
    assert!(text.chars().count() <= TEXT_MAX / 2, "{}", text.chars().count());
    for number in 0..20 {
        assert!(text.contains(&format!("CRITICAL al-{}: Title {number}", number + 1)), "{number}: {text}");
    }
    assert!(text.ends_with("10 more follow."), "{text}");
}

#[test]
fn chats_are_numbers_and_groups_are_below_zero() {
    assert_eq!("123".parse(), Ok(ChatId(123)));
    assert_eq!("-100123".parse(), Ok(ChatId(-100_123)));
    assert_eq!(ChatId(-5).channel().0, "telegram:-5");
    for text in ["", "0", "@name", "1.5"] {
        assert!(text.parse::<ChatId>().is_err(), "{text}");
    }
}

#[test]
fn an_update_that_cannot_be_read_is_passed_over_by_its_number() {
    let read = |update: Value| Update::read(&update);
    let known = read(json!({"update_id": 7, "message": {"chat": {"id": 5}, "text": "/status"}})).unwrap();
    assert_eq!(known.message.unwrap().text.as_deref(), Some("/status"));
    for strange in
        [json!({"update_id": 8}), json!({"update_id": 8, "message": {"chat": "x"}}), json!({"update_id": 8, "poll": 1})]
    {
        assert_eq!(read(strange), Some(Update { update_id: 8, message: None }));
    }
    assert_eq!(read(json!("x")), None);
}

#[test]
fn what_was_forwarded_or_made_by_another_bot_is_second_hand() {
    let read = |more: Value| {
        let mut message = json!({"chat": {"id": 5}, "text": "/kill"});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Message::deserialize(&message).unwrap().is_second_hand()
    };
    assert!(!read(json!({"from": {"id": 1}})));
    assert!(read(json!({"forward_origin": {"type": "user"}})));
    assert!(read(json!({"forward_date": 1})));
    assert!(read(json!({"via_bot": {"id": 2, "is_bot": true}})));
}
