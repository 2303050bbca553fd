//! The greeting: `API\0`, then one frame `v<min>..<max>[ options]`; the answer is one frame with the
//! version agreed on and the server's time.

use jiff::Timestamp;

use crate::error::DecodeError;
use crate::frame::{FRAME_LEN_MAX, FrameReader, write_frame};
use crate::time;
use crate::version::ServerVersion;

/// Longest version frame accepted, in bytes: the range and a few option words.
pub const HELLO_LEN_MAX: usize = 512;

const PREFIX: [u8; 4] = *b"API\0";

/// What a client offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Lowest server version it speaks.
    pub version_min: i32,
    /// Highest.
    pub version_max: i32,
    /// What follows the range, for example `+PACEAPI`. Empty for most clients.
    pub options: String,
}

impl Hello {
    /// The version to serve it at, if there is a common one.
    pub fn negotiate(&self) -> Option<ServerVersion> {
        ServerVersion::negotiate(self.version_min, self.version_max)
    }

    fn parse(frame: &[u8]) -> Option<Self> {
        let text = str::from_utf8(frame).ok()?;
        let (range, options) = text.split_once(' ').unwrap_or((text, ""));
        let range = range.strip_prefix('v')?;
        let (min, max) = range.split_once("..").unwrap_or((range, range));
        let hello =
            Self { version_min: parse_version(min)?, version_max: parse_version(max)?, options: options.to_owned() };
        (hello.version_min <= hello.version_max).then_some(hello)
    }
}

fn parse_version(text: &str) -> Option<i32> {
    let digits = !text.is_empty() && text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Reads the greeting, then becomes the reader of the session's frames.
#[derive(Debug)]
pub struct HelloReader {
    frames: FrameReader,
    api_seen: bool,
}

impl Default for HelloReader {
    fn default() -> Self {
        Self::new()
    }
}

impl HelloReader {
    /// A reader at the start of a connection.
    pub fn new() -> Self {
        Self { frames: FrameReader::new(HELLO_LEN_MAX), api_seen: false }
    }

    /// Takes bytes from the socket.
    pub fn push(&mut self, bytes: &[u8]) {
        self.frames.push(bytes);
    }

    /// The greeting, or `None` until more bytes come.
    ///
    /// # Errors
    /// What came is not a greeting of this protocol.
    pub fn next_hello(&mut self) -> Result<Option<Hello>, DecodeError> {
        if !self.api_seen {
            match self.frames.take() {
                None => return Ok(None),
                Some(PREFIX) => self.api_seen = true,
                Some(_) => return Err(DecodeError::NotApi),
            }
        }
        let Some(frame) = self.frames.next_frame()? else {
            return Ok(None);
        };
        Hello::parse(&frame).map(Some).ok_or(DecodeError::MalformedHello)
    }

    /// The reader of what follows the greeting, with the bytes that already came.
    pub fn into_frames(mut self) -> FrameReader {
        self.frames.set_len_max(FRAME_LEN_MAX);
        self.frames
    }
}

/// The answer to a greeting, framed. It has no message id.
pub fn encode_hello_ack(version: ServerVersion, now: Timestamp) -> Vec<u8> {
    let mut out = Vec::new();
    write_frame(&mut out, |body| {
        body.extend_from_slice(format!("{version}\0{}\0", time::format_zoned(now)).as_bytes());
    });
    out
}

#[cfg(test)]
#[path = "hello_tests.rs"]
mod tests;
