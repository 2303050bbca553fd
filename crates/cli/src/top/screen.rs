//! The terminal, and how it is given back: after leaving, after a signal, and after a panic.

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use std::io::{self, Stdout, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours. A panic and the end that follows it give it back once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// A terminal that is drawn on.
pub(super) struct Screen {
    pub(super) terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal. What is pasted comes as one piece from then on, and is no keys.
    ///
    /// # Errors
    /// The terminal refused.
    pub(super) fn take() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            drop(give_back());
            before(panic);
        }));
        TAKEN.store(true, Ordering::SeqCst);
        let taken = enter().and_then(|()| Terminal::new(CrosstermBackend::new(stdout())));
        match taken {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                drop(give_back());
                Err(error)
            }
        }
    }

    /// Takes the terminal anew, after somebody else has had it.
    ///
    /// # Errors
    /// The terminal refused.
    pub(super) fn again(&mut self) -> io::Result<()> {
        // What is raw in crossterm's eyes is not set again.
        disable_raw_mode()?;
        enter()?;
        self.forget()
    }

    /// Forgets what is on the screen, so that every cell is drawn anew. (ratatui's `clear` would ask the terminal where its cursor is, and
    /// wait for the answer.)
    ///
    /// # Errors
    /// The terminal refused.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Whoever wanted to know has asked before.
        drop(give_back());
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)
}

/// Puts the terminal back as it was, if it is not yet.
///
/// # Errors
/// The terminal refused.
pub(super) fn give_back() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let left = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
    // Also when nobody reads what is written.
    disable_raw_mode().and(left)
}
