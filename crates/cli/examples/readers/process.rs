//! Venue and gateway as processes in a directory of their own.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What went wrong, in words.
#[derive(Debug)]
pub(crate) struct Trouble(pub(crate) String);

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// A process that ends with this, and the directory that it lives in.
pub(crate) struct Process {
    child: Child,
    _home: Option<tempfile::TempDir>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

impl Process {
    pub(crate) fn end(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Memory that it has now.
    pub(crate) fn rss_kib(&self) -> Result<u64, Trouble> {
        self.status("VmRSS:")
    }

    /// The most that it ever had.
    pub(crate) fn peak_kib(&self) -> Result<u64, Trouble> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<u64, Trouble> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|rest| rest.trim().split(' ').next()?.parse().ok());
        kib.ok_or_else(|| Trouble(format!("the system does not tell {name}")))
    }
}

/// The program beside the examples' directory.
fn program() -> Result<PathBuf, Trouble> {
    let own = std::env::current_exe()?;
    let built = own.parent().and_then(Path::parent).map(|dir| dir.join("tollgate")).filter(|path| path.is_file());
    built.ok_or_else(|| Trouble("build the program first: cargo build --bin tollgate".to_owned()))
}

fn spawn(home: &Path, words: &[&str]) -> Result<Child, Trouble> {
    let mut command = Command::new(program()?);
    command.env_clear().env("HOME", home).env("PATH", "/usr/bin:/bin").args(words);
    Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
}

/// The rest of the first line that begins so; what follows is read and thrown away.
fn line(stream: impl std::io::Read + Send + 'static, prefix: &str) -> Result<String, Trouble> {
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next().transpose()? {
        if let Some(rest) = line.strip_prefix(prefix) {
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(rest.to_owned());
        }
    }
    Err(Trouble(format!("a process said nothing that begins with {prefix:?}")))
}

/// Both processes, where they listen, and the operator's key.
pub(crate) struct Running {
    pub(crate) venue: Process,
    pub(crate) gateway: Process,
    pub(crate) venue_port: u16,
    pub(crate) addr: String,
    pub(crate) key: String,
}

/// A venue that is always open, and a gateway at it that is ready.
pub(crate) fn start() -> Result<Running, Trouble> {
    let home = tempfile::TempDir::new()?;
    let words = ["venue", "--tws-port", "0", "--control-port", "0", "--sessions", "always", "--throttle", "off"];
    let mut venue = Process { child: spawn(home.path(), &words)?, _home: None };
    let no_pipe = || Trouble("no pipe".to_owned());
    let port = line(venue.child.stdout.take().ok_or_else(no_pipe)?, "tws 127.0.0.1:")?;
    let venue_port = port.trim().parse().map_err(|_| Trouble(format!("the venue listens on {port:?}")))?;
    let (config, data) = (home.path().join("tollgate.toml"), home.path().join("data"));
    std::fs::write(
        &config,
        format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"{}\"\ntrading = \"paper\"\npolicy = \"bench\"\n[broker]\nkind = \"tws\"\n\
             port = {port}\naccount = \"DUV0000001\"\n",
            data.display()
        ),
    )?;
    let config = config.to_string_lossy().into_owned();
    let mut child = spawn(home.path(), &["serve", "--config", &config])?;
    let stderr = child.stderr.take().ok_or_else(no_pipe)?;
    let gateway = Process { child, _home: Some(home) };
    let said = line(stderr, "tollgate is ready at http://")?;
    let addr = said.split(' ').next().unwrap_or_default().to_owned();
    let key = std::fs::read_to_string(data.join("operator.key"))?.trim().to_owned();
    Ok(Running { venue, gateway, venue_port, addr, key })
}
