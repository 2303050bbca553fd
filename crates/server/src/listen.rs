//! The listener: bounded connections, bounded reading, an orderly end.

use crate::caller::Peer;
use crate::config::{Limits, ServeError, ServerConfig};
use crate::events::Hub;
use crate::rest;
use crate::seat::Seat;
use crate::state::App;
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
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// After an accept error that is not of the connection's own making (no file descriptors), the loop takes a breath.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Connections that the system takes before we do.
const BACKLOG: u32 = 1_024;

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

/// Binds, then serves until `shutdown` is ready.
///
/// # Errors
/// An address beyond loopback, or one that cannot be had.
pub async fn serve(
    desk: Arc<dyn Desk>,
    config: ServerConfig,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Running, ServeError> {
    if !config.listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(config.listen));
    }
    let bind = |source| ServeError::Bind { addr: config.listen, source };
    let listener = listener(config.listen, &config.limits).map_err(bind)?;
    let addr = listener.local_addr().map_err(bind)?;
    let app = App::new(desk, config.limits.clone(), addr);
    let hub = Arc::clone(&app.hub);
    let task = tokio::spawn(accept(listener, rest::router(app), hub, config.limits, shutdown));
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

async fn accept(
    listener: TcpListener,
    router: Router,
    hub: Arc<Hub>,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let (ending, ended) = watch::channel(false);
    let builder = builder(&limits);
    tokio::pin!(shutdown);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut shutdown => break,
        };
        // The semaphore is never closed.
        let Ok(place) = place else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let seat = Seat::new(place);
                let serving = connection(builder.clone(), stream, peer, seat.clone(), router.clone(), ended.clone());
                tokio::spawn(async move {
                    serving.await;
                    seat.leave();
                });
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
    let all = u32::try_from(limits.connections_max).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.shutdown_timeout, places.acquire_many(all)).await.is_err() {
        tracing::warn!("some requests were still open when the server ended");
    }
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_read_timeout)
        .max_headers(limits.header_count_max)
        .max_buf_size(limits.head_bytes_max);
    builder
}

async fn connection(
    builder: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    seat: Seat,
    router: Router,
    mut ended: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(seat.clone());
        router.clone().oneshot(request)
    });
    let serving = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(serving);
    // Only whether it ended matters: the guard on the value must not be held across an await.
    let ending = async move { ended.wait_for(|ended| *ended).await.is_ok() };
    let outcome = tokio::select! {
        outcome = serving.as_mut() => outcome,
        _ = ending => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection ended early");
    }
}
