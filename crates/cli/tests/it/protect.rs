//! The operator's key behind a pass phrase, asked for on a terminal of its own.

use crate::support::{Desktop, PATIENCE, mode};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

const PHRASE: &str = "some words nobody says together";

/// Runs its words in a terminal of their own, and passes on what is typed and shown.
const IN_A_TERMINAL: &str = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/// A command in a terminal.
struct Terminal {
    child: Child,
    said: Receiver<u8>,
    text: String,
}

impl Terminal {
    fn run(desktop: &Desktop, words: &str) -> Self {
        let home = format!("HOME={}", desktop.path(".").display());
        let mut command = Command::new("python3");
        command.args(["-c", IN_A_TERMINAL, "env", "-i", &home, "PATH=/usr/bin:/bin", env!("CARGO_BIN_EXE_tollgate")]);
        command.args(words.split_whitespace());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut stdout, (tell, said)) = (child.stdout.take().unwrap(), channel());
        std::thread::spawn(move || {
            let mut byte = [0];
            while stdout.read(&mut byte).is_ok_and(|read| read == 1) && tell.send(byte[0]).is_ok() {}
        });
        Self { child, said, text: String::new() }
    }

    /// Waits until it asks, and answers.
    fn answer(mut self, prompt: &str, line: &str) -> Self {
        while !self.text.ends_with(prompt) {
            let byte = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {prompt:?} in {:?}", self.text));
            self.text.push(char::from(byte));
        }
        self.child.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
        self
    }

    /// Its exit code, and all that stood on the terminal.
    fn end(mut self) -> (i32, String) {
        while let Ok(byte) = self.said.recv_timeout(PATIENCE) {
            self.text.push(char::from(byte));
        }
        (self.child.wait().unwrap().code().unwrap_or(-1), self.text)
    }
}

#[test]
fn a_protected_key_opens_with_its_phrase_on_a_terminal_and_in_no_other_way() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let path = desktop.data("operator.key");
    let key = std::fs::read_to_string(&path).unwrap();
    let url = &gateway.url;

    let short = Terminal::run(&desktop, "key protect").answer("New pass phrase: ", "short\n").end();
    assert_eq!((short.0, std::fs::read_to_string(&path).unwrap()), (2, key.clone()), "{}", short.1);
    let first = Terminal::run(&desktop, "key protect").answer("New pass phrase: ", &format!("{PHRASE}\n"));
    let (exit, shown) = first.answer("The same again: ", &format!("{PHRASE}\n")).end();
    assert_eq!(exit, 0, "{shown}");
    assert!(!shown.contains(PHRASE), "what is typed is not shown: {shown}");
    let sealed = std::fs::read_to_string(&path).unwrap();
    assert!(sealed.starts_with("tgsealed1$") && !sealed.contains(key.trim()), "{sealed}");
    assert_eq!(mode(&path), 0o600);

    // Who only reads the file has nothing, and is told so.
    for words in ["status", "--no-input status"] {
        let refused = gateway.ask(words);
        assert_eq!(refused.exit, 4, "{refused:?}");
        assert!(refused.stderr.contains("behind a pass phrase"), "{refused:?}");
    }
    let prompt = "operator.key: ";
    let status = |phrase: &str| Terminal::run(&desktop, &format!("--url {url} status")).answer(prompt, phrase).end();
    assert_eq!(status(&format!("{PHRASE}\n")).0, 0);
    assert_eq!(status("something else entirely\n").0, 4);
    assert_eq!(status("\u{3}").0, 4, "Ctrl-C");
    // What stops trading needs no phrase: without one it is the file.
    assert_eq!(desktop.run(&["--no-input", "--url", url, "kill", "on", "--reason", "drill"]).exit, 0);
    assert!(desktop.data("KILL").exists());

    let (exit, shown) = Terminal::run(&desktop, "key reveal").answer(prompt, &format!("{PHRASE}\n")).end();
    assert!(exit == 0 && shown.contains(key.trim()), "{shown}");
    let (exit, shown) = Terminal::run(&desktop, "key protect --off").answer(prompt, &format!("{PHRASE}\n")).end();
    assert_eq!((exit, std::fs::read_to_string(&path).unwrap()), (0, key), "{shown}");
    assert_eq!(gateway.ask("status").exit, 0);
}

#[test]
fn a_gateway_starts_beside_a_protected_key_and_makes_no_other() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    let (exit, shown) = Terminal::run(&desktop, "key protect")
        .answer("New pass phrase: ", &format!("{PHRASE}\n"))
        .answer("The same again: ", &format!("{PHRASE}\n"))
        .end();
    assert_eq!(exit, 0, "{shown}");
    let sealed = std::fs::read_to_string(desktop.data("operator.key")).unwrap();
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    let gateway = desktop.serve();
    assert_eq!(std::fs::read_to_string(desktop.data("operator.key")).unwrap(), sealed);
    assert_eq!(gateway.ask_as_agent("status").exit, 0);
    let doctor = desktop.run(&["--no-input", "--json", "doctor"]);
    assert!(doctor.stdout.contains("behind a pass phrase"), "{doctor:?}");
}
