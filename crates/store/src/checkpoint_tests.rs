use super::*;

fn key() -> ChainKey {
    ChainKey::new(&[3; 32])
}

fn head(seq: u64) -> Head {
    Head { seq, hash: key().seal_checkpoint(&seq.to_string()) }
}

fn write(path: &Path, seqs: impl Iterator<Item = u64>) {
    let lines = read(path, &key()).unwrap();
    let mut file = CheckpointFile::open(path, &key(), lines.as_ref()).unwrap();
    for seq in seqs {
        file.note(&head(seq), &key()).unwrap();
    }
    file.sync().unwrap();
}

#[test]
fn notes_read_back_over_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state").join("checkpoint");
    assert_eq!(read(&path, &key()).unwrap(), None);
    write(&path, 1..4);
    write(&path, 4..6);
    let lines = read(&path, &key()).unwrap().unwrap();
    assert_eq!(lines.heads, (1..6).map(head).collect::<Vec<_>>());
    assert!(lines.bad.is_empty());
    assert_eq!(lines.newest(), Some(head(5)));
}

#[test]
fn a_line_cut_short_by_a_crash_is_dropped_and_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("checkpoint");
    write(&path, 1..4);
    let whole = std::fs::read(&path).unwrap();
    for cut in 1..133 {
        std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        let lines = read(&path, &key()).unwrap().unwrap();
        assert_eq!((lines.newest(), lines.bad.len()), (Some(head(2)), 0), "cut by {cut}");
        write(&path, 9..10);
        assert_eq!(read(&path, &key()).unwrap().unwrap().newest(), Some(head(9)));
    }
}

#[test]
fn a_line_that_was_edited_or_made_with_another_key_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("checkpoint");
    write(&path, 1..4);
    let text = std::fs::read_to_string(&path).unwrap().replacen("\n2 ", "\n7 ", 1);
    std::fs::write(&path, &text).unwrap();
    let lines = read(&path, &key()).unwrap().unwrap();
    assert_eq!(lines.bad, [3]);
    assert_eq!(lines.heads, [head(1), head(3)]);
    let foreign = read(&path, &ChainKey::new(&[4; 32])).unwrap().unwrap();
    assert_eq!(foreign.bad, [2, 3, 4]);
}

#[test]
fn a_long_file_is_written_anew_with_its_newest_lines() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("checkpoint");
    write(&path, 1..9_001);
    assert!(path.metadata().unwrap().len() <= FILE_LEN_MAX);
    let lines = read(&path, &key()).unwrap().unwrap();
    assert_eq!(lines.newest(), Some(head(9_000)));
    assert!(lines.bad.is_empty());
    assert!(lines.heads.len() >= KEPT_LINES);
}

#[test]
fn what_a_fenced_writer_notes_too_late_reaches_no_file_of_the_one_that_follows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("checkpoint");
    write(&path, 1..4);
    let lines = read(&path, &key()).unwrap();
    let mut old = CheckpointFile::open(&path, &key(), lines.as_ref()).unwrap();
    let mut new = CheckpointFile::open(&path, &key(), lines.as_ref()).unwrap();
    new.begin_anew().unwrap();
    // The old one wakes between its commit and its note, and goes on noting.
    old.note(&head(4), &key()).unwrap();
    new.note(&head(5), &key()).unwrap();
    old.sync().unwrap();
    new.sync().unwrap();
    let found = read(&path, &key()).unwrap().unwrap();
    assert_eq!((found.heads, found.bad), (vec![head(1), head(2), head(3), head(5)], Vec::new()));
    // Nor may it put a file of its own in that place when its own grows too long.
    let mut seq = 6;
    while old.note(&head(seq), &key()).is_ok() {
        seq += 1;
        assert!(seq < FILE_LEN_MAX, "a full file is written anew long before");
    }
    assert_eq!(read(&path, &key()).unwrap().unwrap().newest(), Some(head(5)));
}
