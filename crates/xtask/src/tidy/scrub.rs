//! Blanks comments and literals out of Rust text, so that rules see code only.

/// Returns `text` with every comment, string, byte string and character literal replaced by
/// spaces. Line breaks stay where they were, so line numbers still fit.
///
/// It is a scanner, not a parser: enough to keep a banned word in a message from being taken for
/// a call.
pub(crate) fn scrub(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&first) = chars.get(at) {
        let rest = chars.get(at..).unwrap_or_default();
        let follows_word = at > 0 && chars.get(at - 1).is_some_and(|c| is_word(*c));
        let len = match first {
            '/' if rest.get(1) == Some(&'/') => line_comment_len(rest),
            '/' if rest.get(1) == Some(&'*') => block_comment_len(rest),
            '"' => quoted_len(rest, '"'),
            '\'' => char_literal_len(rest),
            'r' | 'b' | 'c' if !follows_word => prefixed_literal_len(rest),
            _ => 0,
        };
        if len == 0 {
            out.push(first);
            at += 1;
        } else {
            for c in rest.iter().take(len) {
                out.push(if *c == '\n' { '\n' } else { ' ' });
            }
            at += len;
        }
    }
    out
}

/// Whether a character may be part of an identifier.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn line_comment_len(rest: &[char]) -> usize {
    rest.iter().take_while(|c| **c != '\n').count()
}

fn block_comment_len(rest: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match (rest.get(at), rest.get(at + 1)) {
            (Some('/'), Some('*')) => {
                depth += 1;
                at += 2;
            }
            (Some('*'), Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a literal that opens with `quote` at index 0 and honours backslashes.
fn quoted_len(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while let Some(&c) = rest.get(at) {
        match c {
            '\\' => at += 2,
            _ if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a character literal, or 0 for a lifetime or a loop label.
fn char_literal_len(rest: &[char]) -> usize {
    match (rest.get(1), rest.get(2)) {
        (Some('\\'), _) => quoted_len(rest, '\''),
        (Some(_), Some('\'')) => 3,
        _ => 0,
    }
}

/// Length of `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"` or `b'…'`; 0 when it is none of them.
fn prefixed_literal_len(rest: &[char]) -> usize {
    let letters = rest.iter().take_while(|c| matches!(c, 'r' | 'b' | 'c')).count();
    let prefix: String = rest.iter().take(letters).collect();
    let tail = rest.get(letters..).unwrap_or_default();
    let hashes = tail.iter().take_while(|c| **c == '#').count();
    match (prefix.as_str(), tail.first()) {
        ("b" | "c", Some('"')) => letters + quoted_len(tail, '"'),
        ("b", Some('\'')) => letters + char_literal_len(tail),
        ("r" | "br" | "cr", _) if tail.get(hashes) == Some(&'"') => letters + raw_len(tail, hashes),
        _ => 0,
    }
}

/// Length of `#…#"…"#…#` with `hashes` hashes on each side.
fn raw_len(tail: &[char], hashes: usize) -> usize {
    let mut at = hashes + 1;
    while at < tail.len() {
        let closes = tail.get(at) == Some(&'"') && (1..=hashes).all(|n| tail.get(at + n) == Some(&'#'));
        if closes {
            return at + hashes + 1;
        }
        at += 1;
    }
    tail.len()
}

#[cfg(test)]
#[path = "scrub_tests.rs"]
mod tests;
