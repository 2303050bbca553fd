//! A line on stderr for work that takes long, where stderr is a terminal: what is done, how far, since when.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work that is over sooner needs no line.
const AFTER: Duration = Duration::from_millis(500);
/// How often the line is written anew.
const EVERY: Duration = Duration::from_millis(250);
/// Back to the first column, and away with what stands there.
const ERASE: &str = "\r\u{1b}[K";

/// Tells how work goes on until it is dropped; then its line is gone.
pub(crate) struct Progress {
    done: Arc<AtomicU64>,
    telling: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to tell of work on so many records, if that is known. Where nobody looks, nothing is told.
    pub(crate) fn begin(what: &'static str, records: Option<u64>) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        if !std::io::stderr().is_terminal() {
            return Self { done, telling: None };
        }
        let (stop, stopped) = channel();
        let (counted, begun) = (Arc::clone(&done), Instant::now());
        let thread = std::thread::spawn(move || {
            let (mut pause, mut is_shown) = (AFTER, false);
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                (pause, is_shown) = (EVERY, true);
                let text = words(what, counted.load(Ordering::Relaxed), records, begun.elapsed());
                let mut stderr = std::io::stderr().lock();
                // Without a stderr there is nobody to tell.
                drop(write!(stderr, "{ERASE}{text}").and_then(|()| stderr.flush()));
            }
            if is_shown {
                drop(write!(std::io::stderr().lock(), "{ERASE}"));
            }
        });
        Self { done, telling: Some((stop, thread)) }
    }

    /// One more record is done.
    pub(crate) fn one(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.telling.take() {
            drop(stop);
            drop(thread.join());
        }
    }
}

/// How far it is: counted work by its share, other work by its size and time alone.
fn words(what: &str, done: u64, records: Option<u64>, since: Duration) -> String {
    let seconds = since.as_secs();
    match (done, records) {
        (0, None) => format!("{what} … {seconds} s"),
        (0, Some(all)) => format!("{what}, {all} records … {seconds} s"),
        (done, None) => format!("{what}: {done} records … {seconds} s"),
        (done, Some(all)) => {
            let percent = done.saturating_mul(100).checked_div(all).unwrap_or(100).min(100);
            format!("{what}: {done} of {all} records ({percent} %) … {seconds} s")
        }
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
