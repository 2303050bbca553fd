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
fn that_a_file_cannot_be_made_smaller_takes_nothing_back_and_hides_nothing_behind_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(dir.path()).unwrap();
    // Nothing can take the place of a directory that is not empty.
    let in_the_way = dir.path().join("outbox.new");
    std::fs::create_dir_all(in_the_way.join("x")).unwrap();
    outbox.len = outbox.whole_len + GROWTH_MAX;
    outbox.file.set_len(outbox.len).unwrap();
    raise(&mut outbox, "a");
    raise(&mut outbox, "b");
    assert_eq!(subjects(&outbox), ["a", "b"]);
    assert!(outbox.whole_len > GROWTH_MAX, "it is tried again when it has grown more");
}

#[test]
fn a_file_of_somebody_else_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE), "[]\nhello\n").unwrap();
    let error = Outbox::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("outbox.jsonl, line 2"), "{error}");
    assert_eq!(std::fs::read_to_string(dir.path().join(FILE)).unwrap(), "[]\nhello\n");
}

/// A file that is open for reading only takes nothing, whoever asks.
fn refuse(outbox: &mut Outbox, dir: &std::path::Path) {
    outbox.file = File::open(dir.join(FILE)).unwrap();
}

fn accept(outbox: &mut Outbox, dir: &std::path::Path) {
    outbox.file = OpenOptions::new().append(true).open(dir.join(FILE)).unwrap();
}

fn entry_of(outbox: &Outbox, subject: &str) -> Entry {
    let news = News::new(AlertKind::Fill, Severity::Info, subject, "news", at(0));
    outbox.book().hear(&news, at(0), SignedDuration::from_mins(15)).unwrap()
}

#[test]
fn where_nothing_can_be_written_nothing_is_true() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(dir.path()).unwrap();
    raise(&mut outbox, "a");
    refuse(&mut outbox, dir.path());
    let entry = entry_of(&outbox, "b");
    assert!(outbox.say(std::slice::from_ref(&entry)).is_err());
    assert_eq!(subjects(&outbox), ["a"]);
    accept(&mut outbox, dir.path());
    outbox.say(&[entry]).unwrap();
    assert_eq!(subjects(&Outbox::open(dir.path()).unwrap()), ["a", "b"]);
}

#[test]
fn what_must_be_said_is_known_in_memory_and_written_when_the_disk_takes_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(dir.path()).unwrap();
    raise(&mut outbox, "a");
    refuse(&mut outbox, dir.path());
    // A directory in the way: no file can be put in the place of this one either.
    std::fs::create_dir_all(dir.path().join("outbox.new/x")).unwrap();
    let entry = entry_of(&outbox, "b");
    assert!(outbox.say_anyway(&[entry]).is_err());
    assert_eq!(subjects(&outbox), ["a", "b"]);
    assert!(outbox.catch_up().is_err());
    // What asks for the disk gets no word for it before that.
    let strict = entry_of(&outbox, "c");
    assert!(outbox.say(&[strict]).is_err());
    assert_eq!(subjects(&outbox), ["a", "b"]);
    std::fs::remove_dir_all(dir.path().join("outbox.new")).unwrap();
    outbox.catch_up().unwrap();
    drop(outbox);
    assert_eq!(subjects(&Outbox::open(dir.path()).unwrap()), ["a", "b"]);
}

#[test]
fn a_line_that_could_not_be_taken_back_stands_before_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(dir.path()).unwrap();
    raise(&mut outbox, "a");
    let mut torn = OpenOptions::new().append(true).open(dir.path().join(FILE)).unwrap();
    torn.write_all(b"[{\"entry\":\"rai").unwrap();
    raise(&mut outbox, "b");
    drop(outbox);
    assert_eq!(subjects(&Outbox::open(dir.path()).unwrap()), ["a", "b"]);
}

#[test]
fn a_process_that_was_stopped_and_followed_writes_nothing_into_its_followers_outbox() {
    let dir = tempfile::tempdir().unwrap();
    let mut old = Outbox::open(dir.path()).unwrap();
    raise(&mut old, "a");
    let mut new = Outbox::open(dir.path()).unwrap();
    raise(&mut new, "b");
    let entry = entry_of(&old, "c");
    assert!(matches!(old.say(std::slice::from_ref(&entry)), Err(OutboxError::TakenOver(_))));
    assert!(matches!(old.say_anyway(&[entry]), Err(OutboxError::TakenOver(_))));
    assert!(matches!(old.catch_up(), Err(OutboxError::TakenOver(_))));
    raise(&mut new, "d");
    drop((old, new));
    assert_eq!(subjects(&Outbox::open(dir.path()).unwrap()), ["a", "b", "d"]);
}

#[test]
fn a_file_that_somebody_took_away_is_there_again_with_all_that_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(dir.path()).unwrap();
    raise(&mut outbox, "a");
    std::fs::remove_file(dir.path().join(FILE)).unwrap();
    raise(&mut outbox, "b");
    drop(outbox);
    assert_eq!(subjects(&Outbox::open(dir.path()).unwrap()), ["a", "b"]);
}
