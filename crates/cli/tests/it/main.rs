//! The real binary, as its users run it: processes, sockets, files, exit codes.

mod audit;
mod crash;
mod demo;
mod order;
mod refusals;
mod support;
