use super::*;
use crate::alert::{AlertKind, News};
use jiff::tz::TimeZone;

fn at(text: &str) -> Timestamp {
    format!("2026-03-02T{text}Z").parse().unwrap()
}

fn book(alerts: &[(Severity, &str)]) -> AlertBook {
    let mut book = AlertBook::default();
    for (number, (severity, time)) in alerts.iter().enumerate() {
        let news = News::new(AlertKind::Fill, *severity, &number.to_string(), "news", at(time));
        let entry = book.hear(&news, at(time), SignedDuration::ZERO).unwrap();
        book.apply(&entry);
    }
    book
}

fn rules() -> ChannelRules {
    ChannelRules {
        channel: ChannelId("webhook".to_owned()),
        severity_min: Severity::Info,
        quiet: None,
        remind_after: None,
    }
}

fn ids(book: &AlertBook, rules: &ChannelRules, now: &str) -> Vec<u64> {
    book.due(rules, at(now)).map(|parcel| parcel.alerts.iter().map(|alert| alert.id.0).collect()).unwrap_or_default()
}

fn delivered(book: &mut AlertBook, rules: &ChannelRules, ids: &[u64], now: &str) {
    let ids = ids.iter().copied().map(AlertId).collect();
    book.apply(&Entry::Delivered { channel: rules.channel.clone(), ids, at: at(now) });
}

#[test]
fn each_way_takes_what_is_grave_enough_for_it_and_takes_it_once() {
    let mut book =
        book(&[(Severity::Info, "10:00:00"), (Severity::Warning, "10:00:01"), (Severity::Critical, "10:00:02")]);
    let all = rules();
    let grave =
        ChannelRules { channel: ChannelId("telegram:1".to_owned()), severity_min: Severity::Warning, ..rules() };
    assert_eq!(ids(&book, &all, "10:00:03"), [1, 2, 3]);
    assert_eq!(ids(&book, &grave, "10:00:03"), [2, 3]);
    delivered(&mut book, &all, &[1, 2, 3], "10:00:04");
    assert_eq!(ids(&book, &all, "23:00:00"), Vec::<u64>::new());
    assert_eq!(ids(&book, &grave, "10:00:05"), [2, 3]);
}

#[test]
fn a_new_way_is_not_told_the_news_of_last_month() {
    let book = book(&[(Severity::Critical, "10:00:00")]);
    let later = |days: i64| at("10:00:00") + SignedDuration::from_hours(24 * days);
    assert!(book.due(&rules(), later(6)).is_some());
    assert_eq!(book.due(&rules(), later(7)), None);
}

#[test]
fn what_is_over_is_told_wherever_its_beginning_was() {
    let mut book = AlertBook::default();
    let news = |severity| News::new(AlertKind::Link, severity, "broker", "link", at("10:00:00"));
    for one in [news(Severity::Critical).opens(), news(Severity::Info).closes(), news(Severity::Info)] {
        let entry = book.hear(&one, at("10:00:00"), SignedDuration::ZERO).unwrap();
        book.apply(&entry);
    }
    let grave = ChannelRules { severity_min: Severity::Critical, ..rules() };
    assert_eq!(ids(&book, &grave, "10:00:01"), [1, 2]);
}

#[test]
fn in_quiet_hours_the_rest_waits_for_their_end() {
    let book = book(&[(Severity::Info, "21:59:00"), (Severity::Critical, "22:30:00")]);
    let quiet = QuietHours::read("22:00-23:00", TimeZone::UTC, Severity::Critical).unwrap();
    let rules = ChannelRules { quiet: Some(quiet), ..rules() };
    assert_eq!(ids(&book, &rules, "21:59:30"), [1, 2]);
    assert_eq!(ids(&book, &rules, "22:30:00"), [2]);
    assert_eq!(ids(&book, &rules, "23:00:00"), [1, 2]);
}

#[test]
fn a_message_is_bounded_and_says_how_many_wait_behind_it() {
    let book = book(&[(Severity::Info, "10:00:00"); 50]);
    let parcel = book.due(&rules(), at("10:00:01")).unwrap();
    assert_eq!((parcel.alerts.len(), parcel.behind), (20, 30));
}

#[test]
fn a_way_that_takes_nothing_is_tried_again_ever_later_and_given_up_at_last() {
    let mut book = book(&[(Severity::Info, "10:00:00")]);
    let (rules, mut now, mut rests) = (rules(), at("10:00:00"), Vec::new());
    loop {
        assert!(book.due(&rules, now).is_some());
        for entry in book.failed(&rules, "refused", None, now) {
            book.apply(&entry);
        }
        assert_eq!(book.trouble(&rules.channel), Some("refused"));
        assert_eq!(book.due(&rules, now), None);
        let Some(rest) = (1..=600).find(|rest| book.due(&rules, now + SignedDuration::from_secs(*rest)).is_some())
        else {
            break;
        };
        rests.push(rest);
        now += SignedDuration::from_secs(rest);
    }
    assert_eq!(rests[..10], [2, 4, 8, 16, 32, 64, 128, 256, 512, 600]);
    assert_eq!(now.duration_since(at("10:00:00")).as_hours(), 48);
    assert!(book.alerts().next().unwrap().deliveries[&rules.channel].given_up_at.is_some());
}

#[test]
fn a_way_that_asks_for_a_rest_gets_it_within_bounds() {
    let secs = |failures, asked| backoff(failures, Some(SignedDuration::from_secs(asked))).as_secs();
    assert_eq!([secs(0, 30), secs(0, 0), secs(3, 5), secs(0, 86_400)], [30, 2, 16, 3_600]);
    assert_eq!(backoff(u32::MAX, None), SignedDuration::from_mins(10));
}

#[test]
fn success_makes_the_next_try_immediate_again() {
    let mut book = book(&[(Severity::Info, "10:00:00"), (Severity::Info, "10:00:00")]);
    let rules = rules();
    for entry in book.failed(&rules, "refused", None, at("10:00:00")) {
        book.apply(&entry);
    }
    delivered(&mut book, &rules, &[1], "10:00:02");
    assert_eq!(ids(&book, &rules, "10:00:02"), [2]);
    assert_eq!(book.trouble(&rules.channel), None);
}

#[test]
fn something_critical_is_told_again_until_somebody_acknowledges_it() {
    let alerts = [(Severity::Critical, "10:00:00"), (Severity::Warning, "10:00:00"), (Severity::Critical, "10:00:00")];
    let mut book = book(&alerts);
    let rules = ChannelRules { remind_after: Some(SignedDuration::from_hours(1)), ..rules() };
    delivered(&mut book, &rules, &[1, 2, 3], "10:00:00");
    assert_eq!(ids(&book, &rules, "10:59:59"), Vec::<u64>::new());
    assert_eq!(ids(&book, &rules, "11:00:00"), [1, 3]);
    delivered(&mut book, &rules, &[1, 3], "11:00:00");
    assert_eq!(ids(&book, &rules, "11:59:59"), Vec::<u64>::new());
    let seen = book.ack(AlertId(1), "ada", at("11:30:00")).unwrap();
    book.apply(&seen);
    assert_eq!(ids(&book, &rules, "12:00:00"), [3]);
    assert_eq!(book.alert(AlertId(3)).unwrap().deliveries[&rules.channel].reminders, 1);
    for _ in 0..30 {
        delivered(&mut book, &rules, &[3], "12:00:00");
    }
    assert_eq!(ids(&book, &rules, "23:00:00"), Vec::<u64>::new());
}

#[test]
fn what_is_over_is_not_told_again() {
    let mut book = AlertBook::default();
    let news = News::new(AlertKind::Link, Severity::Critical, "broker", "down", at("10:00:00"));
    for one in [news.clone().opens(), news.closes()] {
        let entry = book.hear(&one, at("10:00:00"), SignedDuration::from_mins(15)).unwrap();
        book.apply(&entry);
    }
    let rules = ChannelRules { remind_after: Some(SignedDuration::from_hours(1)), ..rules() };
    delivered(&mut book, &rules, &[1], "10:00:00");
    assert_eq!(ids(&book, &rules, "12:00:00"), [2]);
}

#[test]
fn where_not_all_fit_the_gravest_go_first() {
    let mut all = vec![(Severity::Info, "10:00:00"); 30];
    all.push((Severity::Critical, "10:00:01"));
    let book = book(&all);
    let ids = ids(&book, &rules(), "10:00:02");
    assert_eq!((ids.len(), ids.first(), ids.last()), (20, Some(&1), Some(&31)));
}

#[test]
fn one_alert_that_is_refused_holds_nothing_back_for_long() {
    let mut book = book(&[(Severity::Info, "10:00:00"); 5]);
    let (rules, mut now) = (rules(), at("10:00:00"));
    let mut arrived: Vec<u64> = Vec::new();
    // The other side takes no message with the third alert in it.
    for _ in 0..100 {
        let Some(parcel) = book.due(&rules, now) else {
            now += SignedDuration::from_secs(2);
            continue;
        };
        let ids: Vec<u64> = parcel.alerts.iter().map(|alert| alert.id.0).collect();
        if ids.contains(&3) {
            for entry in book.failed(&rules, "400", None, now) {
                book.apply(&entry);
            }
        } else {
            arrived.extend(&ids);
            delivered(&mut book, &rules, &ids, "10:00:00");
        }
    }
    assert_eq!(arrived, [1, 2, 4, 5]);
}

#[test]
fn a_clock_that_was_set_back_does_not_silence_a_way() {
    let mut book = book(&[(Severity::Info, "10:00:00")]);
    for entry in book.failed(&rules(), "refused", None, at("20:00:00")) {
        book.apply(&entry);
    }
    assert_eq!(ids(&book, &rules(), "10:00:01"), [1]);
}
