//! The real binary, as its users run it: processes, sockets, files, exit codes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test's helpers meet unexpectedly fails the test")]

mod attack;
mod audit;
mod bracket;
mod clients;
mod contract;
mod crash;
mod dashboard;
mod demo;
mod doctor;
mod drill;
mod events;
mod full_disk;
mod limits;
mod live;
mod looks;
mod mcp;
mod mode;
mod order;
mod page;
mod pages;
mod protect;
mod python;
mod quotes;
mod raw;
mod refusals;
mod rest_face;
mod restore;
mod scopes;
mod shapes;
mod small_disk;
mod sse;
mod standby;
mod storage;
mod support;
mod telemetry;
mod tls;
mod top;
mod tty;
mod vanish;
mod venue;
mod verbs;
mod watch;
