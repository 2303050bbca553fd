//! The way to the broker: its port, its greeting, our client id.

use super::finding::{Finding, bad, good, skipped, warning};
use super::seen::Seen;
use super::visit::NoVisit;
use super::wire::{Greeting, OwnId, Wire};
use ibkr::SERVER_VERSION_MIN;

/// With the embedded venue there is nothing to set.
pub(super) const EMBEDDED: &str = "the embedded venue starts with the gateway, and needs no settings";
const FIRST: &str = "the port must answer first";

/// Where it should listen.
fn endpoint(seen: &Seen) -> String {
    format!("{}:{}", seen.config.broker.host, seen.config.broker.port)
}

/// Judges the wire, where there is one.
fn of_wire(seen: &Seen, judge: impl Fn(&Wire) -> Finding) -> Finding {
    seen.wire.as_ref().map_or_else(|| skipped(EMBEDDED), judge)
}

pub(super) fn port(seen: &Seen) -> Finding {
    let endpoint = endpoint(seen);
    of_wire(seen, |wire| match &wire.greeting {
        Greeting::NoConnection(why) => {
            let ports: Vec<String> = wire.other_ports.iter().map(ToString::to_string).collect();
            let fix = if ports.is_empty() {
                "start TWS or IB Gateway and log in; in its API settings allow socket clients and compare the socket port: TWS \
                 has 7497 for paper and 7496 for live, IB Gateway 4002 and 4001"
                    .to_owned()
            } else {
                format!("somebody listens at {}: if that is yours, set broker.port to it", ports.join(", "))
            };
            bad(format!("nothing answers at {endpoint}: {why}"), fix)
        }
        Greeting::Silent | Greeting::Closed | Greeting::Strange(_) | Greeting::Spoke(..) => {
            good(format!("{endpoint} accepts connections"))
        }
    })
}

pub(super) fn api(seen: &Seen) -> Finding {
    of_wire(seen, |wire| match &wire.greeting {
        Greeting::Spoke(version, _) => good(format!("speaks TWS version {version}")),
        Greeting::Silent => bad(
            format!("{} accepts and never says a word", endpoint(seen)),
            "look at its screen: a dialog may ask whether to accept the connection; in its API settings switch on \"Enable ActiveX \
             and Socket Clients\" (TWS), then restart it",
        ),
        Greeting::Strange(what) => bad(
            format!("{} does not speak TWS: {what}", endpoint(seen)),
            "another program listens there: compare the socket port in the API settings of TWS or IB Gateway",
        ),
        Greeting::Closed => skipped("it closes before it says a word: see the next check"),
        Greeting::NoConnection(_) => skipped(FIRST),
    })
}

pub(super) fn trusted(seen: &Seen) -> Finding {
    of_wire(seen, |wire| match &wire.greeting {
        Greeting::Spoke(..) => good("this machine is let in"),
        Greeting::Closed => bad(
            format!("{} accepts and closes at once", endpoint(seen)),
            "in its API settings add this machine's address to \"Trusted IPs\", or run Tollgate beside it and connect to 127.0.0.1; \
             \"Allow connections from localhost only\" shuts out everybody else",
        ),
        Greeting::Silent | Greeting::Strange(_) | Greeting::NoConnection(_) => skipped(FIRST),
    })
}

pub(super) fn version(seen: &Seen) -> Finding {
    of_wire(seen, |wire| match &wire.greeting {
        Greeting::Spoke(version, _) if *version < SERVER_VERSION_MIN => bad(
            format!("{version}; Tollgate speaks {SERVER_VERSION_MIN} and newer"),
            "install the newest stable TWS or IB Gateway from IBKR, and log in there once",
        ),
        Greeting::Spoke(version, _) => good(version.to_string()),
        Greeting::Silent | Greeting::Closed | Greeting::Strange(_) | Greeting::NoConnection(_) => skipped(FIRST),
    })
}

/// The broker tells its times in the zone of its log-in, by a name out of its own lists.
pub(super) fn zone(seen: &Seen) -> Finding {
    of_wire(seen, |wire| match &wire.greeting {
        Greeting::Spoke(_, time) => {
            let name = time.splitn(3, ' ').nth(2).unwrap_or_default();
            match ibkr::iana_zone(name) {
                Some(iana) if iana == name => good(iana),
                Some(iana) => good(format!("{name}, which is {iana}")),
                None => bad(
                    format!("{name:?} names no time zone that is known for certain: times of trades cannot be read"),
                    "on the log-in screen of TWS or IB Gateway choose a zone with a city, such as America/New_York, and the language \
                     English; then log in again",
                ),
            }
        }
        Greeting::Silent | Greeting::Closed | Greeting::Strange(_) | Greeting::NoConnection(_) => skipped(FIRST),
    })
}

pub(super) fn client_id(seen: &Seen) -> Finding {
    let id = seen.config.broker.client_id;
    let taken = |why: &str| {
        bad(
            why.to_owned(),
            "end the program that uses it, or give every program its own: set broker.client_id to a number that nobody else has",
        )
    };
    of_wire(seen, |wire| match &wire.own_id {
        None => skipped("the broker must let us in first"),
        Some(OwnId::Free) => good(format!("{id} is free")),
        Some(OwnId::OfOurGateway) => match crate::table::at(of_gateway(seen), "broker.reason").map(ToString::to_string)
        {
            Some(why) if why.contains("is in use") => taken(&why),
            Some(_) | None => good(format!("{id} is the running gateway's")),
        },
        Some(OwnId::Refused(NoVisit::ClientIdInUse(why))) => taken(why),
        Some(OwnId::Refused(NoVisit::Failed(why))) => warning(format!("not found out: {why}"), "run this again"),
    })
}

/// The running gateway's status.
fn of_gateway(seen: &Seen) -> &serde_json::Value {
    match &seen.gateway {
        super::seen::Answered::Status(status) => status,
        super::seen::Answered::Refused(_) | super::seen::Answered::NoKey(_) | super::seen::Answered::Nobody(_) => {
            &serde_json::Value::Null
        }
    }
}
