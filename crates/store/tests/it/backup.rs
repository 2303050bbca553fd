//! Backups and restores on real files: beside a writer, damaged, cut off, into other hands.

use crate::event::{Place, all, append_session, at, human, notice, submitting};
use domain::restoration::{CheckpointFound, Restoration, restored};
use std::path::{Path, PathBuf};
use tollgate_store::backup::{BackupError, BackupOptions, Manifest, back_up};
use tollgate_store::restore::{Backup, RestoreOptions};
use tollgate_store::verify::{VerifyOptions, verify};
use tollgate_store::{Journal, OpenError, OpenOptions, SqliteJournal};

fn options(place: &Place) -> BackupOptions {
    BackupOptions {
        data_dir: place.data(),
        checkpoint_file: place.checkpoint(),
        key_file: None,
        version: "0.1.0".to_owned(),
        taken_at: at(100),
        extras: vec![("policies/mine.toml".to_owned(), b"x = 1\n".to_vec())],
        with_key: false,
        accept_loss: false,
    }
}

fn take(place: &Place, name: &str) -> (PathBuf, Manifest) {
    let to = place.root.path().join(name);
    let manifest = back_up(&options(place), &to).unwrap();
    (to, manifest)
}

fn place_of(place: &Place) -> RestoreOptions {
    RestoreOptions { data_dir: place.data(), checkpoint_file: place.checkpoint(), key_copy: None, now: at(200) }
}

/// Restores as the command does; what the checkpoint file knew.
fn restore(file: &Path, options: &RestoreOptions) -> Result<CheckpointFound, BackupError> {
    let backup = Backup::open(file)?;
    let staged = backup.stage(options)?;
    let found = staged.found().clone();
    let restoration = Restoration {
        source: "a.tar".to_owned(),
        taken_at: backup.manifest().taken_at,
        head_seq: backup.manifest().head_seq,
        head_hash: backup.manifest().head_hash.clone(),
        checkpoint: found.clone(),
        moved_aside: staged.aside().map(|path| path.display().to_string()),
    };
    let events = restored(staged.book().unwrap(), restoration, &human());
    staged.finish(&events)?;
    Ok(found)
}

fn is_clean(place: &Place) -> bool {
    let options =
        VerifyOptions { data_dir: place.data(), checkpoint_file: place.checkpoint(), key_file: None, faults_max: 9 };
    verify(&options).unwrap().is_clean()
}

fn written() -> Place {
    let place = Place::new();
    append_session(&mut place.open());
    place
}

fn names(place: &Place) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(place.root.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_beside_a_writer_is_whole_and_sealed_and_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    let (file, manifest) = take(&place, "a.tar");
    assert_eq!((manifest.head_seq, manifest.head_hash), (journal.head().seq, journal.head().hash.to_string()));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    journal.append(at(101), &[notice(1)]).unwrap();
    let (_, later) = take(&place, "b.tar");
    assert_eq!(later.head_seq, journal.head().seq);
    assert!(matches!(back_up(&options(&place), &file), Err(BackupError::Exists { .. })));
    assert_eq!(names(&place), ["a.tar", "b.tar", "data", "state"], "nothing else is left behind");
    assert!(!Backup::open(&file).unwrap().manifest().holds_key());
}

#[test]
fn a_restore_sets_the_journal_back_halts_it_and_keeps_what_was_there() {
    let place = written();
    let (file, manifest) = take(&place, "a.tar");
    let mut journal = place.open();
    journal.append(at(150), &[submitting("lost", 9, None)]).unwrap();
    let lost = journal.head();
    journal.close().unwrap();
    let old = all(&place.open());

    let found = restore(&file, &place_of(&place)).unwrap();
    assert_eq!(found, CheckpointFound::Ahead { seq: lost.seq, hash: lost.hash.to_string() });
    assert!(is_clean(&place));
    let mut journal = place.open();
    assert!(!journal.lease().previous_ended_cleanly, "the old socket may live: it is a take-over");
    let book = journal.book().unwrap();
    assert!(book.is_halted_globally() && !book.orders.contains_key(&"lost".parse().unwrap()));
    assert!(book.order_id_high_water > 1_000_000);
    assert_eq!(std::fs::read_to_string(place.data().join("policies/mine.toml")).unwrap(), "x = 1\n");
    let records = all(&journal);
    assert_eq!(
        records[..usize::try_from(manifest.head_seq).unwrap()],
        old[..usize::try_from(manifest.head_seq).unwrap()]
    );
    journal.append(at(201), &[notice(2)]).unwrap();

    let aside = place.root.path().join(format!("data{}", at(200).strftime(".before-restore-%Y%m%dT%H%M%SZ")));
    let checkpoint = place.state().join(format!("checkpoint{}", at(200).strftime(".before-restore-%Y%m%dT%H%M%SZ")));
    let old_place =
        OpenOptions { key_file: Some(place.options().key_path()), ..OpenOptions::new(aside, checkpoint, at(300)) };
    assert_eq!(all(&SqliteJournal::open(&old_place).unwrap()), old, "what was there opens under its new name");
}

#[test]
fn a_second_restore_tells_that_the_history_went_another_way() {
    let place = written();
    let (file, manifest) = take(&place, "a.tar");
    assert_eq!(restore(&file, &place_of(&place)).unwrap(), CheckpointFound::Agrees { seq: manifest.head_seq });
    let (other, _) = take(&place, "b.tar");
    assert_eq!(
        restore(&file, &place_of(&place)).unwrap(),
        CheckpointFound::Ahead {
            seq: manifest.head_seq + 2,
            hash: Backup::open(&other).unwrap().manifest().head_hash.clone()
        }
    );
    place.open().append(at(250), &[notice(1)]).unwrap();
    let found = restore(&other, &place_of(&place)).unwrap();
    assert_eq!(found, CheckpointFound::Differs { seq: manifest.head_seq + 2 });
    assert!(is_clean(&place));
}

#[test]
fn damage_anywhere_in_a_backup_is_found_and_changes_nothing() {
    let place = written();
    let (file, _) = take(&place, "a.tar");
    let whole = std::fs::read(&file).unwrap();
    let before = (names(&place), all(&place.open()));
    let bent = place.root.path().join("bent");
    // Past the archive's last member only padding follows.
    let padding = whole.iter().rev().take_while(|byte| **byte == 0).count();
    let mut damaged: Vec<Vec<u8>> = (0..40)
        .map(|part| {
            let mut bytes = whole.clone();
            let place = part * (whole.len() - padding) / 40 + 700;
            bytes[place.min(whole.len() - padding - 1)] ^= 0x41;
            bytes
        })
        .collect();
    damaged.push(whole[..whole.len() / 2].to_vec());
    damaged.push(whole[..600].to_vec());
    damaged.push(b"not a backup at all".repeat(100));
    damaged.push(Vec::new());
    for (nth, bytes) in damaged.into_iter().enumerate() {
        std::fs::write(&bent, bytes).unwrap();
        let refused = restore(&bent, &place_of(&place));
        assert!(
            matches!(refused, Err(BackupError::Damaged { .. } | BackupError::NewerFormat { .. })),
            "damage {nth}: {refused:?}"
        );
        std::fs::remove_file(&bent).unwrap();
    }
    assert_eq!((names(&place), all(&place.open())), before);
}

#[test]
fn a_directory_in_use_is_not_restored_into() {
    let place = written();
    let (file, _) = take(&place, "a.tar");
    let _writer = place.open();
    let refused = restore(&file, &place_of(&place));
    assert!(matches!(refused, Err(BackupError::Open(OpenError::LeaseHeld { .. }))), "{refused:?}");
}

#[test]
fn another_machine_needs_the_key_in_its_place_in_the_backup_or_as_a_copy() {
    let place = written();
    let (bare, _) = take(&place, "a.tar");
    let with_key = place.root.path().join("k.tar");
    assert!(back_up(&BackupOptions { with_key: true, ..options(&place) }, &with_key).unwrap().holds_key());
    let key = place.options().key_path();

    let new = Place::new();
    let refused = restore(&bare, &place_of(&new));
    assert!(matches!(refused, Err(BackupError::Open(OpenError::KeyMissing { .. }))), "{refused:?}");
    assert!(names(&new).is_empty(), "nothing was made");
    assert_eq!(restore(&with_key, &place_of(&new)).unwrap(), CheckpointFound::Missing);
    assert!(is_clean(&new) && !new.data().join("journal.key").exists());

    let new = Place::new();
    let copied = RestoreOptions { key_copy: Some(key.clone()), ..place_of(&new) };
    restore(&bare, &copied).unwrap();
    assert!(is_clean(&new));

    let other = written();
    let refused = restore(&bare, &place_of(&other));
    assert!(matches!(refused, Err(BackupError::Open(OpenError::KeyUnusable { .. }))), "{refused:?}");
    assert!(is_clean(&other));
}

#[test]
fn a_journal_that_does_not_verify_is_not_backed_up_but_one_whose_end_is_lost_can_be_taken_as_it_is() {
    let place = written();
    let raw = place.raw();
    raw.execute_batch("DROP TRIGGER records_never_go; DELETE FROM records WHERE seq > 20").unwrap();
    drop(raw);
    let to = place.root.path().join("a.tar");
    let refused = back_up(&options(&place), &to);
    assert!(matches!(refused, Err(BackupError::NotClean(_))), "{refused:?}");
    assert_eq!(names(&place), ["data", "state"]);
    let taken = back_up(&BackupOptions { accept_loss: true, ..options(&place) }, &to).unwrap();
    assert_eq!((taken.head_seq, taken.checkpoint_seq), (20, Some(27)));
    let found = restore(&to, &place_of(&place)).unwrap();
    assert!(matches!(found, CheckpointFound::Ahead { seq: 27, .. }), "{found:?}");
    assert!(is_clean(&place) && place.open().book().unwrap().is_halted_globally());

    let raw = place.raw();
    raw.execute_batch("DROP TRIGGER records_never_change; UPDATE records SET at_ns = 1 WHERE seq = 5").unwrap();
    drop(raw);
    let refused = back_up(&BackupOptions { accept_loss: true, ..options(&place) }, &place.root.path().join("b.tar"));
    assert!(matches!(refused, Err(BackupError::NotClean(_))), "a changed record is no loss: {refused:?}");
}

#[test]
fn a_restore_that_was_cut_off_is_begun_again() {
    let place = written();
    let (file, _) = take(&place, "a.tar");
    // Cut off while it unpacked.
    std::fs::create_dir_all(place.root.path().join("data.restoring/venue")).unwrap();
    std::fs::write(place.root.path().join("data.restoring/half"), "half").unwrap();
    std::fs::write(place.state().join("checkpoint.restoring"), "half").unwrap();
    restore(&file, &place_of(&place)).unwrap();
    assert!(is_clean(&place) && !place.data().join("half").exists());
    // Cut off between the new data and the new checkpoint file: no start believes it, and a restore mends it.
    let old = std::fs::read_dir(place.state()).unwrap().map(|entry| entry.unwrap().path());
    let old = old.filter(|path| path.to_str().unwrap().contains("before-restore")).max().unwrap();
    let (mut ahead, target) = (place.open(), place.checkpoint());
    ahead.append(at(260), &[notice(1)]).unwrap();
    ahead.close().unwrap();
    let newest = std::fs::read(&target).unwrap();
    restore(&file, &RestoreOptions { now: at(270), ..place_of(&place) }).unwrap();
    std::fs::write(&target, newest).unwrap();
    assert!(SqliteJournal::open(&place.options()).is_err());
    let found = restore(&file, &RestoreOptions { now: at(280), ..place_of(&place) }).unwrap();
    assert!(matches!(found, CheckpointFound::Ahead { .. }), "{found:?}");
    assert!(is_clean(&place) && old.exists());
}
