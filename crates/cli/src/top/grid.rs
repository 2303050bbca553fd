//! A table in a width that is given. No figure is ever cut: columns of less use go first, then texts are shortened.

use super::look::{Look, Tone};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Between two columns.
const GAP: u16 = 1;
/// A text is not made shorter than this.
const TEXT_MIN: u16 = 6;

/// One column.
pub(super) struct Col {
    /// Its heading.
    pub(super) head: &'static str,
    /// What it holds.
    pub(super) kind: Kind,
    /// 0 stays; of the others the highest goes first.
    pub(super) leave: u8,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// To the right, and never cut.
    Figure,
    /// May be shortened.
    Text,
    /// Short words, which are not.
    Word,
}

/// A column of figures.
pub(super) const fn figure(head: &'static str, leave: u8) -> Col {
    Col { head, kind: Kind::Figure, leave }
}

/// A column of texts.
pub(super) const fn text(head: &'static str, leave: u8) -> Col {
    Col { head, kind: Kind::Text, leave }
}

/// A column of words.
pub(super) const fn word(head: &'static str, leave: u8) -> Col {
    Col { head, kind: Kind::Word, leave }
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// A cell like others.
pub(super) fn cell(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), tone: Tone::Plain }
}

/// A cell that stands out, or back.
pub(super) fn toned(text: impl Into<String>, tone: Tone) -> Cell {
    Cell { text: text.into(), tone }
}

/// Columns and rows; each row has as many cells as there are columns.
pub(super) struct Grid {
    pub(super) cols: &'static [Col],
    pub(super) rows: Vec<Vec<Cell>>,
}

/// Columns on the screen.
pub(super) fn width_of(text: &str) -> u16 {
    u16::try_from(Span::raw(text).width()).unwrap_or(u16::MAX)
}

/// A text in a width, with a sign that it is longer.
pub(super) fn cut(text: &str, width: u16) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if width_of(&short).saturating_add(width_of(letter.encode_utf8(&mut [0; 4]))) >= width {
            break;
        }
        short.push(letter);
    }
    if width > 0 {
        short.push('…');
    }
    short
}

impl Grid {
    /// The width of each column that is shown, by all rows, so that nothing moves when they are scrolled.
    fn widths(&self, room: u16) -> Vec<Option<u16>> {
        let natural = |(nth, col): (usize, &Col)| {
            let cells = self.rows.iter().filter_map(|row| row.get(nth)).map(|cell| width_of(&cell.text));
            cells.fold(width_of(col.head), u16::max)
        };
        let mut widths: Vec<Option<u16>> = self.cols.iter().enumerate().map(natural).map(Some).collect();
        while total(&widths) > room {
            let last =
                self.cols.iter().zip(&widths).enumerate().filter(|(_, (col, width))| col.leave > 0 && width.is_some());
            let Some((nth, _)) = last.max_by_key(|(_, (col, _))| col.leave) else { break };
            if let Some(width) = widths.get_mut(nth) {
                *width = None;
            }
        }
        while total(&widths) > room {
            let texts = self.cols.iter().zip(widths.iter_mut()).filter(|(col, _)| col.kind == Kind::Text);
            let widest = texts.filter_map(|(_, width)| width.as_mut()).filter(|width| **width > TEXT_MIN).max();
            let Some(width) = widest else { break };
            *width -= 1;
        }
        widths
    }

    /// Draws headings and rows from `first` on.
    pub(super) fn draw(&self, first: usize, chosen: Option<usize>, look: Look, area: Rect, buf: &mut Buffer) {
        let widths = self.widths(area.width);
        self.line(&widths, area, 0, buf, |col| (col.head, Tone::Quiet), look);
        for (nth, row) in self.rows.iter().enumerate().skip(first) {
            let Ok(y) = u16::try_from(nth - first + 1) else { return };
            if y >= area.height {
                return;
            }
            let mut cells = row.iter();
            self.line(
                &widths,
                area,
                y,
                buf,
                |_| cells.next().map_or(("", Tone::Plain), |cell| (&cell.text, cell.tone)),
                look,
            );
            if chosen == Some(nth) {
                buf.set_style(Rect { y: area.y + y, height: 1, ..area }, look.of(Tone::Chosen));
            }
        }
    }

    fn line<'a>(
        &'a self,
        widths: &[Option<u16>],
        area: Rect,
        y: u16,
        buf: &mut Buffer,
        mut cell: impl FnMut(&'a Col) -> (&'a str, Tone),
        look: Look,
    ) {
        let mut x = area.x;
        for (col, width) in self.cols.iter().zip(widths) {
            let (text, tone) = cell(col);
            let Some(width) = *width else { continue };
            let room = area.right().saturating_sub(x).min(width);
            let text = cut(text, room);
            let blank = if col.kind == Kind::Figure { room.saturating_sub(width_of(&text)) } else { 0 };
            buf.set_stringn(x.saturating_add(blank), area.y + y, &text, usize::from(room), look.of(tone));
            x = x.saturating_add(width).saturating_add(GAP);
        }
    }
}

fn total(widths: &[Option<u16>]) -> u16 {
    let shown = widths.iter().flatten();
    let gaps = u16::try_from(shown.clone().count().saturating_sub(1)).unwrap_or(u16::MAX).saturating_mul(GAP);
    shown.fold(gaps, |sum, width| sum.saturating_add(*width))
}
