//! What each drill showed, and the verdict.

use crate::failure::Failure;
use crate::out::Said;
use crate::table::{column, table};
use crate::version;
use domain::control::{CONTROLS, Control};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Exit code unless every control is built and answered as it should.
const FAILED: u8 = 1;

/// What came back from a drill: in words, whether as it should or not.
pub(crate) type Seen = Result<String, String>;

struct Line {
    provoked_by: String,
    seen: Seen,
}

/// The drills so far, by control.
#[derive(Default)]
pub(crate) struct Report {
    lines: BTreeMap<u8, Line>,
}

/// How a control fared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Ok,
    Failed,
    NotDrilled,
    NotBuilt,
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "FAILED",
            Self::NotDrilled => "not drilled",
            Self::NotBuilt => "not built",
        }
    }
}

impl Report {
    /// Notes a drill.
    pub(crate) fn note(&mut self, control: u8, provoked_by: impl Into<String>, seen: Seen) {
        self.lines.insert(control, Line { provoked_by: provoked_by.into(), seen });
    }

    /// Control 63 is this drill itself: it holds if nothing that was fired failed. What was not fired is said, not counted.
    pub(crate) fn note_itself(&mut self) {
        let failed: Vec<u8> =
            self.lines.iter().filter(|(_, line)| line.seen.is_err()).map(|(number, _)| *number).collect();
        let seen = if failed.is_empty() {
            Ok(format!("{} controls answered as they should", self.lines.len()))
        } else {
            Err(format!("controls {failed:?} did not"))
        };
        self.note(63, "all that was fired", seen);
    }

    fn outcome(&self, control: &Control) -> (Outcome, &str, &str) {
        match self.lines.get(&control.number) {
            // What is not built cannot have answered, whatever was seen.
            _ if !control.is_built() => (Outcome::NotBuilt, "", ""),
            None => (Outcome::NotDrilled, "", "not fired by this drill"),
            Some(Line { provoked_by, seen: Ok(seen) }) => (Outcome::Ok, provoked_by, seen),
            Some(Line { provoked_by, seen: Err(seen) }) => (Outcome::Failed, provoked_by, seen),
        }
    }

    /// The table of all controls and the counts.
    ///
    /// # Errors
    /// It is not known which build this is.
    pub(crate) fn told(&self) -> Result<Said, Failure> {
        let outcomes: Vec<(&Control, Outcome, &str, &str)> = CONTROLS
            .iter()
            .map(|control| {
                let (outcome, provoked_by, seen) = self.outcome(control);
                (control, outcome, provoked_by, seen)
            })
            .collect();
        let items: Vec<Value> = outcomes
            .iter()
            .map(|(control, outcome, provoked_by, seen)| {
                json!({
                    "control": control.number, "code": control.code, "title": control.title,
                    "section": control.section.letter().to_string(), "room": control.room(), "provoked_by": provoked_by, "observed": seen,
                    "result": outcome.word(), "ok": *outcome == Outcome::Ok,
                })
            })
            .collect();
        let count = |wanted| outcomes.iter().filter(|(_, outcome, _, _)| *outcome == wanted).count();
        let (ok, failed) = (count(Outcome::Ok), count(Outcome::Failed));
        let (not_drilled, not_built) = (count(Outcome::NotDrilled), count(Outcome::NotBuilt));
        let columns = [
            column("control", "code"),
            column("result", "result"),
            column("provoked by", "provoked_by"),
            column("refused with / observed", "observed"),
        ];
        let human = format!(
            "{}\n\n{ok} of {} controls ok, {failed} failed, {not_drilled} not drilled, {not_built} not built",
            table(&items, &columns, "no controls"),
            outcomes.len(),
        );
        let all = ok == outcomes.len();
        let json = json!({
            "ok": all, "version": version::own()?, "counts": {"ok": ok, "failed": failed, "not_drilled": not_drilled, "not_built": not_built},
            "items": items,
        });
        Ok(Said { json, human, exit: if all { 0 } else { FAILED } })
    }
}
