//! What went over the wire to the broker, read by the link itself: neither side is asked.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Keys of the torture all have this length: in the protobuf encoding the next field's tag may look like one more letter.
pub(crate) const KEY_LEN: usize = 14;
/// `tg:`, eight hexadecimal digits, `:`.
const PREFIX_LEN: usize = 12;
/// `:tp` or `:sl` of an exit.
const SUFFIX_LEN: usize = 3;
/// Longest part of a reference that one read may end in. Something always follows a reference in its message.
const TAIL_LEN: usize = PREFIX_LEN + KEY_LEN + SUFFIX_LEN - 1;

/// References of orders as they passed, each with its times.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    seen: Mutex<BTreeMap<String, Vec<Timestamp>>>,
}

impl Witness {
    /// Reads what has just come from the gateway; `tail` is what came before it on the same connection.
    pub(crate) fn read(&self, tail: &mut Vec<u8>, chunk: &[u8]) {
        let known = tail.len();
        tail.extend_from_slice(chunk);
        for at in 0..tail.len().saturating_sub(TAIL_LEN) {
            let end = at + PREFIX_LEN + KEY_LEN + SUFFIX_LEN;
            if end > known
                && let Some(key) = key_at(&tail[at..end])
            {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.entry(key).or_default().push(Timestamp::now());
            }
        }
        let keep = tail.len().saturating_sub(TAIL_LEN);
        tail.drain(..keep);
    }

    /// Every key with the times at which a message with its reference passed.
    pub(crate) fn all(&self) -> BTreeMap<String, Vec<Timestamp>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn key_at(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"tg:")?;
    let (installation, rest) = rest.split_at_checked(8)?;
    let (key, suffix) = rest.strip_prefix(b":")?.split_at_checked(KEY_LEN)?;
    let well_formed = installation.iter().all(u8::is_ascii_hexdigit) && key.iter().all(u8::is_ascii_graphic);
    let exit = match suffix {
        b":tp" => ":tp",
        b":sl" => ":sl",
        _ => "",
    };
    let key = String::from_utf8(key.to_vec()).ok().filter(|_| well_formed)?;
    Some(format!("{key}{exit}"))
}
