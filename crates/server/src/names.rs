//! Who we are called: the values of `Host` and `Origin` that mean this gateway. Any other is a name that somebody made point
//! here, or another page.

use crate::refusal::Refusal;
use axum::http::{HeaderMap, Uri, header};
use std::net::SocketAddr;
use wire::Code;

/// Our names, each as a `Host` header writes it.
#[derive(Debug)]
pub(crate) struct Names {
    hosts: Vec<String>,
    home: String,
    scheme: &'static str,
    port: u16,
    default_port: u16,
}

impl Names {
    pub(crate) fn new(bound: SocketAddr, public: &[String], with_tls: bool) -> Self {
        let (scheme, default_port) = if with_tls { ("https://", 443) } else { ("http://", 80) };
        let mut names = Self { hosts: Vec::new(), home: String::new(), scheme, port: bound.port(), default_port };
        names.hosts.push(bound.to_string());
        // Nobody calls the address that means every address.
        let own = if bound.ip().is_unspecified() { format!("127.0.0.1:{}", bound.port()) } else { bound.to_string() };
        for host in ["127.0.0.1", "[::1]", "localhost"] {
            names.add(host);
        }
        let known = names.hosts.len();
        for name in public {
            names.add(name);
        }
        names.home = names.hosts.get(known).cloned().unwrap_or(own);
        names
    }

    /// A name with a port is taken as it is; one without means our port.
    fn add(&mut self, name: &str) {
        let has_port = match name.rsplit_once(':') {
            Some((host, port)) => host.ends_with(']') || (!host.contains('[') && !port.is_empty()),
            None => false,
        };
        if has_port {
            self.hosts.push(name.to_owned());
            return;
        }
        self.hosts.push(format!("{name}:{}", self.port));
        if self.port == self.default_port {
            self.hosts.push(name.to_owned());
        }
    }

    /// Where a browser finds us: by the first public name, else by the address.
    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.scheme, self.home)
    }

    /// Whether a `Host` means us; the address at which the connection came in always does.
    fn is_ours(&self, host: &str, local: SocketAddr) -> bool {
        let by_address = || {
            // Who listens on [::] sees callers by version 4 under addresses of version 6, which is not what they wrote.
            let literal = SocketAddr::new(local.ip().to_canonical(), local.port()).to_string();
            let bare = literal.strip_suffix(&format!(":{}", self.default_port));
            literal == host || bare == Some(host)
        };
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) || by_address()
    }

    /// A web page of another origin, or a foreign name that resolves to us, must not reach us.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap, local: SocketAddr) -> Result<(), Refusal> {
        let refuse = |detail| Err(Refusal::new(Code::ForbiddenOrigin, detail));
        let mut hosts = headers.get_all(header::HOST).iter();
        match (hosts.next().and_then(|value| value.to_str().ok()), hosts.next()) {
            (Some(host), None) if self.is_ours(host, local) => {}
            (Some(_) | None, _) => return refuse("the Host header does not name this gateway"),
        }
        if uri.authority().is_some_and(|authority| !self.is_ours(authority.as_str(), local)) {
            return refuse("the request line does not name this gateway");
        }
        for origin in headers.get_all(header::ORIGIN) {
            let host = origin.to_str().ok().and_then(|origin| origin.strip_prefix(self.scheme));
            if !host.is_some_and(|host| self.is_ours(host, local)) {
                return refuse("the Origin header does not name this gateway");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
