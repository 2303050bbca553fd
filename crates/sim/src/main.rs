//! `prove`: runs the simulation over many seeds and says what it found.

#![expect(clippy::print_stdout, reason = "its findings are its output")]

use clap::Parser;
use domain::mutation::Mutation;
use sim::plan::Plan;
use sim::prove::{self, Sum};
use sim::run::{How, run};
use sim::shrink::shrink;
use std::process::ExitCode;
use std::time::Instant;

/// So many of the cells that are met least often are told.
const RAREST: usize = 8;

/// Simulates Tollgate with faults, seed by seed.
#[derive(Debug, Parser)]
struct Args {
    /// Seeds on the journal in memory.
    #[arg(long, default_value_t = 100_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Seeds on real SQLite files.
    #[arg(long, default_value_t = 500)]
    files: u64,
    /// Seeds of which every journal operation fails in every way.
    #[arg(long, default_value_t = 20)]
    operations: u64,
    /// Seeds within which each deliberate bug must be found; 0 leaves them out.
    #[arg(long, default_value_t = 2_000)]
    mutations: u64,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Runs this seed alone, telling each step, and shrinks it if it fails.
    #[arg(long)]
    seed: Option<u64>,
    /// With --seed: one deliberate bug, by name.
    #[arg(long)]
    mutation: Option<String>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(seed) = args.seed {
        return one(seed, args.mutation.as_deref());
    }
    let mut ok = true;
    let began = Instant::now();
    let sum = prove::seeds(args.first, args.seeds, args.threads, 5);
    let rate = sum.runs * 1_000 / u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    ok &= tell("in memory", &sum);
    println!("  {rate} seeds per second on {} threads", args.threads);
    let (cells, missing) = sum.coverage.missing();
    println!("  lifecycle cells met: {} of {cells}", cells - missing.len());
    ok &= missing.is_empty();
    for (status, kind) in missing {
        println!("    not met: {} × {kind:?}", status.word());
    }
    for (status, kind, times) in sum.coverage.rarest(RAREST) {
        println!("    met least often: {} × {kind:?}, {times} times", status.word());
    }
    for (fault, count) in &sum.faults {
        println!("  {fault}: {count}");
    }
    if args.operations > 0 {
        ok &= tell("every journal operation fails", &prove::each_operation(args.first, args.operations, args.threads));
    }
    if args.files > 0 {
        match prove::on_files(&std::env::temp_dir(), args.first, args.files, args.threads) {
            Ok(sum) => ok &= tell("on SQLite files", &sum),
            Err(error) => {
                println!("on SQLite files: cannot run: {error}");
                ok = false;
            }
        }
    }
    if args.mutations > 0 {
        for mutation in Mutation::ALL {
            let what = mutation.what();
            if let Some(found) = prove::hunt(mutation, args.mutations, args.threads) {
                println!("{mutation:?} ({what}): found by seed {}: {}", found.seed, found.rule);
            } else {
                println!("{mutation:?} ({what}): NOT FOUND in {} seeds", args.mutations);
                ok = false;
            }
        }
    }
    println!("{}", if ok { "proved: no violation" } else { "NOT proved" });
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(what: &str, sum: &Sum) -> bool {
    println!(
        "{what}: {} runs, {} orders at the broker, {} journal operations, {} violations",
        sum.runs,
        sum.orders,
        sum.operations,
        sum.violations.len()
    );
    for found in sum.violations.iter().take(10) {
        println!("  seed {} {:?} step {}: {}: {}", found.seed, found.fail_at, found.step, found.rule, found.what);
    }
    sum.violations.is_empty()
}

fn one(seed: u64, mutation: Option<&str>) -> ExitCode {
    let mutation = mutation.map(|name| Mutation::ALL.into_iter().find(|one| format!("{one:?}") == name));
    if mutation == Some(None) {
        println!("no such bug; there are {:?}", Mutation::ALL);
        return ExitCode::from(2);
    }
    let how = How { mutation: mutation.flatten(), ..How::default() };
    let plan = Plan::of(seed);
    let told = run(&plan, &How { talk: true, ..how.clone() });
    println!("transcript {:016x}", told.transcript);
    let Some((step, violation)) = told.violation else {
        println!("no violation");
        return ExitCode::SUCCESS;
    };
    println!("after step {step}: {}: {}", violation.rule, violation.what);
    let short = shrink(&plan, &how);
    println!("shrunk to {} steps:", short.steps.len());
    let again = run(&short, &How { talk: true, ..how });
    println!("{:?}", again.violation);
    ExitCode::FAILURE
}
