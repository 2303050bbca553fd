//! Files that are damaged, gone or somebody else's: each start says what to do, ends with the documented code, sends
//! nothing, and once the cause is gone everything is there.

use crate::support::{Desktop, Gateway, Venue};
use std::path::{Path, PathBuf};

/// Everything that an installation keeps: the data directory, and the state directory with checkpoint file and key.
const KEPT: [&str; 2] = ["data", ".local/state"];
/// Length of a page of the database.
const PAGE: usize = 4_096;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn move_aside(desktop: &Desktop, from: &str, to: &str) {
    for kept in KEPT {
        let target = desktop.path(to).join(kept);
        drop(std::fs::remove_dir_all(&target));
        copy(&desktop.path(from).join(kept), &target);
    }
}

/// An installation whose orders are filled and working, ended in order or killed; a good copy of it lies aside.
struct Traded {
    desktop: Desktop,
    venue: Venue,
    orders: Vec<(String, String)>,
}

impl Traded {
    /// Ended in order: everything is in the main file of the database.
    fn ended() -> Self {
        Self::new(|gateway| assert_eq!(gateway.running.end_with("-TERM"), 0))
    }

    /// `kill -9`: the newest records are in its log.
    fn killed() -> Self {
        Self::new(|gateway| gateway.running.kill())
    }

    fn new(end: impl FnOnce(&mut Gateway<'_>)) -> Self {
        let desktop = Desktop::new();
        let venue = desktop.venue(0);
        desktop.configure(venue.port);
        let mut gateway = desktop.serve();
        assert_eq!(gateway.ask("order submit buy 10 AAPL --limit 130 --key filled").exit, 0);
        gateway.until("order show filled", |order| {
            order["status"] == "filled" && order["executions"][0]["commission"].is_object()
        });
        assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --tif gtc --key working").exit, 0);
        assert_eq!(gateway.ask("order submit buy 1000000 AAPL --limit 1000 --key denied").exit, 6);
        let orders = orders(&gateway);
        end(&mut gateway);
        drop(gateway);
        move_aside(&desktop, "", "good");
        Self { desktop, venue, orders }
    }

    fn database(&self) -> PathBuf {
        self.desktop.data("journal.sqlite")
    }

    /// The one directory of state: `~/.local/state/tollgate/<installation>`.
    fn state(&self, name: &str) -> PathBuf {
        let home = self.desktop.path(".local/state/tollgate");
        let installation = std::fs::read_dir(home).unwrap().next().unwrap().unwrap();
        installation.path().join(name)
    }

    /// Damages a good installation, starts it, and looks at everything again once it is whole.
    fn check(&self, name: &str, damage: impl FnOnce(&Self), words: &[&str]) {
        let before = self.venue.order_refs();
        move_aside(&self.desktop, "good", "");
        damage(self);
        let refused = self.desktop.run_to_its_end(&["serve"]);
        assert_eq!(refused.exit, 9, "{name}: {refused:?}");
        for word in words {
            assert!(refused.stderr.contains(word), "{name}: {word:?} is missing in {refused:?}");
        }
        assert_eq!(self.venue.order_refs(), before, "{name}: something was sent");

        move_aside(&self.desktop, "good", "");
        let mut gateway = self.desktop.serve();
        assert_eq!(orders(&gateway), self.orders, "{name}");
        assert_eq!(self.venue.order_refs(), before, "{name}");
        assert_eq!(gateway.running.end_with("-TERM"), 0, "{name}");
        assert_eq!(self.desktop.run(&["audit", "verify"]).exit, 0, "{name}");
    }
}

fn orders(gateway: &Gateway<'_>) -> Vec<(String, String)> {
    let list = gateway.json("order list");
    let word = |order: &serde_json::Value, field: &str| order[field].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|order| (word(order, "cl_ord_id"), word(order, "status"))).collect()
}

fn flip(path: &Path, from: usize, len: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    for byte in bytes.iter_mut().skip(from).take(len) {
        *byte ^= 0x5a;
    }
    std::fs::write(path, bytes).unwrap();
}

fn write_at(path: &Path, from: usize, what: &[u8]) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[from..from + what.len()].copy_from_slice(what);
    std::fs::write(path, bytes).unwrap();
}

fn cut(path: &Path, by: impl FnOnce(u64) -> u64) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_len(by(file.metadata().unwrap().len())).unwrap();
}

#[test]
fn a_damaged_database_is_refused_with_what_to_do_and_is_whole_again_once_it_is_put_back() {
    let traded = Traded::ended();
    traded.check(
        "no database",
        |one| std::fs::write(one.database(), "x".repeat(9_000)).unwrap(),
        &["journal.sqlite is not a Tollgate journal", "move the file away"],
    );
    // Application id and schema lie in the header: https://sqlite.org/fileformat.html#the_database_header
    let foreign = |one: &Traded| write_at(&one.database(), 68, b"SONG");
    traded.check("another program's database", foreign, &["is not a Tollgate journal", "name another data directory"]);
    let pages = |one: &Traded| {
        let len = usize::try_from(one.database().metadata().unwrap().len()).unwrap();
        flip(&one.database(), 2 * PAGE, len - 4 * PAGE);
    };
    traded.check("damaged pages", pages, &["the database is damaged", "tollgate restore"]);
    let short = |one: &Traded| cut(&one.database(), |len| len / 2 / PAGE as u64 * PAGE as u64);
    traded.check("a database cut in half", short, &["the database is damaged", "tollgate restore"]);
    let newer = |one: &Traded| write_at(&one.database(), 60, &999_u32.to_be_bytes());
    traded.check("a newer schema", newer, &["has schema 999", "use the newer Tollgate"]);
}

#[test]
fn a_journal_whose_end_is_lost_is_refused_and_nothing_is_made_in_its_place() {
    let traded = Traded::killed();
    let log = |one: &Traded| one.desktop.data("journal.sqlite-wal");
    assert!(log(&traded).metadata().unwrap().len() > 0, "a killed gateway leaves its log");
    traded.check(
        "a cut log",
        |one| cut(&log(one), |len| len / 2),
        &["the newest records are lost", "tollgate restore"],
    );
    traded.check("a lost log", |one| std::fs::remove_file(log(one)).unwrap(), &["journal"]);
    let gone = |one: &Traded| {
        for file in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"] {
            drop(std::fs::remove_file(one.desktop.data(file)));
        }
    };
    traded.check("a deleted database", gone, &["is missing or empty", "put the database back", "tollgate restore"]);
}

#[test]
fn a_lost_or_foreign_checkpoint_file_or_key_is_refused_with_its_name() {
    let traded = Traded::ended();
    let checkpoint = |one: &Traded| one.state("audit.checkpoint");
    let key = |one: &Traded| one.state("journal.key");
    traded.check(
        "a deleted checkpoint file",
        |one| std::fs::remove_file(checkpoint(one)).unwrap(),
        &["audit.checkpoint is missing", "put it back"],
    );
    let foreign = format!("tollgate-checkpoint 1\n7 {0} {0}\n", "00".repeat(32));
    traded.check(
        "a foreign checkpoint file",
        |one| std::fs::write(checkpoint(one), &foreign).unwrap(),
        &["line 2 of the checkpoint file", "audit verify"],
    );
    traded.check(
        "a missing key",
        |one| std::fs::remove_file(key(one)).unwrap(),
        &["journal.key is missing", "put the file back"],
    );
    let other = format!("{}\n", "ab".repeat(32));
    traded.check(
        "a foreign key",
        |one| std::fs::write(key(one), &other).unwrap(),
        &["journal.key is the key of another journal", "put the right file back"],
    );
}
