//! The process torture: a gateway and a venue as processes of their own, with a bad link between them and full disks under
//! them, are killed, stopped and started at random, while callers submit, change and cancel. At every quiet point, and at
//! the end, three witnesses must agree: the venue's ledger, the journal, and what each caller was told.
//!
//! `make torture [MINUTES=10] [SEED=1] [RATE=10]`. Every choice comes from the seed; the clock is the wall clock, so that the
//! same seed makes the same plans and never quite the same run. It ends with 1 and names every violation if there is one.

mod book;
mod caller;
mod callers_log;
mod chaos;
mod chaos_broker;
mod chaos_link;
mod chaos_process;
mod check_books;
mod check_sends;
mod check_told;
mod failure;
mod gateway;
mod home;
mod human;
mod kills;
mod ledger;
mod market;
mod pacing;
mod plan;
mod process;
mod proxy;
mod quiet;
mod rest;
mod run;
mod summary;
mod tally;
mod witness;
mod world;

use failure::Failure;
use plan::Plan;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Its HTTP client may speak TLS, and asks for this although it never does.
    drop(rustls::crypto::ring::default_provider().install_default());
    match tortured() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            // Nothing is left to report to when standard error is closed: the exit code still says it.
            let _ = writeln!(std::io::stderr(), "torture: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything held.
fn tortured() -> Result<bool, Failure> {
    let plan = Plan::from_environment()?;
    if let Some(code) = home::in_a_room_of_its_own(&plan)? {
        return Ok(code);
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run::run(plan))
}
