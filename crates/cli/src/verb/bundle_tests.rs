use super::*;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_file_that_took_the_name_meanwhile_is_left_alone_and_nothing_else_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mut part = Part::of(dir.path(), MANIFEST, &json!({"files": []})).unwrap();
    let (taken, free) = (dir.path().join("taken.tar"), dir.path().join("free.tar"));
    std::fs::write(&taken, "somebody else's").unwrap();
    let refused = write(&taken, dir.path(), &mut [&mut part], 0).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "somebody else's");
    write(&free, dir.path(), &mut [&mut part], 0).unwrap();
    assert_eq!(check(&free).unwrap(), [""; 0]);
    assert_eq!(std::fs::metadata(&free).unwrap().permissions().mode() & 0o777, MODE);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "no part is left behind");
}
