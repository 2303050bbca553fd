//! A key file behind a pass phrase: Argon2id makes a key of the phrase, ChaCha20-Poly1305 seals the API key with it.
//!
//! `tgsealed1$m=65536,t=3,p=1$SALT$NONCE$SEALED`, binary parts in hex, in one line. The parts before the sealed one are authenticated
//! with it. A gateway never reads such a file; only our commands do, and they ask on the terminal.

use argon2::{Algorithm, Argon2, Params, Version};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

const MARK: &str = "tgsealed1";
/// Memory in KiB, passes, lanes: a guess costs a machine of today a tenth of a second and 64 MiB.
const COST: Cost = Cost { memory_kib: 65_536, passes: 3, lanes: 1 };
/// A file that asks for more is not one of ours, and must not take the machine down.
const COST_MAX: Cost = Cost { memory_kib: 1_048_576, passes: 16, lanes: 8 };
const SALT_LEN: usize = 16;
const NONCE_LEN: usize = 12;
const KEY_LEN: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Why a file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    /// Not of our form.
    #[error("it is damaged, or sealed by a newer version")]
    Form,
    /// The phrase is wrong, or a byte was changed.
    #[error("the pass phrase is wrong, or the file was changed")]
    Phrase,
    /// The machine has no randomness or no memory.
    #[error("the machine lacks the memory or the randomness for it")]
    Machine,
}

/// Whether a file's text is sealed.
pub(crate) fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

/// Puts a text behind a pass phrase.
///
/// # Errors
/// [`SealError::Machine`].
pub(crate) fn seal(text: &str, phrase: &str) -> Result<String, SealError> {
    let (mut salt, mut nonce) = ([0; SALT_LEN], [0; NONCE_LEN]);
    getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut nonce)).map_err(|_| SealError::Machine)?;
    let head = head(COST, &salt, &nonce);
    let mut sealed = text.as_bytes().to_vec();
    let key = key(phrase, &salt, COST)?;
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(&head), &mut sealed)
        .map_err(|_| SealError::Machine)?;
    Ok(format!("{head}${}", hex::encode(sealed)))
}

/// Takes it out again.
///
/// # Errors
/// See [`SealError`].
pub(crate) fn open(sealed: &str, phrase: &str) -> Result<String, SealError> {
    let parts: Vec<&str> = sealed.trim().split('$').collect();
    let [mark, cost, salt, nonce, body] = parts.as_slice() else { return Err(SealError::Form) };
    let cost = read_cost(cost).ok_or(SealError::Form)?;
    let (salt, nonce) = (bytes::<SALT_LEN>(salt)?, bytes::<NONCE_LEN>(nonce)?);
    let mut body = hex::decode(body).map_err(|_| SealError::Form)?;
    if *mark != MARK {
        return Err(SealError::Form);
    }
    let key = key(phrase, &salt, cost)?;
    let head = head(cost, &salt, &nonce);
    let opened = key
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(&head), &mut body)
        .map_err(|_| SealError::Phrase)?;
    String::from_utf8(opened.to_vec()).map_err(|_| SealError::Form)
}

fn head(cost: Cost, salt: &[u8], nonce: &[u8]) -> String {
    let Cost { memory_kib, passes, lanes } = cost;
    format!("{MARK}$m={memory_kib},t={passes},p={lanes}${}${}", hex::encode(salt), hex::encode(nonce))
}

fn read_cost(text: &str) -> Option<Cost> {
    let mut parts = text.split(',');
    let mut number = |name: &str| parts.next()?.strip_prefix(name)?.parse::<u32>().ok();
    let cost = Cost { memory_kib: number("m=")?, passes: number("t=")?, lanes: number("p=")? };
    let fits = cost.memory_kib <= COST_MAX.memory_kib && cost.passes <= COST_MAX.passes && cost.lanes <= COST_MAX.lanes;
    (fits && parts.next().is_none()).then_some(cost)
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], SealError> {
    let mut out = [0; N];
    hex::decode_to_slice(text, &mut out).map_err(|_| SealError::Form)?;
    Ok(out)
}

fn key(phrase: &str, salt: &[u8], cost: Cost) -> Result<LessSafeKey, SealError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(KEY_LEN)).map_err(|_| SealError::Form)?;
    let mut key = [0; KEY_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(phrase.as_bytes(), salt, &mut key)
        .map_err(|_| SealError::Machine)?;
    let key = UnboundKey::new(&CHACHA20_POLY1305, &key).map_err(|_| SealError::Machine)?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
#[path = "sealed_tests.rs"]
mod tests;
