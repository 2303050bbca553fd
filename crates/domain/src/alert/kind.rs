//! What alerts are about, and how much they matter.

use serde::{Deserialize, Serialize};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look at it today.
    Warning,
    /// Somebody must look at it now.
    Critical,
}

impl Severity {
    /// Every word with its value, mildest first.
    pub const WORDS: [(&'static str, Self); 3] =
        [("info", Self::Info), ("warning", Self::Warning), ("critical", Self::Critical)];

    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// Reads a word.
    pub fn from_word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, severity)| *severity)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $word:literal,)+) => {
        /// What an alert is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum AlertKind {
            $($(#[$doc])* #[serde(rename = $word)] $name,)+
        }

        impl AlertKind {
            /// Every word with its value.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$name),)+];

            /// Our word.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

kinds! {
    /// The process began or ended.
    Gateway "gateway",
    /// The broker's line was lost, or is back.
    Link "link",
    /// The gates refused an order or its release.
    OrderDenied "order_denied",
    /// The broker refused an order, a change or a cancel.
    OrderRejected "order_rejected",
    /// Nobody knows whether an order is live.
    OrderUnknown "order_unknown",
    /// A trade.
    Fill "fill",
    /// A trade was corrected or taken back.
    FillChanged "fill_changed",
    /// A trade of an order that is not ours.
    External "external",
    /// A human must decide about an order.
    Approval "approval",
    /// A kill, a halt, a breaker, a broken group, a twin.
    Risk "risk",
    /// The guard's verdict.
    Guard "guard",
    /// A run of the loop ended.
    Run "run",
    /// A slot of the schedule passed without its run.
    SlotMissed "slot_missed",
    /// Prices, or what else must be fresh, grow old.
    DataStale "data_stale",
    /// The broker's reset or the weekly log-in comes.
    Window "window",
    /// The journal was found changed, restored, or unreadable.
    Audit "audit",
    /// The disk is nearly full, or cannot be written.
    Disk "disk",
    /// A part of the gateway shows no life.
    Silence "silence",
    /// Limits, mandates, keys or live arming changed.
    Permit "permit",
    /// Somebody who is not on the list speaks to the bot.
    Stranger "stranger",
}
