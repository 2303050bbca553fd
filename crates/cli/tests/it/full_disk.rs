//! A disk that is full, at the start and in the middle, and one that lets nobody write.

use crate::support::Desktop;

/// Room for a gateway's start, and not for long after it.
const SIZE: &str = "6m";
/// More orders than such a disk has room for.
const ORDERS_MAX: u32 = 2_000;

/// A gateway's configuration whose data lies on the small disk, without limits on orders.
fn configured(name: &str) -> Option<(Desktop, crate::support::Venue)> {
    let desktop = Desktop::with_small_disk(name, SIZE)?;
    let venue = desktop.venue(0);
    desktop.write_config(&format!(
        "listen = \"127.0.0.1:0\"\ndata_dir = \"{}\"\naudit_checkpoint_file = \"{}\"\ntrading = \"paper\"\n\
         policy = \"bench\"\n[broker]\nkind = \"tws\"\nport = {}\naccount = \"DUV0000001\"\n",
        desktop.path("data").display(),
        desktop.path("state/audit.checkpoint").display(),
        venue.port
    ));
    Some((desktop, venue))
}

/// Fills the disk under a running gateway; what it told its callers must be what is there afterwards.
fn fill_in_the_middle(full: &str) {
    let Some((desktop, venue)) = configured(full) else {
        return;
    };
    let gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 1 KO --limit 10 --key before").exit, 0);
    desktop.disk().fill();
    let mut told = vec!["before".to_owned()];
    let refused = loop {
        let key = format!("k{}", told.len());
        let answer = gateway.ask(&format!("--json order submit buy 1 KO --limit 10 --key {key}"));
        if answer.exit != 0 {
            break (key, answer);
        }
        told.push(key);
        assert!(told.len() < ORDERS_MAX as usize, "the disk does not get full");
    };
    let (key, answer) = refused;
    let code = answer.json()["code"].clone();
    let was_sent = match answer.exit {
        // The checkpoint file is synced every second: that may have found its disk full, and ended the gateway, between two
        // callers.
        9 if full == "state" && code == "not_ready" => {
            assert!(answer.stdout.contains("no gateway answers"), "{answer:?}");
            false
        }
        // The intent could not be written.
        9 => {
            assert!(code == "storage" && answer.stdout.contains("nothing was sent"), "{answer:?}");
            false
        }
        // The intent could, the broker's answer could not.
        8 => {
            assert_eq!(code, "outcome_unknown", "{answer:?}");
            true
        }
        _ => panic!("{answer:?}"),
    };
    assert_eq!(venue.count_of(&key), usize::from(was_sent), "{answer:?}");

    let url = gateway.url.clone();
    let ended = gateway.running.ended();
    assert_eq!(ended.exit, 9, "{ended:?}");
    assert!(ended.stderr.contains("the engine stopped"), "{ended:?}");
    assert!(ended.stderr.contains("free some space, then start again"), "{ended:?}");
    assert_eq!(desktop.run(&["--url", &url, "status"]).exit, 9);
    let on_full = desktop.start(&["serve"]);
    assert_eq!(on_full.ended().exit, 9, "a start on the full disk");
    assert_eq!(venue.order_refs().len(), told.len() + usize::from(was_sent));

    desktop.disk().free();
    let gateway = desktop.serve();
    for key in &told {
        let order = gateway.json(&format!("order show {key}"));
        assert_eq!(order["status"], "working", "{order:#}");
        assert_eq!(venue.count_of(key), 1, "{key}");
    }
    // Sent: found again. Rolled back: its caller may repeat it. Durable although its failure was told: unknown, unsent.
    let again = gateway.ask(&format!("order submit buy 1 KO --limit 10 --key {key}"));
    let is_there = usize::from(again.exit == 0);
    assert!(again.exit == 0 || (again.exit == 8 && !was_sent), "{again:?}");
    assert_eq!(venue.count_of(&key), is_there);
    assert_eq!(venue.order_refs().len(), told.len() + is_there);
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);
}

#[test]
fn a_disk_that_gets_full_ends_the_gateway_with_nothing_untrue_said_and_nothing_lost() {
    fill_in_the_middle("data");
}

#[test]
fn a_disk_of_the_checkpoint_file_that_gets_full_ends_the_gateway_as_well() {
    fill_in_the_middle("state");
}

#[test]
fn a_start_on_a_full_disk_says_so_and_makes_nothing_that_is_in_the_way_later() {
    let Some((desktop, _venue)) = configured("data") else {
        return;
    };
    desktop.disk().fill();
    for _ in 0..2 {
        let refused = desktop.run_to_its_end(&["serve"]);
        assert_eq!(refused.exit, 9, "{refused:?}");
        assert!(refused.stderr.contains("space"), "{refused:?}");
    }
    desktop.disk().free();
    let mut gateway = desktop.serve();
    assert_eq!(gateway.ask("order submit buy 1 KO --limit 10").exit, 0);
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    assert_eq!(desktop.run(&["audit", "verify"]).exit, 0);
}

#[test]
fn a_directory_that_lets_nobody_write_is_named_and_works_again_once_it_does() {
    for place in ["data", "state"] {
        let Some((desktop, venue)) = configured(place) else {
            return;
        };
        let mut gateway = desktop.serve();
        assert_eq!(gateway.ask("order submit buy 1 KO --limit 10 --key kept").exit, 0);
        assert_eq!(gateway.running.end_with("-TERM"), 0);
        desktop.disk().remount("ro");
        let refused = desktop.run_to_its_end(&["serve"]);
        assert_eq!(refused.exit, 9, "{place}: {refused:?}");
        let (path, stderr) = (desktop.path(place), &refused.stderr);
        assert!(stderr.contains(path.to_str().unwrap()) && stderr.contains("writable"), "{place}: {refused:?}");
        assert_eq!(desktop.run(&["audit", "verify"]).exit, 0, "{place}: reading needs no writing");
        desktop.disk().remount("rw");
        let gateway = desktop.serve();
        assert_eq!(gateway.json("order show kept")["status"], "working");
        assert_eq!(venue.count_of("kept"), 1);
    }
}
