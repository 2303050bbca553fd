//! A process that is started again whenever it ends, as a service manager would, and the signals that it gets.

use crate::failure::Failure;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// Between an end and the next start.
const START_AFTER: Duration = Duration::from_millis(200);
/// After an end that this program did not cause: a full disk lasts a while.
const START_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What to start, and where its words go.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) name: String,
    pub(crate) binary: PathBuf,
    pub(crate) words: Vec<OsString>,
    pub(crate) home: PathBuf,
    pub(crate) log: PathBuf,
}

/// An end.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) at: Timestamp,
    pub(crate) how: String,
    /// By a signal of ours, or with 0 after a word of ours.
    pub(crate) expected: bool,
}

#[derive(Debug, Default)]
struct Inner {
    child: Option<Child>,
    wanted: bool,
    stopped: bool,
    ended_by_us: bool,
    next_start: Option<Instant>,
    ends: Vec<Ended>,
    starts: u64,
}

/// A process under supervision.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    recipe: Recipe,
    inner: Arc<Mutex<Inner>>,
}

impl Process {
    /// Begins to keep it running. Needs a runtime.
    pub(crate) fn keep(recipe: Recipe) -> Self {
        let process = Self { recipe, inner: Arc::default() };
        process.want(true);
        let kept = process.clone();
        tokio::spawn(async move {
            loop {
                kept.look();
                // tidy: sleep — the torture runs by the wall clock; a process is looked at, it does not call
                tokio::time::sleep(LOOK_EVERY).await;
            }
        });
        process
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn look(&self) {
        self.with(|inner| {
            if let Some(child) = &mut inner.child
                && let Ok(Some(status)) = child.try_wait()
            {
                let expected = inner.ended_by_us;
                inner.ends.push(Ended { at: Timestamp::now(), how: words(status), expected });
                inner.child = None;
                inner.stopped = false;
                inner.ended_by_us = false;
                inner.next_start = Some(Instant::now() + if expected { START_AFTER } else { START_AFTER_FAILURE });
            }
            let due = inner.next_start.is_none_or(|at| at <= Instant::now());
            if inner.child.is_none() && inner.wanted && due {
                match self.spawn() {
                    Ok(child) => {
                        inner.child = Some(child);
                        inner.starts += 1;
                    }
                    Err(_) => inner.next_start = Some(Instant::now() + START_AFTER_FAILURE),
                }
            }
        });
    }

    fn spawn(&self) -> Result<Child, Failure> {
        let log =
            || -> Result<File, Failure> { Ok(OpenOptions::new().create(true).append(true).open(&self.recipe.log)?) };
        let child = Command::new(&self.recipe.binary)
            .args(&self.recipe.words)
            .env_clear()
            .env("HOME", &self.recipe.home)
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null())
            .stdout(log()?)
            .stderr(log()?)
            .spawn()?;
        Ok(child)
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.recipe.name
    }

    /// Sends a signal, if there is a process.
    fn signal(&self, name: &str, ends: bool) -> bool {
        self.with(|inner| {
            let Some(child) = &inner.child else { return false };
            let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
            let sent = sent.is_ok_and(|status| status.success());
            inner.ended_by_us |= sent && ends;
            sent
        })
    }

    /// `kill -9`.
    pub(crate) fn kill(&self) -> bool {
        self.signal("-KILL", true)
    }

    /// SIGTERM: an orderly end. A stopped process would not hear it.
    pub(crate) fn terminate(&self) -> bool {
        self.resume();
        self.signal("-TERM", true)
    }

    /// SIGSTOP.
    pub(crate) fn stop(&self) -> bool {
        let sent = self.signal("-STOP", false);
        self.with(|inner| inner.stopped |= sent);
        sent
    }

    /// SIGCONT.
    pub(crate) fn resume(&self) {
        if self.with(|inner| std::mem::take(&mut inner.stopped)) {
            self.signal("-CONT", false);
        }
    }

    /// Whether it is started again after its end.
    pub(crate) fn want(&self, wanted: bool) {
        self.with(|inner| inner.wanted = wanted);
    }

    /// Whether it runs.
    pub(crate) fn runs(&self) -> bool {
        self.with(|inner| inner.child.is_some())
    }

    /// How often it was started.
    pub(crate) fn starts(&self) -> u64 {
        self.with(|inner| inner.starts)
    }

    /// Every end so far, with how often it came about in each way.
    pub(crate) fn ends(&self) -> (Vec<Ended>, BTreeMap<String, u64>) {
        self.with(|inner| {
            let mut ways = BTreeMap::new();
            for end in &inner.ends {
                *ways.entry(end.how.clone()).or_insert(0) += 1;
            }
            (inner.ends.clone(), ways)
        })
    }

    /// Where its words go.
    pub(crate) fn log(&self) -> &Path {
        &self.recipe.log
    }
}

fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "unknown".to_owned(),
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
