//! Control 11: what cannot be recorded durably is not sent.

use super::input::GateInput;
use super::table::{Gate, Verdict};

pub(super) const GATE: Gate =
    Gate { number: 11, code: "C11_AUDIT_WRITABLE", title: "The journal can be written", check };

fn check(input: &GateInput<'_>) -> Verdict {
    match input.journal_fault {
        None => Verdict::Pass,
        Some(fault) => Verdict::Deny(vec![GATE.reason(
            &format_args!("The journal cannot be written: {fault}."),
            &fault,
            &"a writable journal",
            &"Check disk space and permissions of the data directory, then restart; `tollgate doctor` looks at both.",
        )]),
    }
}

#[cfg(test)]
#[path = "c11_audit_writable_tests.rs"]
mod tests;
