//! An external command that decides: JSON on stdin, targets on stdout. It is bounded in time and output, sees no secret of
//! the gateway's environment, and is killed with everything that it started.

use domain::looping::decision::DECISION_LEN_MAX;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use std::fmt;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// What it may say on stderr before the rest is thrown away, bytes.
const STDERR_MAX: usize = 4_096;
/// So much is read at once, bytes.
const CHUNK: usize = 8_192;
/// Where programs are looked for.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// An external command.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalCommand {
    /// Program and arguments; no shell reads them.
    pub words: Vec<String>,
    /// Where it runs.
    pub directory: PathBuf,
    /// How long it may take.
    pub timeout: Duration,
    /// Days of bars that it is given of each symbol; 0 is none.
    pub bars_days: u16,
    /// Parameters that it is given as they are.
    pub params: Value,
}

/// Why it gave no decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandFault {
    /// It could not be started.
    NotStarted(String),
    /// It took too long and was killed.
    TimedOut(Duration),
    /// It printed too much and was killed.
    TooMuch,
    /// It ended with another code than 0.
    Failed {
        /// The code or the signal, in words.
        status: String,
        /// The first of what it said on stderr.
        said: String,
    },
    /// What it printed is no text.
    NotText,
    /// The system failed.
    System(String),
}

impl fmt::Display for CommandFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(why) => write!(f, "the signal command could not be started: {why}"),
            Self::TimedOut(limit) => {
                write!(f, "the signal command took longer than {} s and was killed", limit.as_secs())
            }
            Self::TooMuch => write!(f, "the signal command printed more than {DECISION_LEN_MAX} bytes and was killed"),
            Self::Failed { status, said } if said.is_empty() => write!(f, "the signal command ended with {status}"),
            Self::Failed { status, said } => write!(f, "the signal command ended with {status}: {said}"),
            Self::NotText => write!(f, "the signal command printed no UTF-8 text"),
            Self::System(why) => write!(f, "the signal command could not be run: {why}"),
        }
    }
}

impl From<std::io::Error> for CommandFault {
    fn from(error: std::io::Error) -> Self {
        Self::System(error.to_string())
    }
}

/// What a command left behind when it ended.
struct Ended {
    status: ExitStatus,
    out: Vec<u8>,
    said: Vec<u8>,
}

/// Kills a group of processes, whichever way its holder ends.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            match kill_process_group(group, Signal::KILL) {
                // A group that is gone already is what is wanted.
                Ok(()) | Err(Errno::SRCH) => {}
                Err(error) => tracing::warn!(%error, "a signal command could not be killed"),
            }
        }
    }
}

impl SignalCommand {
    /// The command in words, for people.
    pub fn words(&self) -> String {
        self.words.join(" ")
    }

    /// Runs it with this on stdin; what it printed until it ended.
    ///
    /// # Errors
    /// Whatever it did instead.
    pub async fn run(&self, input: &str) -> Result<String, CommandFault> {
        let (mut child, group) = self.spawn()?;
        let ended = tokio::time::timeout(self.timeout, talk(&mut child, input)).await;
        // Whatever it has left running goes with it.
        drop(group);
        let Ok(talked) = ended else {
            reap(&mut child).await;
            return Err(CommandFault::TimedOut(self.timeout));
        };
        let Ended { status, out, said } = match talked {
            Ok(ended) => ended,
            Err(fault) => {
                reap(&mut child).await;
                return Err(fault);
            }
        };
        if !status.success() {
            let said = String::from_utf8_lossy(&said).trim().to_owned();
            return Err(CommandFault::Failed { status: status.to_string(), said });
        }
        String::from_utf8(out).map_err(|_| CommandFault::NotText)
    }

    fn spawn(&self) -> Result<(Child, Group), CommandFault> {
        let Some((program, arguments)) = self.words.split_first() else {
            return Err(CommandFault::NotStarted("it has no words".to_owned()));
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.directory)
            .env_clear()
            .envs([("PATH", PATH), ("LANG", "C.UTF-8"), ("TZ", "UTC"), ("PYTHONDONTWRITEBYTECODE", "1")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn().map_err(|error| CommandFault::NotStarted(format!("{program}: {error}")))?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        Ok((child, Group(pid)))
    }
}

/// Leaves no dead process behind.
async fn reap(child: &mut Child) {
    if let Err(error) = child.wait().await {
        tracing::warn!(%error, "a signal command that was killed could not be waited for");
    }
}

/// Writes, reads both ends, and waits until the command itself has ended. What it had printed by then is its answer: a command
/// that reads none of its input, or whose children hold its pipes open, is no reason to wait any longer.
async fn talk(child: &mut Child, input: &str) -> Result<Ended, CommandFault> {
    let gone = || CommandFault::System("a pipe is missing".to_owned());
    let mut stdin = child.stdin.take().ok_or_else(gone)?;
    let mut stdout = child.stdout.take().ok_or_else(gone)?;
    let mut stderr = child.stderr.take().ok_or_else(gone)?;
    let (mut out, mut said) = (Vec::new(), Vec::new());
    let status = {
        let write = async {
            // It may end without having read everything.
            drop(stdin.write_all(input.as_bytes()).await);
            drop(stdin);
            Ok::<(), CommandFault>(())
        };
        let talking =
            async { tokio::try_join!(write, hear(&mut stdout, &mut out), hear_first(&mut stderr, &mut said)) };
        let mut talking = pin!(talking);
        tokio::select! {
            status = child.wait() => status?,
            talked = &mut talking => {
                talked?;
                child.wait().await?
            }
        }
    };
    take_what_is_there(&stdout, &mut out, DECISION_LEN_MAX)?;
    if out.len() > DECISION_LEN_MAX {
        return Err(CommandFault::TooMuch);
    }
    take_what_is_there(&stderr, &mut said, STDERR_MAX)?;
    said.truncate(STDERR_MAX);
    Ok(Ended { status, out, said })
}

/// Reads to the end, and no more than a decision may be long. It may be left at any time: what was read is kept.
async fn hear(from: &mut (impl AsyncRead + Unpin), into: &mut Vec<u8>) -> Result<(), CommandFault> {
    loop {
        into.reserve(CHUNK);
        if from.read_buf(into).await? == 0 {
            return Ok(());
        }
        if into.len() > DECISION_LEN_MAX {
            return Err(CommandFault::TooMuch);
        }
    }
}

/// Keeps the first bytes; the rest is read and forgotten, so that nobody waits for room in the pipe.
async fn hear_first(from: &mut (impl AsyncRead + Unpin), into: &mut Vec<u8>) -> Result<(), CommandFault> {
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        chunk.clear();
        if from.read_buf(&mut chunk).await? == 0 {
            return Ok(());
        }
        into.extend(chunk.iter().take(STDERR_MAX.saturating_sub(into.len())));
    }
}

/// Takes what lies in a pipe whose writer has ended, up to a byte more than there may be, without waiting for whoever else
/// holds it.
fn take_what_is_there(from: &impl AsFd, into: &mut Vec<u8>, most: usize) -> Result<(), CommandFault> {
    let mut chunk = [0_u8; CHUNK];
    while into.len() <= most {
        match rustix::io::read(from, &mut chunk) {
            Ok(0) | Err(Errno::AGAIN) => return Ok(()),
            Ok(count) => into.extend(chunk.iter().take(count)),
            Err(Errno::INTR) => {}
            Err(error) => return Err(CommandFault::System(error.to_string())),
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
