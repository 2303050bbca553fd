//! The one table of the sixty-seven controls: what each is called, and where it is enforced.

use crate::gates::GATES;

/// The part of the list that a control stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Gates before any order.
    A,
    /// Limits of one order.
    B,
    /// Limits of sums and windows of time.
    C,
    /// Kill, halt and degraded modes.
    D,
    /// After the send.
    E,
    /// Governance and change.
    F,
}

impl Section {
    /// Its letter.
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::E => 'E',
            Self::F => 'F',
        }
    }
}

/// What makes a control hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// A gate of the order path: its refusal carries the control's code. Built once [`GATES`] has it.
    Gate,
    /// Something else in the code.
    Mechanism {
        /// Crate and modules.
        room: &'static str,
    },
    /// Nothing yet.
    Missing,
}

/// One control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its number, from 1 to 67.
    pub number: u8,
    /// Its stable code.
    pub code: &'static str,
    /// What it asks, in a few words.
    pub title: &'static str,
    /// Its part of the list.
    pub section: Section,
    /// What makes it hold.
    pub enforcement: Enforcement,
}

impl Control {
    /// Whether there is anything that makes it hold.
    pub fn is_built(&self) -> bool {
        match self.enforcement {
            Enforcement::Gate => GATES.iter().any(|gate| gate.number == self.number),
            Enforcement::Mechanism { .. } => true,
            Enforcement::Missing => false,
        }
    }

    /// Crate and modules that make it hold; none when nothing does yet.
    pub fn room(&self) -> Option<&'static str> {
        if !self.is_built() {
            return None;
        }
        match self.enforcement {
            Enforcement::Gate => Some("domain: gates"),
            Enforcement::Mechanism { room } => Some(room),
            Enforcement::Missing => None,
        }
    }
}

/// A gate.
const fn gate(number: u8, code: &'static str, title: &'static str, section: Section) -> Control {
    Control { number, code, title, section, enforcement: Enforcement::Gate }
}

/// A mechanism in that room.
const fn mechanism(
    number: u8,
    code: &'static str,
    title: &'static str,
    section: Section,
    room: &'static str,
) -> Control {
    Control { number, code, title, section, enforcement: Enforcement::Mechanism { room } }
}

/// Every control, by number.
pub const CONTROLS: &[Control] = &[
    gate(1, "C01_READ_ONLY", "This process may write", Section::A),
    gate(2, "C02_MODE_PROOF", "Paper or live is proven and as configured", Section::A),
    gate(3, "C03_ACCOUNT_PIN", "The account is the pinned one", Section::A),
    gate(4, "C04_LIVE_ARMING", "Live trading is armed", Section::A),
    gate(5, "C05_AUTHORISED", "The key may trade in this mode", Section::A),
    gate(6, "C06_APPROVAL", "A human approved where the policy asks for it", Section::A),
    gate(7, "C07_PREVIEW", "The order was previewed where that is required", Section::A),
    gate(8, "C08_READINESS", "Trading is ready, the instrument is clear", Section::A),
    gate(9, "C09_FRESH_DATA", "Market data is fresh and fit for the check", Section::A),
    gate(10, "C10_KILL_CLEAR", "The kill switch is off", Section::A),
    gate(11, "C11_AUDIT_WRITABLE", "The journal can be written", Section::A),
    gate(12, "C12_VERSION", "Version and policy are the accepted ones", Section::A),
    gate(13, "C13_MAX_QTY", "Quantity within the limit", Section::B),
    gate(14, "C14_MAX_NOTIONAL", "Worst-case notional within the limit", Section::B),
    gate(15, "C15_PRICE_COLLAR", "Limit price within the collar", Section::B),
    gate(16, "C16_MARKET_GUARD", "Market orders allowed and bounded", Section::B),
    gate(17, "C17_TRIGGER", "Triggers lie on their side of the market, at a distance", Section::B),
    gate(18, "C18_TICK_AND_LOT", "Price on the tick, quantity on the lot", Section::B),
    gate(19, "C19_LIQUIDITY", "Small against the day's volume, at a sane spread", Section::B),
    gate(20, "C20_ALLOW_LIST", "Instrument and order are on the allow lists", Section::B),
    gate(21, "C21_RESTRICTED", "Neither restricted nor halted, and short only what can be", Section::B),
    gate(22, "C22_SESSION", "The market is open, or waiting is what the order is for", Section::B),
    gate(23, "C23_TIME_IN_FORCE", "The order's end lies ahead, and not too far", Section::B),
    gate(24, "C24_REDUCE_ONLY", "The order fits the position that it speaks of", Section::B),
    gate(25, "C25_LOOK_ALIKE", "No similar order a moment ago", Section::B),
    gate(26, "C26_SELF_MATCH", "The order meets none of ours on the other side", Section::B),
    gate(27, "C27_CAPITAL", "Within the capital that was set", Section::C),
    gate(28, "C28_POSITION", "Position, currency and issuer within their limits", Section::C),
    gate(29, "C29_MARGIN", "Leverage, margin and liquidity suffice", Section::C),
    gate(30, "C30_OPEN_ORDERS", "Not too many open orders", Section::C),
    gate(31, "C31_TURNOVER", "Turnover and orders of the day within the limits", Section::C),
    gate(32, "C32_LOSS", "Losses of day and week within the limits", Section::C),
    gate(33, "C33_DRAWDOWN", "Not too far below the peak", Section::C),
    gate(34, "C34_SHORT_WINDOW", "Size and price of the last moments within the limits", Section::C),
    gate(35, "C35_THROTTLE", "Message rate within the limit", Section::C),
    gate(36, "C36_REPEATED", "The strategy has not traded too often", Section::C),
    gate(37, "C37_EFFICIENCY", "Not too many messages per trade", Section::C),
    gate(38, "C38_COOLDOWN", "No pause after a row of losses", Section::C),
    gate(39, "C39_REJECTS", "The broker takes our orders", Section::C),
    gate(40, "C40_WORST_CASE", "Open notional within the limit at worst", Section::C),
    mechanism(
        41,
        "C41_KILL_SWITCH",
        "The kill switch stops what is new and cancels what works",
        Section::D,
        "engine: changing, guard",
    ),
    mechanism(
        42,
        "C42_CANCELS_PASS",
        "Cancels pass every limit and are retried until proven",
        Section::D,
        "engine: changing, ticking",
    ),
    gate(43, "C43_FLATTEN", "A human stands behind flattening", Section::D),
    mechanism(
        44,
        "C44_ATTRIBUTION",
        "Each order carries principal, strategy and face",
        Section::D,
        "domain: principal, journal",
    ),
    mechanism(45, "C45_RESUME", "Only a human with a reason resumes", Section::D, "engine: changing"),
    gate(46, "C46_DEAD_MAN", "Every part that watches over orders shows life", Section::D),
    mechanism(
        47,
        "C47_DISCONNECT",
        "What works when the line is lost follows the policy",
        Section::D,
        "engine: disconnect",
    ),
    mechanism(48, "C48_KILL_FILE", "A KILL file stops every send", Section::D, "engine: guard"),
    mechanism(
        49,
        "C49_UNKNOWN",
        "Nothing is sent while the state is unknown, and no unknown is sent again",
        Section::D,
        "engine: submitting, listening",
    ),
    mechanism(50, "C50_REPORTS", "Executions are reported at once", Section::E, "cli: run/reporting"),
    mechanism(51, "C51_RECONCILE", "The journal is compared with the broker", Section::E, "domain: reconcile"),
    mechanism(52, "C52_OUTBOUND", "No more is sent than was intended", Section::E, "engine: outbound"),
    mechanism(53, "C53_EXEC_DEDUPE", "An execution and its corrections count once", Section::E, "domain: execution"),
    mechanism(54, "C54_EXTERNAL", "Orders from elsewhere are shown as external", Section::E, "domain: book"),
    mechanism(55, "C55_IDENTITY", "An order with two identities halts its instrument", Section::E, "domain: reconcile"),
    mechanism(
        56,
        "C56_POST_TRADE",
        "Exposure follows the broker's numbers after a trade",
        Section::E,
        "engine: valuation",
    ),
    mechanism(57, "C57_RUNBOOK", "There is a runbook, and a bundle of evidence", Section::E, "cli: verb/incident"),
    gate(58, "C58_SURVEILLANCE", "Our own pattern looks like trading", Section::E),
    mechanism(59, "C59_EXCLUSIVE", "No caller loosens a limit", Section::F, "engine: limits"),
    mechanism(
        60,
        "C60_CHANGE_LOG",
        "Each change of a limit is on record; what loosens waits",
        Section::F,
        "domain: policy",
    ),
    mechanism(61, "C61_AUDIT", "The journal shows every tampering", Section::F, "store: chain, verify"),
    mechanism(
        62,
        "C62_ROLLOUT",
        "Releases are tested on paper and do not mix",
        Section::F,
        "engine: standby; domain: live",
    ),
    mechanism(63, "C63_DRILL", "Every control is fired, and its answer reported", Section::F, "cli: drill"),
    mechanism(64, "C64_CONTINUITY", "Backup, restore and fencing work", Section::F, "store: backup, restore, lease"),
    mechanism(65, "C65_SECURITY", "Loopback, keys, and hosts that are checked", Section::F, "server: headers, caller"),
    mechanism(66, "C66_FREE_TEXT", "No free text reaches an order field", Section::F, "wire: fields"),
    mechanism(
        67,
        "C67_NON_FINITE",
        "What is no number, missing or zero is refused",
        Section::F,
        "wire: fields; domain: money",
    ),
];

/// The control of that number.
pub fn control(number: u8) -> Option<&'static Control> {
    CONTROLS.iter().find(|control| control.number == number)
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
