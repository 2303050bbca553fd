//! From a misspelt name to the one that was meant.

use super::limits::LIMITS;

/// More steps apart than this, and it is another word.
const STEPS_MAX: usize = 3;
/// A name that ends too early is known by so many letters.
const BEGINNING_MIN: usize = 6;
/// Longer names are nobody's slip of the finger.
const NAME_MAX: usize = 60;

/// The limit that is spelt most alike, if one is.
pub(super) fn nearest_limit(name: &str) -> Option<&'static str> {
    if name.len() > NAME_MAX {
        return None;
    }
    let nearest = LIMITS.iter().map(|limit| (steps_between(name, limit.key), limit.key)).min();
    let begun =
        || LIMITS.iter().map(|limit| limit.key).find(|key| name.len() >= BEGINNING_MIN && key.starts_with(name));
    nearest.filter(|(steps, _)| *steps <= STEPS_MAX).map(|(_, key)| key).or_else(begun)
}

/// Edit distance, row by row.
fn steps_between(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, a) in left.chars().enumerate() {
        let mut before = above + 1;
        let mut next = vec![before];
        for ((b, diagonal), over) in right.iter().zip(&row).zip(row.iter().skip(1)) {
            before = (over + 1).min(before + 1).min(diagonal + usize::from(a != *b));
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "nearest_tests.rs"]
mod tests;
