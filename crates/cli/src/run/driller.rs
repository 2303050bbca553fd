//! The drill of the limits, fired for a running gateway: by its own program, in a process of its own.

use crate::version;
use async_trait::async_trait;
use domain::fault::Fault;
use engine::{DrillOutcome, Driller};
use serde_json::Value;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

/// Many times what it takes.
const DONE_WITHIN: Duration = Duration::from_mins(5);
/// Longer than the report is.
const REPORT_LEN_MAX: u64 = 1 << 20;

/// This program: `tollgate --json limits drill`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnProgram;

#[async_trait]
impl Driller for OwnProgram {
    async fn fire(&self) -> Result<DrillOutcome, Fault> {
        let program = std::env::current_exe()
            .map_err(|error| broken(&format!("where this program lies is not known: {error}")))?;
        let mut command = Command::new(&program);
        command.args(["--json", "limits", "drill"]).env_clear().kill_on_drop(true);
        // Where scratch directories go is the owner's word; nothing else of this process is the drill's business.
        command.envs(std::env::vars_os().filter(|(name, _)| name == "TMPDIR"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| broken(&format!("{}: {error}", program.display())))?;
        let mut report = Vec::new();
        let reading = async {
            if let Some(out) = child.stdout.take() {
                out.take(REPORT_LEN_MAX).read_to_end(&mut report).await?;
            }
            child.wait().await
        };
        match tokio::time::timeout(DONE_WITHIN, reading).await {
            // Its exit code says what the report says.
            Ok(Ok(_status)) => outcome(&report),
            Ok(Err(error)) => Err(broken(&error.to_string())),
            Err(_late) => Err(broken(&format!("it did not end within {} s", DONE_WITHIN.as_secs()))),
        }
    }
}

fn broken(why: &str) -> Fault {
    Fault::Internal(format!("the drill was not fired to its end: {why}"))
}

/// Reads the report of a drill of this very build.
fn outcome(report: &[u8]) -> Result<DrillOutcome, Fault> {
    let own = version::own().map_err(|failure| broken(&failure.human()))?;
    let report: Value =
        serde_json::from_slice(report).map_err(|error| broken(&format!("its report is not readable: {error}")))?;
    let version = report.get("version").and_then(Value::as_str);
    if version != Some(own) {
        let found = version.unwrap_or("unknown");
        return Err(Fault::NotReady(vec![format!("the program on disk is version {found}: restart the gateway")]));
    }
    let lines = report.get("items").and_then(Value::as_array).ok_or_else(|| broken("its report has no lines"))?;
    let is_ok = |line: &&Value| line.get("ok").and_then(Value::as_bool) == Some(true);
    let number =
        |line: &Value| line.get("control").and_then(Value::as_u64).and_then(|number| u8::try_from(number).ok());
    let open: Option<Vec<u8>> = lines.iter().filter(|line| !is_ok(line)).map(number).collect();
    let open = open.ok_or_else(|| broken("its report has a line without a control"))?;
    let count = |len: usize| u32::try_from(len).map_err(|error| broken(&error.to_string()));
    Ok(DrillOutcome { passed: count(lines.len() - open.len())?, total: count(lines.len())?, open })
}

#[cfg(test)]
#[path = "driller_tests.rs"]
mod tests;
