use super::module;

#[test]
fn a_file_is_tested_by_its_own_module_first() {
    assert_eq!(module("crates/domain/src/gates/c13_max_qty.rs"), "gates::c13_max_qty::");
    assert_eq!(module("crates/domain/src/exposure.rs"), "exposure::");
    assert_eq!(module("crates/domain/src/activity/mod.rs"), "activity::");
}
