//! A file with all of its mutants in it, each behind a switch.

use super::sites::{Shape, Sites};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

/// One mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mutant {
    /// What switches it on; 0 is none.
    pub(super) id: u32,
    /// Path from the root.
    pub(super) path: String,
    /// Where in the original.
    pub(super) line: usize,
    /// In which function.
    pub(super) function: String,
    /// What stands there.
    pub(super) before: String,
    /// What stands there instead.
    pub(super) after: String,
}

/// Which bytes of the rendered file belong to which mutants.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) range: Range<usize>,
    pub(super) ids: Vec<u32>,
}

/// A rendered file.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) mutants: Vec<Mutant>,
    pub(super) owned: Vec<Owned>,
}

/// One place with the numbers of its alternatives.
struct Place<'a> {
    range: Range<usize>,
    shape: Shape,
    function: &'a str,
    texts: Vec<(u32, &'a str)>,
}

/// Renders a file. Numbers go on from `first`, and stay the same whatever is left out.
pub(super) fn render(path: &str, text: &str, sites: &Sites, first: u32, left_out: &BTreeSet<u32>) -> Rendered {
    let mut id = first;
    let mut places = Vec::new();
    for ((start, end, shape), site) in sites {
        let mut texts = Vec::new();
        for text in &site.texts {
            if !left_out.contains(&id) {
                texts.push((id, text.as_str()));
            }
            id += 1;
        }
        if !texts.is_empty() {
            places.push(Place { range: *start..end.0, shape: *shape, function: &site.function, texts });
        }
    }
    let mut renderer = Renderer { path, text, places: &places, next: 0, out: Rendered::default() };
    renderer.until(0..text.len());
    renderer.out
}

/// How many numbers the sites of a file take.
pub(super) fn count(sites: &Sites) -> u32 {
    u32::try_from(sites.values().map(|site| site.texts.len()).sum::<usize>()).unwrap_or(u32::MAX)
}

struct Renderer<'a> {
    path: &'a str,
    text: &'a str,
    places: &'a [Place<'a>],
    next: usize,
    out: Rendered,
}

impl Renderer<'_> {
    /// The text of a range, with every place in it that comes next.
    fn until(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(place) = self.places.get(self.next).filter(|place| place.range.start < range.end) {
            self.next += 1;
            self.copy(at..place.range.start);
            self.place(place);
            at = place.range.end;
        }
        self.copy(at..range.end);
    }

    fn copy(&mut self, range: Range<usize>) {
        self.out.text.push_str(self.text.get(range).unwrap_or_default());
    }

    fn place(&mut self, place: &Place<'_>) {
        let began = self.out.text.len();
        match place.shape {
            Shape::Body => {
                for (id, text) in &place.texts {
                    self.branch(*id, place, text);
                }
                self.until(place.range.clone());
            }
            Shape::Statement | Shape::Expression => {
                let is_expression = place.shape == Shape::Expression;
                self.out.text.push_str(if is_expression { "(" } else { "" });
                for (id, text) in &place.texts {
                    self.branch(*id, place, text);
                    self.out.text.push_str(" else ");
                }
                self.out.text.push_str("{ ");
                self.until(place.range.clone());
                self.out.text.push_str(if is_expression { " })" } else { " }" });
            }
        }
        let ids = place.texts.iter().map(|(id, _)| *id).collect();
        self.out.owned.push(Owned { range: began..self.out.text.len(), ids });
    }

    fn branch(&mut self, id: u32, place: &Place<'_>, text: &str) {
        let _ = write!(self.out.text, "if crate::mutant_is_on({id}) {{ ");
        let began = self.out.text.len();
        self.out.text.push_str(text);
        self.out.owned.push(Owned { range: began..self.out.text.len(), ids: vec![id] });
        self.out.text.push_str(" }");
        let line = self.text.get(..place.range.start).unwrap_or_default().lines().count().max(1);
        let before = match place.shape {
            Shape::Body => "the whole function".to_owned(),
            Shape::Statement | Shape::Expression => one_line(self.text.get(place.range.clone()).unwrap_or_default()),
        };
        let after = if text.is_empty() { "nothing".to_owned() } else { one_line(text) };
        let (path, function) = (self.path.to_owned(), place.function.to_owned());
        self.out.mutants.push(Mutant { id, path, line, function, before, after });
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
