//! What the operator has chosen to look at.

use std::collections::BTreeMap;
use std::time::Duration;

/// A list on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pane {
    /// Orders that are not over.
    Orders,
    /// Approvals that wait.
    Approvals,
    /// What is held.
    Positions,
    /// The newest trades.
    Fills,
}

impl Pane {
    /// In the order of the tab key.
    pub(super) const ALL: [Self; 4] = [Self::Orders, Self::Approvals, Self::Positions, Self::Fills];

    /// The next one.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Orders => Self::Approvals,
            Self::Approvals => Self::Positions,
            Self::Positions => Self::Fills,
            Self::Fills => Self::Orders,
        }
    }

    /// The one before.
    pub(super) fn previous(self) -> Self {
        match self {
            Self::Orders => Self::Fills,
            Self::Approvals => Self::Orders,
            Self::Positions => Self::Approvals,
            Self::Fills => Self::Positions,
        }
    }
}

/// What lies over the panes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sheet {
    /// The keys.
    Help,
    /// Everything that is out of the ordinary, in full.
    Troubles,
    /// The second step of a kill.
    Kill,
    /// One order, by its key.
    Order(String),
    /// An approval, by its id, about to be given.
    Approve(String),
    /// About to be refused, with the words so far.
    Deny { id: String, words: String },
    /// What the gateway said to a deed.
    Said { title: String, text: String },
}

/// The chosen row: by what it shows, so that it stays chosen when rows come and go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    id: Option<String>,
    row: usize,
}

impl Chosen {
    /// Where it is among rows now; none when there are no rows.
    pub(super) fn row(&self, ids: &[String]) -> Option<usize> {
        let same = self.id.as_ref().and_then(|id| ids.iter().position(|one| one == id));
        same.or_else(|| ids.len().checked_sub(1).map(|last| self.row.min(last)))
    }

    fn at(ids: &[String], row: usize) -> Self {
        let row = row.min(ids.len().saturating_sub(1));
        Self { id: ids.get(row).cloned(), row }
    }
}

/// How far a key moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
}

/// Rows of a page.
const PAGE: usize = 10;

impl Move {
    /// The new place among `count`, with pages of `page`.
    pub(super) fn from(self, place: usize, count: usize, page: usize) -> usize {
        let last = count.saturating_sub(1);
        match self {
            Self::Up => place.saturating_sub(1),
            Self::Down => place.saturating_add(1).min(last),
            Self::PageUp => place.saturating_sub(page),
            Self::PageDown => place.saturating_add(page).min(last),
            Self::First => 0,
            Self::Last => last,
        }
    }
}

/// The screen and what is chosen on it.
#[derive(Clone, Debug)]
pub(super) struct Ui {
    /// Columns and rows.
    pub(super) size: (u16, u16),
    /// The pane that the arrows move in.
    pub(super) pane: Pane,
    chosen: BTreeMap<Pane, Chosen>,
    /// What lies over the panes.
    pub(super) sheet: Option<Sheet>,
    /// The sheet's first line that is shown.
    pub(super) scroll: usize,
    /// How many of its lines were on the screen, from the first on.
    pub(super) seen: usize,
    /// One line of ours, and when it was said.
    pub(super) said: Option<(String, Duration)>,
}

impl Ui {
    /// At the beginning.
    pub(super) fn new(size: (u16, u16)) -> Self {
        Self { size, pane: Pane::Orders, chosen: BTreeMap::new(), sheet: None, scroll: 0, seen: 0, said: None }
    }

    /// The chosen row of a pane with such rows.
    pub(super) fn row(&self, pane: Pane, ids: &[String]) -> Option<usize> {
        self.chosen.get(&pane).cloned().unwrap_or_default().row(ids)
    }

    /// Chooses another row of the pane.
    pub(super) fn choose(&mut self, by: Move, ids: &[String]) {
        let row = self.row(self.pane, ids).unwrap_or(0);
        self.chosen.insert(self.pane, Chosen::at(ids, by.from(row, ids.len(), PAGE)));
    }

    /// Keeps to what is chosen, though rows move.
    pub(super) fn hold(&mut self, pane: Pane, ids: &[String]) {
        if let Some(row) = self.row(pane, ids) {
            self.chosen.insert(pane, Chosen::at(ids, row));
        }
    }

    /// Lays a sheet over the panes.
    pub(super) fn open(&mut self, sheet: Sheet) {
        (self.sheet, self.scroll, self.seen) = (Some(sheet), 0, 0);
    }

    /// Takes it away.
    pub(super) fn close(&mut self) {
        (self.sheet, self.scroll, self.seen) = (None, 0, 0);
    }
}
