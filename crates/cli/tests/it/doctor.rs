//! The doctor, with each problem that shows on the wire or on this machine made to happen.

use crate::support::{Desktop, Output, PATIENCE};
use serde_json::{Value, json};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// One check of an answer.
fn check(output: &Output, name: &str) -> Value {
    let answer = output.json();
    let found = answer["checks"].as_array().unwrap().iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("no check {name:?}: {answer:#}")).clone()
}

/// The check must end so, say what was found, and say what to do.
fn assert_found(output: &Output, name: &str, verdict: &str, found: &str, fix: &str) {
    let check = check(output, name);
    assert_eq!(check["verdict"], verdict, "{check:#}");
    assert!(check["found"].as_str().unwrap().contains(found), "{found:?}: {check:#}");
    assert!(check["fix"].as_str().unwrap().contains(fix), "{fix:?}: {check:#}");
    let is_bad = |check: &Value| check["verdict"] == "problem";
    let any_bad = output.json()["checks"].as_array().unwrap().iter().any(is_bad);
    assert_eq!(output.exit, i32::from(any_bad), "{output:?}");
}

fn doctor(desktop: &Desktop) -> Output {
    desktop.run(&["--json", "doctor"])
}

/// What a port does that is no venue's.
#[derive(Clone, Copy)]
enum Manner {
    /// Accepts, reads, and never answers.
    Silent,
    /// Accepts and closes.
    Shut,
    /// Greets with these words, then closes.
    Greets(&'static str),
}

/// A port with manners of its own. It ends when it is let go.
struct Port {
    number: u16,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Port {
    fn open(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let number = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut held = Vec::new();
            for socket in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                match manner {
                    Manner::Silent => held.push(socket),
                    Manner::Shut => drop(socket),
                    Manner::Greets(words) => greet(socket, words),
                }
            }
        });
        Self { number, stop, thread: Some(thread) }
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.number)));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Reads the client's greeting and answers with a version and a time.
fn greet(mut socket: TcpStream, words: &str) {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head = [0; 8];
    if socket.read_exact(&mut head).is_err() {
        return;
    }
    assert_eq!(&head[..4], b"API\0");
    let length = u32::from_be_bytes(head[4..].try_into().unwrap());
    let mut versions = vec![0; usize::try_from(length).unwrap()];
    socket.read_exact(&mut versions).unwrap();
    let length = u32::try_from(words.len()).unwrap();
    socket.write_all(&[&length.to_be_bytes()[..], words.as_bytes()].concat()).unwrap();
    // Until the other side has read it and goes.
    drop(socket.read(&mut head));
}

#[test]
fn where_all_is_well_the_doctor_finds_no_problem_and_lists_what_only_a_person_can_look_at() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    desktop.configure_more("contact = \"Ada, 1\"");
    let before = doctor(&desktop);
    assert_eq!(before.exit, 0, "{before:?}");
    for (name, found) in [
        ("contact", "Ada, 1"),
        ("permissions", "does not exist yet"),
        ("keys", "none yet"),
        ("schema version", "no journal yet"),
        ("writer's lease", "nobody has ever held it"),
        ("broker port", "accepts connections"),
        ("API enabled", "speaks TWS version"),
        ("trusted IPs", "let in"),
        ("server version", "226"),
        ("time zone", "America/New_York"),
        ("client id", "7 is free"),
        ("account", "DUV0000001"),
        ("paper or live", "paper"),
        ("clock", "ms off the broker's"),
        ("read-only API", "can be asked"),
        ("market data", "data of AAPL"),
        ("competing session", "none"),
        ("broker's servers", "nothing is away"),
    ] {
        assert_found(&before, name, "ok", found, "");
    }
    assert_found(&before, "gateway", "warning", "not running", "tollgate serve");
    assert_found(&before, "two-factor login", "manual", "01:00", "phone");
    assert_found(&before, "automatic restart", "manual", "once a day", "Auto restart");
    assert_found(&before, "order precautions", "manual", "dialog", "Bypass");

    let gateway = desktop.serve();
    let beside = gateway.ask("--json doctor");
    assert_eq!(beside.exit, 0, "{beside:?}");
    assert_found(&beside, "gateway", "ok", "running and ready", "");
    assert_found(&beside, "client id", "ok", "the running gateway's", "");
    assert_found(&beside, "writer's lease", "ok", "held by process", "");
    assert_found(&beside, "keys", "ok", "operator.key", "");
    assert_found(&beside, "schema version", "ok", "this version's", "");
    let text = gateway.ask("doctor");
    assert!(text.stdout.contains("ok       market data"), "{text:?}");
    assert!(text.stdout.contains("look     two-factor login"), "{text:?}");
    assert!(text.stdout.contains("0 problems"), "{text:?}");
    assert!(!text.stdout.contains('\u{1b}'), "no colour where nobody looks: {text:?}");
}

#[test]
fn the_embedded_venue_needs_no_settings_at_a_broker() {
    let desktop = Desktop::new();
    desktop.write_config(&format!("data_dir = \"{}\"\nlisten = \"127.0.0.1:0\"\n", desktop.path("data").display()));
    let found = doctor(&desktop);
    for name in ["broker port", "account", "market data", "planned reset"] {
        assert_found(&found, name, "skipped", "embedded venue", "");
    }
    assert_eq!(found.exit, 0, "{found:?}");
}

#[test]
fn a_port_where_nobody_listens_is_told_with_the_ports_of_every_program() {
    let desktop = Desktop::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    desktop.configure(free);
    let found = doctor(&desktop);
    assert_found(&found, "broker port", "problem", &format!("nothing answers at 127.0.0.1:{free}"), "");
    assert_found(&found, "account", "skipped", "greet first", "");
    assert_found(&found, "API enabled", "skipped", "port must answer first", "");
}

#[test]
fn a_gateway_whose_api_is_off_or_that_waits_behind_a_dialog_accepts_and_never_answers() {
    let desktop = Desktop::new();
    let port = Port::open(Manner::Silent);
    desktop.configure(port.number);
    assert_found(&doctor(&desktop), "API enabled", "problem", "never says a word", "Enable ActiveX and Socket Clients");
}

#[test]
fn another_program_at_the_port_is_told_from_a_gateway() {
    let desktop = Desktop::new();
    let port = Port::open(Manner::Greets("HTTP/1.1 400 Bad Request"));
    desktop.configure(port.number);
    assert_found(&doctor(&desktop), "API enabled", "problem", "does not speak TWS", "another program");
}

#[test]
fn a_gateway_that_does_not_trust_this_machine_closes_before_a_word() {
    let desktop = Desktop::new();
    let port = Port::open(Manner::Shut);
    desktop.configure(port.number);
    let found = doctor(&desktop);
    assert_found(&found, "trusted IPs", "problem", "closes at once", "Trusted IPs");
    assert_found(&found, "broker port", "ok", "accepts", "");
}

#[test]
fn an_old_server_and_a_time_zone_without_a_city_are_told() {
    let desktop = Desktop::new();
    let old = Port::open(Manner::Greets("176\x0020260302 15:04:05 EST\0"));
    desktop.configure(old.number);
    let found = doctor(&desktop);
    assert_found(&found, "server version", "problem", "176", "newest stable");
    assert_found(&found, "time zone", "ok", "America/New_York", "");

    let zone = Port::open(Manner::Greets("213\x0020260302 15:04:05 中国标准时间\0"));
    desktop.configure(zone.number);
    let found = doctor(&desktop);
    assert_found(&found, "time zone", "problem", "中国标准时间", "America/New_York");
    assert_found(&found, "server version", "ok", "213", "");
    assert_found(&found, "account", "problem", "nobody is let in", "log in");
}

#[test]
fn a_client_id_that_another_program_uses_is_told() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    let other = Desktop::new();
    other.configure(venue.port);
    let _holds_it = other.serve();
    desktop.configure(venue.port);
    let found = doctor(&desktop);
    assert_found(&found, "client id", "problem", "client id 7 is in use", "broker.client_id");
    assert_found(&found, "account", "ok", "DUV0000001", "");
}

#[test]
fn the_wrong_account_and_none_at_all_are_told_with_those_of_the_log_in() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure_as(venue.port, "paper", "DU7654321");
    let found = doctor(&desktop);
    assert_found(&found, "account", "problem", "holds DUV0000001, not DU7654321", "broker.account");
    assert_found(&found, "paper or live", "skipped", "account", "");
    desktop.configure_as(venue.port, "paper", "");
    assert_found(
        &doctor(&desktop),
        "account",
        "problem",
        "none is pinned; the log-in holds DUV0000001",
        "broker.account",
    );
}

#[test]
fn a_live_account_where_paper_is_meant_is_told() {
    let desktop = Desktop::new();
    let venue = desktop.live_like_venue();
    desktop.configure_as(venue.port, "paper", "UV0000001");
    assert_found(&doctor(&desktop), "paper or live", "problem", "a live account", "paper account");
    desktop.configure_as(venue.port, "off", "UV0000001");
    assert_found(&doctor(&desktop), "paper or live", "ok", "live, and trading = \"off\"", "");
}

#[test]
fn a_gateway_in_read_only_mode_is_told() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    venue.fault(&json!({"when": {}, "do": {"read_only": {}}}));
    desktop.configure(venue.port);
    assert_found(&doctor(&desktop), "read-only API", "problem", "takes no order", "switch off \"Read-Only API\"");
    desktop.configure_as(venue.port, "off", "DUV0000001");
    assert_found(&doctor(&desktop), "read-only API", "warning", "none is sent", "Read-Only API");
}

#[test]
fn a_clock_that_is_not_the_brokers_is_told() {
    let desktop = Desktop::new();
    let words = ["venue", "--tws-port", "0", "--control-port", "0", "--start", "2024-03-04", "--speed", "1"];
    let venue = desktop.start(&words);
    desktop.configure(venue.stdout_line("tws 127.0.0.1:").parse().unwrap());
    assert_found(&doctor(&desktop), "clock", "problem", "ms off the broker's, 2000 ms are allowed", "NTP");
}

#[test]
fn data_that_nobody_subscribed_to_are_told_and_delayed_ones_too() {
    let desktop = Desktop::new();
    for (data, verdict, found) in [("none", "problem", "354"), ("delayed", "warning", "fifteen minutes old")] {
        let words = ["venue", "--tws-port", "0", "--control-port", "0", "--sessions", "always", "--data", data];
        let venue = desktop.start(&words);
        desktop.configure(venue.stdout_line("tws 127.0.0.1:").parse().unwrap());
        assert_found(&doctor(&desktop), "market data", verdict, found, "Market Data Subscriptions");
    }
}

#[test]
fn a_session_elsewhere_that_takes_the_data_is_told() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    venue.fault(&json!({"when": {}, "do": {"competing_session": {}}}));
    desktop.configure(venue.port);
    let found = doctor(&desktop);
    assert_found(&found, "competing session", "problem", "another session", "log out");
    assert_found(&found, "market data", "skipped", "next check", "");
}

#[test]
fn a_full_disk_is_told_before_it_is_full() {
    let Some(desktop) = Desktop::with_small_disk("data", "16m") else { return };
    desktop.configure(1);
    assert_found(&doctor(&desktop), "disk space", "problem", "MiB free for", "200 MiB");
}

#[test]
fn secrets_that_others_may_read_are_told_with_the_command_that_closes_them() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    assert_eq!(desktop.serve().running.end_with("-TERM"), 0);
    let open = |name: &str, mode: u32| {
        std::fs::set_permissions(desktop.data(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    assert_found(&doctor(&desktop), "permissions", "ok", "owner's alone", "");
    for name in ["operator.key", "agent.key", "api.secret"] {
        open(name, 0o644);
        assert_found(&doctor(&desktop), "permissions", "problem", name, &format!("{name}, and renew"));
        open(name, 0o600);
    }
    open("", 0o755);
    assert_found(&doctor(&desktop), "permissions", "problem", "open to others", "chmod 700");
}

#[test]
fn keys_that_are_gone_are_told_one_after_the_other() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    assert_eq!(desktop.serve().running.end_with("-TERM"), 0);
    let installation = std::fs::read_to_string(desktop.data("installation")).unwrap();
    let journal_key = desktop.path(".local/state/tollgate").join(installation.trim()).join("journal.key");
    for (path, fix) in [
        (desktop.data("operator.key"), "tollgate key create"),
        (desktop.data("api.secret"), "no API key counts"),
        (journal_key, "the journal cannot be opened"),
    ] {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        std::fs::remove_file(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_found(&doctor(&desktop), "keys", "problem", &name, fix);
    }
}

#[test]
fn a_journal_of_a_newer_version_is_told() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    assert_eq!(desktop.serve().running.end_with("-TERM"), 0);
    let path = desktop.data("journal.sqlite");
    // SQLite keeps the number of the schema in four bytes of its header.
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(60)).unwrap();
    file.write_all(&99_u32.to_be_bytes()).unwrap();
    drop(file);
    assert_found(&doctor(&desktop), "schema version", "problem", "schema 99", "newer Tollgate");
}

#[test]
fn a_writer_that_is_stopped_and_holds_the_lease_is_told_from_one_that_lives() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure_with_silence(venue.port, 2);
    let gateway = desktop.serve();
    let pid = gateway.running.pid();
    gateway.running.signal("-STOP");
    let found = gateway.ask("--json doctor");
    gateway.running.signal("-CONT");
    assert_found(&found, "writer's lease", "problem", &format!("process {pid}"), &format!("kill -CONT {pid}"));
    let lives = doctor(&desktop);
    assert_found(&lives, "writer's lease", "warning", "lives and does not answer", "--url");
}

#[test]
fn an_address_that_another_program_has_is_told() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    assert_eq!(desktop.serve().running.end_with("-TERM"), 0);
    let taken = Port::open(Manner::Shut);
    let port = taken.number;
    let address = format!("127.0.0.1:{port}");
    let output = desktop.start_with(&[("TOLLGATE_LISTEN", &address)], &["--json", "doctor"]).ended();
    assert_found(&output, "listen address", "problem", &format!("{address} cannot be used"), "ss -ltnp");
    assert_found(&output, "gateway", "warning", "not running", "tollgate serve");
}
