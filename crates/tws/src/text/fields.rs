//! Reads the fields of one message: text, each ended by a NUL.
//!
//! Nothing is made up. A field that is not there, is no number where one is due, or is left over makes the
//! message malformed; an empty field is the wire's word for "unset" and reads as `None`.

use crate::error::DecodeError;
use crate::number::is_unset;
use crate::version::ServerVersion;

/// The fields of a message that are still to be read.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    version: ServerVersion,
    /// `None` once all are read; the last NUL is cut off.
    rest: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// The fields of a frame.
    pub(super) fn new(version: ServerVersion, frame: &'a [u8]) -> Result<Self, DecodeError> {
        let text = str::from_utf8(frame).map_err(|_| DecodeError::NotText)?;
        let rest = text.strip_suffix('\0').ok_or(DecodeError::Unterminated { len: frame.len() })?;
        Ok(Self { version, rest: Some(rest) })
    }

    /// Whether the version is at least this one.
    pub(super) fn since(&self, number: i32) -> bool {
        self.version.at_least(number)
    }

    /// Whether there is another field.
    pub(super) const fn more(&self) -> bool {
        self.rest.is_some()
    }

    /// The next field as it is.
    pub(super) fn raw(&mut self, field: &'static str) -> Result<&'a str, DecodeError> {
        let rest = self.rest.ok_or(DecodeError::MissingField { field })?;
        let (next, rest) = match rest.split_once('\0') {
            Some((next, rest)) => (next, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        Ok(next)
    }

    /// A text; nothing is a text too.
    pub(super) fn text(&mut self, field: &'static str) -> Result<String, DecodeError> {
        self.raw(field).map(str::to_owned)
    }

    /// A text, `None` when empty.
    pub(super) fn some_text(&mut self, field: &'static str) -> Result<Option<String>, DecodeError> {
        let text = self.raw(field)?;
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// An integer, `None` when empty or the wire's unset.
    pub(super) fn some_int(&mut self, field: &'static str) -> Result<Option<i32>, DecodeError> {
        let text = self.raw(field)?;
        if text.is_empty() {
            return Ok(None);
        }
        let number: i32 = text.parse().map_err(|_| DecodeError::NotInteger { field })?;
        Ok((number != i32::MAX).then_some(number))
    }

    /// An integer without which the message means nothing.
    pub(super) fn int(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        self.some_int(field)?.ok_or(DecodeError::MissingField { field })
    }

    /// How many groups of fields follow; empty says none.
    pub(super) fn count(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        let count = self.some_int(field)?.unwrap_or(0);
        u32::try_from(count).map_err(|_| DecodeError::NotInteger { field })
    }

    /// A number, `None` when empty or the wire's unset.
    pub(super) fn some_double(&mut self, field: &'static str) -> Result<Option<f64>, DecodeError> {
        let text = self.raw(field)?;
        if text.is_empty() {
            return Ok(None);
        }
        let number: f64 = text.parse().map_err(|_| DecodeError::NotDecimal { field })?;
        match number {
            v if is_unset(v) => Ok(None),
            v if v.is_finite() => Ok(Some(v)),
            _ => Err(DecodeError::NotFinite { field }),
        }
    }

    /// A flag, `None` when empty.
    pub(super) fn some_flag(&mut self, field: &'static str) -> Result<Option<bool>, DecodeError> {
        match self.raw(field)? {
            "" => Ok(None),
            "0" => Ok(Some(false)),
            "1" => Ok(Some(true)),
            _ => Err(DecodeError::NotFlag { field }),
        }
    }

    /// A flag; the wire leaves it empty to say that it is not set.
    pub(super) fn flag(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.some_flag(field)?.unwrap_or(false))
    }

    /// Passes over the version of the message, which the version of the server made meaningless.
    pub(super) fn skip_version(&mut self) -> Result<(), DecodeError> {
        self.int("version").map(|_| ())
    }

    /// That nothing is left over.
    pub(super) fn end(&self, msg_id: i32) -> Result<(), DecodeError> {
        match self.rest {
            None => Ok(()),
            Some(_) => Err(DecodeError::TrailingFields { msg_id }),
        }
    }
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
