//! The keyed hash chain: each record's hash covers its place, its columns, its body and the hash before it.

use std::fmt;
use std::str::FromStr;

/// The hash of one record: keyed BLAKE3, 256 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordHash([u8; 32]);

impl RecordHash {
    /// What stands before the first record.
    pub const ZERO: Self = Self([0; 32]);

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }
}

impl fmt::Display for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordHash({self})")
    }
}

impl FromStr for RecordHash {
    type Err = hex::FromHexError;
    fn from_str(text: &str) -> Result<Self, hex::FromHexError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// What a record's hash covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    pub(crate) seq: i64,
    pub(crate) at_ns: i64,
    pub(crate) kind: &'a str,
    pub(crate) cl_ord_id: Option<&'a str>,
    pub(crate) correlation_id: Option<&'a str>,
    pub(crate) principal: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// The secret of one installation's chain; separate keys for records and checkpoint lines come out of it.
#[derive(Clone)]
pub(crate) struct ChainKey {
    record: [u8; 32],
    checkpoint: [u8; 32],
    backup: [u8; 32],
    snapshot: [u8; 32],
    proof: RecordHash,
}

impl ChainKey {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        let proof = blake3::derive_key("tollgate 2026 journal key proof v1", secret);
        Self {
            record: blake3::derive_key("tollgate 2026 journal record v1", secret),
            checkpoint: blake3::derive_key("tollgate 2026 journal checkpoint v1", secret),
            backup: blake3::derive_key("tollgate 2026 journal backup v1", secret),
            snapshot: blake3::derive_key("tollgate 2026 journal snapshot v1", secret),
            proof: RecordHash(proof),
        }
    }

    /// Tells one key from another without giving it away; kept in the database.
    pub(crate) fn proof(&self) -> &RecordHash {
        &self.proof
    }

    pub(crate) fn seal(&self, content: &Content<'_>, prev: &RecordHash) -> RecordHash {
        let mut hasher = blake3::Hasher::new_keyed(&self.record);
        hasher.update(&content.seq.to_le_bytes());
        hasher.update(&content.at_ns.to_le_bytes());
        hasher.update(prev.as_bytes());
        put(&mut hasher, Some(content.kind.as_bytes()));
        put(&mut hasher, content.cl_ord_id.map(str::as_bytes));
        put(&mut hasher, content.correlation_id.map(str::as_bytes));
        put(&mut hasher, content.principal.map(str::as_bytes));
        put(&mut hasher, Some(content.body));
        RecordHash(*hasher.finalize().as_bytes())
    }

    pub(crate) fn seal_backup(&self, manifest: &[u8]) -> RecordHash {
        RecordHash(*blake3::keyed_hash(&self.backup, manifest).as_bytes())
    }

    /// What seals a snapshot of the book.
    pub(crate) fn snapshot_hasher(&self) -> blake3::Hasher {
        blake3::Hasher::new_keyed(&self.snapshot)
    }

    pub(crate) fn seal_checkpoint(&self, text: &str) -> RecordHash {
        RecordHash(*blake3::keyed_hash(&self.checkpoint, text.as_bytes()).as_bytes())
    }
}

/// Length first, so that no two contents give the same bytes; absent differs from empty.
fn put(hasher: &mut blake3::Hasher, field: Option<&[u8]>) {
    match field {
        None => {
            hasher.update(&[0]);
        }
        Some(bytes) => {
            hasher.update(&[1]);
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
