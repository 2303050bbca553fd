//! `wrk`, asking for the status as fast as it gets it.

use crate::Target;
use crate::process::Trouble;
use std::fmt;
use std::process::Command;

pub(crate) struct Statuses {
    pub(crate) per_second: f64,
    latency: String,
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} a second, {}", self.per_second, self.latency)
    }
}

pub(crate) fn statuses(target: &Target, seconds: usize) -> Result<Statuses, Trouble> {
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--connections", "32", "--latency", "--duration", &format!("{seconds}s")]);
    command.args(["--header", &format!("Authorization: Bearer {}", target.key)]);
    command.arg(format!("http://{}/api/v1/status", target.addr));
    let missing = |error| Trouble(format!("wrk cannot be run ({error}): scripts/setup.sh bench installs it"));
    let done = command.output().map_err(missing)?;
    let said = String::from_utf8_lossy(&done.stdout);
    let rest = |name: &str| said.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    if !done.status.success() || said.contains("Non-2xx") || said.contains("Socket errors") {
        return Err(Trouble(format!("wrk saw trouble: {said}{}", String::from_utf8_lossy(&done.stderr))));
    }
    let per_second = rest("Requests/sec:").and_then(|text| text.parse().ok());
    let per_second = per_second.ok_or_else(|| Trouble(format!("wrk said {said}")))?;
    let latency = format!("p50 {}, p99 {}", rest("50%").unwrap_or("?"), rest("99%").unwrap_or("?"));
    Ok(Statuses { per_second, latency })
}
