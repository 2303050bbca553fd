use super::*;
use jiff::Timestamp;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

fn file() -> (TempDir, SessionFile) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("sessions-8787.json");
    (dir, SessionFile { path })
}

fn one() -> KeptSession {
    let at = Timestamp::from_second(1_800_000_000).unwrap();
    let key_id = "operator".parse().unwrap();
    KeptSession { hash: "ab".repeat(32), key_id, key_hash: "cd".repeat(32), began_at: at, used_at: at }
}

#[test]
fn what_is_written_is_read_again_and_is_its_owner_s_alone() {
    let (_dir, file) = file();
    assert_eq!(file.read(), Ok(vec![]), "nothing was kept yet");
    file.write(&[one()]).unwrap();
    assert_eq!(file.path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(file.read(), Ok(vec![one()]));
    file.write(&[]).unwrap();
    assert!(!file.path.exists());
    file.clear().unwrap();
}

#[test]
fn what_others_could_have_written_counts_for_nothing_and_is_taken_away() {
    let (_dir, file) = file();
    file.write(&[one()]).unwrap();
    std::fs::set_permissions(&file.path, Permissions::from_mode(0o620)).unwrap();
    assert!(file.read().unwrap_err().contains("others may read or write it"));
    assert_eq!(file.read(), Ok(vec![]));
}

#[test]
fn what_makes_no_sense_counts_for_nothing_and_is_taken_away() {
    for text in ["", "{", r#"{"version":2,"sessions":[]}"#, r#"{"version":1,"sessions":[],"more":1}"#, "\u{1}"] {
        let (_dir, file) = file();
        private::write(&file.path, text).unwrap();
        assert!(file.read().is_err(), "{text}");
        assert_eq!(file.read(), Ok(vec![]), "{text}");
    }
}
