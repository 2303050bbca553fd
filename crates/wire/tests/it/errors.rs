//! The committed page of the codes is the one that the tables make.

use domain::control::{CONTROLS, Enforcement};
use std::fmt::Write as _;
use std::path::Path;
use wire::Code;

const HEAD: &str = "# Codes

What an answer's `code` means, on every face. Made out of the one table in `crates/wire/src/code.rs` and the list of controls in
`crates/domain/src/control.rs`; a test compares.

Errors of the REST face are problems as in RFC 9457 (`application/problem+json`):

| field | |
|---|---|
| `code` | the stable word below, or the code of the control that denied |
| `status`, `title`, `detail` | the HTTP status, a short name, and what happened in one sentence |
| `outcome` | where it is about an order: `denied` by us, `rejected` by the broker, `canceled` before the broker had it, `unknown` |
| `reasons[]` | every reason of a denial: `control`, `code`, `message`, `observed`, `limit`, `hint` |
| `errors[]` | every wrong field of a request with its rule; the first one also as `field` and `rule` |
| `candidates[]` | the contracts that fit an ambiguous instrument |
| `hint` | what to do about it |
| `retryable` | whether the very same request, with the same key, may be sent again and may then succeed |
| `request_id` | also in `X-Request-Id`, in the log, in the journal and in the audit |

A program decides by `code` and `outcome`; `title`, `detail` and `hint` are for people and may change.

";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str(
        "## Codes of the gateway\n\n| code | HTTP | exit | again | meaning | what to do |\n|---|---|---|---|---|---|\n",
    );
    for code in Code::ALL {
        let row = code.row();
        let again = if row.retryable { "yes" } else { "" };
        let (word, status, exit) = (row.word, row.status, row.exit);
        writeln!(page, "| `{word}` | {status} | {exit} | {again} | {} | {} |", row.title, row.hint).unwrap();
    }
    page.push_str(
        "\n*HTTP* is the status of the answer, *exit* the exit code of the command line, *again* whether the same request may be \
         sent again. `needs_approval` is no error: it comes with 202 and the order. An order of unknown fate is never sent \
         again under a new key.\n\n## Codes of the controls\n\nA denial carries the code of the first control that denied; \
         `reasons[]` has one for every control that did. All of them come with 422 and exit code 6. What each control is about \
         stands in [controls.md](controls.md).\n\n| code | control |\n|---|---|\n",
    );
    for control in CONTROLS.iter().filter(|control| control.enforcement == Enforcement::Gate && control.is_built()) {
        writeln!(page, "| `{}` | {} |", control.code, control.title).unwrap();
    }
    page
}

#[test]
fn the_committed_page_of_codes_is_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let made = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "docs/errors.md is stale; write it anew with UPDATE_DOCS=1");
}
