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
async fn a_child_that_holds_the_pipes_is_bounded_by_the_time_limit() {
    let short = Duration::from_millis(300);
    let ended = shell("sleep 1000 & echo done", short).run("").await;
    assert_eq!(ended.unwrap_err(), CommandFault::TimedOut(short));
}
