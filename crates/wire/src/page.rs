//! Lists: `{items, next_cursor}`.

use crate::fields::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The page.
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; null when there is none.
    pub next_cursor: Option<String>,
}

/// A larger `limit` is clamped to this.
pub const LIMIT_MAX: usize = 1_000;
/// The page's size when the caller names none.
pub const LIMIT_DEFAULT: usize = 100;

/// Reads `limit`: a whole number above zero, clamped to [`LIMIT_MAX`].
pub fn limit(text: Option<&str>, errors: &mut Vec<FieldError>) -> usize {
    let Some(text) = text else { return LIMIT_DEFAULT };
    let plain = !text.is_empty() && text.len() <= 18 && text.chars().all(|c| c.is_ascii_digit());
    match text.parse::<usize>() {
        Ok(limit) if plain && limit > 0 => limit.min(LIMIT_MAX),
        Ok(_) | Err(_) => {
            errors.push(FieldError::new("limit", &"must be a whole number above 0"));
            LIMIT_DEFAULT
        }
    }
}

impl<T> Page<T> {
    /// A page out of everything, behind the item with the key `cursor`.
    ///
    /// # Errors
    /// A cursor that is no item's key.
    pub fn cut(
        all: Vec<T>,
        limit: usize,
        cursor: Option<&str>,
        key: impl Fn(&T) -> String,
    ) -> Result<Self, FieldError> {
        let start = match cursor {
            None => 0,
            Some(cursor) => all
                .iter()
                .position(|item| key(item) == cursor)
                .map(|at| at + 1)
                .ok_or_else(|| FieldError::new("cursor", &"must be a next_cursor of this list"))?,
        };
        let more = all.len() > start.saturating_add(limit);
        let items: Vec<T> = all.into_iter().skip(start).take(limit).collect();
        let next_cursor = items.last().filter(|_| more).map(key);
        Ok(Self { items, next_cursor })
    }

    /// A page out of one item more than asked for, which only shows that there are more.
    pub fn of_peeked(mut items: Vec<T>, limit: usize, key: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(key);
        Self { items, next_cursor }
    }
}
