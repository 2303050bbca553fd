//! The path of one instrument through one session: a seeded bridge between two closes.
//!
//! One node per second. A node's value is found by halving the session down to it, at each step taking
//! the middle of two known nodes plus noise named by the node, so that any node costs some seventeen
//! steps and no state. The noise is bounded, so extremes are found by branch and bound.

use super::noise::{NORMALISH_MAX, mix, normalish};

/// A day's path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    /// First value, yesterday's close.
    pub(super) from: f64,
    /// Last value, today's close.
    pub(super) to: f64,
    /// Seconds of the session: nodes are 0 to this, both included.
    pub(super) len: i64,
    /// Standard deviation of the noise over the whole session, in price.
    pub(super) sd: f64,
    /// Names the noise.
    pub(super) key: u64,
    /// Whether it stands at its first value until its last node.
    pub(super) held: bool,
}

/// Part of a path between two known nodes.
#[derive(Clone, Copy)]
struct Piece {
    from: i64,
    to: i64,
    from_value: f64,
    to_value: f64,
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a day are far below 2^52")]
fn float(n: i64) -> f64 {
    n as f64
}

impl Path {
    fn whole(&self) -> Piece {
        Piece { from: 0, to: self.len, from_value: self.from, to_value: self.to }
    }

    fn middle(&self, piece: &Piece) -> (i64, f64) {
        let node = i64::midpoint(piece.from, piece.to);
        let (left, right) = (float(node - piece.from), float(piece.to - node));
        let straight = piece.from_value + (piece.to_value - piece.from_value) * left / (left + right);
        let sd = self.sd * (left * right / ((left + right) * float(self.len))).sqrt();
        (node, straight + sd * normalish(mix(self.key, node.cast_unsigned())))
    }

    /// The value at a node; beyond the ends, the value of the end.
    pub(super) fn at(&self, node: i64) -> f64 {
        if node <= 0 {
            return self.from;
        }
        if node >= self.len {
            return self.to;
        }
        if self.held {
            return self.from;
        }
        let mut piece = self.whole();
        loop {
            let (middle, value) = self.middle(&piece);
            match node.cmp(&middle) {
                std::cmp::Ordering::Equal => return value,
                std::cmp::Ordering::Less => (piece.to, piece.to_value) = (middle, value),
                std::cmp::Ordering::Greater => (piece.from, piece.from_value) = (middle, value),
            }
        }
    }

    /// How far the inside of a piece can lie beyond its ends.
    fn reach(&self, piece: &Piece) -> f64 {
        let mut reach = 0.0;
        let mut len = piece.to - piece.from;
        while len > 1 {
            reach += 0.5 * (float(len) / float(self.len)).sqrt();
            len = (len + 1) / 2;
        }
        // A hair more than the bound, for the rounding of the sums above.
        reach * self.sd * NORMALISH_MAX * 1.000_001
    }

    /// Lowest and highest value among the nodes `first..=last`.
    pub(super) fn extremes(&self, first: i64, last: i64) -> (f64, f64) {
        let (first, last) = (first.clamp(0, self.len), last.clamp(0, self.len));
        let (a, b) = (self.at(first), self.at(last));
        let (mut low, mut high) = (a.min(b), a.max(b));
        if self.held {
            return (low, high);
        }
        let mut open = vec![self.whole()];
        while let Some(piece) = open.pop() {
            if piece.to - piece.from <= 1 || piece.to <= first || piece.from >= last {
                continue;
            }
            let reach = self.reach(&piece);
            if piece.from_value.max(piece.to_value) + reach <= high
                && piece.from_value.min(piece.to_value) - reach >= low
            {
                continue;
            }
            let (node, value) = self.middle(&piece);
            if (first..=last).contains(&node) {
                low = low.min(value);
                high = high.max(value);
            }
            open.push(Piece { to: node, to_value: value, ..piece });
            open.push(Piece { from: node, from_value: value, ..piece });
        }
        (low, high)
    }
}

#[cfg(test)]
#[path = "path_tests.rs"]
mod tests;
