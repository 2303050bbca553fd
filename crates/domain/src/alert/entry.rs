//! What the outbox holds: alerts with what became of them, and the entries that say so.

use super::book::AlertBook;
use super::kind::{AlertKind, Severity};
use super::news::News;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// One alert: `al-` and its number in this outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub u64);

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "al-{}", self.0)
    }
}

impl FromStr for AlertId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix("al-").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        number.and_then(|digits| digits.parse().ok()).map(Self).ok_or("must be al- and a number, such as al-12")
    }
}

/// A way to somebody: `webhook`, or `telegram:` and the chat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelId(pub String);

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far the journal was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The last record that was looked at.
    pub seq: u64,
    /// Its hash, hex: a journal that was set back has another record there.
    pub hash: String,
}

/// What became of an alert on one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When it was taken for the first time.
    pub delivered_at: Option<Timestamp>,
    /// When it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up_at: Option<Timestamp>,
    /// How often it was told again because nobody acknowledged it.
    #[serde(default)]
    pub reminders: u32,
    /// When it was told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// What it is about.
    pub kind: AlertKind,
    /// What exactly.
    pub subject: String,
    /// How much it matters.
    pub severity: Severity,
    /// How far it goes: what is over is told wherever its beginning was told.
    pub reach: Severity,
    /// One line.
    pub title: String,
    /// What was seen, and what to do.
    pub text: String,
    /// The newest record that says so.
    pub seq: Option<u64>,
    /// When the newest of it was so.
    pub at: Timestamp,
    /// When it was decided that somebody is told.
    pub raised_at: Timestamp,
    /// How many pieces of news it stands for.
    pub count: u64,
    /// Whether it lasts, as far as is known.
    pub is_open: bool,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// Who acknowledged it, and when.
    pub acked: Option<(String, Timestamp)>,
    /// What became of it, way by way.
    pub deliveries: BTreeMap<ChannelId, Delivery>,
}

/// One line of the outbox. What it says is true once it is on the disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
pub enum Entry {
    /// Somebody is to be told.
    Raised {
        /// The alert.
        alert: Box<Alert>,
        /// Whether it is about something that lasts from now on.
        opens: bool,
    },
    /// It repeats; what it says now is told later, if it is still so then.
    Folded {
        /// The newest of it.
        news: Box<News>,
        /// When it is told.
        due_at: Timestamp,
    },
    /// What was folded closed before it was told.
    Unfolded {
        /// Its kind.
        kind: AlertKind,
        /// Its subject.
        subject: String,
    },
    /// The journal was read up to here.
    Read {
        /// The place.
        cursor: Cursor,
    },
    /// A way took alerts.
    Delivered {
        /// Which way.
        channel: ChannelId,
        /// Which alerts.
        ids: Vec<AlertId>,
        /// When.
        at: Timestamp,
    },
    /// A way took nothing.
    Failed {
        /// Which way.
        channel: ChannelId,
        /// When.
        at: Timestamp,
        /// Why.
        error: String,
        /// When it is tried again.
        next_at: Timestamp,
    },
    /// Alerts are not tried any more on a way that took them for too long.
    GaveUp {
        /// Which way.
        channel: ChannelId,
        /// Which alerts.
        ids: Vec<AlertId>,
        /// When.
        at: Timestamp,
    },
    /// A human has seen it.
    Acked {
        /// Which.
        id: AlertId,
        /// By which key.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// The bot has heard everything before this update.
    Heard {
        /// The next update's id.
        next_update: i64,
        /// When.
        #[serde(default)]
        at: Option<Timestamp>,
    },
    /// All of it, at the beginning of a file that was written anew.
    Whole {
        /// What the entries before it added up to.
        book: Box<AlertBook>,
    },
}
