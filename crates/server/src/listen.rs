//! The listener: bounded connections, bounded reading and writing, TLS, an orderly end.

use crate::config::{Limits, ServeError, ServerConfig};
use crate::doing::Doing;
use crate::events::Hub;
use crate::peer::Peer;
use crate::places::{Place, Places};
use crate::rest;
use crate::seat::Seat;
use crate::stall::Stalling;
use crate::state::App;
use crate::tls::{Acceptor, Identity};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use engine::Desk;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// After an accept error that is not of the connection's own making (no file descriptors), the loop takes a breath.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Connections that the system takes before we do.
const BACKLOG: u32 = 1_024;
/// Peers with too many connections are told so, as far as this goes; beyond it they are cut off without a word.
const TOLD_MAX: usize = 32;
/// How long such a word may take.
const TELLING: Duration = Duration::from_millis(500);
const TOO_MANY: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// A server that listens.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    task: JoinHandle<()>,
}

impl Running {
    /// The address, with the port that was found for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Waits until the server has ended.
    ///
    /// # Errors
    /// [`ServeError::Ended`] when its task failed.
    pub async fn finished(self) -> Result<(), ServeError> {
        self.task.await.map_err(|error| ServeError::Ended(error.to_string()))
    }
}

/// Looks whether the server could start as it is told, as far as that can be seen without the address.
///
/// # Errors
/// An address beyond loopback without TLS, or files of TLS that cannot be used.
pub fn check(config: &ServerConfig) -> Result<(), ServeError> {
    identity(config).map(drop)
}

fn identity(config: &ServerConfig) -> Result<Option<Identity>, ServeError> {
    match &config.tls {
        None if !config.listen.ip().is_loopback() => Err(ServeError::NotLoopback(config.listen)),
        None => Ok(None),
        Some(files) => Ok(Some(Identity::load(files.clone(), config.public_names.clone())?)),
    }
}

/// Binds, then serves until `shutdown` is ready.
///
/// # Errors
/// An address beyond loopback without TLS, one that cannot be had, or files of TLS that cannot be used.
pub async fn serve(
    desk: Arc<dyn Desk>,
    config: ServerConfig,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Running, ServeError> {
    let identity = identity(&config)?;
    let bind = |source| ServeError::Bind { addr: config.listen, source };
    let listener = listener(config.listen, &config.limits).map_err(bind)?;
    let addr = listener.local_addr().map_err(bind)?;
    let tls = identity.as_ref().map(Identity::acceptor);
    let following = identity.map(|identity| tokio::spawn(identity.follow()));
    let app = App::new(desk, &config, addr);
    let hub = Arc::clone(&app.hub);
    let serving = Serving { builder: builder(&config.limits), router: rest::router(app)?, tls, limits: config.limits };
    let task = tokio::spawn(async move {
        accept(listener, serving, hub, shutdown).await;
        if let Some(following) = following {
            following.abort();
        }
    });
    Ok(Running { addr, task })
}

/// What the system holds of an answer that nobody takes is bounded too, for each connection.
fn listener(addr: SocketAddr, limits: &Limits) -> std::io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(limits.streams.send_buffer_bytes)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// What every connection needs.
#[derive(Clone)]
struct Serving {
    builder: http1::Builder,
    router: Router,
    tls: Option<Acceptor>,
    limits: Limits,
}

async fn accept(listener: TcpListener, serving: Serving, hub: Arc<Hub>, shutdown: impl Future<Output = ()> + Send) {
    let limits = &serving.limits;
    let places = Places::new(limits.connections_max, limits.connections_per_peer_max, limits.connections_per_key_max);
    let telling = Arc::new(Semaphore::new(TOLD_MAX));
    let (ending, ended) = watch::channel(false);
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            // Nobody gives up a place for him.
            Ok((stream, peer)) if places.has_enough(peer.ip()) => {
                tell_too_many(&telling, stream, serving.tls.is_some());
            }
            Ok((stream, peer)) => {
                let free = tokio::select! {
                    free = places.free() => free,
                    () = &mut shutdown => break,
                };
                let Some(free) = free else { break };
                match places.sit(free, peer.ip()) {
                    Some(place) => drop(tokio::spawn(connection(serving.clone(), stream, peer, place, ended.clone()))),
                    None => tell_too_many(&telling, stream, serving.tls.is_some()),
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // tidy: sleep — without a pause the loop would spin until a descriptor is free again
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    ending.send_replace(true);
    hub.end().await;
    if tokio::time::timeout(limits.shutdown_timeout, places.all_left()).await.is_err() {
        tracing::warn!("some requests were still open when the server ended");
    }
}

/// One peer has as many connections as it may. Inside TLS the word would cost a handshake: there it is cut off.
fn tell_too_many(telling: &Arc<Semaphore>, mut stream: TcpStream, with_tls: bool) {
    let Ok(permit) = Arc::clone(telling).try_acquire_owned() else { return };
    if with_tls {
        return;
    }
    tokio::spawn(async move {
        let word = async {
            stream.write_all(TOO_MANY).await?;
            stream.shutdown().await?;
            // Closing with unread bytes would reset the connection before the word is read.
            let mut unread = [0_u8; 1024];
            while stream.read(&mut unread).await? > 0 {}
            Ok::<(), std::io::Error>(())
        };
        if let Ok(Err(error)) = tokio::time::timeout(TELLING, word).await {
            tracing::debug!(%error, "a peer with too many connections was not told");
        }
        drop(permit);
    });
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Whoever has sent a whole request and closes is not taken back at his word: it is done, and found by its key.
        .half_close(true)
        .header_read_timeout(limits.head_read_timeout)
        .max_headers(limits.header_count_max)
        .max_buf_size(limits.head_bytes_max);
    builder
}

async fn connection(serving: Serving, stream: TcpStream, addr: SocketAddr, place: Place, ended: watch::Receiver<bool>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let local = match stream.local_addr() {
        Ok(local) => local,
        Err(error) => return tracing::debug!(%error, "a connection without an address"),
    };
    let peer = Peer { addr, local, doing: Arc::clone(&place.doing) };
    let stream = Stalling::new(stream, serving.limits.write_timeout);
    let caller = Caller { peer, doing: Arc::clone(&place.doing), seat: place.seat.clone() };
    let served = async {
        match &serving.tls {
            None => exchange(&serving, stream, caller, ended).await,
            Some(tls) => {
                let handshake = tls.current().accept(stream);
                match tokio::time::timeout(serving.limits.handshake_timeout, handshake).await {
                    Ok(Ok(stream)) => exchange(&serving, stream, caller, ended).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_late) => tracing::debug!("a TLS handshake took too long"),
                }
            }
        }
    };
    tokio::select! {
        () = served => {}
        () = place.doing.is_cut() => tracing::debug!("a connection gave up its place"),
    }
    drop(place);
}

/// What the requests of one connection share.
struct Caller {
    peer: Peer,
    doing: Arc<Doing>,
    seat: Seat,
}

/// A request is being answered until this is dropped.
struct Busy(Arc<Doing>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.ends();
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send>(
    serving: &Serving,
    stream: S,
    caller: Caller,
    mut ended: watch::Receiver<bool>,
) {
    let (router, doing) = (serving.router.clone(), Arc::clone(&caller.doing));
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(caller.peer.clone());
        request.extensions_mut().insert(caller.seat.clone());
        caller.doing.begins();
        let busy = Busy(Arc::clone(&caller.doing));
        let answer = router.clone().oneshot(request);
        async move {
            let answer = answer.await;
            drop(busy);
            answer
        }
    });
    let serving = serving.builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    // Only whether it ended matters: the guard on the value must not be held across an await.
    let ending = async move {
        let is_over = async { ended.wait_for(|ended| *ended).await.is_ok() };
        tokio::select! {
            _ = is_over => {}
            () = doing.is_to_end() => tracing::debug!("a connection gave up its place"),
        }
    };
    let outcome = tokio::select! {
        outcome = serving.as_mut() => outcome,
        () = ending => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
}
