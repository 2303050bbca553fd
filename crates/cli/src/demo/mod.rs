//! `tollgate demo`: venue and gateway in one process, joined by a real socket, on simulated money, in a directory of its
//! own. Every step goes through REST, as a client would.

mod agent;
mod home;
mod show;
mod steps;
mod walk;

pub(crate) use home::Home;
pub(crate) use show::run;
