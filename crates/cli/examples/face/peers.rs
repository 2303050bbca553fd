//! Two clients that need no gateway of ours, placing the same order on the same venue by themselves.

use crate::process::Trouble;
use crate::spread::Spread;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub(crate) const PEERS: [&str; 2] = ["ibapi", "ib_async"];

/// One order after the other, each until the venue has acknowledged it.
pub(crate) fn place(peer: &str, port: u16, orders: usize) -> Result<Spread, Trouble> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let clients = root.join("target/clients");
    let python = clients.join("venv/bin/python");
    if !python.is_file() {
        return Err(Trouble("the third-party clients are not installed: run scripts/clients.sh".to_owned()));
    }
    let script = root.join("tests/clients/bench/place.py");
    let mut command = Command::new(python);
    command.env("PYTHONPATH", clients.join(peer)).arg(script);
    let done = command.args([peer, &port.to_string(), &orders.to_string()]).output()?;
    if !done.status.success() {
        return Err(Trouble(format!("{peer}: {}", String::from_utf8_lossy(&done.stderr))));
    }
    let said = String::from_utf8_lossy(&done.stdout);
    let took: Result<Vec<Duration>, _> =
        said.split_whitespace().map(|us| us.parse().map(Duration::from_micros)).collect();
    let took = took.map_err(|error| Trouble(format!("{peer} said {said}: {error}")))?;
    if took.len() != orders {
        return Err(Trouble(format!("{peer} placed {} of {orders} orders", took.len())));
    }
    Ok(Spread::of(took))
}
