//! Logged in at the broker, on a connection of the doctor's own.

use super::broker::EMBEDDED;
use super::finding::{Finding, bad, good, skipped, warning};
use super::seen::Seen;
use super::visit::{Heard, NoVisit};
use crate::config::load_policy;
use domain::broker::AskError;
use domain::broker_calendar::{BrokerCalendar, WindowAhead};
use domain::market::DataType;
use domain::mode::{Mode, ModeProof, Trading, World};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::net::IpAddr;

/// A reset that is nearer than this is worth a word.
const SOON: SignedDuration = SignedDuration::from_hours(1);
/// Live data go to another session.
const COMPETING: i32 = 10_197;
/// IB Gateway lost its line; the farms of data, of history and of contracts are away.
const AWAY: [i32; 4] = [1100, 2103, 2105, 2157];
const BACK: [(i32, i32); 5] = [(1101, 1100), (1102, 1100), (2104, 2103), (2106, 2105), (2158, 2157)];

/// Judges what was heard, where somebody was let in.
fn of_session(seen: &Seen, judge: impl Fn(&Heard) -> Finding) -> Finding {
    let Some(wire) = &seen.wire else { return skipped(EMBEDDED) };
    match &wire.session {
        Some(Ok(heard)) => judge(heard),
        Some(Err(NoVisit::ClientIdInUse(why) | NoVisit::Failed(why))) => skipped(format!("not let in: {why}")),
        None => skipped("the broker must greet first"),
    }
}

/// Whether the log-in failed is told once, where somebody looks for it first.
pub(super) fn account(seen: &Seen) -> Finding {
    if let Some(Some(Err(NoVisit::ClientIdInUse(why) | NoVisit::Failed(why)))) =
        seen.wire.as_ref().map(|wire| &wire.session)
    {
        return bad(
            format!("nobody is let in: {why}"),
            "log in at TWS or IB Gateway, and look at its screen for a dialog",
        );
    }
    of_session(seen, |heard| {
        let offered: Vec<String> = heard.facts.accounts.iter().map(ToString::to_string).collect();
        let offered = offered.join(", ");
        match &seen.config.broker.account {
            None => bad(
                format!("none is pinned; the log-in holds {offered}"),
                "set broker.account to the one that is meant: no order is sent for another",
            ),
            Some(pinned) if heard.facts.accounts.contains(pinned) => good(pinned.to_string()),
            Some(pinned) => bad(
                format!("the log-in holds {offered}, not {pinned}"),
                "log in as the owner of that account, or correct broker.account",
            ),
        }
    })
}

/// Account, port and setting must agree.
pub(super) fn mode(seen: &Seen) -> Finding {
    let broker = &seen.config.broker;
    of_session(seen, |heard| {
        let accounts = &heard.facts.accounts;
        let proof = ModeProof {
            pinned: broker.account.clone(),
            connected: accounts.clone(),
            port: broker.port,
            simulated: World::of_all(accounts) == World::Simulated,
            loopback: is_loopback(&broker.host),
        };
        judge_mode(&proof, seen.config.trading)
    })
}

fn judge_mode(proof: &ModeProof, trading: Trading) -> Finding {
    match (proof.mode(), trading) {
        (Err(_), _) if proof.account().is_none() => skipped("see the check of the account"),
        (Err(why), _) => bad(
            why,
            "log in to the other mode, or set the port of this one: TWS has 7497 for paper and 7496 for live, IB Gateway 4002 and \
             4001",
        ),
        (Ok(Mode::Live), Trading::Paper) => bad(
            "a live account, and trading = \"paper\": every order is denied",
            "log in to the paper account and set broker.account and broker.port to it; live is a road of its own, see docs/controls.md",
        ),
        (Ok(Mode::Paper), Trading::Live) => {
            warning("a paper account, and trading = \"live\"", "set trading = \"paper\" until you mean it")
        }
        (Ok(mode), Trading::Off) => good(format!("{}, and trading = \"off\": nothing is sent", mode.word())),
        (Ok(mode), Trading::Paper | Trading::Live) => good(mode.word()),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

pub(super) fn clock(seen: &Seen) -> Finding {
    let most = load_policy(&seen.config.data_dir, &seen.config.policy).map(|policy| policy.base.clock_skew_ms_max);
    of_session(seen, |heard| match (heard.facts.clock_skew_ms, &most) {
        (None, _) => warning("the broker did not tell the time", "run this again; without it orders are denied"),
        (Some(_), Err(_)) => skipped("see the check of the policy"),
        (Some(skew), Ok(most)) if skew.unsigned_abs() > most.unsigned_abs() => bad(
            format!("{skew} ms off the broker's, {most} ms are allowed"),
            "let NTP set this machine's clock (`timedatectl set-ntp true`), and that of the machine that TWS or IB Gateway runs on",
        ),
        (Some(skew), Ok(_)) => good(format!("{skew} ms off the broker's")),
    })
}

pub(super) fn read_only(seen: &Seen) -> Finding {
    of_session(seen, |heard| {
        let fix = "in the API settings of TWS or IB Gateway switch off \"Read-Only API\"";
        match (&heard.orders, seen.config.trading) {
            _ if !heard.is_read_only() && matches!(heard.orders, Some(Ok(()))) => good("orders can be asked about"),
            (_, Trading::Off) if heard.is_read_only() => {
                warning("on: it takes no order and shows none; trading = \"off\", so none is sent", fix)
            }
            (_, Trading::Paper | Trading::Live) if heard.is_read_only() => {
                bad("on: it takes no order, and shows none", fix)
            }
            (Some(Err(why)), _) => warning(format!("open orders were not listed: {why}"), "run this again"),
            (Some(Ok(())) | None, _) => warning("open orders were not listed in time", "run this again"),
        }
    })
}

/// What AAPL's quote shows: its exchanges are those that most people subscribe to.
pub(super) fn market_data(seen: &Seen) -> Finding {
    let subscribe = "in the Client Portal subscribe to the exchange's data for this user (Settings, Market Data Subscriptions), share \
                     them with the paper user, and sign the API acknowledgement; then log in again";
    of_session(seen, |heard| match &heard.quote {
        Some(Ok(quote)) => match quote.data_type {
            DataType::Live | DataType::Frozen => good(format!("{} data of AAPL", quote.data_type.word())),
            DataType::Delayed | DataType::DelayedFrozen => warning(
                "delayed data of AAPL: prices are fifteen minutes old, and the limits for delayed data hold",
                subscribe,
            ),
            DataType::Close => warning("only yesterday's close of AAPL", "run this again in the hours of the exchange"),
        },
        Some(Err(AskError::Broker { code: COMPETING, .. })) => skipped("see the next check"),
        Some(Err(AskError::Broker { code, message })) => {
            bad(format!("no data of AAPL: {code} {}", crate::table::plain(message)), subscribe)
        }
        Some(Err(error)) => warning(format!("no data of AAPL: {error}"), "run this again in the hours of the exchange"),
        None => warning("no data of AAPL in time", "run this again in the hours of the exchange"),
    })
}

pub(super) fn competing(seen: &Seen) -> Finding {
    of_session(seen, |heard| {
        let in_quote = matches!(&heard.quote, Some(Err(AskError::Broker { code: COMPETING, .. })));
        if in_quote || heard.notices.iter().any(|(code, _)| *code == COMPETING) {
            return bad(
                "live data go to another session of this user",
                "log out of the other TWS, mobile app or Client Portal, or give Tollgate a user that nobody else logs in with",
            );
        }
        good("none")
    })
}

/// What the Gateway said of the servers behind it.
pub(super) fn servers(seen: &Seen) -> Finding {
    of_session(seen, |heard| {
        let mut away: Vec<&(i32, String)> = Vec::new();
        for notice in &heard.notices {
            let back = BACK.iter().find(|(code, _)| *code == notice.0).map(|(_, of)| *of);
            away.retain(|(code, _)| Some(*code) != back);
            if AWAY.contains(&notice.0) {
                away.push(notice);
            }
        }
        if away.is_empty() {
            return good("nothing is away");
        }
        let said: Vec<String> =
            away.iter().map(|(code, text)| format!("{code} {}", crate::table::plain(text))).collect();
        bad(said.join("; "), "look at this machine's line, and at IBKR's System Status; it comes back by itself")
    })
}

pub(super) fn reset(seen: &Seen) -> Finding {
    if seen.wire.is_none() {
        return skipped(EMBEDDED);
    }
    match TimeZone::get("America/New_York") {
        Ok(zone) => judge_reset(BrokerCalendar::ibkr(zone).window_ahead(seen.now).as_ref(), seen.now),
        Err(error) => bad(format!("no time zones: {error}"), "report this: they are part of the binary"),
    }
}

fn judge_reset(ahead: Option<&WindowAhead>, now: Timestamp) -> Finding {
    let fix = "nothing: what works stays at the broker; send what must leave before, or after it";
    match ahead {
        None => good("none is planned"),
        Some(window) if window.holds_at(now) => {
            warning(format!("{} until {}: nothing is sent", window.name, window.ends_at), fix)
        }
        Some(window) if window.closes_at.duration_since(now) <= SOON => warning(
            format!("{} from {} to {}: nothing is sent then", window.name, window.closes_at, window.ends_at),
            fix,
        ),
        Some(window) => good(format!("{} from {} to {}", window.name, window.closes_at, window.ends_at)),
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
