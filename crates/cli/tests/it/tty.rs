//! A terminal with a process in it: what the process writes becomes a screen, what is typed becomes its input.

use crate::support::{Desktop, PATIENCE};
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

/// Killed with `kill -9` when it is dropped.
pub(crate) struct Tty {
    child: Child,
    pty: Arc<Pty>,
    written: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

fn count(lines: u16) -> NonZeroU16 {
    NonZeroU16::new(lines).unwrap()
}

impl Tty {
    /// Starts the binary on a terminal of so many columns and rows.
    pub(crate) fn start(
        desktop: &Desktop,
        (columns, rows): (u16, u16),
        variables: &[(&str, &str)],
        words: &[&str],
    ) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let (binary, around) = desktop.binary();
        let command = Command::new(binary).args(words).env_clear().envs(around).env("TERM", "xterm-256color");
        let child = command.envs(variables.iter().copied()).spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let (tell, written) = channel();
        let reader = Arc::clone(&pty);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of the process is an error here, not an end.
            while let Ok(read) = (&*reader).read(&mut bytes) {
                if read == 0 || tell.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, pty, written, screen: vt100::Parser::new(count(rows), count(columns), 0) }
    }

    /// What stands on the screen.
    pub(crate) fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// What stands in one row.
    pub(crate) fn row(&self, row: usize) -> String {
        self.text().lines().nth(row).unwrap_or_default().to_owned()
    }

    /// Whether any letter or its ground has a colour of its own.
    pub(crate) fn has_colours(&self) -> bool {
        let (screen, (rows, columns)) = (self.screen.screen(), self.screen.screen().size());
        let cells = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
        let colours =
            cells.filter_map(|(row, column)| screen.cell(row, column)).map(|cell| (cell.fgcolor(), cell.bgcolor()));
        colours.into_iter().any(|colours| colours != (vt100::Color::Default, vt100::Color::Default))
    }

    /// Looks until the screen is as wanted.
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(self) {
            match self.written.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(error) => panic!("the screen never showed {what} ({error}):\n{}", self.text()),
            }
        }
    }

    /// Looks until a text is on the screen.
    pub(crate) fn until_shown(&mut self, text: &str) {
        self.until(text, |tty| tty.text().contains(text));
    }

    /// Looks until a text is gone from the screen.
    pub(crate) fn until_gone(&mut self, text: &str) {
        self.until(&format!("the end of {text}"), |tty| !tty.text().contains(text));
    }

    /// Makes the screen another than the process believes.
    pub(crate) fn scribble(&mut self) {
        self.screen.process(b"\x1b[2J\x1b[Hsomebody else");
    }

    /// Presses keys.
    pub(crate) fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Makes the terminal another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.screen.set_size(count(rows), count(columns));
        self.pty.resize(Size::new(rows, columns)).unwrap();
    }

    /// Sends the process a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = std::process::Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Whether the process has the terminal for itself: another screen, no echo, no lines.
    pub(crate) fn is_taken(&self) -> bool {
        let modes = tcgetattr(&*self.pty).unwrap().local_modes;
        let screen = self.screen.screen();
        let cooked = modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        assert_eq!((screen.alternate_screen(), screen.bracketed_paste()), (!cooked, !cooked), "half of it is taken");
        assert!(!cooked || !screen.hide_cursor(), "the cursor is left hidden");
        !cooked
    }

    /// Waits for the end; its exit code.
    pub(crate) fn ended(&mut self) -> i32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.written.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap().code().unwrap_or(-1),
                Err(RecvTimeoutError::Timeout) => panic!("it did not end:\n{}", self.text()),
            }
        }
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
