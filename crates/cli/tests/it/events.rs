//! Events over a real socket, from a gateway that ends, dies and comes back while orders go on.

use crate::sse::{Event, Sse};
use crate::support::{Desktop, Gateway};
use serde_json::Value;

/// One order, small and far from the market; each of another size, for a look-alike would need a human.
fn submit(gateway: &Gateway<'_>, nth: u32) {
    let words = format!("order submit buy {} KO --limit 10 --tif gtc --key live-{nth}", nth + 1);
    assert_eq!(gateway.ask(&words).exit, 0, "{words}");
}

/// Reads until the broker has said something of the order; the place of the last event.
fn read_until_told(stream: &mut Sse, nth: u32, seen: &mut Vec<Event>) -> u64 {
    let key = format!("live-{nth}");
    loop {
        let Some(event) = stream.next() else { panic!("the stream ended before {key} was told") };
        let data = event.data.clone();
        let id = event.id.unwrap();
        if data.is_some() {
            seen.push(event);
        }
        if data.is_some_and(|data| data["kind"] == "order" && data["cl_ord_id"] == key) {
            return id;
        }
    }
}

#[test]
fn a_reader_misses_nothing_and_sees_nothing_twice_over_an_end_and_a_death_of_the_gateway() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut gateway = desktop.serve();
    let mut stream = Sse::open(&desktop, &gateway.url, "/events", None);
    let first = stream.next().unwrap();
    let (mut last, mut seen) = (first.id.unwrap(), Vec::new());
    assert!(first.data.is_none());
    for round in 0..3 {
        submit(&gateway, 3 * round);
        last = read_until_told(&mut stream, 3 * round, &mut seen).max(last);
        // These come while nobody reads, and are there afterwards all the same.
        submit(&gateway, 3 * round + 1);
        if round % 2 == 0 {
            assert_eq!(gateway.running.end_with("-TERM"), 0);
            let mut reason = None;
            while let Some(event) = stream.next() {
                match event.id {
                    Some(id) if event.data.is_some() => {
                        last = id;
                        seen.push(event);
                    }
                    Some(_) => {}
                    None => reason = event.data,
                }
            }
            assert_eq!(reason.unwrap()["reason"], "shutting_down");
        } else {
            gateway.running.kill();
            while let Some(event) = stream.next() {
                if event.data.is_some() {
                    // A killed process has no last word: each event has its place.
                    last = event.id.unwrap();
                    seen.push(event);
                }
            }
        }
        gateway = desktop.serve();
        stream = Sse::open(&desktop, &gateway.url, "/events", Some(last));
        assert_eq!(stream.next().unwrap().id, Some(last));
        submit(&gateway, 3 * round + 2);
        last = read_until_told(&mut stream, 3 * round + 2, &mut seen);
    }
    let ids: Vec<u64> = seen.iter().filter_map(|event| event.id).collect();
    let from = first.id.unwrap() + 1;
    assert_eq!(ids, (from..=last).collect::<Vec<u64>>(), "no gap, no double");
    let page = gateway.json("audit tail -n 1000");
    for record in page["items"].as_array().unwrap() {
        let seq = record["seq"].as_u64().unwrap();
        if let Some(event) = seen.iter().find(|event| event.id == Some(seq)) {
            assert_eq!((event.data.as_ref(), event.name.as_deref()), (Some(record), record["kind"].as_str()));
        }
    }
    assert_eq!(desktop.run(&["--url", &gateway.url, "audit", "verify"]).exit, 0);
}

#[test]
fn a_standby_streams_what_the_writer_commits_and_goes_on_as_the_writer() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let mut writer = desktop.serve();
    let standby = desktop.stand_by();
    let mut stream = Sse::open(&desktop, &standby.url, "/events", None);
    let (mut last, mut seen) = (stream.next().unwrap().id.unwrap(), Vec::new());
    let first = last;
    submit(&writer, 0);
    last = read_until_told(&mut stream, 0, &mut seen).max(last);
    assert_eq!(writer.running.end_with("-TERM"), 0);
    standby.running.stderr_line("tollgate is ready at ");
    submit(&standby, 1);
    last = read_until_told(&mut stream, 1, &mut seen).max(last);
    let ids: Vec<u64> = seen.iter().filter_map(|event| event.id).collect();
    assert_eq!(ids, (first + 1..=last).collect::<Vec<u64>>());
}

#[test]
fn the_tail_of_the_journal_is_followed_and_a_revoked_key_ends_it() {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    let gateway = desktop.serve();
    let made = gateway.json("key create watcher --kind human --scopes read");
    let key_file = desktop.path("watcher.key");
    std::fs::write(&key_file, made["secret"].as_str().unwrap()).unwrap();
    submit(&gateway, 0);
    let words = ["--url", &gateway.url, "--key-file", key_file.to_str().unwrap(), "--json"];
    let words: Vec<&str> = words.into_iter().chain("audit tail -f -n 3".split(' ')).collect();
    let tail = desktop.start(&words);
    let line = || -> Value { serde_json::from_str(&tail.stdout_line("")).unwrap() };
    let begins = [line(), line(), line()].map(|record| record["seq"].as_u64().unwrap());
    assert_eq!(begins, [begins[0], begins[0] + 1, begins[0] + 2]);
    submit(&gateway, 1);
    let mut next = begins[2] + 1;
    loop {
        let record = line();
        assert_eq!(record["seq"], next);
        next += 1;
        if record["cl_ord_id"] == "live-1" && record["kind"] == "order" {
            break;
        }
    }
    assert_eq!(gateway.ask("key revoke watcher").exit, 0);
    let ended = tail.ended();
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert!(ended.stdout.contains("revoked"), "{ended:?}");
}
