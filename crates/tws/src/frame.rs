//! Framing: a big-endian u32 length, then that many bytes.

use prost::bytes::{Buf, Bytes, BytesMut};

use crate::error::DecodeError;

/// Longest frame accepted from a client, in bytes. The longest legitimate request, an order with its
/// conditions and algorithm parameters, takes a few thousand.
pub const FRAME_LEN_MAX: usize = 1 << 20;

const PREFIX_LEN: usize = 4;

/// Cuts a stream of bytes into frames, however the bytes arrive.
///
/// It never reserves room for a frame on the word of its length prefix: memory grows with the bytes
/// that really came.
#[derive(Debug)]
pub struct FrameReader {
    buffer: BytesMut,
    len_max: usize,
}

impl FrameReader {
    /// A reader that refuses frames longer than `len_max` bytes.
    pub fn new(len_max: usize) -> Self {
        Self { buffer: BytesMut::new(), len_max }
    }

    /// Takes bytes from the socket.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes taken and not yet given out.
    pub fn pending_len(&self) -> usize {
        self.buffer.len()
    }

    /// The next whole frame without its prefix, or `None` until more bytes come.
    ///
    /// # Errors
    /// [`DecodeError::FrameTooLong`] as soon as the prefix says so. The stream cannot be read on.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, DecodeError> {
        let Some(prefix) = self.buffer.first_chunk::<PREFIX_LEN>() else {
            return Ok(None);
        };
        let len = u32::from_be_bytes(*prefix) as usize;
        if len > self.len_max {
            return Err(DecodeError::FrameTooLong { len, len_max: self.len_max });
        }
        if self.buffer.len() < PREFIX_LEN + len {
            return Ok(None);
        }
        self.buffer.advance(PREFIX_LEN);
        Ok(Some(self.buffer.split_to(len).freeze()))
    }

    /// Takes `N` raw bytes from the front, or `None` until they are there.
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = *self.buffer.first_chunk::<N>()?;
        self.buffer.advance(N);
        Some(bytes)
    }

    /// Changes the longest frame accepted from here on.
    pub(crate) fn set_len_max(&mut self, len_max: usize) {
        self.len_max = len_max;
    }
}

/// Appends one frame to `out`; `body` writes its content.
pub(crate) fn write_frame(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; PREFIX_LEN]);
    body(out);
    let len = u32::try_from(out.len() - at - PREFIX_LEN).unwrap_or(u32::MAX);
    if let Some(prefix) = out.get_mut(at..at + PREFIX_LEN) {
        prefix.copy_from_slice(&len.to_be_bytes());
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
