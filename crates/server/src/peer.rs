//! Where a request came from.

use crate::doing::Doing;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The connection behind a request, put into every request by the listener.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// The other end.
    pub(crate) addr: SocketAddr,
    /// Our end.
    pub(crate) local: SocketAddr,
    /// What its connection does.
    pub(crate) doing: Arc<Doing>,
}

impl Peer {
    /// Whose counts it has.
    pub(crate) fn group(&self) -> IpAddr {
        group(self.addr.ip())
    }
}

/// One caller's addresses as one: a site of version 6 has as many as it likes in its /64.
pub(crate) fn group(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}
