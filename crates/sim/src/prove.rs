//! Many runs, side by side, and what they add up to.

use crate::coverage::Coverage;
use crate::plan::Plan;
use crate::run::{How, run};
use domain::mutation::Mutation;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What many runs add up to.
#[derive(Debug, Default)]
pub struct Sum {
    /// Runs.
    pub runs: u64,
    /// Orders at the broker.
    pub orders: u64,
    /// Journal operations.
    pub operations: u64,
    /// Cells of the lifecycle's table that were met.
    pub coverage: Coverage,
    /// Faults injected, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// The violations found: seed, how it ran, step, promise and case.
    pub violations: Vec<Found>,
}

/// A violation and how to see it again.
#[derive(Clone, Debug)]
pub struct Found {
    /// The seed of its plan.
    pub seed: u64,
    /// The journal fault that was injected besides the plan.
    pub fail_at: Option<(u64, store::Fault, bool)>,
    /// The step after which it showed.
    pub step: usize,
    /// The promise.
    pub rule: &'static str,
    /// The case.
    pub what: String,
}

impl Sum {
    fn add(&mut self, seed: u64, how: &How, outcome: crate::run::Outcome) {
        self.runs += 1;
        self.orders += outcome.orders as u64;
        self.operations += outcome.operations;
        for (status, kind) in outcome.coverage.unexpected() {
            let (rule, what) = ("nothing happens that is thought impossible", format!("{} × {kind:?}", status.word()));
            self.violations.push(Found { seed, fail_at: how.fail_at, step: 0, rule, what });
        }
        self.coverage.add(&outcome.coverage);
        for (fault, count) in outcome.faults {
            *self.faults.entry(fault).or_insert(0) += count;
        }
        if let Some((step, violation)) = outcome.violation {
            let (rule, what) = (violation.rule, violation.what);
            self.violations.push(Found { seed, fail_at: how.fail_at, step, rule, what });
        }
    }

    fn join(&mut self, other: Self) {
        self.runs += other.runs;
        self.orders += other.orders;
        self.operations += other.operations;
        self.coverage.add(&other.coverage);
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_insert(0) += count;
        }
        self.violations.extend(other.violations);
        self.violations.sort_by_key(|found| found.seed);
    }
}

/// Does `work` for the numbers from `first` on, `count` of them, on so many threads; ends early when a call says so.
fn share(first: u64, count: u64, threads: usize, work: impl Fn(u64, &mut Sum) -> bool + Sync) -> Sum {
    let (next, stop) = (AtomicU64::new(first), AtomicBool::new(false));
    let whole = Mutex::new(Sum::default());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut sum = Sum::default();
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        break;
                    }
                    if work(seed, &mut sum) {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
                whole.lock().unwrap_or_else(std::sync::PoisonError::into_inner).join(sum);
            });
        }
    });
    whole.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Runs seeds on the twin in memory; ends after `violations_max` violations.
pub fn seeds(first: u64, count: u64, threads: usize, violations_max: usize) -> Sum {
    share(first, count, threads, |seed, sum| {
        let how = How::default();
        sum.add(seed, &how, run(&Plan::of(seed), &how));
        sum.violations.len() >= violations_max
    })
}

/// Runs seeds on real SQLite files below a directory.
///
/// # Errors
/// A directory for a run cannot be made.
pub fn on_files(below: &Path, first: u64, count: u64, threads: usize) -> std::io::Result<Sum> {
    let below = tempfile::Builder::new().prefix("tollgate-sim").tempdir_in(below)?;
    Ok(share(first, count, threads, |seed, sum| {
        let dir = below.path().join(seed.to_string());
        let how = How { files: Some(dir.clone()), ..How::default() };
        sum.add(seed, &how, run(&Plan::of(seed), &how));
        // What is left is removed with the directory above.
        drop(std::fs::remove_dir_all(dir));
        false
    }))
}

/// Each journal operation of a seed's run fails once, in each way, as a fault and as a death.
pub fn each_operation(first: u64, count: u64, threads: usize) -> Sum {
    share(first, count, threads, |seed, sum| {
        let plan = Plan::of(seed);
        let operations = run(&plan, &How::default()).operations;
        for nth in 1..=operations {
            for fault in [store::Fault::BeforeCommit, store::Fault::InsideCommit, store::Fault::AfterCommit] {
                for die in [false, true] {
                    let how = How { fail_at: Some((nth, fault, die)), ..How::default() };
                    sum.add(seed, &how, run(&plan, &how));
                }
            }
        }
        false
    })
}

/// The seed that finds a deliberate bug, and what it finds; `None` if none of so many does.
pub fn hunt(mutation: Mutation, count: u64, threads: usize) -> Option<Found> {
    let sum = share(0, count, threads, |seed, sum| {
        let how = How { mutation: Some(mutation), ..How::default() };
        sum.add(seed, &how, run(&Plan::of(seed), &how));
        !sum.violations.is_empty()
    });
    sum.violations.into_iter().next()
}
