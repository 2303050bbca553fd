//! What neither this machine nor the wire shows: how a person looks at it.

use super::finding::{Finding, manual};
use super::seen::Seen;

/// IBKR asks for the second factor once a week, on Sunday after one o'clock in New York.
pub(super) fn two_factor(_seen: &Seen) -> Finding {
    manual(
        "nothing on the wire says how old the log-in is; it ends every Sunday at 01:00 in New York",
        "every Sunday after that time log in by hand and confirm on the phone; see that IB Key works there before the old phone goes",
    )
}

pub(super) fn restart(_seen: &Seen) -> Finding {
    manual(
        "TWS and IB Gateway end or restart themselves once a day, at a time that is set there",
        "Configure, Settings, Lock and Exit: choose \"Auto restart\", at a time when nothing of yours trades; deploy/README.md shows how to \
         watch it",
    )
}

pub(super) fn precautions(_seen: &Seen) -> Finding {
    manual(
        "an order may wait behind a dialog that nobody sees; it then shows as held in `tollgate status`",
        "Configure, Settings, API, Precautions: switch on \"Bypass Order Precautions for API orders\"",
    )
}
