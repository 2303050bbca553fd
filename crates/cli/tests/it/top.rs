//! `tollgate top` on a terminal, before a gateway and a venue in processes of their own.

use crate::support::{Desktop, Gateway, Running};
use crate::tty::Tty;
use std::net::TcpListener;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (140, 40);

const PAGE_DOWN: &str = "\u{1b}[6~";

/// The screen of the operator.
fn top(desktop: &Desktop, url: &str, size: (u16, u16), more: &[&str]) -> Tty {
    let words: Vec<&str> = ["--url", url].into_iter().chain(more.iter().copied()).chain(["top"]).collect();
    let mut tty = Tty::start(desktop, size, &[], &words);
    tty.until("a gateway that is ready", |tty| {
        tty.row(0).contains(" ACTIVE ")
            && tty.text().contains("nothing out of the ordinary")
            && tty.text().contains("broker UP")
    });
    tty
}

fn leave(mut tty: Tty) {
    assert!(tty.is_taken());
    tty.press("q");
    assert_eq!(tty.ended(), 0, "{}", tty.text());
    assert!(!tty.is_taken());
}

#[test]
fn an_operator_sees_orders_live_and_halts_trading_with_two_keys() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let mut tty = top(&desktop, &gateway.url, SMALL, &[]);
    assert!(tty.row(0).starts_with(" PAPER   SIMULATED   ACTIVE "), "{}", tty.row(0));
    assert!(tty.row(0).contains("DUV0000001"), "{}", tty.row(0));

    assert_eq!(gateway.ask("order submit buy 10 AAPL --limit 130 --key bought").exit, 0);
    tty.until("the fill", |tty| {
        let text = tty.text();
        text.contains("Fills: the newest") && text.contains("bought") && text.contains("Positions: 1 held")
    });
    tty.until("a price with its kind and age", |tty| {
        tty.text().lines().any(|line| line.contains("AAPL") && line.contains(" live "))
    });
    assert_eq!(gateway.ask("order submit buy 5 KO --limit 10 --key resting").exit, 0);
    tty.until_shown("Orders: 1 open");

    tty.resize(LARGE.0, LARGE.1);
    tty.until("two columns", |tty| {
        tty.text().lines().any(|line| line.contains("Orders: 1 open") && line.contains("Positions: 1 held"))
    });
    tty.resize(SMALL.0, SMALL.1);
    tty.until("one column", |tty| {
        tty.text().lines().any(|line| line.starts_with("▶ Orders: 1 open") && !line.contains("Positions"))
    });

    // Somebody else has had the terminal.
    tty.scribble();
    tty.press("\u{c}");
    tty.until("the screen anew", |tty| tty.row(0).starts_with(" PAPER ") && tty.text().contains("s troubles"));
    tty.scribble();
    tty.signal("-CONT");
    tty.until("the screen anew", |tty| tty.row(0).starts_with(" PAPER ") && tty.text().contains("s troubles"));
    // What is pasted is no key.
    tty.press("\u{1b}[200~kyq\u{1b}[201~?");
    tty.until_shown("keys and signs");
    tty.press("\u{1b}");
    tty.until_gone("keys and signs");
    tty.press("k");
    tty.until_shown("KILL: halt everything?");
    assert!(tty.text().contains("1 order is open"), "{}", tty.text());
    assert_eq!(gateway.json("kill status")["global"], "active");
    tty.press("y");
    tty.until("HALTED", |tty| tty.row(0).contains(" HALTED ") && tty.text().contains("Orders: none is open"));
    let states = gateway.json("kill status");
    assert_eq!((&states["global"], &states["items"][0]["by"]), (&"halted".into(), &"operator".into()), "{states}");
    assert_eq!(gateway.json("order show resting")["status"], "canceled");
    leave(tty);
}

/// An agent asks for an order; its approval.
fn asked(gateway: &Gateway<'_>, words: &str) -> String {
    let asked = gateway.ask_as_agent(&format!("--json order submit {words}"));
    assert_eq!(asked.exit, 10, "{asked:?}");
    asked.json()["approval_id"].as_str().unwrap().to_owned()
}

/// Reads the sheet of an approval to its end.
fn read_to_the_end(tty: &mut Tty, title: &str) {
    tty.until("a whole sheet", |tty| {
        let text = tty.text();
        text.contains(title) && text.contains("leave it as it is") && !text.contains("not known yet")
    });
    while tty.text().contains("read to the end first") {
        let before = tty.text();
        tty.press(PAGE_DOWN);
        tty.until("another part of the sheet", |tty| tty.text() != before);
    }
}

#[test]
fn an_agent_s_orders_are_approved_and_denied_after_reading_them() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let mut tty = top(&desktop, &gateway.url, SMALL, &[]);
    asked(&gateway, "buy 5 MSFT --limit 240 --key wanted");
    tty.until_shown("Approvals: 1 waits for you");
    tty.press("a");
    tty.until_shown("▶ Approvals");
    tty.press("a");
    read_to_the_end(&mut tty, "APPROVE ");
    tty.press("y");
    tty.until_shown("Approvals: none waits");
    gateway.until("order show wanted", |order| order["status"] == "filled");
    tty.until("the fill", |tty| tty.text().lines().any(|line| line.contains("MSFT") && line.contains("wanted")));

    let denied = asked(&gateway, "buy 6 MSFT --limit 240 --key unwanted");
    tty.until_shown("Approvals: 1 waits for you");
    tty.press("d");
    read_to_the_end(&mut tty, "DENY ");
    tty.press("not today\r");
    tty.until_shown("Approvals: none waits");
    let answer = gateway.json(&format!("approval show {denied}"));
    assert_eq!((&answer["status"], &answer["decision_reason"]), (&"denied".into(), &"not today".into()), "{answer}");
    assert_eq!((venue.count_of("wanted"), venue.count_of("unwanted")), (1, 0));
    leave(tty);
}

#[test]
fn a_key_that_may_only_read_is_told_so_by_the_gateway() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let made = gateway.json("key create watcher --kind human --scopes read");
    let key = desktop.path("watcher.key");
    std::fs::write(&key, made["secret"].as_str().unwrap()).unwrap();
    let mut tty = top(&desktop, &gateway.url, LARGE, &["--key-file", key.to_str().unwrap()]);
    tty.press("k");
    tty.until_shown("KILL: halt everything?");
    tty.press("y");
    tty.until_shown("halting everything: what came back");
    assert!(tty.text().contains("forbidden_scope"), "{}", tty.text());
    assert_eq!(gateway.json("kill status")["global"], "active");
    assert!(!desktop.data("KILL").exists());
    // A key that is revoked ends it, with the terminal as it was.
    assert_eq!(gateway.ask("key revoke watcher").exit, 0);
    assert_eq!(tty.ended(), 4, "{}", tty.text());
    assert!(!tty.is_taken());
    assert!(tty.text().contains("revoked"), "{}", tty.text());
}

/// A gateway at an address that stays.
fn serve_at(desktop: &Desktop, address: &str) -> Running {
    let running = desktop.start_with(&[("TOLLGATE_LISTEN", address)], &["serve"]);
    running.stderr_line("tollgate is ready at ");
    running
}

#[test]
fn a_lost_gateway_greys_the_screen_and_is_found_again_without_a_key() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let url = format!("http://{address}");
    let mut gateway = serve_at(&desktop, &address);
    // The configured gateway, so that its data directory is known.
    let mut tty = Tty::start(&desktop, SMALL, &[("TOLLGATE_LISTEN", &address)], &["top"]);
    tty.until_shown("nothing out of the ordinary");
    gateway.kill();
    tty.until_shown("NO CONNECTION since ");
    let mut gateway = serve_at(&desktop, &address);
    tty.until_gone("NO CONNECTION");
    tty.until_shown("nothing out of the ordinary");
    let submitted =
        desktop.run(&["--url", &url, "order", "submit", "buy", "5", "KO", "--limit", "10", "--key", "after"]);
    assert_eq!(submitted.exit, 0, "{submitted:?}");
    tty.until("the order", |tty| tty.text().lines().any(|line| line.contains("after") && line.contains("KO")));
    assert_eq!(gateway.end_with("-TERM"), 0);
    tty.until_shown("NO CONNECTION since ");
    for signal in ["-TERM", "-HUP", "-INT"] {
        let mut other = top_anyway(&desktop, &address);
        other.signal(signal);
        assert_eq!(other.ended(), 0, "{signal}: {}", other.text());
        assert!(!other.is_taken(), "{signal}");
    }
    let gateway = serve_at(&desktop, &address);
    tty.until_gone("NO CONNECTION");
    // It hangs: its connections stand and nobody answers. The kill goes to the file that it looks at before each send.
    gateway.signal("-STOP");
    tty.until_shown("NO CONNECTION since ");
    tty.press("k");
    tty.until_shown("the file ");
    tty.press("y");
    tty.until_shown("was written: no new order leaves");
    assert_eq!(std::fs::read_to_string(desktop.data("KILL")).unwrap(), "by tollgate top\n");
    tty.press("\u{1b}");
    gateway.signal("-CONT");
    tty.until_gone("NO CONNECTION");
    tty.until("the file", |tty| tty.row(0).contains(" KILL FILE "));
    leave(tty);
}

/// A screen, with a gateway for as long as it takes to begin one.
fn top_anyway(desktop: &Desktop, address: &str) -> Tty {
    let gateway = serve_at(desktop, address);
    let tty = top(desktop, &format!("http://{address}"), SMALL, &[]);
    assert!(tty.is_taken());
    drop(gateway);
    tty
}

#[test]
fn without_a_terminal_or_a_gateway_it_says_what_to_do_and_takes_nothing() {
    let desktop = Desktop::new();
    for words in [&["top"][..], &["top", "--json"]] {
        let said = desktop.run(words);
        assert_eq!(said.exit, 2, "{said:?}");
        let told = format!("{}{}", said.stdout, said.stderr);
        assert!(told.contains("tollgate status --json"), "{said:?}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let words = ["--url", &format!("http://{nobody}"), "top"];
    let mut tty = Tty::start(&desktop, SMALL, &[("TOLLGATE_API_KEY", "tg_nobody")], &words);
    assert_eq!(tty.ended(), 9, "{}", tty.text());
    assert!(!tty.is_taken());
    assert!(tty.text().contains("no gateway answers at"), "{}", tty.text());
}

#[test]
fn no_colour_is_written_where_none_is_wanted() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    for (variables, coloured) in [(&[][..], true), (&[("NO_COLOR", "1")][..], false)] {
        let mut tty = Tty::start(&desktop, SMALL, variables, &["--url", &gateway.url, "top"]);
        tty.until("the mode", |tty| tty.row(0).contains("PAPER"));
        assert_eq!(tty.has_colours(), coloured, "{variables:?}");
        leave(tty);
    }
}
