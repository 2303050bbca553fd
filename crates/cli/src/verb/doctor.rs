//! Checks of the installation, each with its remedy. Works without a running gateway.

use crate::args::Common;
use crate::client::Request;
use crate::config::{BrokerKind, Config, load_policy};
use crate::dispatch;
use crate::failure::Failure;
use crate::out::Said;
use crate::run::place::{self, LeaseHolder};
use crate::sealed;
use crate::table::{at, items, lines, word};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Exit code when a check failed.
const FOUND: u8 = 1;
const PATIENCE: Duration = Duration::from_secs(5);
/// Below this much free space the journal is in danger.
const FREE_MIB_MIN: u64 = 200;
/// The greeting of a TWS client: the versions that our adapter speaks.
const GREETING: &[u8] = b"v213..226";

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    Warning,
    Bad,
}

/// One check.
#[derive(Debug)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    found: String,
    fix: String,
}

fn good(name: &'static str, found: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Good, found: found.into(), fix: String::new() }
}

fn warning(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Warning, found: found.into(), fix: fix.into() }
}

fn bad(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Bad, found: found.into(), fix: fix.into() }
}

/// `tollgate doctor`.
pub(crate) async fn doctor(config: Result<Config, Failure>, common: &Common) -> Result<Said, Failure> {
    let mut checks = Vec::new();
    match config {
        Err(failure) => {
            checks.push(bad("configuration", failure.human(), "correct it; `tollgate config check` repeats this"));
        }
        Ok(config) => {
            let from =
                config.file.as_ref().map_or("defaults and environment".to_owned(), |path| path.display().to_string());
            checks.push(good("configuration", from));
            checks.push(policy(&config));
            checks.push(data_dir(&config.data_dir));
            checks.push(free_space(&config.data_dir));
            checks.push(key_file(&config.operator_key_file()));
            checks.push(kill_file(&config));
            checks.push(contact(&config));
            checks.push(lease(&config.data_dir));
            checks.extend(gateway(&config, common).await);
            checks.push(broker(&config).await);
        }
    }
    Ok(said(&checks))
}

fn said(checks: &[Check]) -> Said {
    let word = |verdict: Verdict| match verdict {
        Verdict::Good => "ok",
        Verdict::Warning => "warning",
        Verdict::Bad => "PROBLEM",
    };
    let json: Vec<Value> = checks
        .iter()
        .map(|check| json!({"check": check.name, "verdict": word(check.verdict).to_lowercase(), "found": check.found, "fix": check.fix}))
        .collect();
    let rows: Vec<Vec<String>> = checks
        .iter()
        .map(|check| {
            vec![word(check.verdict).to_owned(), check.name.to_owned(), check.found.clone(), check.fix.clone()]
        })
        .collect();
    let failed = checks.iter().any(|check| check.verdict == Verdict::Bad);
    let human = lines(&["", "check", "found", "what to do"].map(str::to_owned), &rows);
    Said { json: json!({"ok": !failed, "checks": json}), human, exit: if failed { FOUND } else { 0 } }
}

fn policy(config: &Config) -> Check {
    match load_policy(&config.data_dir, &config.policy) {
        Ok(policy) if !policy.doubts().is_empty() => warning(
            "policy",
            format!("{}: {}", config.policy, policy.doubts().join("; ")),
            "correct the file, if that is not what you want",
        ),
        Ok(_) => good("policy", config.policy.clone()),
        Err(error) => bad("policy", error.to_string(), "correct the file, or set `policy = \"default\"`"),
    }
}

fn data_dir(path: &Path) -> Check {
    let shown = path.display().to_string();
    match path.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            warning("data directory", format!("{shown} does not exist"), "the first `tollgate serve` makes it")
        }
        Err(error) => bad("data directory", format!("{shown}: {error}"), "check its owner and mode"),
        Ok(found) if !found.is_dir() => {
            bad("data directory", format!("{shown} is no directory"), "set another data_dir")
        }
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            bad("data directory", format!("{shown} is open to others"), format!("chmod 700 {shown}"))
        }
        Ok(_) => good("data directory", shown),
    }
}

/// Asked of `df`, which knows quotas and mounts; the standard library does not.
fn free_space(path: &Path) -> Check {
    let existing = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let asked = std::process::Command::new("df").arg("-Pk").arg(existing).output();
    let free = asked.ok().and_then(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    match free.map(|kib| kib / 1024) {
        Some(mib) if mib < FREE_MIB_MIN => {
            bad("disk space", format!("{mib} MiB free"), "free some space: what cannot be journaled is not sent")
        }
        Some(mib) => good("disk space", format!("{mib} MiB free")),
        None => warning("disk space", "df did not answer", "look at the free space yourself"),
    }
}

fn key_file(path: &Path) -> Check {
    let shown = path.display().to_string();
    match path.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            warning("operator key", format!("{shown} does not exist"), "the first `tollgate serve` writes it")
        }
        Err(error) => bad("operator key", format!("{shown}: {error}"), "check its owner and mode"),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => bad(
            "operator key",
            format!("{shown} may be read by others"),
            format!("chmod 600 {shown}, and renew the key"),
        ),
        Ok(found) if found.len() == 0 => {
            bad("operator key", format!("{shown} is empty: its making was interrupted"), "start `tollgate serve` again")
        }
        Ok(_) => match std::fs::read_to_string(path) {
            Ok(text) if sealed::is_sealed(&text) => good("operator key", format!("{shown}, behind a pass phrase")),
            Ok(_) => good("operator key", shown),
            Err(error) => bad("operator key", format!("{shown}: {error}"), "check its owner and mode"),
        },
    }
}

fn kill_file(config: &Config) -> Check {
    let path = config.kill_file();
    if path.exists() {
        let fix = "`tollgate kill off --reason …` removes it";
        return warning("kill file", format!("{} is there: nothing is sent", path.display()), fix);
    }
    good("kill file", "none")
}

/// Control 57: who is called when something goes wrong.
fn contact(config: &Config) -> Check {
    match &config.contact {
        Some(contact) => good("contact", contact.clone()),
        None => warning("contact", "nobody is named", "set contact = \"name, number\" in tollgate.toml"),
    }
}

fn lease(data_dir: &Path) -> Check {
    match place::lease_holder(data_dir) {
        Ok(LeaseHolder::Never) => good("writer's lease", "nobody has ever held it"),
        Ok(LeaseHolder::Free) => good("writer's lease", "free"),
        Ok(LeaseHolder::Process(Some(pid))) => good("writer's lease", format!("held by process {pid}")),
        Ok(LeaseHolder::Process(None)) => {
            warning("writer's lease", "held, by nobody knows whom", "find the other gateway")
        }
        Err(error) => bad("writer's lease", error.to_string(), "check the owner and mode of the data directory"),
    }
}

async fn gateway(config: &Config, common: &Common) -> Vec<Check> {
    let client = match dispatch::connect(config, common) {
        Ok(client) => client,
        Err(failure) => return vec![warning("gateway", failure.human(), "")],
    };
    match client.send(Request::get("/status")).await {
        Err(Failure::Told(told)) if told.answer.is_none() => vec![port(config).await],
        Err(failure) => vec![bad("gateway", failure.human(), "")],
        Ok(reply) => standing(&reply.body),
    }
}

fn standing(status: &Value) -> Vec<Check> {
    let not_ready = at(status, "not_ready").map(items).unwrap_or_default();
    let ready = if not_ready.is_empty() {
        good("gateway", "running and ready")
    } else {
        warning("gateway", format!("running, not ready: {}", word(at(status, "not_ready"))), "see `tollgate status`")
    };
    let account = match at(status, "account") {
        Some(account) => good("account", word(Some(account))),
        None => bad("account", "none is pinned and confirmed", "set broker.account to the account that TWS shows"),
    };
    let clock = match at(status, "broker.clock_skew_ms").and_then(Value::as_i64) {
        Some(skew) if skew.abs() > 2_000 => {
            bad("clock", format!("{skew} ms off the broker's"), "synchronise this machine's clock (NTP)")
        }
        Some(skew) => good("clock", format!("{skew} ms off the broker's")),
        None => warning("clock", "not compared yet", "connect to the broker first"),
    };
    vec![ready, account, clock]
}

/// Nobody of ours answers: then the port must be free.
async fn port(config: &Config) -> Check {
    match tokio::net::TcpListener::bind(config.listen).await {
        Ok(_) => {
            warning("gateway", format!("not running; {} is free", config.listen), "start it with `tollgate serve`")
        }
        Err(error) => bad("gateway", format!("not running, and {}: {error}", config.listen), "set another `listen`"),
    }
}

async fn broker(config: &Config) -> Check {
    if config.broker.kind == BrokerKind::Venue {
        return good("broker", "the embedded venue starts with the gateway");
    }
    let endpoint = format!("{}:{}", config.broker.host, config.broker.port);
    let fix = "start TWS or IB Gateway, allow socket clients in its API settings, and check host and port";
    let connect = TcpStream::connect((config.broker.host.as_str(), config.broker.port));
    let mut socket = match tokio::time::timeout(PATIENCE, connect).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return bad("broker", format!("{endpoint}: {error}"), fix),
        Err(_late) => return bad("broker", format!("{endpoint} does not answer"), fix),
    };
    match tokio::time::timeout(PATIENCE, greet(&mut socket)).await {
        Ok(Ok(version)) => good("broker", format!("{endpoint} speaks TWS version {version}")),
        Ok(Err(error)) => bad("broker", format!("{endpoint} accepts but does not speak TWS: {error}"), fix),
        Err(_late) => {
            bad("broker", format!("{endpoint} accepts and never answers"), "look for a dialog in TWS; restart it")
        }
    }
}

/// The greeting only: no client id is used, so that a running gateway is not disturbed.
async fn greet(socket: &mut TcpStream) -> std::io::Result<String> {
    socket.write_all(b"API\0").await?;
    let length = u32::try_from(GREETING.len()).map_err(std::io::Error::other)?;
    socket.write_all(&length.to_be_bytes()).await?;
    socket.write_all(GREETING).await?;
    let length = socket.read_u32().await?;
    if !(1..=256).contains(&length) {
        return Err(std::io::Error::other(format!("a frame of {length} bytes")));
    }
    let mut frame = vec![0; usize::try_from(length).map_err(std::io::Error::other)?];
    socket.read_exact(&mut frame).await?;
    let version: Vec<u8> = frame.into_iter().take_while(u8::is_ascii_digit).collect();
    if version.is_empty() {
        return Err(std::io::Error::other("no version"));
    }
    Ok(String::from_utf8_lossy(&version).into_owned())
}
