//! One client's connection: greeting, then messages in and answers out until either side ends it.
//!
//! Whatever a client sends that is not the protocol ends its own connection and nothing else.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tws::model::Request;
use tws::{DecodeError, FrameReader, HelloReader, ServerVersion};

use crate::core::ConnId;
use crate::faults::peek_msg_id;
use crate::server_core::Command;
use crate::server_gate::{Door, Gate};
use crate::server_outbox::{OutboxReader, outbox};
use crate::server_zones::windows_greeting;
use crate::session_throttle::Throttle;

const READ_LEN: usize = 64 << 10;

/// How long a client may take to read a piece before it is given up.
const WRITE_STALL_MAX: Duration = Duration::from_secs(10);

/// What a session needs besides its socket.
#[derive(Debug, Clone)]
pub(crate) struct SessionParts {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) throttle: bool,
    pub(crate) handshake_deadline: Duration,
    pub(crate) gate: Gate,
    /// Cancelled when the venue stops.
    pub(crate) stop: CancellationToken,
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionEnd {
    /// The client closed it.
    #[error("closed by the client")]
    Eof,
    /// The client did not finish its greeting, or a message that it had begun, in time.
    #[error("begun and not finished in time")]
    Deadline,
    /// No version is spoken by both.
    #[error("no common version in {min}..{max}")]
    NoCommonVersion {
        /// Lowest of the client.
        min: i32,
        /// Highest of the client.
        max: i32,
    },
    /// A message before `startApi`, or a second `startApi`.
    #[error("startApi must come first, and once")]
    OutOfOrder,
    /// Not the protocol.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The client does not read, or the venue ended the session or stops.
    #[error("ended by the venue")]
    Ended,
}

/// Serves one connection to its end.
pub(crate) async fn serve(mut socket: TcpStream, conn: ConnId, parts: SessionParts) {
    let stop = parts.stop.clone();
    let end = tokio::select! {
        end = run(&mut socket, conn, &parts) => end,
        () = stop.cancelled() => SessionEnd::Ended,
    };
    tracing::debug!(?conn, %end, "connection over");
}

async fn run(socket: &mut TcpStream, conn: ConnId, parts: &SessionParts) -> SessionEnd {
    match parts.gate.door() {
        Door::Open => {}
        Door::Silent => return read_in_silence(socket).await,
        Door::Shut => return SessionEnd::Ended,
    }
    let begun = match timeout(parts.handshake_deadline, begin(socket, &parts.gate)).await {
        Err(_) => return SessionEnd::Deadline,
        Ok(Err(end)) => return end,
        Ok(Ok(begun)) => begun,
    };
    let broken = CancellationToken::new();
    let (tx, rx) = outbox(broken.clone());
    let connect = Command::Connect { conn, client_id: begun.client_id, version: begun.version, outbox: tx };
    if parts.commands.send(connect).await.is_err() {
        return SessionEnd::Ended;
    }
    let (mut read, mut write) = socket.split();
    let end = tokio::select! {
        end = read_requests(&mut read, begun.frames, begun.version, conn, parts) => end,
        end = write_answers(&mut write, rx) => end,
        () = broken.cancelled() => SessionEnd::Ended,
    };
    if parts.commands.send(Command::Disconnect { conn }).await.is_err() {
        return SessionEnd::Ended;
    }
    end
}

/// Reads what a client says until it gives up, and answers nothing.
async fn read_in_silence(socket: &mut TcpStream) -> SessionEnd {
    let mut buffer = vec![0; READ_LEN];
    loop {
        if let Err(end) = read_some(socket, &mut buffer).await {
            return end;
        }
    }
}

/// A session that has begun.
struct Begun {
    client_id: i32,
    version: ServerVersion,
    frames: FrameReader,
}

/// Greets, agrees on a version, and waits for `startApi`.
async fn begin(socket: &mut TcpStream, gate: &Gate) -> Result<Begun, SessionEnd> {
    let mut buffer = vec![0; READ_LEN];
    let mut reader = HelloReader::new();
    let hello = loop {
        if let Some(hello) = reader.next_hello()? {
            break hello;
        }
        reader.push(read_some(socket, &mut buffer).await?);
    };
    let version =
        hello.negotiate().ok_or(SessionEnd::NoCommonVersion { min: hello.version_min, max: hello.version_max })?;
    // The greeting carries the time of the server's machine, not of its market.
    let ack = tws::encode_hello_ack(version, jiff::Timestamp::now());
    let ack = if gate.has_windows_zones() { windows_greeting(&ack) } else { ack };
    socket.write_all(&ack).await?;

    let mut frames = reader.into_frames();
    let frame = loop {
        if let Some(frame) = frames.next_frame()? {
            break frame;
        }
        frames.push(read_some(socket, &mut buffer).await?);
    };
    let Request::StartApi { client_id, .. } = tws::decode(version, &frame)? else {
        return Err(SessionEnd::OutOfOrder);
    };
    Ok(Begun { client_id, version, frames })
}

async fn read_some<'b, R: AsyncReadExt + Unpin>(from: &mut R, buffer: &'b mut [u8]) -> Result<&'b [u8], SessionEnd> {
    let len = from.read(buffer).await?;
    match buffer.get(..len) {
        Some(bytes) if len > 0 => Ok(bytes),
        Some(_) | None => Err(SessionEnd::Eof),
    }
}

async fn read_requests(
    read: &mut ReadHalf<'_>,
    mut frames: FrameReader,
    version: ServerVersion,
    conn: ConnId,
    parts: &SessionParts,
) -> SessionEnd {
    let mut buffer = vec![0; READ_LEN];
    let mut throttle = parts.throttle.then(|| Throttle::new(Instant::now()));
    loop {
        let frame = match frames.next_frame() {
            Err(e) => return e.into(),
            Ok(Some(frame)) => frame,
            Ok(None) => {
                // Silence is a client's right between messages, not within one.
                let within = frames.pending_len() > 0;
                let bytes = if within {
                    timeout(parts.handshake_deadline, read_some(read, &mut buffer)).await
                } else {
                    Ok(read_some(read, &mut buffer).await)
                };
                match bytes {
                    Err(_) => return SessionEnd::Deadline,
                    Ok(Err(end)) => return end,
                    Ok(Ok(bytes)) => frames.push(bytes),
                }
                continue;
            }
        };
        let request = match tws::decode(version, &frame) {
            Err(e) => return e.into(),
            Ok(Request::StartApi { .. }) => return SessionEnd::OutOfOrder,
            Ok(request) => request,
        };
        if let Some(throttle) = &mut throttle {
            let now = Instant::now();
            let at = throttle.admit(now);
            if at > now {
                sleep_until(at).await;
            }
        }
        let request = Box::new(request);
        let msg_id = peek_msg_id(version, &frame).unwrap_or_default();
        if parts.commands.send(Command::Request { conn, msg_id, request }).await.is_err() {
            return SessionEnd::Ended;
        }
    }
}

async fn write_answers(write: &mut WriteHalf<'_>, mut answers: OutboxReader) -> SessionEnd {
    while let Some(piece) = answers.next().await {
        match timeout(WRITE_STALL_MAX, write.write_all(&piece)).await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => return e.into(),
            Err(_) => return SessionEnd::Ended,
        }
    }
    match write.shutdown().await {
        Ok(()) => SessionEnd::Ended,
        Err(e) => e.into(),
    }
}
