//! Words of the closed loop.

use clap::Subcommand;
use std::path::PathBuf;

/// `tollgate loop`.
#[derive(Debug, Subcommand)]
pub(crate) enum LoopVerb {
    /// What the loop does: schedule, next slot, the run under way, the last one, missed slots
    Status,
    /// What a run would do now, line by line, without doing it
    Plan {
        /// By this decision [default: the configured signal is asked]
        #[arg(long, value_name = "ID")]
        decision: Option<String>,
    },
    /// Ask for a run now
    Run {
        /// By this decision [default: the configured signal is asked]
        #[arg(long, value_name = "ID")]
        decision: Option<String>,
        /// Its id; a repeat is the same run. Not NAME-YYYYMMDD-HHMM, which runs of slots have [default: one is made]
        #[arg(long)]
        id: Option<String>,
    },
    /// Propose a decision out of a JSON file; nothing is ordered by it
    Propose {
        /// The file; - is stdin
        file: PathBuf,
    },
    /// Runs, newest first
    History {
        /// Most runs shown
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: usize,
    },
    /// One run: decision, plan, steps, what was wanted and what is held; with --json also orders and records
    Show {
        /// The run's id
        id: String,
    },
    /// Go back from a run that ended badly to the last decision that was done
    Rollback {
        /// The run's id
        run: String,
    },
    /// Nothing begins, and no new order of a run leaves
    Pause {
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Let it go on; needs a human key with admin
    Resume {
        /// Why
        #[arg(long)]
        reason: String,
    },
}
