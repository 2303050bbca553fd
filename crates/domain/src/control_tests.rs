use super::*;
use crate::policy::LIMITS;

#[test]
fn there_are_sixty_seven_controls_in_ascending_order() {
    let numbers: Vec<u8> = CONTROLS.iter().map(|control| control.number).collect();
    assert_eq!(numbers, (1..=67).collect::<Vec<u8>>());
    assert!(CONTROLS.iter().map(|control| control.section).is_sorted());
}

#[test]
fn each_code_begins_with_its_number_and_is_unique() {
    let mut codes = std::collections::BTreeSet::new();
    for control in CONTROLS {
        assert!(control.code.starts_with(&format!("C{:02}_", control.number)), "{}", control.code);
        assert!(codes.insert(control.code));
    }
}

#[test]
fn each_gate_has_its_row_with_the_same_code_and_title() {
    for gate in GATES {
        let row = control(gate.number).unwrap();
        assert_eq!((row.code, row.title), (gate.code, gate.title));
        assert_eq!(row.enforcement, Enforcement::Gate, "{}", row.code);
        assert!(row.is_built());
    }
}

#[test]
fn each_limit_names_a_control_of_the_table() {
    for limit in LIMITS {
        assert!(control(limit.control).is_some(), "{}", limit.key);
    }
}

#[test]
fn what_is_missing_is_not_called_built() {
    for row in CONTROLS.iter().filter(|row| row.enforcement == Enforcement::Missing) {
        assert!(!row.is_built());
        assert!(GATES.iter().all(|gate| gate.number != row.number));
    }
}

#[test]
fn a_limit_is_enforced_once_its_control_is_built() {
    for limit in LIMITS {
        assert_eq!(limit.is_enforced(), control(limit.control).unwrap().is_built(), "{}", limit.key);
    }
    assert!(LIMITS.iter().any(|limit| limit.key == "order_qty_max" && limit.is_enforced()));
}
