//! The real binary over TLS, and as a client that does not trust just anybody.

use crate::support::{Desktop, Gateway, Venue};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::os::unix::fs::PermissionsExt;

/// A gateway's certificate by an authority of this test, its key, and the authority's own certificate.
fn certified(desktop: &Desktop, names: &[&str]) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "the test's own authority");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let cert = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    std::fs::write(desktop.path("ca.pem"), authority.pem()).unwrap();
    std::fs::write(desktop.path("cert.pem"), [cert.pem(), authority.pem()].concat()).unwrap();
    std::fs::write(desktop.path("key.pem"), key.serialize_pem()).unwrap();
    std::fs::set_permissions(desktop.path("key.pem"), std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn over_tls(listen: &str, names: &str) -> (Desktop, Venue) {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    certified(&desktop, &["gw.example", "127.0.0.1"]);
    let path = |name: &str| desktop.path(name).display().to_string();
    desktop.write_config(&format!(
        "listen = \"{listen}\"\ndata_dir = \"{}\"\ntrading = \"paper\"\n[broker]\nkind = \"tws\"\nport = {}\naccount = \
         \"DUV0000001\"\n[tls]\ncert_file = \"{}\"\nkey_file = \"{}\"\n[server]\npublic_names = [{names}]\n",
        path("data"),
        venue.port,
        path("cert.pem"),
        path("key.pem"),
    ));
    (desktop, venue)
}

fn trusting(gateway: &Gateway<'_>, desktop: &Desktop, words: &str) -> crate::support::Output {
    gateway.ask(&format!("--ca-file {} {words}", desktop.path("ca.pem").display()))
}

#[test]
fn beyond_loopback_orders_go_over_tls_and_a_caller_believes_only_whom_he_trusts() {
    let (desktop, venue) = over_tls("0.0.0.0:0", "");
    let gateway = desktop.serve();
    let port: u16 = gateway.url.strip_prefix("https://127.0.0.1:").unwrap().parse().unwrap();
    let bought = trusting(&gateway, &desktop, "order submit buy 10 AAPL --limit 130 --key over-tls");
    assert_eq!(bought.exit, 0, "{bought:?}");
    assert_eq!(venue.count_of("over-tls"), 1);

    let strangers = gateway.ask("status");
    assert_eq!(strangers.exit, 9, "{strangers:?}");
    assert!(strangers.stderr.contains("is not believed") && strangers.stderr.contains("--ca-file"), "{strangers:?}");
    let misnamed = format!("https://localhost:{port}");
    let ca = desktop.path("ca.pem").display().to_string();
    let misnamed = desktop.run(&["--url", &misnamed, "--ca-file", &ca, "status"]);
    assert!(misnamed.exit == 9 && misnamed.stderr.contains("is not believed"), "{misnamed:?}");
    let plain = desktop.run(&[
        "--url",
        &format!("http://127.0.0.1:{port}"),
        "order",
        "submit",
        "buy",
        "1",
        "KO",
        "--limit",
        "1",
    ]);
    assert!(plain.exit == 8 || plain.exit == 9, "{plain:?}");
    assert_eq!(venue.order_refs().len(), 1, "nothing came over in the clear");
}

#[test]
fn without_flags_a_command_of_this_machine_finds_its_gateway_by_a_name_of_the_certificate() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (desktop, _venue) = over_tls(&format!("127.0.0.1:{port}"), "\"gw.example\"");
    let _gateway = desktop.serve();
    let status = desktop.run(&["status"]);
    assert_eq!(
        status.exit, 0,
        "the name stands in no name server, and its certificate file is its own witness: {status:?}"
    );
}

#[test]
fn files_that_cannot_be_used_end_the_start_and_the_check_before_anything_is_touched() {
    let (desktop, _venue) = over_tls("127.0.0.1:0", "");
    assert_eq!(desktop.run(&["config", "check"]).exit, 0);
    std::fs::set_permissions(desktop.path("key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    for words in [["config", "check"].as_slice(), &["serve"]] {
        let refused = desktop.run_to_its_end(words);
        assert_eq!(refused.exit, 2, "{refused:?}");
        assert!(refused.stderr.contains("mode 0644") && refused.stderr.contains("chmod 0600"), "{refused:?}");
    }
    assert!(!desktop.path("data").exists());
    let shown = desktop.run(&["--json", "config", "explain"]).json();
    let value = |key: &str| {
        let values = shown["values"].as_array().unwrap();
        values.iter().find(|one| one["key"] == key).unwrap()["value"].clone()
    };
    assert_eq!(value("tls.key_file"), desktop.path("key.pem").display().to_string());
    assert_eq!(value("server.connections_max"), "512");
}
