//! A simulated month of random trading by five clients, with a reckoning of every book after each day.
//!
//! `cargo run --release -p tollgate-venue --example soak -- [DAYS [SEED [STRIDE_SECONDS [DEEDS]]]]`, or
//! `make soak`.

use std::process::ExitCode;

use jiff::SignedDuration;
use jiff::civil::date;

extern crate tollgate_venue as venue;

#[path = "../tests/it/soak/mod.rs"]
mod soak;

use soak::{Failure, Plan, be_the_venue, run};

/// As in the program itself: what is measured here is its memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What an order that is over may leave in memory: its line in the archive, compressed.
const BYTES_PER_ORDER: u64 = 400;

fn main() -> ExitCode {
    match be_the_venue().and_then(|was| if was { Ok(()) } else { month() }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing is left to report to when standard error is closed: the exit code still says it.
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("soak: {failure}\n"));
            ExitCode::FAILURE
        }
    }
}

fn month() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let mut number = |default: u64| words.next().map_or(Ok(default), |w| w.parse());
    let (days, seed, stride, deeds) = (number(22)?, number(1)?, number(60)?, number(4)?);
    let plan = Plan {
        seed,
        days: usize::try_from(days)?,
        first: date(2022, 6, 1),
        stride: SignedDuration::from_secs(i64::try_from(stride)?),
        deeds: usize::try_from(deeds)?,
        bytes_per_order: BYTES_PER_ORDER,
    };
    run(plan, &[], &mut std::io::stdout())
}
