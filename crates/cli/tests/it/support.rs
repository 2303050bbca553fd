//! Processes of the binary in directories of their own. Every wait is for a condition and has an end.

use crate::small_disk::SmallDisk;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

const CONFIG: &str = ".config/tollgate/tollgate.toml";

/// A machine of one user: home directory, configuration, data.
pub(crate) struct Desktop {
    dir: TempDir,
    /// Its processes see this disk.
    disk: Option<SmallDisk>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Its JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Desktop {
    pub(crate) fn new() -> Self {
        Self { dir: TempDir::new().unwrap(), disk: None }
    }

    /// Puts a directory on a disk of its own; `None` where the system lets nobody mount.
    pub(crate) fn with_small_disk(name: &str, size: &str) -> Option<Self> {
        let mut desktop = Self::new();
        std::fs::create_dir_all(desktop.path(name)).unwrap();
        desktop.disk = Some(SmallDisk::mount(&desktop.path(name), size)?);
        Some(desktop)
    }

    pub(crate) fn disk(&self) -> &SmallDisk {
        self.disk.as_ref().unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.path("data").join(name)
    }

    fn command(&self) -> Command {
        let mut command = match &self.disk {
            Some(disk) => disk.command(env!("CARGO_BIN_EXE_tollgate")),
            None => Command::new(env!("CARGO_BIN_EXE_tollgate")),
        };
        command.env_clear().env("HOME", self.dir.path()).env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        let output = self.command().args(words).output().unwrap();
        Output {
            exit: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that must end by itself, however long it could stay.
    pub(crate) fn run_to_its_end(&self, words: &[&str]) -> Output {
        self.start(words).ended()
    }

    /// The environment of a process of this user on this machine, and where the binary is.
    pub(crate) fn binary(&self) -> (&'static str, [(&'static str, PathBuf); 2]) {
        (
            env!("CARGO_BIN_EXE_tollgate"),
            [("HOME", self.dir.path().to_owned()), ("PATH", PathBuf::from("/usr/bin:/bin"))],
        )
    }

    /// Starts a process that stays.
    pub(crate) fn start(&self, words: &[&str]) -> Running {
        self.start_with(&[], words)
    }

    /// The same with variables in its environment.
    pub(crate) fn start_with(&self, variables: &[(&str, &str)], words: &[&str]) -> Running {
        let mut command = self.command();
        command.envs(variables.iter().copied());
        let mut child = command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Running { child, stdout, stderr }
    }

    /// A venue that keeps its state here.
    pub(crate) fn venue(&self, port: u16) -> Venue {
        self.venue_in("venue", port, &[])
    }

    /// A venue whose account is named like a live one.
    pub(crate) fn live_like_venue(&self) -> Venue {
        self.venue_in("live-like", 0, &["--live-like"])
    }

    fn venue_in(&self, name: &str, port: u16, more: &[&str]) -> Venue {
        let state = self.path(name);
        let port = port.to_string();
        let words = ["venue", "--tws-port", &port, "--control-port", "0", "--sessions", "always", "--state"];
        let words: Vec<&str> = words.into_iter().chain([state.to_str().unwrap()]).chain(more.iter().copied()).collect();
        let running = self.start(&words);
        let tws = running.stdout_line("tws 127.0.0.1:");
        let control = running.stdout_line("control http://");
        Venue { running, port: tws.parse().unwrap(), control }
    }

    /// Writes the configuration of a gateway that uses a venue of its own process.
    pub(crate) fn configure(&self, venue_port: u16) {
        self.configure_as(venue_port, "paper", "DUV0000001");
    }

    /// The same, with another setting of `trading` and another account.
    pub(crate) fn configure_as(&self, venue_port: u16, trading: &str, account: &str) {
        self.write_config(&format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"{}\"\ntrading = \"{trading}\"\n[broker]\nkind = \"tws\"\n\
             port = {venue_port}\naccount = \"{account}\"\n",
            self.path("data").display()
        ));
    }

    /// The same with a short patience for a silent writer.
    pub(crate) fn configure_with_silence(&self, venue_port: u16, seconds: u32) {
        self.configure(venue_port);
        self.configure_more(&format!("lease_silence_s = {seconds}"));
    }

    /// Adds a line at the top of the configuration.
    pub(crate) fn configure_more(&self, line: &str) {
        let path = self.path(CONFIG);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, format!("{line}\n{text}")).unwrap();
    }

    /// Adds sections at the end of the configuration.
    pub(crate) fn append_config(&self, text: &str) {
        let path = self.path(CONFIG);
        let before = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, format!("{before}{text}")).unwrap();
    }

    pub(crate) fn write_config(&self, text: &str) {
        let path = self.path(CONFIG);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A gateway that listens and is not ready, for a reason that somebody must look at.
    pub(crate) fn serve_unready(&self) -> Gateway<'_> {
        let running = self.start(&["serve"]);
        let line = running.stderr_line("tollgate listens at ");
        let url = line.split(';').next().unwrap().to_owned();
        Gateway { desktop: self, running, url }
    }

    /// A gateway that is ready.
    pub(crate) fn serve(&self) -> Gateway<'_> {
        self.serve_until("tollgate is ready at ")
    }

    /// A second gateway on the same data directory.
    pub(crate) fn stand_by(&self) -> Gateway<'_> {
        self.serve_until("tollgate stands by at ")
    }

    /// A gateway that is ready and logs whatever there is to log, as JSON.
    pub(crate) fn serve_talkative(&self) -> Gateway<'_> {
        let variables = [("TOLLGATE_LOG", "trace"), ("TOLLGATE_LOG_FORMAT", "json")];
        self.serve_as(&variables, "tollgate is ready at ")
    }

    fn serve_until(&self, said: &str) -> Gateway<'_> {
        self.serve_as(&[], said)
    }

    fn serve_as(&self, variables: &[(&str, &str)], said: &str) -> Gateway<'_> {
        let running = self.start_with(variables, &["serve"]);
        let line = running.stderr_line(said);
        let url = line.split([' ', ';']).next().unwrap().to_owned();
        Gateway { desktop: self, running, url }
    }
}

/// A process that stays; killed with `kill -9` when it is dropped.
pub(crate) struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    told
}

fn line_after(told: &Receiver<String>, prefix: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    let mut seen = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match told.recv_timeout(left) {
            Ok(line) => match line.strip_prefix(prefix) {
                Some(rest) => return rest.to_owned(),
                None => seen.push(line),
            },
            Err(error) => panic!("no line beginning with {prefix:?} ({error}); seen: {seen:#?}"),
        }
    }
}

impl Running {
    /// The rest of the first line on stdout that begins so.
    pub(crate) fn stdout_line(&self, prefix: &str) -> String {
        line_after(&self.stdout, prefix)
    }

    /// The rest of the first line on stderr that begins so.
    pub(crate) fn stderr_line(&self, prefix: &str) -> String {
        line_after(&self.stderr, prefix)
    }

    /// Waits for the end, and gives what was said and not read before.
    pub(crate) fn ended(mut self) -> Output {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "process {} did not end", self.pid());
            std::thread::yield_now();
        };
        let rest = |told: &Receiver<String>| told.iter().collect::<Vec<_>>().join("\n");
        Output { exit: status.code().unwrap_or(-1), stdout: rest(&self.stdout), stderr: rest(&self.stderr) }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.pid().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Sends a signal and waits for the exit code.
    pub(crate) fn end_with(&mut self, signal: &str) -> i32 {
        self.signal(signal);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            std::thread::yield_now();
        }
        panic!("process {} did not end", self.pid());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A venue in a process of its own.
pub(crate) struct Venue {
    pub(crate) running: Running,
    pub(crate) port: u16,
    pub(crate) control: String,
}

impl Venue {
    /// Every order that it ever accepted: the independent witness.
    pub(crate) fn ledger(&self) -> Vec<Value> {
        let (head, body) = self.ask("GET /ledger", "");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let ledger: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
        ledger.as_array().unwrap().clone()
    }

    /// Their references.
    pub(crate) fn order_refs(&self) -> Vec<String> {
        self.ledger().iter().map(|order| order["order_ref"].as_str().unwrap().to_owned()).collect()
    }

    /// Sets a price.
    pub(crate) fn price(&self, symbol: &str, price: &str) {
        let (head, body) = self.ask("POST /price", &format!("{{\"symbol\": \"{symbol}\", \"price\": \"{price}\"}}"));
        assert!(head.starts_with("HTTP/1.1 2"), "{head}: {body}");
    }

    fn ask(&self, what: &str, body: &str) -> (String, String) {
        let mut socket = TcpStream::connect(&self.control).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let (host, len) = (&self.control, body.len());
        write!(socket, "{what} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n").unwrap();
        write!(socket, "Content-Length: {len}\r\nConnection: close\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    /// Orders a fault.
    pub(crate) fn fault(&self, fault: &Value) {
        let mut socket = TcpStream::connect(&self.control).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let (host, body) = (&self.control, fault.to_string());
        let length = body.len();
        let head = format!("POST /faults HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}");
        write!(socket, "{head}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }

    /// How many orders carry that key.
    pub(crate) fn count_of(&self, key: &str) -> usize {
        self.order_refs().iter().filter(|reference| reference.ends_with(&format!(":{key}"))).count()
    }
}

/// A gateway in a process of its own.
pub(crate) struct Gateway<'a> {
    desktop: &'a Desktop,
    pub(crate) running: Running,
    pub(crate) url: String,
}

impl Gateway<'_> {
    /// Waits for its end; what it said on stderr and nobody read before.
    pub(crate) fn ended_saying(self) -> Vec<String> {
        self.running.ended().stderr.lines().map(str::to_owned).collect()
    }

    /// Runs a client command with the operator's key.
    pub(crate) fn ask(&self, words: &str) -> Output {
        let words: Vec<&str> = ["--url", &self.url].into_iter().chain(words.split_whitespace()).collect();
        self.desktop.run(&words)
    }

    /// Runs a client command with the agent's key.
    pub(crate) fn ask_as_agent(&self, words: &str) -> Output {
        let key = self.desktop.data("agent.key");
        self.ask(&format!("--key-file {} {words}", key.display()))
    }

    /// The answer of a client command as JSON; the command must succeed.
    pub(crate) fn json(&self, words: &str) -> Value {
        let output = self.ask(&format!("--json {words}"));
        assert_eq!(output.exit, 0, "{words}: {output:?}");
        output.json()
    }

    /// Asks until the answer is as wanted.
    pub(crate) fn until(&self, words: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut last = None;
        while Instant::now() < deadline {
            let output = self.ask(&format!("--json {words}"));
            if output.exit == 0 {
                let answer = output.json();
                if wanted(&answer) {
                    return answer;
                }
            }
            last = Some(output);
        }
        panic!("{words} did not become as wanted; last: {last:?}");
    }
}

/// Permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().unwrap().permissions().mode() & 0o777
}
