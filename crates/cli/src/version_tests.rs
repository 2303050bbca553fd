use super::own;
use domain::gates::is_older;

#[test]
fn a_version_names_the_build_and_compares_by_its_number() {
    let version = own().unwrap();
    let (number, build) = version.split_once('+').unwrap();
    assert_eq!((number, build.len()), (env!("CARGO_PKG_VERSION"), 12));
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    assert!(blake3::hash(&program).to_hex().starts_with(build));
    assert!(!is_older(version, number) && !is_older(number, version));
    assert!(is_older(version, "999.0.0+000000000000"));
}
