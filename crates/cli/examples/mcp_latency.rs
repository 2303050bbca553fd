//! What a call of `get_status` takes over stdio: `tollgate mcp --demo` at two pipes, one call after the other.
//!
//!     mcp_latency PATH_OF_TOLLGATE [CALLS]

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement ends at what it does not expect, and prints"
)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const BOUND: Duration = Duration::from_millis(1);

struct Pipes {
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Pipes {
    fn say(&mut self, message: &Value) {
        self.stdin.write_all(format!("{message}\n").as_bytes()).unwrap();
    }

    fn ask(&mut self, id: u64, method: &str, params: &Value) -> Value {
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "it ended");
            let told: Value = serde_json::from_str(&line).unwrap();
            if told["id"] == id {
                return told;
            }
        }
    }
}

/// The calls in order of what they took.
fn measure(pipes: &mut Pipes, calls: u64, meta: &Value) -> Vec<Duration> {
    let mut params = json!({"name": "get_status", "arguments": {}});
    if !meta.is_null() {
        params["_meta"] = meta.clone();
    }
    let one = |id: u64, pipes: &mut Pipes| {
        let began = Instant::now();
        let told = pipes.ask(id, "tools/call", &params);
        assert_eq!(told["result"]["structuredContent"]["ready"], true, "{told}");
        began.elapsed()
    };
    for id in 1_000..1_100 {
        one(id, pipes);
    }
    let mut took: Vec<Duration> = (0..calls).map(|id| one(10_000 + id, pipes)).collect();
    took.sort_unstable();
    took
}

fn start(tollgate: &str) -> (std::process::Child, Pipes) {
    let mut child =
        Command::new(tollgate).args(["mcp", "--demo"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let pipes = Pipes { stdin: child.stdin.take().unwrap(), stdout: BufReader::new(child.stdout.take().unwrap()) };
    (child, pipes)
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let tollgate = words.first().map_or("target/release/tollgate", String::as_str);
    let calls = words.get(1).map_or(2_000, |text| text.parse().unwrap());
    let client = json!({"name": "latency", "version": "1"});
    let mut held = true;
    for version in ["2025-11-25", "2026-07-28"] {
        let (mut child, mut pipes) = start(tollgate);
        let meta = if version == "2025-11-25" {
            let hello = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
            pipes.ask(1, "initialize", &hello);
            pipes.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
            Value::Null
        } else {
            let name = |field: &str| format!("io.modelcontextprotocol/{field}");
            let meta =
                json!({name("protocolVersion"): version, name("clientInfo"): client, name("clientCapabilities"): {}});
            pipes.ask(1, "server/discover", &json!({"_meta": meta}));
            meta
        };
        let took = measure(&mut pipes, calls, &meta);
        let at = |percent: usize| took[(took.len() - 1) * percent / 100];
        println!(
            "get_status over stdio, {version}: p50 {:?}, p90 {:?}, p99 {:?}, {calls} calls",
            at(50),
            at(90),
            at(99)
        );
        held &= at(50) <= BOUND;
        drop(pipes);
        child.wait().unwrap();
    }
    println!("bound: p50 {BOUND:?}: {}", if held { "held" } else { "NOT held" });
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
