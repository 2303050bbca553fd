//! Colours of any terminal with sixteen of them, or none at all. What a colour says is always said by a word too.

use ratatui::style::{Color, Modifier, Style};

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) colour: bool,
}

/// What a piece of text is to say beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    /// Of less interest, or old.
    Quiet,
    /// A heading.
    Head,
    Good,
    Warn,
    Bad,
    /// The chosen row.
    Chosen,
    /// A badge for what is as it should be.
    BadgeGood,
    /// A badge for what is a fact.
    BadgeFact,
    /// A badge for what wants attention.
    BadgeWarn,
    /// A badge for what is dangerous or stopped.
    BadgeBad,
}

impl Look {
    /// The style of a tone.
    pub(super) fn of(self, tone: Tone) -> Style {
        let plain = Style::new();
        let badge = plain.add_modifier(Modifier::REVERSED | Modifier::BOLD);
        if !self.colour {
            return match tone {
                Tone::Plain | Tone::Good => plain,
                Tone::Quiet => plain.add_modifier(Modifier::DIM),
                Tone::Head | Tone::Warn => plain.add_modifier(Modifier::BOLD),
                Tone::Bad => plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
                Tone::Chosen => plain.add_modifier(Modifier::REVERSED),
                Tone::BadgeGood | Tone::BadgeFact | Tone::BadgeWarn | Tone::BadgeBad => badge,
            };
        }
        let on = |back: Color, front: Color| plain.bg(back).fg(front).add_modifier(Modifier::BOLD);
        match tone {
            Tone::Plain => plain,
            // Not the colour named dark grey: some terminals paint it in that of the ground.
            Tone::Quiet => plain.add_modifier(Modifier::DIM),
            Tone::Head => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            Tone::Good => plain.fg(Color::Green),
            Tone::Warn => plain.fg(Color::Yellow).add_modifier(Modifier::BOLD),
            Tone::Bad => plain.fg(Color::LightRed).add_modifier(Modifier::BOLD),
            Tone::Chosen => plain.add_modifier(Modifier::REVERSED),
            Tone::BadgeGood => on(Color::Green, Color::Black),
            Tone::BadgeFact => on(Color::Cyan, Color::Black),
            Tone::BadgeWarn => on(Color::Yellow, Color::Black),
            Tone::BadgeBad => on(Color::Red, Color::White),
        }
    }

    /// What is left of every style when nobody answers for what it shows.
    pub(super) fn greyed() -> Style {
        Style::reset().add_modifier(Modifier::DIM)
    }
}
