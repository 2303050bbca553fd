//! A disk of a few megabytes in a mount namespace of its own: it can be full, or read-only, for root too.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The ways into a namespace where one may mount: as root, and as a user who is root in a namespace of users.
const WAYS: [(&[&str], &[&str]); 2] = [
    (&["--mount", "--propagation", "private"], &["--mount"]),
    (
        &["--user", "--map-root-user", "--mount", "--propagation", "private"],
        &["--user", "--preserve-credentials", "--mount"],
    ),
];

/// A file system in memory. It lives as long as the process that holds its namespace.
pub(crate) struct SmallDisk {
    holder: Child,
    enter: &'static [&'static str],
    at: PathBuf,
}

impl SmallDisk {
    /// Mounts one; `None`, with a word on stdout, where the system lets nobody.
    #[expect(clippy::print_stdout, reason = "the runner shows it: a test that proves nothing must say so")]
    pub(crate) fn mount(at: &Path, size: &str) -> Option<Self> {
        let mounted = WAYS.into_iter().find_map(|(leave, enter)| Self::try_mount(at, size, leave, enter));
        if mounted.is_none() {
            println!("SKIPPED: this system lets nobody mount, so nothing can be full or read-only here");
        }
        mounted
    }

    fn try_mount(at: &Path, size: &str, leave: &[&str], enter: &'static [&'static str]) -> Option<Self> {
        let script = format!("mount -t tmpfs -o size={size},mode=700 tmpfs \"$1\" && echo mounted && exec cat");
        let mut holder = Command::new("unshare")
            .args(leave)
            .args(["sh", "-c", &script, "sh"])
            .arg(at)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut said = String::new();
        BufReader::new(holder.stdout.take()?).read_line(&mut said).ok()?;
        // From here on dropping it ends the holder.
        let disk = Self { holder, enter, at: at.to_owned() };
        (said == "mounted\n").then_some(disk)
    }

    /// A command that sees the disk.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("/usr/bin/nsenter");
        command.args(["--target", &self.holder.id().to_string()]).args(self.enter).arg("--").arg(program);
        command
    }

    /// A path on the disk, as a process outside sees it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let inside = self.at.strip_prefix("/").unwrap();
        Path::new("/proc").join(self.holder.id().to_string()).join("root").join(inside).join(name)
    }

    /// Takes all space that is left.
    pub(crate) fn fill(&self) {
        let mut ballast = std::fs::File::create(self.path("ballast")).unwrap();
        for piece in [65_536, 4_096, 1] {
            while ballast.write_all(&vec![0; piece]).is_ok() {}
        }
    }

    /// Gives it back.
    pub(crate) fn free(&self) {
        std::fs::remove_file(self.path("ballast")).unwrap();
    }

    /// Lets nobody write, or everybody again.
    pub(crate) fn remount(&self, mode: &str) {
        let done = self.command("mount").args(["-o", &format!("remount,{mode}")]).arg(&self.at).status().unwrap();
        assert!(done.success(), "remount {mode}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}
