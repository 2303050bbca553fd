//! The first words of a connection, by themselves: for who wants to know what listens at a port before logging in.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The oldest server version that the adapter speaks.
pub const SERVER_VERSION_MIN: u32 = 213;
/// As a TWS client greets. It reaches far down, so that an old server says how old it is.
const GREETING: &[u8] = b"v100..226";
/// A server that greets needs no more bytes.
const FRAME_LEN_MAX: u32 = 256;

/// Greets a server, and no more: no client id is used. Tells its version, and its time with zone as it wrote them
/// (`20260302 15:04:05 EST`). It has no time limit of its own.
///
/// # Errors
/// The stream's; [`io::ErrorKind::Other`] where the other side does not speak TWS.
pub async fn greet(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<(u32, String)> {
    stream.write_all(b"API\0").await?;
    let length = u32::try_from(GREETING.len()).map_err(io::Error::other)?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(GREETING).await?;
    let length = stream.read_u32().await?;
    if !(1..=FRAME_LEN_MAX).contains(&length) {
        return Err(io::Error::other(format!("a frame of {length} bytes")));
    }
    let mut frame = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    stream.read_exact(&mut frame).await?;
    let text = String::from_utf8_lossy(&frame);
    let mut words = text.split('\0');
    match (words.next().map(str::parse), words.next()) {
        (Some(Ok(version)), Some(time)) => Ok((version, time.to_owned())),
        (Some(_) | None, _) => Err(io::Error::other("no version")),
    }
}
