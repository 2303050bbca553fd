//! Asks on the terminal itself, whatever stdin is, without showing what is typed.

use crate::out::talk;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};

/// Ctrl-C.
const INTERRUPT: u8 = 3;
/// No phrase is longer.
const LINE_LEN_MAX: usize = 1_024;

/// The terminal as it was is put back, however the asking ends.
struct Hushed<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Hushed<'a> {
    fn new(terminal: &'a File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut hushed = before.clone();
        // With signals on, Ctrl-C would end us and leave the terminal mute; so it ends the line instead.
        hushed.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        hushed.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON);
        hushed.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        tcsetattr(terminal, OptionalActions::Drain, &hushed)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hushed<'_> {
    fn drop(&mut self) {
        if let Err(error) = tcsetattr(self.terminal, OptionalActions::Drain, &self.before) {
            talk(format!("the terminal could not be put back ({error}): `stty sane` does it"));
        }
    }
}

/// Asks for a secret.
///
/// # Errors
/// There is no terminal, or whoever sits there would not say.
pub(crate) fn ask_secret(prompt: &str) -> io::Result<String> {
    let mut terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    let asked = terminal.try_clone()?;
    let hushed = Hushed::new(&asked)?;
    terminal.write_all(prompt.as_bytes())?;
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        let read = terminal.read(&mut byte)?;
        match byte {
            [INTERRUPT] => {
                drop(hushed);
                terminal.write_all(b"\n")?;
                return Err(io::Error::from(io::ErrorKind::Interrupted));
            }
            _ if read == 0 || line.len() > LINE_LEN_MAX => return Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            [b'\n'] => break,
            [other] => line.push(other),
        }
    }
    String::from_utf8(line).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text"))
}
