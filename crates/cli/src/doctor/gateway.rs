//! Our own gateway: who writes, who listens, and what it says of itself.

use super::finding::{Finding, bad, good, skipped, warning};
use super::seen::{Answered, Seen};
use crate::run::place::LeaseHolder;
use crate::table::{at, items, word};

/// A lock that is left over does no harm: only a process that lives holds one. One that is stopped holds it too.
pub(super) fn lease(seen: &Seen) -> Finding {
    let who =
        |pid: &Option<u32>| pid.map_or("a process that left no number".to_owned(), |pid| format!("process {pid}"));
    match &seen.lease {
        Ok(LeaseHolder::Never) => good("nobody has ever held it"),
        Ok(LeaseHolder::Free) => good("free"),
        Ok(LeaseHolder::Process(pid)) if seen.is_silent => {
            let end = pid.map_or("end it".to_owned(), |pid| {
                format!("`kill -CONT {pid}` lets it go on, `kill -9 {pid}` ends it")
            });
            bad(
                format!("stale: {} holds it and shows no sign of life", who(pid)),
                format!("{end}; a standby takes over by itself after lease_silence_s"),
            )
        }
        Ok(LeaseHolder::Process(pid)) => match &seen.gateway {
            Answered::Status(_) | Answered::Refused(_) | Answered::NoKey(_) => good(format!("held by {}", who(pid))),
            Answered::Nobody(_) => warning(
                format!("held by {}, which lives and does not answer at {}", who(pid), seen.config.listen),
                "it was started with another `listen`: name it with --url",
            ),
        },
        Err(error) => bad(error.to_string(), "check the owner and mode of the data directory"),
    }
}

/// Whether the next start finds its address free.
pub(super) fn listen(seen: &Seen) -> Finding {
    let address = seen.config.listen;
    match &seen.gateway {
        Answered::Status(_) | Answered::Refused(_) => good(format!("{address}, the gateway's")),
        Answered::Nobody(Ok(())) => good(format!("{address} is free")),
        Answered::Nobody(Err(_)) if seen.is_silent => skipped("the process that shows no sign of life holds it"),
        Answered::Nobody(Err(error)) => {
            let port = address.port();
            bad(
                format!("{address} cannot be used: {error}"),
                format!("`ss -ltnp 'sport = :{port}'` names who listens there: end it, or set another `listen`"),
            )
        }
        Answered::NoKey(_) => skipped("somebody listens there, and there is no key to ask with"),
    }
}

pub(super) fn ready(seen: &Seen) -> Finding {
    match &seen.gateway {
        Answered::Status(status) => {
            let reasons = at(status, "not_ready").map(items).unwrap_or_default();
            if reasons.is_empty() {
                return good("running and ready");
            }
            warning(
                format!("running, not ready: {}", word(at(status, "not_ready"))),
                "see the checks below, and `tollgate status`",
            )
        }
        Answered::Refused(why) => bad(why.clone(), "show it a key that it knows, with --key-file or TOLLGATE_API_KEY"),
        Answered::NoKey(why) => warning(why.clone(), "see the check of keys"),
        Answered::Nobody(_) if seen.is_silent => skipped("see the check of the lease"),
        Answered::Nobody(_) => warning("not running", "start it with `tollgate serve`"),
    }
}
