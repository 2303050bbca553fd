//! One record of the changes file: length, checksum of the length, checksum of the body, body.
//!
//! The length has a checksum of its own, so that a damaged length in the middle of the file is not
//! taken for a record cut short at its end.

use std::io;

use flate2::Crc;
use serde::Serialize;

/// What stands at the front of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<'a> {
    /// Nothing more.
    End,
    /// A whole record, and what follows it.
    Record {
        /// Its body.
        body: &'a [u8],
        /// What follows.
        rest: &'a [u8],
    },
    /// A record whose writing was interrupted.
    Torn {
        /// Bytes there are of it.
        len: usize,
    },
    /// No record of ours.
    Corrupt {
        /// What is wrong.
        reason: &'static str,
    },
}

/// Appends one record.
pub(crate) fn append<T: Serialize>(out: &mut Vec<u8>, body: &T) -> io::Result<()> {
    let body = serde_json::to_vec(body)?;
    let len = u32::try_from(body.len()).map_err(io::Error::other)?.to_be_bytes();
    out.extend_from_slice(&len);
    out.extend_from_slice(&crc(&len).to_be_bytes());
    out.extend_from_slice(&crc(&body).to_be_bytes());
    out.extend_from_slice(&body);
    Ok(())
}

/// Looks at the record at the front.
pub(crate) fn next(bytes: &[u8]) -> Next<'_> {
    if bytes.is_empty() {
        return Next::End;
    }
    // A file system may lengthen a file with zeros before the bytes themselves arrive.
    if bytes.iter().all(|b| *b == 0) {
        return Next::Torn { len: bytes.len() };
    }
    let torn = Next::Torn { len: bytes.len() };
    let Some((len, after)) = bytes.split_first_chunk() else {
        return torn;
    };
    let Some((len_crc, after)) = after.split_first_chunk() else {
        return torn;
    };
    let Some((body_crc, after)) = after.split_first_chunk() else {
        return torn;
    };
    if crc(len) != u32::from_be_bytes(*len_crc) {
        return Next::Corrupt { reason: "the length of a record does not match its checksum" };
    }
    let Some((body, rest)) = after.split_at_checked(u32::from_be_bytes(*len) as usize) else {
        return torn;
    };
    if crc(body) == u32::from_be_bytes(*body_crc) {
        return Next::Record { body, rest };
    }
    if rest.is_empty() && body.ends_with(&[0]) {
        // The last record, its end not written: no body of ours ends with a zero byte.
        return torn;
    }
    Next::Corrupt { reason: "a record does not match its checksum" }
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
#[path = "state_record_tests.rs"]
mod tests;
