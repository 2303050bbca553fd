use super::*;
use serde_json::json;
use std::time::Instant;

fn shell(script: &str, timeout: Duration) -> SignalCommand {
    SignalCommand {
        words: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        directory: "/".into(),
        timeout,
        bars_days: 0,
        params: json!({}),
    }
}

const LONG: Duration = Duration::from_mins(1);

async fn run(script: &str) -> Result<String, CommandFault> {
    shell(script, LONG).run("{\"a\": 1}").await
}

#[tokio::test]
async fn it_gets_its_input_and_is_heard() {
    assert_eq!(run("cat; echo heard >&2").await.unwrap(), "{\"a\": 1}");
    assert_eq!(run("echo deaf").await.unwrap(), "deaf\n", "one that reads nothing is no fault");
}

#[tokio::test]
async fn it_sees_nothing_of_the_gateway_s_environment() {
    let seen = run("env").await.unwrap();
    let mut names: Vec<&str> = seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.retain(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(name));
    assert_eq!(names, ["LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "TZ"]);
}

#[tokio::test]
async fn what_it_does_instead_of_deciding_is_told() {
    let failed = run("echo broken pipe of thoughts >&2; exit 3").await.unwrap_err().to_string();
    assert!(failed.contains("exit status: 3") && failed.contains("broken pipe of thoughts"), "{failed}");
    assert!(matches!(run("kill -9 $$").await.unwrap_err(), CommandFault::Failed { .. }));
    assert_eq!(run("printf '\\377\\376'").await.unwrap_err(), CommandFault::NotText);
    let missing = SignalCommand { words: vec!["/nowhere/signal".to_owned()], ..shell("", LONG) };
    assert!(matches!(missing.run("").await.unwrap_err(), CommandFault::NotStarted(_)));
}

#[tokio::test]
async fn gigabytes_are_cut_off_at_their_bound() {
    assert_eq!(run("cat /dev/zero").await.unwrap_err(), CommandFault::TooMuch);
    // Any amount of talk on stderr holds nothing up.
    assert_eq!(run("head -c 3000000 /dev/zero >&2; echo fine").await.unwrap(), "fine\n");
}

#[tokio::test]
async fn one_that_hangs_is_killed_with_everything_that_it_started() {
    let pids = tempfile::NamedTempFile::new().unwrap();
    let script = format!("sleep 1000 & echo $! > {}; wait", pids.path().display());
    let short = Duration::from_millis(300);
    assert_eq!(shell(&script, short).run("").await.unwrap_err(), CommandFault::TimedOut(short));
    let pid = std::fs::read_to_string(pids.path()).unwrap();
    let status = format!("/proc/{}/stat", pid.trim());
    // A dead one may wait to be reaped by whoever inherits it: it is a zombie then.
    let lives = || std::fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z"));
    let deadline = Instant::now() + LONG;
    while lives() {
        assert!(Instant::now() < deadline, "the child of the command lives on");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_that_has_ended_has_answered_whoever_holds_its_pipes() {
    assert_eq!(run("sleep 1000 & echo done; echo why >&2").await.unwrap(), "done\n");
    // It is out of the group, and nothing kills it; nothing waits for it either.
    assert_eq!(run("setsid sleep 10 & echo done").await.unwrap(), "done\n");
    let failed = run("sleep 1000 & echo why >&2; exit 3").await.unwrap_err().to_string();
    assert!(failed.contains("exit status: 3") && failed.contains("why"), "{failed}");
    assert_eq!(run("setsid sleep 10 & head -c 9000000 /dev/zero").await.unwrap_err(), CommandFault::TooMuch);
}

#[tokio::test]
async fn all_that_it_printed_last_is_heard() {
    let script = "sleep 1000 & head -c 60000 /dev/zero | tr '\\0' x";
    for _ in 0..20 {
        assert_eq!(run(script).await.unwrap().len(), 60_000);
    }
}
