//! TLS: what must be in the files, and what is on the wire.

use crate::client::{PATIENCE, parse};
use crate::fake_desk::FakeDesk;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use server::{Running, ServeError, ServerConfig, TlsError, TlsFiles, check, serve};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

struct Files {
    dir: TempDir,
}

fn params(names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap();
    params.is_ca = IsCa::ExplicitNoCa;
    params
}

impl Files {
    fn new() -> Self {
        let files = Self { dir: TempDir::new().unwrap() };
        files.make(&params(&["localhost", "127.0.0.1"]));
        files
    }

    /// A new certificate that vouches for itself, and its key.
    fn make(&self, params: &CertificateParams) {
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        self.write_key(&key.serialize_pem(), 0o600);
        std::fs::write(self.cert(), cert.pem()).unwrap();
    }

    fn write_key(&self, text: &str, mode: u32) {
        std::fs::write(self.key(), text).unwrap();
        std::fs::set_permissions(self.key(), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn cert(&self) -> PathBuf {
        self.dir.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.dir.path().join("key.pem")
    }

    fn config(&self) -> ServerConfig {
        let tls = TlsFiles { cert_file: self.cert(), key_file: self.key(), look_every: Duration::from_millis(20) };
        ServerConfig { tls: Some(tls), ..ServerConfig::at("127.0.0.1:0".parse().unwrap()) }
    }

    fn error(&self) -> TlsError {
        match check(&self.config()) {
            Err(ServeError::Tls(error)) => error,
            other => panic!("{other:?}"),
        }
    }
}

async fn start(config: ServerConfig) -> (SocketAddr, Running, tokio::sync::oneshot::Sender<()>) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move { drop(stopped.await) };
    let running = serve(Arc::new(FakeDesk::new()), config, shutdown).await.unwrap();
    (running.local_addr(), running, stop)
}

fn connector(cert: &Path, alpn: &[&[u8]]) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(cert).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn exchange(addr: SocketAddr, cert: &Path, request: &str) -> std::io::Result<String> {
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TcpStream::connect(addr).await?;
    let mut stream = connector(cert, &[b"h2", b"http/1.1"]).connect(name, stream).await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap()?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn get(path: &str, addr: SocketAddr, more: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\nAuthorization: Bearer good\r\n{more}\r\n",
        addr.port()
    )
}

#[tokio::test]
async fn beyond_loopback_it_serves_over_tls_and_says_so_for_a_year() {
    let files = Files::new();
    let config = ServerConfig { listen: "0.0.0.0:0".parse().unwrap(), ..files.config() };
    let (addr, _running, _stop) = start(config).await;
    let addr = SocketAddr::from(([127, 0, 0, 1], addr.port()));
    let reply = parse(&exchange(addr, &files.cert(), &get("/api/v1/orders", addr, "")).await.unwrap());
    assert_eq!((reply.status, reply.header("strict-transport-security")), (200, Some("max-age=31536000")));
    let origin = |scheme: &str| format!("Origin: {scheme}://localhost:{}\r\n", addr.port());
    for (scheme, status) in [("https", 200), ("http", 403)] {
        let request = get("/api/v1/orders", addr, &origin(scheme));
        assert_eq!(parse(&exchange(addr, &files.cert(), &request).await.unwrap()).status, status, "{scheme}");
    }
}

#[tokio::test]
async fn the_cookie_over_tls_is_secure_and_bound_to_the_host() {
    let files = Files::new();
    let (addr, _running, _stop) = start(files.config()).await;
    let request = get("/api/v1/session", addr, "").replace("GET", "POST");
    let reply = parse(&exchange(addr, &files.cert(), &request).await.unwrap());
    let set = reply.header("set-cookie").unwrap();
    assert!(set.starts_with(&format!("__Host-tollgate-{}=", addr.port())), "{set}");
    for flag in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.split("; ").any(|one| one == flag), "{set}");
    }
}

#[tokio::test]
async fn configured_names_are_ours_and_others_are_not() {
    let files = Files::new();
    files.make(&params(&["localhost", "gw.example", "10.1.2.3"]));
    let names = ["gw.example", "10.1.2.3", "gw.example:9443"].map(str::to_owned).to_vec();
    let (addr, _running, _stop) = start(ServerConfig { public_names: names, ..files.config() }).await;
    let port = addr.port();
    let ours = [
        format!("gw.example:{port}"),
        format!("GW.example:{port}"),
        format!("10.1.2.3:{port}"),
        "gw.example:9443".to_owned(),
    ];
    let others = ["gw.example".to_owned(), format!("evil.example:{port}"), "10.1.2.3:9443".to_owned()];
    for (host, status) in ours.iter().map(|host| (host, 200)).chain(others.iter().map(|host| (host, 403))) {
        let request = get("/api/v1/orders", addr, "").replace(&format!("localhost:{port}"), host);
        assert_eq!(parse(&exchange(addr, &files.cert(), &request).await.unwrap()).status, status, "{host}");
    }
}

#[test]
fn files_that_cannot_be_used_are_told_apart() {
    let files = Files::new();
    assert!(check(&files.config()).is_ok());
    let key = std::fs::read_to_string(files.key()).unwrap();
    for mode in [0o604, 0o620, 0o666] {
        files.write_key(&key, mode);
        assert!(matches!(files.error(), TlsError::Exposed { mode: found, .. } if found == mode), "{mode:o}");
    }
    files.write_key(&key, 0o640);
    assert!(check(&files.config()).is_ok(), "a group for keys is usual");
    files.write_key(&KeyPair::generate().unwrap().serialize_pem(), 0o600);
    assert!(matches!(files.error(), TlsError::Mismatched { .. }));
    files.write_key("no key", 0o600);
    assert!(matches!(files.error(), TlsError::NoKey { .. }));
    std::fs::remove_file(files.key()).unwrap();
    assert!(matches!(files.error(), TlsError::Unreadable { path, .. } if path == files.key()));
    files.write_key(&key, 0o600);
    for (text, named) in [("", "no certificate"), (key.as_str(), "no certificate")] {
        std::fs::write(files.cert(), text).unwrap();
        assert!(files.error().to_string().contains(named), "{}", files.error());
    }
    std::fs::remove_file(files.cert()).unwrap();
    assert!(matches!(files.error(), TlsError::Unreadable { path, .. } if path == files.cert()));
}

#[test]
fn a_certificate_out_of_its_time_or_without_our_name_is_refused() {
    let files = Files::new();
    let mut old = params(&["localhost"]);
    old.not_after = rcgen::date_time_ymd(2020, 1, 1);
    files.make(&old);
    assert!(matches!(files.error(), TlsError::Expired { at, .. } if at.starts_with("2020-01-01")));
    let mut early = params(&["localhost"]);
    early.not_before = rcgen::date_time_ymd(4000, 1, 1);
    files.make(&early);
    assert!(matches!(files.error(), TlsError::NotYet { .. }));
    files.make(&params(&["localhost"]));
    let config = ServerConfig { public_names: vec!["gw.example:443".to_owned()], ..files.config() };
    let Err(ServeError::Tls(TlsError::Nameless { name, .. })) = check(&config) else { panic!("accepted") };
    assert_eq!(name, "gw.example");
    let mut authority = params(&["localhost"]);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    files.make(&authority);
    assert!(check(&files.config()).is_ok(), "some callers take it");
}

#[tokio::test]
async fn a_new_certificate_counts_without_a_restart_and_a_broken_one_changes_nothing() {
    let files = Files::new();
    let (addr, _running, _stop) = start(files.config()).await;
    let first = files.dir.path().join("first.pem");
    std::fs::copy(files.cert(), &first).unwrap();
    std::fs::write(files.cert(), "broken").unwrap();
    assert!(exchange(addr, &first, &get("/healthz", addr, "")).await.is_ok());
    files.make(&params(&["localhost"]));
    let renewed = async { while exchange(addr, &files.cert(), &get("/healthz", addr, "")).await.is_err() {} };
    tokio::time::timeout(PATIENCE, renewed).await.unwrap();
    assert!(exchange(addr, &first, &get("/healthz", addr, "")).await.is_err(), "the old one is gone");
}

#[tokio::test]
async fn plain_http_to_tls_half_handshakes_and_other_protocols_hold_up_nobody() {
    let files = Files::new();
    let mut config = files.config();
    config.limits.handshake_timeout = Duration::from_millis(200);
    config.limits.connections_max = 4;
    let (addr, _running, _stop) = start(config).await;
    let mut open = Vec::new();
    for bytes in
        [&b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], b"\x16\x03\x01", b"", b"\x16\x03\x01\xff\xff\x01"]
    {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        open.push(stream);
    }
    let served = exchange(addr, &files.cert(), &get("/healthz", addr, "")).await.unwrap();
    assert!(served.starts_with("HTTP/1.1 200"), "{served}");
    for mut stream in open {
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().ok();
        assert!(!answer.starts_with(b"HTTP"), "nothing is said in the clear");
    }
    let stream = TcpStream::connect(addr).await.unwrap();
    let only_h2 = connector(&files.cert(), &[b"h2"]).connect(ServerName::try_from("localhost").unwrap(), stream).await;
    assert!(only_h2.is_err(), "there is no HTTP/2 here");
}
