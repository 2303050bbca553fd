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
    assert_eq!(text, "CRITICAL: Title 0\nBreaker rejects\nal-1 2026-03-02 15:00:00 UTC");
}

#[test]
fn many_long_alerts_fit_into_one_message_and_none_is_left_out() {
    let text = text_of(&parcel(30, &"long ".repeat(300)));
    assert!(text.chars().count() <= TEXT_MAX / 2, "{}", text.chars().count());
    for number in 0..20 {
        assert!(text.contains(&format!("Title {number}")), "{number}");
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
