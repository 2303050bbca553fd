//! Certificate and key: read, checked, and read anew when the files change.

use crate::config::TlsFiles;
use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// No chain or key is larger.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// The one protocol that we speak inside.
const ALPN: &[u8] = b"http/1.1";
/// Permission bits that a key must not have: a group may read it, no more.
const NOT_FOR_KEYS: u32 = 0o037;
/// A certificate that ends sooner is told.
const ENDS_SOON: Duration = Duration::from_hours(14 * 24);

/// Why certificate and key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Missing, or not ours to read.
    #[error("the TLS file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// Anybody may read, or more than its owner may change the key.
    #[error("the TLS key {} has mode {mode:04o}: make it readable for its owner (and group) only, chmod 0600", path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// No certificate in the file.
    #[error("{} holds no certificate: it must be PEM, the server's certificate first, then its chain", path.display())]
    NoCertificate {
        /// Which.
        path: PathBuf,
    },
    /// No private key in the file.
    #[error("{} holds no private key: it must be PEM, PKCS #8, PKCS #1 or SEC 1, without a pass phrase", path.display())]
    NoKey {
        /// Which.
        path: PathBuf,
    },
    /// They do not belong together.
    #[error("the key {} does not belong to the certificate {}", key.display(), cert.display())]
    Mismatched {
        /// The certificate.
        cert: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// Past its time.
    #[error("the certificate {} has ended at {at}: renew it", path.display())]
    Expired {
        /// Which.
        path: PathBuf,
        /// When.
        at: String,
    },
    /// Before its time.
    #[error("the certificate {} begins at {at}: look at the clock of this machine", path.display())]
    NotYet {
        /// Which.
        path: PathBuf,
        /// When.
        at: String,
    },
    /// A name that callers use is not in it.
    #[error("the certificate {} does not name {name}, which `server.public_names` says we are called", path.display())]
    Nameless {
        /// Which.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// Anything else, in the library's words.
    #[error("{} cannot be used: {why}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// What the files hold, as read.
#[derive(PartialEq, Eq)]
struct Pem {
    cert: Vec<u8>,
    key: Vec<u8>,
}

/// The certificate in force. It changes when the files do.
pub(crate) struct Identity {
    files: TlsFiles,
    names: Vec<String>,
    pem: Pem,
    current: Arc<RwLock<TlsAcceptor>>,
}

/// Hands the certificate in force to each new connection.
#[derive(Clone)]
pub(crate) struct Acceptor(Arc<RwLock<TlsAcceptor>>);

impl Acceptor {
    pub(crate) fn current(&self) -> TlsAcceptor {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Identity {
    /// Reads and checks both files.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(crate) fn load(files: TlsFiles, names: Vec<String>) -> Result<Self, TlsError> {
        let pem = read(&files)?;
        let acceptor = acceptor(&files, &names, &pem, Timestamp::now())?;
        Ok(Self { files, names, pem, current: Arc::new(RwLock::new(acceptor)) })
    }

    pub(crate) fn acceptor(&self) -> Acceptor {
        Acceptor(Arc::clone(&self.current))
    }

    /// Looks at the files for ever. Files that cannot be used leave the certificate in force as it is.
    pub(crate) async fn follow(mut self) {
        let mut said = String::new();
        loop {
            // tidy: sleep — files do not tell when they change
            tokio::time::sleep(self.files.look_every).await;
            match self.look() {
                Ok(false) => {}
                Ok(true) => {
                    said.clear();
                    tracing::warn!(certificate = %self.files.cert_file.display(), "a new certificate is in force");
                }
                Err(error) => {
                    let words = error.to_string();
                    if words != said {
                        tracing::error!(%error, "the new TLS files cannot be used; the old certificate stays in force");
                        said = words;
                    }
                }
            }
        }
    }

    fn look(&mut self) -> Result<bool, TlsError> {
        let pem = read(&self.files)?;
        if pem == self.pem {
            return Ok(false);
        }
        let acceptor = acceptor(&self.files, &self.names, &pem, Timestamp::now())?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
        self.pem = pem;
        Ok(true)
    }
}

fn read(files: &TlsFiles) -> Result<Pem, TlsError> {
    let cert = read_file(&files.cert_file, |_| Ok(()))?;
    let key = read_file(&files.key_file, |mode| {
        // A group of its own for keys is usual (root:ssl-cert, 0640); everybody, or a group that may write, is not.
        let exposed = TlsError::Exposed { path: files.key_file.clone(), mode };
        if mode & NOT_FOR_KEYS == 0 { Ok(()) } else { Err(exposed) }
    })?;
    Ok(Pem { cert, key })
}

fn read_file(path: &Path, allowed: impl FnOnce(u32) -> Result<(), TlsError>) -> Result<Vec<u8>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    allowed(file.metadata().map_err(unreadable)?.permissions().mode() & 0o7777)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn acceptor(files: &TlsFiles, names: &[String], pem: &Pem, now: Timestamp) -> Result<TlsAcceptor, TlsError> {
    let cert_file = &files.cert_file;
    let unusable = |path: &Path, why: String| TlsError::Unusable { path: path.to_owned(), why };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&pem.cert)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::NoCertificate { path: cert_file.clone() })?;
    let key = PrivateKeyDer::from_pem_slice(&pem.key).map_err(|_| TlsError::NoKey { path: files.key_file.clone() })?;
    let leaf = chain.first().ok_or_else(|| TlsError::NoCertificate { path: cert_file.clone() })?;
    check_leaf(cert_file, leaf, names, now)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(cert_file, error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain.clone(), key)
        .map_err(|error| {
            if matches!(error, rustls::Error::InconsistentKeys(_)) {
                TlsError::Mismatched { cert: cert_file.clone(), key: files.key_file.clone() }
            } else {
                unusable(cert_file, error.to_string())
            }
        })?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// What a caller would find wrong with the certificate itself; whether he trusts its issuer is his affair.
fn check_leaf(path: &Path, leaf: &CertificateDer<'_>, names: &[String], now: Timestamp) -> Result<(), TlsError> {
    let path_buf = || path.to_owned();
    let parsed = webpki::EndEntityCert::try_from(leaf)
        .map_err(|error| TlsError::Unusable { path: path_buf(), why: error.to_string() })?;
    match judged_at(&parsed, now, Duration::ZERO) {
        Some(webpki::Error::CertExpired { not_after, .. }) => {
            return Err(TlsError::Expired { path: path_buf(), at: day(not_after) });
        }
        Some(webpki::Error::CertNotValidYet { not_before, .. }) => {
            return Err(TlsError::NotYet { path: path_buf(), at: day(not_before) });
        }
        Some(webpki::Error::CaUsedAsEndEntity) => {
            tracing::warn!(
                certificate = %path.display(),
                "the certificate is one of an authority (CA:TRUE): strict callers, our own commands among them, refuse it; make one with \
                 basicConstraints=CA:FALSE"
            );
        }
        Some(_) | None => {}
    }
    if let Some(webpki::Error::CertExpired { not_after, .. }) = judged_at(&parsed, now, ENDS_SOON) {
        tracing::warn!(certificate = %path.display(), at = %day(not_after), "the certificate ends soon");
    }
    for name in names {
        let host = host_of(name);
        let named = ServerName::try_from(host).is_ok_and(|name| parsed.verify_is_valid_for_subject_name(&name).is_ok());
        if !named {
            return Err(TlsError::Nameless { path: path_buf(), name: host.to_owned() });
        }
    }
    Ok(())
}

/// What is wrong with the certificate itself so long after `now`. It has no issuer here, so that it never passes: its time is looked
/// at first.
fn judged_at(leaf: &webpki::EndEntityCert<'_>, now: Timestamp, later: Duration) -> Option<webpki::Error> {
    let second = u64::try_from(now.as_second()).ok()?.checked_add(later.as_secs())?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(second));
    let usage = webpki::KeyUsage::server_auth();
    leaf.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &[], &[], time, usage, None, None).err()
}

fn day(time: UnixTime) -> String {
    let second = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(second).map_or_else(|_| "a time beyond every calendar".to_owned(), |at| at.to_string())
}

/// A name without its port; an address of version 6 without its brackets.
pub fn host_of(name: &str) -> &str {
    if let Some(rest) = name.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match name.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        Some(_) | None => name,
    }
}
