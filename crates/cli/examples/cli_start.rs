//! What a whole process takes, from its start to its end: `tollgate --help`, and `tollgate status` of a gateway that runs.
//!
//!     cli_start PATH_OF_TOLLGATE [RUNS]

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement ends at what it does not expect, and prints"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Runs that are not counted: the first ones read the program from the disk.
const WARM_UP: usize = 20;

/// A command, and what its slowest run of a hundred may take.
struct Case<'a> {
    words: Vec<&'a str>,
    bound: Duration,
}

/// The demonstration: its address and the file of its key.
fn demo(tollgate: &str) -> (Child, String, String) {
    let mut child = Command::new(tollgate).arg("demo").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut after = |prefix: &str| lines.find_map(|line| line.strip_prefix(prefix).map(|rest| rest.trim().to_owned()));
    let url = after("gateway ").unwrap();
    let key = after("operator key ").unwrap();
    (child, url, key)
}

fn once(tollgate: &str, words: &[&str]) -> Duration {
    let began = Instant::now();
    let done = Command::new(tollgate).args(words).stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    let took = began.elapsed();
    assert!(done.success(), "{words:?}: {done}");
    took
}

/// How busy the machine was, over the last minute.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let tollgate = words.first().map_or("target/release/tollgate", String::as_str);
    let runs: usize = words.get(1).map_or(500, |text| text.parse().unwrap());
    let (mut gateway, url, key) = demo(tollgate);
    let cases = [
        Case { words: vec!["--help"], bound: Duration::from_millis(10) },
        Case { words: vec!["order", "submit", "--help"], bound: Duration::from_millis(10) },
        Case { words: vec!["--url", &url, "--key-file", &key, "status"], bound: Duration::from_millis(30) },
        Case { words: vec!["--url", &url, "--key-file", &key, "--json", "status"], bound: Duration::from_millis(30) },
    ];
    let mut held = true;
    for case in &cases {
        let mut took: Vec<Duration> = (0..WARM_UP + runs).map(|_| once(tollgate, &case.words)).skip(WARM_UP).collect();
        took.sort_unstable();
        let at = |percent: usize| took[(took.len() - 1) * percent / 100];
        let is_held = at(99) <= case.bound;
        held &= is_held;
        let name: Vec<&str> = case.words.iter().filter(|word| **word != url && **word != key).copied().collect();
        println!(
            "tollgate {}: p50 {:.1?}, p99 {:.1?}, bound of p99 {:?}: {} ({runs} runs, load {})",
            name.join(" "),
            at(50),
            at(99),
            case.bound,
            if is_held { "held" } else { "NOT held" },
            load()
        );
    }
    let asked = Command::new("kill").args(["-INT", &gateway.id().to_string()]).status().unwrap();
    assert!(asked.success());
    gateway.wait().unwrap();
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
