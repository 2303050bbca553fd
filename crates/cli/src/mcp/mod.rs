//! `tollgate mcp`: a server on stdin and stdout for an agent's program. It passes every message to the `/mcp` of a gateway and back and
//! understands none: the tools are the gateway's.

mod print;
mod pump;
mod run;
mod unsent;

pub(crate) use run::run;
