//! Alerts of the real binary: to a local server that speaks the Bot API, and to the receiver of docs/alerts.md.

use crate::bot_api::{BotApi, TOKEN};
use crate::support::{Desktop, Gateway, PATIENCE, Venue};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

const CHAT: i64 = 4711;
const GROUP: i64 = -100_815;
const STRANGER: i64 = 666;
const SECRET: &str = "5f0c2a6e9d1b4c3fa7e8";

fn private(desktop: &Desktop, name: &str, text: &str) -> String {
    let path = desktop.path(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

/// A gateway with a venue, whose bot speaks to this server.
fn with_bot(desktop: &Desktop, api: &BotApi, more: &str) -> Venue {
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let token = private(desktop, "bot.token", &format!("{TOKEN}\n"));
    desktop.append_config(&format!(
        "[alerts.telegram]\ntoken_file = \"{token}\"\nchats = [\"{CHAT}\", \"{GROUP}\"]\napi_url = \"{}\"\n{more}",
        api.url
    ));
    venue
}

#[test]
fn a_lost_line_is_told_to_every_chat_and_its_return_too() {
    let (desktop, api) = (Desktop::new(), BotApi::start());
    let mut venue = with_bot(&desktop, &api, "");
    let gateway = desktop.serve();
    venue.running.kill();
    for chat in [CHAT, GROUP] {
        let text = api.told(chat, "Disconnected from the broker");
        assert!(text.contains("CRITICAL al-"), "{text}");
    }
    let open = gateway.until("alert list --open", |list| kinds(list).contains(&"link".to_owned()));
    let _venue = desktop.venue(venue.port);
    api.told(CHAT, "Connected to the broker again");
    api.told(GROUP, "Connected to the broker again");
    gateway.until("alert list --open", |list| !kinds(list).contains(&"link".to_owned()));
    let alert = open["items"].as_array().unwrap().iter().find(|alert| alert["kind"] == "link").unwrap();
    let shown = gateway.json("alert list").as_object().unwrap()["items"].as_array().unwrap().clone();
    let shown = shown.iter().find(|one| one["id"] == alert["id"]).unwrap();
    assert_eq!(shown["deliveries"].as_array().unwrap().len(), 2, "{shown}");
    assert!(!shown["closed_at"].is_null(), "{shown}");
}

fn kinds(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|alert| alert["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_chat_on_the_list_can_look_and_kill_and_nobody_can_do_more() {
    let (desktop, api) = (Desktop::new(), BotApi::start());
    let venue = with_bot(&desktop, &api, "");
    venue.price("AAPL", "190");
    let gateway = desktop.serve();
    buys(&gateway, "k-1");
    api.write(CHAT, "/status");
    let status = api.told(CHAT, "Trading paper, mode paper, SIMULATED");
    assert!(status.contains("Link up since"), "{status}");
    api.write(GROUP, "/positions@tollgate_bot");
    api.told(GROUP, "AAPL 1 at ");
    api.write(CHAT, "/runs");
    api.told(CHAT, "no loop in this gateway");
    // What is none of its words, and what approves or arms, is none.
    for text in ["hello", "/approve ap-1", "/arm", "/unkill", "/kill off please"] {
        api.write(STRANGER, text);
    }
    for text in ["hello", "/approve ap-1", "/arm 1", "/unkill", "/resume"] {
        api.write(CHAT, text);
    }
    // Nor are somebody else's words, or words of the command line that ask for something else.
    api.forward(CHAT, "/kill passed on");
    api.told(CHAT, "This was forwarded, or made by another bot, and is not obeyed.");
    api.write(CHAT, "/kill status");
    api.told(CHAT, "Nothing was done.");
    api.heard();
    assert_eq!(state(&gateway), "active");
    api.told(CHAT, "A chat that is not on the list speaks to the bot: 666");
    assert_eq!(api.all(STRANGER), Vec::<String>::new());
    api.write(CHAT, "/kill the feed is wrong");
    api.told(CHAT, "HALTED. ");
    assert_eq!(state(&gateway), "halted");
    api.told(GROUP, "Trading is halted (global), set by telegram");
    let record = gateway.json("audit tail --kind trading_state_set");
    let event = &record["items"].as_array().unwrap()[0]["event"];
    assert_eq!(event["by"]["key_id"], "telegram");
    assert_eq!(event["reason"], format!("telegram chat {CHAT}, user 77 (eve): the feed is wrong"));
    let refused = gateway.ask("order submit buy 1 AAPL --limit 191 --key k-2");
    assert_eq!(refused.exit, 6, "{refused:?}");
}

#[test]
fn a_flood_of_strangers_does_not_make_the_bot_deaf_and_a_kill_is_obeyed_once() {
    let (desktop, api) = (Desktop::new(), BotApi::start());
    let _venue = with_bot(&desktop, &api, "");
    api.count_from(9_000_000);
    // More than a mebibyte, in messages as long as they may be.
    for _ in 0..100 {
        api.write(STRANGER, &"株".repeat(4_096));
    }
    api.write(CHAT, "/kill flooded");
    let mut gateway = desktop.serve();
    api.told(CHAT, "HALTED. ");
    assert_eq!(state(&gateway), "halted");
    // All strangers are one topic.
    let strangers = kinds(&gateway.json("alert list")).iter().filter(|kind| *kind == "stranger").count();
    assert_eq!(strangers, 1);
    assert_eq!(gateway.ask("kill off --reason looked").exit, 0);
    api.heard();
    gateway.running.kill();
    drop(gateway);
    // The server's numbers begin lower than those that were heard, as they may.
    api.count_from(7);
    let gateway = desktop.serve();
    assert_eq!(state(&gateway), "active", "what was heard before is not obeyed again");
    api.heard();
    api.write(GROUP, "/positions");
    api.told(GROUP, "Nothing is held.");
    assert_eq!(gateway.json("audit tail --kind trading_state_set")["items"].as_array().unwrap().len(), 2);
}

fn state(gateway: &Gateway<'_>) -> String {
    let states = gateway.json("kill status");
    let global = states["items"].as_array().unwrap().iter().find(|one| one["scope"] == "global").cloned();
    global.map_or("active".to_owned(), |one| one["state"].as_str().unwrap().to_owned())
}

fn buys(gateway: &Gateway<'_>, key: &str) {
    let output = gateway.ask(&format!("order submit buy 1 AAPL --limit 195 --key {key}"));
    assert_eq!(output.exit, 0, "{output:?}");
    gateway.until(&format!("order show {key}"), |order| order["status"] == "filled");
}

#[test]
fn an_alert_survives_a_crash_and_is_told_when_somebody_listens_again() {
    let (desktop, api) = (Desktop::new(), BotApi::start());
    let venue = with_bot(&desktop, &api, "severity = \"info\"\n");
    venue.price("AAPL", "190");
    let mut gateway = desktop.serve();
    api.down(true);
    buys(&gateway, "k-1");
    // It is written down, and nobody took it.
    gateway.until("alert list", |list| kinds(list).contains(&"fill".to_owned()));
    assert_eq!(api.all(CHAT).iter().filter(|text| text.contains("Bought")).count(), 0);
    gateway.running.kill();
    drop(gateway);
    api.down(false);
    api.refuse(
        429,
        json!({"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 2}}),
    );
    let gateway = desktop.serve();
    let text = api.told(CHAT, "Bought 1 AAPL");
    assert!(text.contains("(order k-1)"), "{text}");
    api.told(GROUP, "Bought 1 AAPL");
    let alert = gateway.until("alert list", |list| delivered(list, "fill") == 2);
    let id = alert["items"].as_array().unwrap().iter().find(|one| one["kind"] == "fill").unwrap()["id"].clone();
    let acked = gateway.json(&format!("alert ack {}", id.as_str().unwrap()));
    assert_eq!(acked["acked_by"], "operator");
    assert_eq!(gateway.ask("alert ack al-999999").exit, 3);
    assert_eq!(gateway.ask_as_agent(&format!("alert ack {}", id.as_str().unwrap())).exit, 4);
}

fn delivered(list: &Value, kind: &str) -> usize {
    let alerts = list["items"].as_array().unwrap();
    let of = alerts.iter().filter(|alert| alert["kind"] == kind);
    of.flat_map(|alert| alert["deliveries"].as_array().unwrap()).filter(|one| !one["delivered_at"].is_null()).count()
}

/// The receiver of docs/alerts.md, as it stands there.
struct Hook {
    child: Child,
    port: u16,
    lines: Receiver<String>,
}

impl Hook {
    fn start(desktop: &Desktop, secret_file: &str) -> Self {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/alerts.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        let script = docs.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let path = desktop.path("receiver.py");
        std::fs::write(&path, script).unwrap();
        let mut child = Command::new("python3")
            .args(["-u", path.to_str().unwrap(), secret_file, "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, lines) = channel();
        let stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        let mut receiver = Self { child, port: 0, lines };
        receiver.port = receiver.line("listening on port ").parse().unwrap();
        receiver
    }

    /// The rest of the first line that begins so.
    fn line(&self, prefix: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("no line {prefix:?}; seen {seen:#?}"));
            match line.strip_prefix(prefix) {
                Some(rest) => return rest.to_owned(),
                None => seen.push(line),
            }
        }
    }

    /// Posts a body with these headers; the status.
    fn post(&self, headers: &str, body: &str) -> u16 {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let len = body.len();
        write!(
            socket,
            "POST / HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_receiver_of_the_documentation_believes_our_messages_and_no_others() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    venue.price("AAPL", "190");
    desktop.configure(venue.port);
    let secret = private(&desktop, "hook.secret", &format!("{SECRET}\n"));
    let receiver = Hook::start(&desktop, &secret);
    desktop.append_config(&format!(
        "[alerts.webhook]\nurl = \"http://127.0.0.1:{}/tollgate\"\nsecret_file = \"{secret}\"\n",
        receiver.port
    ));
    let tried = desktop.run(&["--json", "alert", "test"]);
    assert_eq!(tried.exit, 0, "{tried:?}");
    assert_eq!(tried.json(), json!([{"channel": "webhook", "arrived": true, "why": null}]));
    receiver.line("info gateway A test of Tollgate's alerts");
    let gateway = desktop.serve();
    buys(&gateway, "k-1");
    receiver.line("info fill Bought 1 AAPL at ");
    // Unsigned, wrongly signed, and signed long ago.
    assert_eq!(receiver.post("", "{}"), 401);
    let forged = format!("X-Tollgate-Timestamp: 1\r\nX-Tollgate-Signature: v1={}\r\n", "0".repeat(64));
    assert_eq!(receiver.post(&forged, "{}"), 401);
    let old = "X-Tollgate-Timestamp: 1\r\nX-Tollgate-Signature: v1=52cd4a65c5903c5babc4b3256413cb6013da2694e4c49fa686b5e7313203ad27\r\n";
    assert_eq!(receiver.post(old, "{}"), 401);
    // The same secret on both sides, or none of it is believed.
    private(&desktop, "hook.secret", "another\n");
    let tried = desktop.run(&["--json", "alert", "test"]);
    assert_eq!(tried.exit, 9, "{tried:?}");
    assert!(tried.json()[0]["why"].as_str().unwrap().contains("401"), "{tried:?}");
}

#[test]
fn a_secret_that_others_may_read_ends_the_start_before_anything_is_touched() {
    let (desktop, api) = (Desktop::new(), BotApi::start());
    let _venue = with_bot(&desktop, &api, "");
    let path = desktop.path("bot.token");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = desktop.run(&["serve"]);
    assert_eq!(refused.exit, 2, "{refused:?}");
    assert!(refused.stderr.contains("others may read it"), "{refused:?}");
    assert!(!desktop.data("installation").exists());
}
