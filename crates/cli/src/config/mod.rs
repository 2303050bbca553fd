//! `tollgate.toml`, its profiles and the environment, read into one checked [`Config`] that knows where each value came
//! from. Nothing is looked up later: what the gateway runs with is what `tollgate config explain` shows.

mod alerts;
mod error;
mod guard;
mod keys;
mod load;
mod looping;
mod policy_file;
mod server;
mod settings;
mod stream;
mod telemetry;

pub(crate) use alerts::{AlertSettings, TelegramKeys, WebhookKeys};
pub(crate) use error::ConfigError;
pub(crate) use load::{Gathered, Place, Raw, RawSettings, Surroundings, read_settings};
pub(crate) use policy_file::load_policy;
pub(crate) use server::loopback_of;
pub(crate) use settings::{BrokerKind, Config, Shown};
pub(crate) use telemetry::TelemetrySettings;
