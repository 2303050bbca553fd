//! Requests and replies as lines with bars between the fields.

use crate::codec::{decode, encode};
use crate::error::DecodeError;
use crate::frame::FrameReader;
use crate::model::{Reply, Request};
use crate::version::{Encoding, ServerVersion};

/// Every version served in text.
pub(super) fn versions() -> impl Iterator<Item = i32> {
    157..=200
}

pub(super) fn version(number: i32) -> ServerVersion {
    let version = ServerVersion::negotiate(number, number).unwrap();
    assert_eq!((version.number(), version.encoding()), (number, Encoding::Text));
    version
}

/// The fields of the frames that a reply takes, which are none or one.
pub(super) fn written(number: i32, reply: &Reply) -> Option<Vec<String>> {
    let mut reader = FrameReader::new(1 << 20);
    reader.push(&encode(version(number), reply));
    let frame = reader.next_frame().unwrap()?;
    assert_eq!(reader.pending_len(), 0);
    let text = str::from_utf8(&frame).unwrap().strip_suffix('\0').unwrap();
    Some(text.split('\0').map(str::to_owned).collect())
}

/// The same, with bars between the fields.
pub(super) fn line(number: i32, reply: &Reply) -> String {
    written(number, reply).unwrap().join("|")
}

/// Reads a request whose fields stand between bars.
pub(super) fn read(number: i32, fields: &str) -> Result<Request, DecodeError> {
    let text = fields.replace('|', "\0");
    decode(version(number), format!("{text}\0").as_bytes())
}
