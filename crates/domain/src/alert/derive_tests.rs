use super::*;
use crate::alert::{AlertBook, ChannelId, ChannelRules, Facts, Lookout, SIGN_SILENCE_MAX, Sign, Turn};
use crate::book::tests::{at, of};
use crate::broker_calendar::WindowAhead;
use crate::journal::tests::{examples, order_events};
use crate::looping::event::LoopEvent;
use crate::looping::run::RunEnd;
use jiff::SignedDuration;
use std::collections::BTreeMap;

fn told(event: JournalEvent) -> Vec<News> {
    news(&Recorded { seq: 7, at: at(0), event })
}

fn line(news: &News) -> String {
    let turn = match news.turn {
        Turn::Happens => "!",
        Turn::Opens => "+",
        Turn::Closes => "-",
    };
    assert_eq!((news.seq, news.at), (Some(7), at(0)));
    let (severity, kind) = (news.severity.word(), news.kind.word());
    format!("  {turn} {severity} {kind} [{}] {} | {}", news.subject, news.title, news.text.replace('\n', " / "))
}

#[test]
fn what_each_kind_of_record_says() {
    let orders = order_events().into_iter().map(|event| (format!("order {}", event.word()), of("o-1", event)));
    let others = examples().into_iter().map(|event| (event.kind().to_owned(), event));
    let lines = others.chain(orders).map(|(name, event)| {
        let said: Vec<String> = told(event).iter().map(line).collect();
        format!("{name}\n{}", said.join("\n"))
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_lost_line_and_its_farms_are_told_by_the_brokers_codes() {
    let said = |code, message: &str| -> Vec<String> {
        let news = told(JournalEvent::Notice { code, message: message.to_owned() });
        news.iter().map(|news| format!("{:?} {}", news.turn, news.subject)).collect()
    };
    assert_eq!(said(1100, "Connectivity lost"), ["Opens broker"]);
    assert_eq!(said(2110, "Connectivity between TWS and server is broken"), ["Opens broker"]);
    assert_eq!(said(1101, "Connectivity restored, data lost"), ["Closes broker"]);
    assert_eq!(
        said(1102, "Connectivity restored, data maintained. The following farms are not connected: usfarm"),
        ["Closes broker", "Opens farm farms"]
    );
    assert_eq!(said(2103, "Market data farm connection is broken:usfarm"), ["Opens farm usfarm"]);
    assert_eq!(said(2104, "Market data farm connection is OK:usfarm"), ["Closes farm usfarm", "Closes farm farms"]);
    assert_eq!(said(2107, "HMDS data farm connection is inactive:ushmds"), Vec::<String>::new());
}

#[test]
fn denials_of_one_key_for_one_reason_are_one_topic() {
    let reason = |code: &str| Reason {
        control: 13,
        code: code.to_owned(),
        message: "too many".to_owned(),
        observed: None,
        limit: None,
        hint: String::new(),
    };
    assert_eq!(denial("calm", &[reason("C13_MAX_QTY"), reason("C14_MAX_NOTIONAL")]), "calm C13_MAX_QTY");
    assert_eq!(denial("calm", &[]), "calm denied");
}

/// What goes out of this news by a way that takes everything: kind, severity, title.
fn arrives(all: &[News]) -> Vec<(AlertKind, Severity, String)> {
    let mut book = AlertBook::default();
    for one in all {
        if let Some(entry) = book.hear(one, at(0), SignedDuration::from_mins(15)) {
            book.apply(&entry);
        }
    }
    let channel = ChannelId("webhook".to_owned());
    let rules = ChannelRules { channel, severity_min: Info, quiet: None, remind_after: None };
    let alerts = book.due(&rules, at(0)).map(|parcel| parcel.alerts).unwrap_or_default();
    alerts.into_iter().map(|alert| (alert.kind, alert.severity, alert.title)).collect()
}

fn example(kind: &str) -> JournalEvent {
    examples().into_iter().find(|event| event.kind() == kind).unwrap()
}

fn of_order(word: &str) -> JournalEvent {
    of("o-1", order_events().into_iter().find(|event| event.word() == word).unwrap())
}

fn of_loop(event: LoopEvent) -> JournalEvent {
    let JournalEvent::Loop { by, .. } = example("loop") else { unreachable!() };
    JournalEvent::Loop { event, by }
}

fn ended(state: RunEnd) -> JournalEvent {
    of_loop(LoopEvent::RunEnded {
        run: "w-1".parse().unwrap(),
        state,
        reason: "its reason".to_owned(),
        positions: None,
    })
}

fn calm() -> Facts {
    Facts {
        unknown_orders: Vec::new(),
        window: None,
        disk_free_bytes: Ok(u64::MAX),
        signs: Vec::new(),
        stale: Some(BTreeMap::new()),
        journal_trouble: None,
    }
}

fn ahead(name: &str) -> Facts {
    let window = WindowAhead { name: name.to_owned(), closes_at: at(60), begins_at: at(360), ends_at: at(900) };
    Facts { window: Some(window), ..calm() }
}

/// Everything that the design promises to tell; the guard's verdicts are the runtime's, and told there.
#[test]
fn everything_that_somebody_is_to_be_told_arrives() {
    let missed = LoopEvent::SlotMissed {
        slot: "weekly:2026-11-27T12:40".parse().unwrap(),
        due_at: at(0),
        reason: "nobody was there".to_owned(),
    };
    let back = LoopEvent::RunRolledBack { run: "w-1".parse().unwrap(), by_run: "w-1-r".parse().unwrap() };
    let of_records = [
        (vec![example("link_down")], AlertKind::Link, Critical, "Disconnected from the broker"),
        (vec![example("link_down"), example("link_up")], AlertKind::Link, Info, "Connected to the broker again"),
        (vec![of_order("rejected")], AlertKind::OrderRejected, Warning, "The broker rejected order o-1"),
        (vec![example("order_denied")], AlertKind::OrderDenied, Warning, "Denied: buy 10 "),
        (vec![of_order("send_unknown")], AlertKind::OrderUnknown, Critical, "Nobody knows whether order o-1 was sent"),
        (vec![of_order("executed")], AlertKind::Fill, Info, "Bought "),
        (vec![example("breaker_tripped")], AlertKind::Risk, Critical, "The breaker strategy:calm has tripped"),
        (vec![example("trading_state_set")], AlertKind::Risk, Critical, "Trading is halted "),
        (vec![ended(RunEnd::Done)], AlertKind::Run, Info, "Run w-1 is done"),
        (vec![ended(RunEnd::Partial)], AlertKind::Run, Warning, "Run w-1 is done in part"),
        (vec![ended(RunEnd::Failed)], AlertKind::Run, Critical, "Run w-1 failed"),
        (vec![ended(RunEnd::Blocked)], AlertKind::Run, Critical, "Run w-1 is blocked"),
        (vec![of_loop(back)], AlertKind::Run, Warning, "Run w-1 is rolled back by run w-1-r"),
        (vec![of_loop(missed)], AlertKind::SlotMissed, Critical, "The slot weekly:2026-11-27T12:40 of "),
        (vec![example("verified")], AlertKind::Audit, Critical, "The journal is not as it was written"),
    ];
    for (events, kind, severity, title) in of_records {
        let arrived = arrives(&events.into_iter().flat_map(told).collect::<Vec<_>>());
        let is_there =
            |one: &(AlertKind, Severity, String)| (one.0, one.1) == (kind, severity) && one.2.starts_with(title);
        assert!(arrived.iter().any(is_there), "{title}: {arrived:?}");
    }
    let stale = BTreeMap::from([("AAPL".to_owned(), "70 s old".to_owned())]);
    let silent = Sign { part: "loop".to_owned(), at: Some(at(-61)), silence_max: SIGN_SILENCE_MAX };
    let of_looks = [
        (Facts { stale: Some(stale), ..calm() }, AlertKind::DataStale, Warning, "The price of AAPL is not fresh"),
        (ahead("the nightly reset"), AlertKind::Window, Info, "Ahead: the nightly reset"),
        (ahead("the weekly log-in"), AlertKind::Window, Warning, "Ahead: the weekly log-in"),
        (
            Facts { journal_trouble: Some("disk I/O error".to_owned()), ..calm() },
            AlertKind::Audit,
            Critical,
            "The journal cannot be read",
        ),
        (
            Facts { disk_free_bytes: Ok(0), ..calm() },
            AlertKind::Disk,
            Critical,
            "The disk of the data directory is nearly",
        ),
        (Facts { signs: vec![silent], ..calm() }, AlertKind::Silence, Critical, "The loop shows no life"),
    ];
    for (facts, kind, severity, title) in of_looks {
        let arrived = arrives(&Lookout::new(1).look(&facts, &AlertBook::default(), at(0)));
        assert_eq!(arrived.len(), 1, "{arrived:?}");
        let (of, how, what) = &arrived[0];
        assert_eq!((*of, *how), (kind, severity), "{title}");
        assert!(what.starts_with(title), "{what}");
    }
}
