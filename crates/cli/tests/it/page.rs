//! Pages of docs/ whose blocks are run in their order, as they stand there.
//!
//! - `sh` that begins with `tollgate venue` or `tollgate serve` starts a process that stays;
//! - other `sh` runs in one bash, as in one terminal, and must succeed;
//! - `text`, `json` and `http` are what the block before printed, where `…` stands for anything and white space for nothing;
//! - `toml` is for reading.
//!
//! Only the ports are replaced by free ones, and what the caller says.

use crate::support::{Desktop, PATIENCE, Running};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

const ANYTHING: char = '…';
const DONE: &str = "block-done";

/// One block of a page.
struct Block {
    line: usize,
    kind: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (nth, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => open = Some(Block { line: nth + 2, kind: kind.to_owned(), text: String::new() }),
            (Some(block), None) => writeln!(block.text, "{line}").unwrap(),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block has no end");
    found
}

/// Whether the text is as promised.
fn is_as_promised(promised: &str, printed: &str) -> bool {
    let without_space = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let (promised, printed) = (without_space(promised), without_space(printed));
    let parts: Vec<&str> = promised.split(ANYTHING).collect();
    let [first, middle @ .., last] = parts.as_slice() else { return promised == printed };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    for part in middle {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

/// One terminal.
struct Shell {
    child: Child,
    words: ChildStdin,
    told: Receiver<String>,
    folder: PathBuf,
}

impl Shell {
    fn open(desktop: &Desktop) -> Self {
        let tollgate = Path::new(env!("CARGO_BIN_EXE_tollgate")).parent().unwrap();
        let mut command = Command::new("bash");
        command.args(["-eu"]).env_clear().env("HOME", desktop.path(".")).current_dir(desktop.path("."));
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", tollgate.display()));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (words, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (tell, told) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        let folder = desktop.path("blocks");
        std::fs::create_dir_all(&folder).unwrap();
        Self { child, words, told, folder }
    }

    /// Sets a variable for what follows.
    fn export(&mut self, name: &str, value: &str) {
        writeln!(self.words, "export {name}='{value}'").unwrap();
    }

    /// Runs a block to its end; what it printed.
    fn run(&mut self, block: &Block, text: &str) -> String {
        let file = |ending: &str| self.folder.join(format!("{}.{ending}", block.line));
        let (script, out, err) = (file("sh"), file("out"), file("err"));
        std::fs::write(&script, text).unwrap();
        let [script, out_path, err_path] = [&script, &out, &err].map(|path| path.display().to_string());
        writeln!(self.words, ". '{script}' >'{out_path}' 2>'{err_path}' </dev/null; echo {DONE}").unwrap();
        let said = self.told.recv_timeout(2 * PATIENCE);
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let failed = || format!("line {}:\n{text}\nprinted\n{}{}", block.line, read(&out), read(&err));
        assert_eq!(said.as_deref(), Ok(DONE), "{}", failed());
        read(&out)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Readers that the page left behind end with the gateway.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A page on its way.
pub(crate) struct Page<'a> {
    desktop: &'a Desktop,
    /// What is replaced by what.
    instead: Vec<(String, String)>,
    shell: Shell,
    venues: Vec<Running>,
    /// One at a time: the next one takes its place.
    gateway: Option<Running>,
    printed: String,
}

impl<'a> Page<'a> {
    pub(crate) fn new(desktop: &'a Desktop) -> Self {
        let shell = Shell::open(desktop);
        Self { desktop, instead: Vec::new(), shell, venues: Vec::new(), gateway: None, printed: String::new() }
    }

    /// Reads one text for another in every block.
    pub(crate) fn read(mut self, text: &str, instead: &str) -> Self {
        self.instead.push((text.to_owned(), instead.to_owned()));
        self
    }

    /// Runs every block of that page of docs/; how many there were.
    pub(crate) fn run(mut self, name: &str) -> usize {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
        let blocks = blocks(&std::fs::read_to_string(path).unwrap());
        for block in &blocks {
            self.one(block);
        }
        blocks.len()
    }

    fn one(&mut self, block: &Block) {
        let text = self.instead.iter().fold(block.text.clone(), |text, (from, to)| text.replace(from, to));
        match block.kind.as_str() {
            "sh" if text.starts_with("tollgate venue") => self.venue(text.trim()),
            "sh" if text.starts_with("tollgate serve") => self.gateway(text.trim()),
            "sh" => self.printed = self.shell.run(block, &text),
            "text" | "json" | "http" => assert!(
                is_as_promised(&text, &self.printed),
                "line {} promises\n{text}\nand this was printed:\n{}",
                block.line,
                self.printed
            ),
            "toml" => {}
            other => panic!("line {}: nobody runs a block of kind {other:?}", block.line),
        }
    }

    fn venue(&mut self, command: &str) {
        let words = command.split_whitespace().skip(1).chain(["--tws-port", "0", "--control-port", "0"]);
        let running = self.desktop.start(&words.collect::<Vec<_>>());
        self.instead.push(("7497".to_owned(), running.stdout_line("tws 127.0.0.1:")));
        let control = running.stdout_line("control http://");
        let port = control.rsplit(':').next().unwrap_or_default();
        self.instead.push(("--control-port 7498".to_owned(), format!("--control-port {port}")));
        self.instead.push(("127.0.0.1:7498".to_owned(), control));
        self.venues.push(running);
    }

    fn gateway(&mut self, command: &str) {
        if let Some(mut before) = self.gateway.take() {
            assert_eq!(before.end_with("-INT"), 0);
        }
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        // Whoever reads the page has a machine to himself, and an answer within the usual two seconds.
        let variables = [("TOLLGATE_LISTEN", "127.0.0.1:0"), ("TOLLGATE_SERVER__WAIT_DEFAULT_S", "30")];
        let running = self.desktop.start_with(&variables, &words);
        let line = running.stderr_line("tollgate is ready at http://");
        let address = line.split([' ', ';']).next().unwrap().to_owned();
        self.shell.export("TOLLGATE_LISTEN", &address);
        self.instead.insert(0, ("127.0.0.1:8787".to_owned(), address));
        self.gateway = Some(running);
    }
}

#[test]
fn what_was_printed_is_as_promised_or_it_is_not() {
    for (promised, printed) in
        [("a b", "ab\n"), ("{…}", "{\"x\": 1}"), ("a…c", "a\nb c"), ("a…", "a"), ("…1…2…", "0 1 1 2"), ("…", "")]
    {
        assert!(is_as_promised(promised, printed), "{promised:?} {printed:?}");
    }
    for (promised, printed) in [("a", "ab"), ("", "a"), ("a…c", "ab"), ("a…b…c", "acb"), ("a…a", "a"), ("…2…1", "1 2")]
    {
        assert!(!is_as_promised(promised, printed), "{promised:?} {printed:?}");
    }
}
