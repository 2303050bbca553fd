//! The MCP face: tools, resources and prompts for agents, over streamable HTTP at `/mcp`. A codec like the REST face: it reads
//! arguments by the same parsers, calls the [`engine::Desk`] and nothing else, and answers in the same shapes.
//!
//! Every request is authenticated by its own key. The desk makes an agent of whoever comes through here, so that nothing here has
//! to remember what an agent may not do.

mod answer;
mod args;
mod door;
mod elicit;
mod face;
mod inline;
mod plain;
mod prompts;
mod resources;
mod schema;
mod sessions;
mod shapes;
mod subscribed;
mod tool;
mod tools;
mod watch;

pub(crate) use door::routes;
