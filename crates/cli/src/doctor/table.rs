//! The one table of checks, in the order in which they are told: what must hold first stands first.

use super::finding::Finding;
use super::seen::Seen;
use super::{broker, gateway, machine, manual, session};

/// One check.
pub(super) struct Check {
    /// Its name, which programs may rely on.
    pub(super) name: &'static str,
    /// Judges what was seen.
    pub(super) judge: fn(&Seen) -> Finding,
}

const fn check(name: &'static str, judge: fn(&Seen) -> Finding) -> Check {
    Check { name, judge }
}

/// The first row, before there is anything else to see.
pub(super) const CONFIGURATION: &str = "configuration";

/// All others.
#[rustfmt::skip]
pub(super) const CHECKS: [Check; 27] = [
    //     this machine
    check("policy",            machine::policy),
    check("contact",           machine::contact),
    check("kill file",         machine::kill_file),
    check("permissions",       machine::permissions),
    check("keys",              machine::keys),
    check("disk space",        machine::disk_space),
    check("schema version",    machine::schema),
    check("writer's lease",    gateway::lease),
    check("listen address",    gateway::listen),
    check("gateway",           gateway::ready),
    //     the way to the broker
    check("broker port",       broker::port),
    check("API enabled",       broker::api),
    check("trusted IPs",       broker::trusted),
    check("server version",    broker::version),
    check("time zone",         broker::zone),
    check("client id",         broker::client_id),
    //     logged in there, on a connection of its own
    check("account",           session::account),
    check("paper or live",     session::mode),
    check("clock",             session::clock),
    check("read-only API",     session::read_only),
    check("market data",       session::market_data),
    check("competing session", session::competing),
    check("broker's servers",  session::servers),
    check("planned reset",     session::reset),
    //     what no program can see
    check("two-factor login",  manual::two_factor),
    check("automatic restart", manual::restart),
    check("order precautions", manual::precautions),
];
