use super::*;
use crate::alert::Turn;
use crate::book::tests::{at, of};
use crate::journal::tests::{examples, order_events};

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
