//! From paper to live: everything that the checklist asks for is done with the commands that it names, then live orders
//! leave, and stop leaving, at a simulated broker whose account is named like a live one.

use crate::support::{Desktop, Gateway, Output};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;

const PAPER: &str = "DUV0000001";
pub(crate) const LIVE: &str = "UV0000001";
/// One order type, so that one paper order shows it; a comparison a start, so that no test waits for timers.
const POLICY: &str = "order_types_allowed = [\"limit\"]\nlive_accounts_allowed = [\"UV0000001\"]\n\
                      live_clean_reconciliations_min = 1\nwhat_if_required = true\nlook_alike_window_s = 0\n";

pub(crate) fn configure(desktop: &Desktop, port: u16, trading: &str, account: &str) {
    desktop.configure_as(port, trading, account);
    desktop.configure_more(&format!("live_override_file = \"{}\"", desktop.path("live.yes").display()));
    desktop.configure_more("policy = \"small\"");
    write_policy(desktop);
}

fn write_policy(desktop: &Desktop) {
    std::fs::create_dir_all(desktop.data("policies")).unwrap();
    std::fs::write(desktop.data("policies/small.toml"), POLICY).unwrap();
}

/// With the trader's key once there is one: the operator's may not trade live.
fn rest(desktop: &Desktop, gateway: &Gateway<'_>, key: &str) -> Output {
    let file =
        [desktop.path("trader.key"), desktop.data("operator.key")].into_iter().find(|file| file.exists()).unwrap();
    gateway.ask(&format!("--key-file {} order submit buy 3 KO --limit 10 --tif gtc --key {key}", file.display()))
}

pub(crate) fn make_trader(desktop: &Desktop, gateway: &Gateway<'_>) {
    let made = gateway.json("key create trader --kind human --scopes read,preview,trade:live");
    std::fs::write(desktop.path("trader.key"), made["secret"].as_str().unwrap()).unwrap();
    std::fs::set_permissions(desktop.path("trader.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn works(desktop: &Desktop, gateway: &Gateway<'_>, key: &str) {
    let placed = rest(desktop, gateway, key);
    assert_eq!(placed.exit, 0, "{placed:?}");
    gateway.until(&format!("order show {key}"), |order| order["status"] == "working");
}

fn ends(gateway: &Gateway<'_>, key: &str) {
    gateway.until(&format!("order show {key}"), |order| order["status"] == "canceled");
}

fn open_items(live: &Value) -> Vec<String> {
    let items = live["checklist"].as_array().unwrap();
    let open = items.iter().filter(|item| item["done"] == false);
    open.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

fn refused_by_arming(desktop: &Desktop, gateway: &Gateway<'_>, key: &str) {
    let refused = rest(desktop, gateway, key);
    assert_eq!(refused.exit, 6, "{refused:?}");
    assert!(refused.stderr.contains("C04_LIVE_ARMING") || refused.stdout.contains("C04_LIVE_ARMING"), "{refused:?}");
}

fn end(mut gateway: Gateway<'_>) {
    assert_eq!(gateway.running.end_with("-TERM"), 0);
}

/// On paper, in the data directory that is to go live.
pub(crate) fn rehearse(desktop: &Desktop) {
    let venue = desktop.venue(0);
    configure(desktop, venue.port, "paper", PAPER);
    let gateway = desktop.serve();
    assert_eq!(open_items(&gateway.json("live checklist")).len(), 6, "a comparison only is shown at once");
    works(desktop, &gateway, "under-kill");
    assert_eq!(gateway.ask("kill on --reason drill").exit, 0);
    ends(&gateway, "under-kill");
    assert_eq!(gateway.ask("kill off --reason looked").exit, 0);
    gateway.until("status", |status| status["ready"] == true);
    works(desktop, &gateway, "over-a-restart");
    let recorded = gateway.ask("--json limits drill --record");
    assert_eq!((recorded.exit, recorded.json()["passed"].as_u64()), (0, Some(67)), "{recorded:?}");
    end(gateway);

    let gateway = desktop.serve();
    gateway.until("live checklist", |live| !open_items(live).contains(&"order_ref".to_owned()));
    assert_eq!(gateway.ask("order cancel over-a-restart --wait 10").exit, 0);
    ends(&gateway, "over-a-restart");
    let file = desktop.path("backup.tar").to_str().unwrap().to_owned();
    assert_eq!(desktop.run(&["backup", "--to", &file]).exit, 0);
    end(gateway);
    std::fs::remove_dir_all(desktop.path("data")).unwrap();
    let restored = desktop.run(&["restore", &file]);
    assert_eq!(restored.exit, 0, "{restored:?}");
    write_policy(desktop);

    let gateway = desktop.serve();
    while gateway.ask("kill off --reason restored").exit != 0 {
        assert_eq!(gateway.json("status")["trading_states"][0]["state"], "halted");
    }
    gateway.until("live checklist", |live| open_items(live).is_empty());
    // All is shown, and yet this is paper.
    let arm = gateway.ask(&format!("live arm {PAPER} --reason go"));
    assert_ne!(arm.exit, 0, "{arm:?}");
    end(gateway);
}

#[test]
fn what_the_checklist_asks_for_arms_live_and_each_of_its_locks_alone_stops_live_orders() {
    let desktop = Desktop::new();
    rehearse(&desktop);
    let venue = desktop.live_like_venue();
    configure(&desktop, venue.port, "live", LIVE);
    let gateway = desktop.serve();
    let scope = rest(&desktop, &gateway, "not-the-operator");
    assert!(scope.exit == 6 && scope.stderr.contains("C05_AUTHORISED"), "{scope:?}");
    make_trader(&desktop, &gateway);
    refused_by_arming(&desktop, &gateway, "not-armed");
    let arm = format!("live arm {LIVE} --reason monday");
    let early = gateway.ask(&arm);
    assert!(early.exit != 0 && early.stderr.contains("override file"), "{early:?}");
    std::fs::write(desktop.path("live.yes"), "").unwrap();
    let agent = gateway.ask_as_agent(&arm);
    assert_ne!(agent.exit, 0, "{agent:?}");
    refused_by_arming(&desktop, &gateway, "still-not-armed");
    assert_eq!(venue.ledger().len(), 0);

    let armed = gateway.ask(&arm);
    assert_eq!(armed.exit, 0, "{armed:?}");
    assert_eq!(gateway.json("live status")["armed"], true);
    works(&desktop, &gateway, "first-live");
    assert_eq!((venue.ledger().len(), venue.count_of("first-live")), (1, 1));

    std::fs::remove_file(desktop.path("live.yes")).unwrap();
    refused_by_arming(&desktop, &gateway, "no-file");
    std::fs::write(desktop.path("live.yes"), "").unwrap();
    works(&desktop, &gateway, "file-again");

    assert_eq!(gateway.ask("kill on --reason enough").exit, 0);
    ends(&gateway, "first-live");
    ends(&gateway, "file-again");
    assert_eq!(gateway.ask("kill off --reason looked").exit, 0);
    gateway.until("status", |status| status["ready"] == true);
    refused_by_arming(&desktop, &gateway, "disarmed-by-the-kill");
    assert_eq!(gateway.ask(&arm).exit, 0);
    works(&desktop, &gateway, "armed-again");
    assert_eq!(gateway.ask("live disarm").exit, 0);
    refused_by_arming(&desktop, &gateway, "disarmed-by-hand");
    assert_eq!(gateway.ask(&arm).exit, 0);
    end(gateway);

    let gateway = desktop.serve();
    refused_by_arming(&desktop, &gateway, "disarmed-by-the-restart");
    assert_eq!(venue.ledger().len(), 3, "nothing else ever left");
    assert_eq!(gateway.json("audit verify")["ok"], true);
}
