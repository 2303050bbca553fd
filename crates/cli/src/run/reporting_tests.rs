use super::*;
use domain::money::{Price, Qty};
use domain::restoration::{CheckpointFound, Restoration};
use serde_json::Value;
use store::{Journal, OpenOptions as JournalOptions, SqliteJournal};
use tempfile::TempDir;

struct Desk {
    dir: TempDir,
    journal: SqliteJournal,
    reader: JournalReader,
}

fn now() -> Timestamp {
    "2026-03-02T15:00:00Z".parse().unwrap()
}

fn execution(exec_id: &str) -> Execution {
    Execution {
        exec_id: exec_id.parse().unwrap(),
        account: "DU1234567".parse().unwrap(),
        con_id: domain::id::ConId::new(265_598).unwrap(),
        symbol: "AAPL".to_owned(),
        terms: domain::contract::ContractTerms::NONE,
        is_buy: true,
        last_qty: "10".parse::<Qty>().unwrap(),
        last_px: "189.5".parse::<Price>().unwrap(),
        is_cash: false,
        exchange: "SMART".to_owned(),
        executed_at: None,
        broker_order_id: None,
        client_id: None,
        perm_id: None,
        order_ref: String::new(),
        commission: None,
    }
}

impl Desk {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let data = dir.path().join("data");
        let options = JournalOptions::new(&data, dir.path().join("state").join("checkpoint"), now());
        let mut journal = SqliteJournal::open(&options).unwrap();
        journal.append(now(), &[JournalEvent::Installed { installation: "00000001".parse().unwrap() }]).unwrap();
        let reader = JournalReader::open(&data).unwrap();
        Self { dir, journal, reader }
    }

    fn trade(&mut self, exec_id: &str) {
        self.trade_at(now(), exec_id);
    }

    fn trade_at(&mut self, at: Timestamp, exec_id: &str) {
        let execution = execution(exec_id);
        self.journal.append(at, &[JournalEvent::ExternalExecution { execution: Box::new(execution) }]).unwrap();
    }

    fn restored(&mut self) {
        let restoration = Restoration {
            source: "backup.tar".to_owned(),
            taken_at: now(),
            head_seq: 1,
            head_hash: String::new(),
            checkpoint: CheckpointFound::Missing,
            moved_aside: None,
        };
        let event = JournalEvent::Restored { restoration: Box::new(restoration), order_id_floor: 1 };
        self.journal.append(now(), &[event]).unwrap();
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("executions.jsonl")
    }

    fn outbox(&self) -> Outbox {
        Outbox::new(self.file())
    }

    fn reported(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.file()).unwrap();
        let line = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        text.lines().map(|text| line(text)["exec_id"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn each_trade_is_one_line_with_its_place_in_the_journal() {
    let mut desk = Desk::new();
    let mut outbox = desk.outbox();
    outbox.deliver(&desk.reader).unwrap();
    assert_eq!(desk.reported(), Vec::<String>::new());
    desk.trade("e1.01");
    outbox.deliver(&desk.reader).unwrap();
    outbox.deliver(&desk.reader).unwrap();
    let text = std::fs::read_to_string(desk.file()).unwrap();
    let line: Value = serde_json::from_str(text.trim_end()).unwrap();
    let said =
        ["what", "exec_id", "side", "qty", "price", "symbol"].map(|name| line[name].as_str().unwrap().to_owned());
    assert_eq!(said, ["external_execution", "e1.01", "buy", "10", "189.5", "AAPL"]);
    assert_eq!(line["seq"], 2);
}

#[test]
fn a_restart_reports_what_was_missed_and_nothing_twice() {
    let mut desk = Desk::new();
    desk.trade("e1.01");
    desk.outbox().deliver(&desk.reader).unwrap();
    desk.trade("e2.01");
    desk.outbox().deliver(&desk.reader).unwrap();
    assert_eq!(desk.reported(), ["e1.01", "e2.01"]);
}

#[test]
fn a_line_that_was_cut_off_is_written_anew() {
    let mut desk = Desk::new();
    desk.trade("e1.01");
    desk.trade("e2.01");
    desk.outbox().deliver(&desk.reader).unwrap();
    let whole = std::fs::read(desk.file()).unwrap();
    for cut in [1, 20, whole.len() / 2 + 5, whole.len() - 1] {
        std::fs::write(desk.file(), &whole[..whole.len() - cut]).unwrap();
        desk.outbox().deliver(&desk.reader).unwrap();
        assert_eq!(std::fs::read(desk.file()).unwrap(), whole, "{cut} bytes were cut off");
    }
}

#[test]
fn what_another_process_reported_meanwhile_is_not_reported_again() {
    let mut desk = Desk::new();
    let mut stopped = desk.outbox();
    stopped.deliver(&desk.reader).unwrap();
    desk.trade("e1.01");
    desk.outbox().deliver(&desk.reader).unwrap();
    stopped.deliver(&desk.reader).unwrap();
    desk.trade("e2.01");
    stopped.deliver(&desk.reader).unwrap();
    assert_eq!(desk.reported(), ["e1.01", "e2.01"]);
    std::fs::remove_file(desk.file()).unwrap();
    stopped.deliver(&desk.reader).unwrap();
    assert_eq!(desk.reported(), ["e1.01", "e2.01"], "a file that is gone is written anew");
}

#[test]
fn what_cannot_be_delivered_shows_no_life_and_is_delivered_later() {
    let mut desk = Desk::new();
    desk.trade("e1.01");
    std::fs::create_dir(desk.file()).unwrap();
    let life = Arc::new(SignOfLife::begun(Timestamp::UNIX_EPOCH));
    let showing = Reporting { life: Arc::clone(&life), clock: Arc::new(engine::WallClock) };
    let over = AtomicBool::new(true);
    report(&desk.reader, desk.outbox(), &showing, &over);
    assert_eq!(life.at(), Some(Timestamp::UNIX_EPOCH));
    std::fs::remove_dir(desk.file()).unwrap();
    report(&desk.reader, desk.outbox(), &showing, &over);
    assert!(life.at() > Some(Timestamp::UNIX_EPOCH));
    assert_eq!(desk.reported(), ["e1.01"]);
}

#[test]
fn a_file_that_is_no_report_is_left_alone() {
    let mut desk = Desk::new();
    desk.trade("e1.01");
    for diary in ["my diary\n", "my diary"] {
        std::fs::write(desk.file(), diary).unwrap();
        assert!(desk.outbox().deliver(&desk.reader).is_err());
        assert_eq!(std::fs::read_to_string(desk.file()).unwrap(), diary);
    }
}

#[test]
fn a_file_that_was_renamed_is_left_and_a_new_one_begun_though_another_stands_in_its_place() {
    let mut desk = Desk::new();
    let mut outbox = desk.outbox();
    desk.trade("e1.01");
    outbox.deliver(&desk.reader).unwrap();
    let old = desk.dir.path().join("executions.old");
    std::fs::rename(desk.file(), &old).unwrap();
    // As long as the old one, so that only its identity tells them apart.
    std::fs::copy(&old, desk.file()).unwrap();
    desk.trade("e2.01");
    outbox.deliver(&desk.reader).unwrap();
    assert_eq!(desk.reported(), ["e1.01", "e2.01"]);
    assert_eq!(std::fs::read_to_string(old).unwrap().lines().count(), 1);
}

#[test]
fn after_a_restore_reports_go_on_from_it_though_the_file_knows_later_records() {
    let mut before = Desk::new();
    for exec_id in ["e1.01", "e2.01", "e3.01"] {
        before.trade(exec_id);
    }
    before.outbox().deliver(&before.reader).unwrap();
    // The backup was taken before any of them; the broker tells one again.
    let mut desk = Desk::new();
    std::fs::copy(before.file(), desk.file()).unwrap();
    desk.restored();
    desk.outbox().deliver(&desk.reader).unwrap();
    assert_eq!(desk.reported().len(), 3);
    let later = now() + jiff::SignedDuration::from_secs(1);
    for exec_id in ["e3.01", "e4.01"] {
        desk.trade_at(later, exec_id);
        desk.outbox().deliver(&desk.reader).unwrap();
    }
    assert_eq!(desk.reported(), ["e1.01", "e2.01", "e3.01", "e3.01", "e4.01"]);
}

#[test]
fn a_report_of_another_journal_is_left_alone() {
    let mut other = Desk::new();
    other.trade("e1.01");
    other.trade("e2.01");
    other.outbox().deliver(&other.reader).unwrap();
    let desk = Desk::new();
    std::fs::copy(other.file(), desk.file()).unwrap();
    let refused = desk.outbox().deliver(&desk.reader).unwrap_err();
    assert!(refused.contains("another journal"), "{refused}");
    assert_eq!(desk.reported(), ["e1.01", "e2.01"]);
}

impl Desk {
    fn happened(&mut self, event: JournalEvent) {
        self.journal.append(now(), &[event]).unwrap();
    }

    fn busted(&mut self, exec_id: &str) {
        self.happened(JournalEvent::ExternalBust { exec_id: exec_id.parse().unwrap() });
    }

    /// `what`, `exec_id`, `replaces` and `superseded_by` of each line.
    fn told(&self) -> Vec<[String; 4]> {
        let text = std::fs::read_to_string(self.file()).unwrap();
        let line = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            let word = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
            ["what", "exec_id", "replaces", "superseded_by"].map(word)
        };
        text.lines().map(line).collect()
    }
}

#[test]
fn of_the_versions_of_a_trade_of_others_each_report_says_which_one_does_not_count_any_more() {
    let wanted = [
        ["external_execution", "e1.01", "-", "-"],
        ["external_correction", "e1.02", "e1.01", "-"],
        ["external_execution", "e1.01.01", "-", "-"],
        ["external_bust", "e1.03", "e1.02", "-"],
        ["external_execution", "e1.02", "-", "e1.03"],
    ];
    for restarts in [false, true] {
        let mut desk = Desk::new();
        let mut outbox = desk.outbox();
        for step in 0..8 {
            match step {
                0 => desk.trade("e1.01"),
                1 => desk.trade("e1.02"),
                2 => desk.trade("e1.01.01"),
                3 => desk.busted("e1.03"),
                4 => desk.trade("e1.02"),
                5 => desk.trade("e2.02"),
                6 => desk.trade("e2.01"),
                _ => desk.busted("e3.02"),
            }
            if restarts {
                outbox = desk.outbox();
            }
            outbox.deliver(&desk.reader).unwrap();
        }
        let told = desk.told();
        assert_eq!(told[..5], wanted, "restarts: {restarts}");
        assert_eq!(
            told[5],
            ["external_execution", "e2.02", "-", "-"],
            "the first that was told of it replaces nothing"
        );
        assert_eq!(told[6], ["external_execution", "e2.01", "-", "e2.02"], "it was corrected before it came");
        assert_eq!(told[7], ["external_bust", "e3.02", "-", "-"], "of what was never reported");
    }
}

#[test]
fn a_file_that_is_written_anew_says_the_same_of_every_trade() {
    let mut desk = Desk::new();
    let mut outbox = desk.outbox();
    desk.trade("e1.01");
    desk.trade("e1.02");
    outbox.deliver(&desk.reader).unwrap();
    let told = desk.told();
    std::fs::remove_file(desk.file()).unwrap();
    outbox.deliver(&desk.reader).unwrap();
    assert_eq!(desk.told(), told);
}

#[test]
fn a_trade_that_is_corrected_or_busted_says_which_does_not_count() {
    let of = |counts: &str| Before { counts: Some(counts.parse().unwrap()), bust: None };
    let line = |event, before: &Before| {
        let event = JournalEvent::Order { cl_ord_id: "k-1".parse().unwrap(), event };
        let record = Recorded { seq: 7, at: now(), event };
        serde_json::to_value(super::line(&record, before)).unwrap()
    };
    let corrected = OrderEvent::Corrected { old: "e1.01".parse().unwrap(), execution: Box::new(execution("e1.02")) };
    let said = |line: &Value| ["what", "exec_id", "replaces", "cl_ord_id"].map(|name| line[name].clone());
    assert_eq!(said(&line(corrected, &Before::default())), ["correction", "e1.02", "e1.01", "k-1"]);
    let busted = || OrderEvent::Busted { exec_id: "e1.02".parse().unwrap() };
    assert_eq!(said(&line(busted(), &of("e1.01"))), ["bust", "e1.02", "e1.01", "k-1"]);
    assert_eq!(said(&line(busted(), &of("e1.02"))), ["bust", "e1.02", "e1.02", "k-1"]);
    assert_eq!(line(OrderEvent::Killed, &Before::default()), Value::Null);
}
