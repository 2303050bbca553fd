//! Writes the fields of one message: text, each ended by a NUL.

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::number;
use crate::time;
use crate::version::ServerVersion;

use super::since;

/// The wire's unset double.
pub(super) const UNSET_DOUBLE: &str = "1.7976931348623157E308";
/// The wire's unset integer.
pub(super) const UNSET_INT: &str = "2147483647";

/// A message under construction.
#[derive(Debug)]
pub(super) struct Body<'a> {
    version: ServerVersion,
    out: &'a mut Vec<u8>,
}

impl<'a> Body<'a> {
    /// A message of this id.
    pub(super) fn begin(version: ServerVersion, out: &'a mut Vec<u8>, msg_id: i32) -> Self {
        let mut body = Self { version, out };
        body.int(msg_id);
        body
    }

    /// Whether the version is at least this one.
    pub(super) fn since(&self, number: i32) -> bool {
        self.version.at_least(number)
    }

    /// A text. A NUL within it, which other encodings can carry, would tear the message: it is left out.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.out.extend(text.bytes().filter(|b| *b != 0));
        self.out.push(0);
        self
    }

    /// A text, empty for none.
    pub(super) fn some_text(&mut self, text: Option<&String>) -> &mut Self {
        self.text(text.map_or("", String::as_str))
    }

    /// A text that clients expect in seven bits: what lies beyond is written `\uXXXX`.
    pub(super) fn ascii(&mut self, text: &str) -> &mut Self {
        if text.is_ascii() {
            return self.text(text);
        }
        let mut escaped = String::with_capacity(text.len() + 16);
        for unit in text.encode_utf16() {
            match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii() => escaped.push(char::from(byte)),
                Ok(_) | Err(_) => {
                    escaped.push_str("\\u");
                    let digit = |shift: u32| char::from_digit(u32::from(unit) >> shift & 0xf, 16);
                    escaped.extend([12, 8, 4, 0].into_iter().filter_map(digit));
                }
            }
        }
        self.text(&escaped)
    }

    /// An integer.
    pub(super) fn int(&mut self, number: impl Into<i64>) -> &mut Self {
        let number: i64 = number.into();
        self.text(&number.to_string())
    }

    /// An integer, or what the wire writes for none.
    pub(super) fn int_or(&mut self, number: Option<impl Into<i64>>, none: &str) -> &mut Self {
        match number {
            Some(number) => self.int(number),
            None => self.text(none),
        }
    }

    /// A flag.
    pub(super) fn flag(&mut self, flag: bool) -> &mut Self {
        self.text(if flag { "1" } else { "0" })
    }

    /// A flag, unset for none.
    pub(super) fn some_flag(&mut self, flag: Option<bool>) -> &mut Self {
        self.flag(flag.unwrap_or(false))
    }

    /// A decimal.
    pub(super) fn decimal(&mut self, number: Decimal) -> &mut Self {
        self.text(&number::text(number))
    }

    /// A decimal, or what the wire writes for none.
    pub(super) fn decimal_or(&mut self, number: Option<Decimal>, none: &str) -> &mut Self {
        match number {
            Some(number) => self.decimal(number),
            None => self.text(none),
        }
    }

    /// A double, or what the wire writes for none.
    pub(super) fn double_or(&mut self, number: Option<f64>, none: &str) -> &mut Self {
        match number {
            Some(number) => self.text(&number.to_string()),
            None => self.text(none),
        }
    }

    /// How many groups of fields follow.
    pub(super) fn count(&mut self, count: usize) -> &mut Self {
        self.text(&count.to_string())
    }

    /// So many empty fields.
    pub(super) fn empty(&mut self, count: usize) -> &mut Self {
        self.out.resize(self.out.len() + count, 0);
        self
    }

    /// A date and time in the exchange's zone, which is named once versions name zones.
    pub(super) fn date_time(&mut self, at: Timestamp) -> &mut Self {
        if self.since(since::ZONED_TIMES) {
            self.text(&time::format_zoned(at))
        } else {
            self.text(&time::format_local(at))
        }
    }
}
