use super::*;
use domain::alert::{AlertBook, AlertId, AlertKind, ChannelId, ChannelRules, Entry, News, Severity};
use jiff::SignedDuration;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_463_600 + second).unwrap()
}

fn rules() -> ChannelRules {
    let channel = ChannelId("webhook".to_owned());
    ChannelRules {
        channel,
        severity_min: Severity::Info,
        quiet: None,
        remind_after: Some(SignedDuration::from_hours(1)),
    }
}

fn book(raised: i64) -> AlertBook {
    let mut book = AlertBook::default();
    for subject in ["a", "b", "c"] {
        let news = News::new(AlertKind::Risk, Severity::Critical, subject, "news", at(raised));
        let entry = book.hear(&news, at(raised), SignedDuration::ZERO).unwrap();
        book.apply(&entry);
    }
    book
}

#[test]
fn a_message_that_is_tried_again_has_the_same_id_and_no_other_message_has() {
    let mut book = book(0);
    let id = |book: &AlertBook, now| delivery_id("6a5a0b1c", &book.due(&rules(), at(now)).unwrap());
    let first = id(&book, 0);
    assert_eq!(id(&book, 5), first);
    // What a receiver has in its memory says nothing about another outbox, whose numbers begin at 1 too.
    assert_ne!(id(&self::book(60), 60), first);
    // A second alert of three that somebody acknowledged in between makes another message.
    book.apply(&Entry::Delivered { channel: rules().channel, ids: vec![AlertId(2)], at: at(6) });
    let second = id(&book, 7);
    assert_ne!(second, first);
    book.apply(&Entry::Delivered { channel: rules().channel, ids: vec![AlertId(1), AlertId(3)], at: at(7) });
    let reminder = id(&book, 3_607);
    assert!(reminder != first && reminder != second && reminder.starts_with("6a5a0b1c-"));
}

#[test]
fn a_signature_is_over_the_time_and_the_bytes() {
    // Made with: printf '%s' '1772463600.{"a":1}' | openssl dgst -sha256 -hmac 5f0c2a6e9d1b4c3fa7e8
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"5f0c2a6e9d1b4c3fa7e8");
    let signed = signature(&key, 1_772_463_600, b"{\"a\":1}");
    assert_eq!(signed, "v1=cdca96ff379f9453d9cd3d74c2d1857ce64244db5e6d07f5bf1e9ea926e7c8d6");
    assert_ne!(signature(&key, 1_772_463_601, b"{\"a\":1}"), signed);
}
