use super::*;
use domain::alert::{AlertKind, News, Severity};
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_463_600 + second).unwrap()
}

fn raise(outbox: &mut Outbox, subject: &str) {
    let news = News::new(AlertKind::Fill, Severity::Info, subject, "news", at(0));
    let entry = outbox.book().hear(&news, at(0), SignedDuration::from_mins(15)).unwrap();
    outbox.say(&[entry]).unwrap();
}

fn subjects(outbox: &Outbox) -> Vec<String> {
    outbox.book().alerts().map(|alert| alert.subject.clone()).collect()
}

#[test]
fn what_was_said_is_there_after_a_crash_and_a_line_that_was_cut_off_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(dir.path()).unwrap();
    raise(&mut outbox, "a");
    let whole = std::fs::read(dir.path().join(FILE)).unwrap();
    raise(&mut outbox, "b");
    drop(outbox);
    let both = std::fs::read(dir.path().join(FILE)).unwrap();
    for end in whole.len()..both.len() {
        std::fs::write(dir.path().join(FILE), &both[..end]).unwrap();
        let mut outbox = Outbox::open(dir.path()).unwrap();
        assert_eq!(subjects(&outbox), ["a"], "cut at {end}");
        raise(&mut outbox, "c");
        drop(outbox);
        assert_eq!(subjects(&Outbox::open(dir.path()).unwrap()), ["a", "c"]);
    }
    std::fs::write(dir.path().join(FILE), &both).unwrap();
    assert_eq!(subjects(&Outbox::open(dir.path()).unwrap()), ["a", "b"]);
}

#[test]
fn a_file_that_grew_is_written_anew_and_says_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(dir.path()).unwrap();
    raise(&mut outbox, "a");
    outbox.whole_len = 0;
    let before = outbox.book().clone();
    outbox.write_anew().unwrap();
    raise(&mut outbox, "b");
    drop(outbox);
    let lines = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
    assert_eq!(lines.lines().count(), 2);
    assert!(lines.starts_with("[{\"entry\":\"whole\""), "{lines}");
    let again = Outbox::open(dir.path()).unwrap();
    assert_eq!(subjects(&again), ["a", "b"]);
    assert_eq!(again.book().alerts().next(), before.alerts().next());
}

#[test]
fn a_file_of_somebody_else_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE), "[]\nhello\n").unwrap();
    let error = Outbox::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("outbox.jsonl, line 2"), "{error}");
    assert_eq!(std::fs::read_to_string(dir.path().join(FILE)).unwrap(), "[]\nhello\n");
}

#[test]
fn where_nothing_can_be_written_nothing_is_true() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(dir.path()).unwrap();
    raise(&mut outbox, "a");
    // A file that is open for reading only takes nothing, whoever asks.
    outbox.file = File::open(dir.path().join(FILE)).unwrap();
    let news = News::new(AlertKind::Fill, Severity::Info, "b", "news", at(0));
    let entry = outbox.book().hear(&news, at(0), SignedDuration::from_mins(15)).unwrap();
    assert!(outbox.say(std::slice::from_ref(&entry)).is_err());
    assert_eq!(subjects(&outbox), ["a"]);
    outbox.file = OpenOptions::new().append(true).open(dir.path().join(FILE)).unwrap();
    outbox.file.flush().unwrap();
    outbox.say(&[entry]).unwrap();
    assert_eq!(subjects(&Outbox::open(dir.path()).unwrap()), ["a", "b"]);
}
