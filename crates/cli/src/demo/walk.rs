//! The walk: steps told one by one, each with what it showed; the first that does not hold ends it.

use crate::failure::Failure;
use crate::out::{Said, data};
use serde_json::{Value, json};

/// Exit code when a step did not hold.
const FAILED: u8 = 1;

/// Why a step did not hold.
#[derive(Debug)]
pub(crate) struct Broken(pub(crate) String);

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self(failure.human())
    }
}

impl Broken {
    /// Unless `held`, the step is broken, in these words.
    pub(crate) fn unless(held: bool, words: impl FnOnce() -> String) -> Result<(), Self> {
        if held { Ok(()) } else { Err(Self(words())) }
    }
}

/// The steps so far.
pub(crate) struct Walk {
    silent: bool,
    steps: Vec<Value>,
    current: Option<&'static str>,
}

impl Walk {
    /// None yet. With `silent`, they are shown together at the end, as JSON.
    pub(crate) fn new(silent: bool) -> Self {
        Self { silent, steps: Vec::new(), current: None }
    }

    /// A step begins.
    pub(crate) fn begin(&mut self, title: &'static str) {
        self.current = Some(title);
    }

    /// The step held, and showed this.
    ///
    /// # Errors
    /// Nobody can be told.
    pub(crate) fn held(&mut self, lines: &[String]) -> Result<(), Broken> {
        let title = self.current.take().unwrap_or("step");
        self.steps.push(json!({"step": self.steps.len() + 1, "title": title, "held": true, "shown": lines}));
        if self.silent {
            return Ok(());
        }
        let mut text = format!("{:>2}. {title}\n", self.steps.len());
        for line in lines {
            text.push_str(&["      ", &line.replace('\n', "\n      "), "\n"].concat());
        }
        data(&text).map_err(|error| Broken(format!("stdout cannot be written: {error}")))
    }

    /// The verdict.
    pub(crate) fn end(mut self, walked: Result<(), Broken>) -> Said {
        match walked {
            Ok(()) => {
                let human = format!("all {} steps held", self.steps.len());
                Said::new(json!({"ok": true, "steps": self.steps}), human)
            }
            Err(Broken(why)) => {
                let title = self.current.take().unwrap_or("the walk");
                let number = self.steps.len() + 1;
                self.steps.push(json!({"step": number, "title": title, "held": false, "shown": [why]}));
                let human = format!(
                    "{number:>2}. {title}\n      DID NOT HOLD: {why}\nthe demo failed at step {number}: {title}"
                );
                Said { json: json!({"ok": false, "steps": self.steps}), human, exit: FAILED }
            }
        }
    }
}
