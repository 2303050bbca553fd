//! What a real IB Gateway did in recorded sessions (server version 200), as scenarios of the venue.
//!
//! Each scenario plays the client's side and expects the venue to answer with the same kinds of messages, in the
//! same order, with the same statuses and codes. The sequences are described here in words of our own, one per
//! message, see [`client::word`].
//!
//! The recordings differ among themselves in what a Gateway says on the way: some show `PreSubmitted` before
//! `Submitted`, or `PendingCancel` before `Cancelled`, or an `openOrder` beside a status, and others do not. Such a
//! word begins with `?`: the venue may say it or not. Everything else must come, and nothing but what is named.

mod client;
mod data;
mod orders;
mod session;
