//! What a replay leaves behind: the account day by day, and every run.

use crate::failure::Failure;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// The account on an evening, as the gateway tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) date: Date,
    pub(super) value: Decimal,
    pub(super) cash: Decimal,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RunLine {
    pub(super) run: String,
    pub(super) queued_at: String,
    pub(super) state: String,
    pub(super) orders: usize,
    pub(super) executions: usize,
    /// What went wrong around it; empty: nothing.
    pub(super) mishap: &'static str,
    pub(super) reason: String,
}

/// The files `daily.csv` and `runs.csv`.
pub(super) struct Recorder {
    daily: BufWriter<File>,
}

impl Recorder {
    /// Begins the record of a replay in its directory.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn begin(dir: &Path) -> Result<Self, Failure> {
        let mut daily = BufWriter::new(File::create(dir.join("daily.csv")).map_err(|error| unwritten(&error))?);
        writeln!(daily, "date,value,cash").map_err(|error| unwritten(&error))?;
        Ok(Self { daily })
    }

    /// Notes an evening.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn note(&mut self, point: &Point) -> Result<(), Failure> {
        let Point { date, value, cash } = point;
        writeln!(self.daily, "{date},{value},{cash}").map_err(|error| unwritten(&error))
    }

    /// Ends the record.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn end(mut self, dir: &Path, runs: &[RunLine]) -> Result<(), Failure> {
        self.daily.flush().map_err(|error| unwritten(&error))?;
        let line = |RunLine { run, queued_at, state, orders, executions, mishap, reason }: &RunLine| {
            let reason = reason.replace('"', "\"\"");
            format!("{run},{queued_at},{state},{orders},{executions},{mishap},\"{reason}\"\n")
        };
        let head = "run,queued_at,state,orders,executions,mishap,reason\n".to_owned();
        let text: String = std::iter::once(head).chain(runs.iter().map(line)).collect();
        std::fs::write(dir.join("runs.csv"), text).map_err(|error| unwritten(&error))
    }
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::storage(format!("the record of the replay cannot be written: {error}"), "check the space left below --out")
}
