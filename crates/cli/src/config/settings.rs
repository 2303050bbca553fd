//! The checked configuration.

use super::alerts::AlertSettings;
use super::error::ConfigError;
use super::guard::GuardSettings;
use super::keys::KEYS;
use super::load::{Gathered, Place, RawSettings, Surroundings, read_settings};
use super::looping::LoopSettings;
use super::server::ServerSettings;
use super::stream::StreamSettings;
use super::telemetry::TelemetrySettings;
use domain::id::{AccountId, ClientId};
use domain::mode::{Trading, is_venue_account};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Shorter, and a busy machine looks like a dead process; longer, and a standby is of no use.
const LEASE_SILENCE_S: RangeInclusive<u64> = 2..=600;

/// Longest text of a contact.
const CONTACT_MAX: usize = 200;

/// Which broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BrokerKind {
    /// The simulated venue, in this process, behind a loopback socket.
    Venue,
    /// TWS, IB Gateway, or a venue of its own, at host and port.
    Tws,
}

/// The section `[broker]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broker {
    /// Which.
    pub(crate) kind: BrokerKind,
    /// Host of TWS.
    pub(crate) host: String,
    /// Port of TWS.
    pub(crate) port: u16,
    /// The one client id of this installation.
    pub(crate) client_id: ClientId,
    /// The pinned account.
    pub(crate) account: Option<AccountId>,
}

/// A value as it is shown, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The effective value.
    pub(crate) value: String,
    /// Where it was set.
    pub(crate) place: Place,
}

/// Everything that the gateway is started with.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Address of the REST server; beyond loopback only with TLS.
    pub(crate) listen: SocketAddr,
    /// Journal, keys, policies, `KILL`.
    pub(crate) data_dir: PathBuf,
    /// Owner's setting.
    pub(crate) trading: Trading,
    /// Name of the policy.
    pub(crate) policy: String,
    /// Must exist at every live order.
    pub(crate) live_override_file: Option<PathBuf>,
    /// Where the end of the journal is noted; `None` is the default of the installation.
    pub(crate) audit_checkpoint_file: Option<PathBuf>,
    /// Where every trade is reported; `None` is a file in the data directory.
    pub(crate) execution_report_file: Option<PathBuf>,
    /// Who is called when something goes wrong.
    pub(crate) contact: Option<String>,
    /// How long the process that writes may show no life before another one takes over.
    pub(crate) lease_silence: Duration,
    /// Below this the default checkpoint file and the journal's key live; `None` without a home directory.
    pub(crate) state_home: Option<PathBuf>,
    /// The broker.
    pub(crate) broker: Broker,
    /// Names, certificates and bounds of the REST server.
    pub(crate) server: ServerSettings,
    /// Where spans go, if anywhere.
    pub(crate) telemetry: Option<TelemetrySettings>,
    /// The closed loop.
    pub(crate) looping: LoopSettings,
    /// Who is told what, and how.
    pub(crate) alerts: AlertSettings,
    /// What is streamed into files.
    pub(crate) stream: StreamSettings,
    /// What the guard looks at.
    pub(crate) guard: GuardSettings,
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
    /// The profile in use.
    pub(crate) profile: Option<String>,
    /// Every key with its value and place.
    pub(crate) shown: BTreeMap<&'static str, Shown>,
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// The first key that cannot be used, with its place.
    pub(crate) fn load(around: &Surroundings) -> Result<Self, ConfigError> {
        let gathered = read_settings(around)?;
        Self::check(around, &gathered)
    }

    /// Checks what was gathered.
    ///
    /// # Errors
    /// The first key that cannot be used, with its place.
    pub(crate) fn check(around: &Surroundings, gathered: &Gathered) -> Result<Self, ConfigError> {
        let reader = Reader { settings: &gathered.settings };
        let broker = reader.broker()?;
        let data_home = around.xdg("XDG_DATA_HOME", ".local/share").map(|dir| dir.join("tollgate"));
        let data_dir = reader.path("data_dir")?.or(data_home).ok_or(ConfigError::NoHome { key: "data_dir" })?;
        let state_home = around.xdg("XDG_STATE_HOME", ".local/state").map(|dir| dir.join("tollgate"));
        let listen = reader.listen()?;
        let config = Self {
            listen,
            server: ServerSettings::read(&reader, listen)?,
            telemetry: TelemetrySettings::read(&reader)?,
            looping: LoopSettings::read(&reader)?,
            alerts: AlertSettings::read(&reader)?,
            stream: StreamSettings::read(&reader)?,
            guard: GuardSettings::read(&reader)?,
            data_dir,
            trading: reader.trading(broker.kind)?,
            policy: reader.text("policy")?.unwrap_or_else(|| "default".to_owned()),
            live_override_file: reader.path("live_override_file")?,
            audit_checkpoint_file: reader.path("audit_checkpoint_file")?,
            execution_report_file: reader.path("execution_report_file")?,
            contact: reader.contact()?,
            lease_silence: reader.lease_silence()?,
            state_home,
            broker,
            file: gathered.file.clone(),
            profile: gathered.profile.clone(),
            shown: BTreeMap::new(),
        };
        reader.bench_only_on_venue(&config)?;
        let shown = KEYS
            .iter()
            .map(|key| {
                let place = gathered.settings.get(key.name).map_or(Place::Default, |raw| raw.place.clone());
                (key.name, Shown { value: config.text_of(key.name), place })
            })
            .collect();
        Ok(Self { shown, ..config })
    }

    fn text_of(&self, key: &str) -> String {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        match key {
            "listen" => self.listen.to_string(),
            "data_dir" => self.data_dir.display().to_string(),
            "trading" => self.trading.word().to_owned(),
            "policy" => self.policy.clone(),
            "live_override_file" => path(&self.live_override_file),
            "audit_checkpoint_file" => path(&self.audit_checkpoint_file),
            "execution_report_file" => path(&self.execution_report_file),
            "contact" => self.contact.clone().unwrap_or_default(),
            "lease_silence_s" => self.lease_silence.as_secs().to_string(),
            "broker.kind" => self.broker.kind.word().to_owned(),
            "broker.host" => self.broker.host.clone(),
            "broker.port" => self.broker.port.to_string(),
            "broker.client_id" => self.broker.client_id.to_string(),
            "broker.account" => self.broker.account.as_ref().map(ToString::to_string).unwrap_or_default(),
            other => {
                let of_telemetry = || TelemetrySettings::text_of(self.telemetry.as_ref(), other);
                let of_alerts = || {
                    self.alerts
                        .text_of(other)
                        .or_else(|| self.stream.text_of(other))
                        .or_else(|| self.guard.text_of(other))
                        .or_else(|| self.looping.text_of(other))
                };
                self.server.text_of(other).or_else(of_telemetry).or_else(of_alerts).unwrap_or_default()
            }
        }
    }

    /// Hash of the effective values: 64 hex digits of BLAKE3 over `key=value` lines, in the order of the keys.
    pub(crate) fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for key in &KEYS {
            hasher.update(format!("{}={}\n", key.name, self.text_of(key.name)).as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// What is set in vain, in words: it is no error, and does nothing.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let elsewhere = |key: &&str| self.shown.get(*key).is_some_and(|shown| shown.place != Place::Default);
        let of_telemetry = self.telemetry.as_ref().and_then(TelemetrySettings::doubt);
        let of_broker = match self.broker.kind {
            BrokerKind::Tws => Vec::new(),
            BrokerKind::Venue => ["broker.host", "broker.port"]
                .into_iter()
                .filter(elsewhere)
                .map(|key| {
                    format!(
                        "`{key}` is set and not used: broker.kind is \"venue\", the simulated broker inside the gateway; write \
                         kind = \"tws\" to connect there"
                    )
                })
                .collect(),
        };
        of_broker.into_iter().chain(of_telemetry).collect()
    }

    /// The file that stops everything.
    pub(crate) fn kill_file(&self) -> PathBuf {
        self.data_dir.join("KILL")
    }

    /// Where every trade is reported.
    pub(crate) fn execution_report_file(&self) -> PathBuf {
        self.execution_report_file.clone().unwrap_or_else(|| self.data_dir.join("executions.jsonl"))
    }

    /// The operator's own key.
    pub(crate) fn operator_key_file(&self) -> PathBuf {
        self.data_dir.join("operator.key")
    }

    /// The key files that a start makes.
    pub(crate) fn own_key_files(&self) -> Vec<PathBuf> {
        let of_loop = self.looping.is_on().then(|| self.loop_key_file());
        [self.operator_key_file(), self.agent_key_file()].into_iter().chain(of_loop).collect()
    }

    /// The loop's own key.
    pub(crate) fn loop_key_file(&self) -> PathBuf {
        self.data_dir.join("loop.key")
    }

    /// The key for programs that decide by themselves.
    pub(crate) fn agent_key_file(&self) -> PathBuf {
        self.data_dir.join("agent.key")
    }
}

impl BrokerKind {
    /// Our word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Venue => "venue",
            Self::Tws => "tws",
        }
    }
}

/// Reads single keys out of the gathered settings.
pub(super) struct Reader<'a> {
    settings: &'a RawSettings,
}

impl Reader<'_> {
    /// The refusal of a key's value.
    pub(super) fn refuse(&self, key: &'static str, rule: impl Into<String>, hint: impl Into<String>) -> ConfigError {
        let (value, place) = match self.settings.get(key) {
            Some(raw) => (raw.value.to_string(), raw.place.to_string()),
            None => ("(nothing)".to_owned(), Place::Default.to_string()),
        };
        ConfigError::Invalid { key, value, place, rule: rule.into(), hint: hint.into() }
    }

    /// Whoever answers, in one line: a name, a number, an address.
    fn contact(&self) -> Result<Option<String>, ConfigError> {
        let contact = self.text("contact")?;
        match &contact {
            Some(text) if text.chars().count() > CONTACT_MAX || text.chars().any(char::is_control) => {
                Err(self.refuse("contact", "one line of at most 200 characters", "write contact = \"name, number\""))
            }
            Some(_) | None => Ok(contact),
        }
    }

    /// A text; an empty one counts as not set.
    pub(super) fn text(&self, key: &'static str) -> Result<Option<String>, ConfigError> {
        match self.settings.get(key).map(|raw| &raw.value) {
            None => Ok(None),
            Some(toml::Value::String(text)) if text.is_empty() => Ok(None),
            Some(toml::Value::String(text)) => Ok(Some(text.clone())),
            Some(_not_text) => Err(self.refuse(key, "a text", format!("write {key} = \"…\" with quotes"))),
        }
    }

    pub(super) fn path(&self, key: &'static str) -> Result<Option<PathBuf>, ConfigError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        if Path::new(&text).is_absolute() {
            return Ok(Some(PathBuf::from(text)));
        }
        // A relative path would mean another file for each directory that a command is called from.
        Err(self.refuse(key, "an absolute path", "write the whole path, beginning with /"))
    }

    pub(super) fn number(&self, key: &'static str) -> Result<Option<i64>, ConfigError> {
        match self.settings.get(key).map(|raw| &raw.value) {
            None => Ok(None),
            Some(toml::Value::Integer(number)) => Ok(Some(*number)),
            Some(_not_number) => {
                Err(self.refuse(key, "a whole number", format!("write {key} = NUMBER, without quotes")))
            }
        }
    }

    /// A list of texts.
    pub(super) fn list(&self, key: &'static str) -> Result<Vec<String>, ConfigError> {
        let refuse = || self.refuse(key, "a list of texts", format!("write {key} = [\"…\", \"…\"]"));
        match self.settings.get(key).map(|raw| &raw.value) {
            None => Ok(Vec::new()),
            Some(toml::Value::Array(items)) => {
                let text = |item: &toml::Value| item.as_str().map(str::to_owned).ok_or_else(refuse);
                items.iter().map(text).collect()
            }
            Some(_not_list) => Err(refuse()),
        }
    }

    fn lease_silence(&self) -> Result<Duration, ConfigError> {
        match self.number("lease_silence_s")?.map(u64::try_from) {
            None => Ok(engine::LEASE_SILENCE),
            Some(Ok(seconds)) if LEASE_SILENCE_S.contains(&seconds) => Ok(Duration::from_secs(seconds)),
            Some(Ok(_) | Err(_)) => Err(self.refuse(
                "lease_silence_s",
                "whole seconds from 2 to 600",
                "10 is usual; a busy disk must not count as a dead process",
            )),
        }
    }

    fn listen(&self) -> Result<SocketAddr, ConfigError> {
        let text = self.text("listen")?.unwrap_or_else(|| "127.0.0.1:8787".to_owned());
        let Ok(listen) = text.parse::<SocketAddr>() else {
            return Err(self.refuse("listen", "an address with a port", "for example \"127.0.0.1:8787\""));
        };
        Ok(listen)
    }

    fn trading(&self, kind: BrokerKind) -> Result<Trading, ConfigError> {
        match (self.text("trading")?.as_deref(), kind) {
            (None, BrokerKind::Tws) | (Some("off"), _) => Ok(Trading::Off),
            (None, BrokerKind::Venue) | (Some("paper"), _) => Ok(Trading::Paper),
            (Some("live"), _) => Ok(Trading::Live),
            (Some(_), _) => Err(self.refuse("trading", "\"off\", \"paper\" or \"live\"", "\"paper\" for play money")),
        }
    }

    fn broker(&self) -> Result<Broker, ConfigError> {
        let kind = match self.text("broker.kind")?.as_deref() {
            None | Some("venue") => BrokerKind::Venue,
            Some("tws") => BrokerKind::Tws,
            Some(_) => {
                let hint = "\"venue\" is the built-in simulation, \"tws\" is TWS or IB Gateway";
                return Err(self.refuse("broker.kind", "\"venue\" or \"tws\"", hint));
            }
        };
        let port = match self.number("broker.port")?.map(u16::try_from) {
            None => 7497,
            Some(Ok(port)) if port > 0 => port,
            Some(Ok(_) | Err(_)) => {
                let hint = "TWS paper listens on 7497, IB Gateway paper on 4002";
                return Err(self.refuse("broker.port", "a port from 1 to 65535", hint));
            }
        };
        let client_id = ClientId::new(self.number("broker.client_id")?.unwrap_or(7)).map_err(|error| {
            self.refuse("broker.client_id", error.rule, "one number for this installation, for ever: 7")
        })?;
        let account = match self.text("broker.account")? {
            None => None,
            Some(text) => Some(text.parse::<AccountId>().map_err(|error| {
                self.refuse("broker.account", error.rule, "the account as TWS shows it, for example \"DU1234567\"")
            })?),
        };
        let host = self.text("broker.host")?.unwrap_or_else(|| "127.0.0.1".to_owned());
        Ok(Broker { kind, host, port, client_id, account })
    }

    /// The policy `bench` switches limits off, hence never near an account that is not the venue's.
    fn bench_only_on_venue(&self, config: &Config) -> Result<(), ConfigError> {
        let venue = match config.broker.kind {
            BrokerKind::Venue => true,
            BrokerKind::Tws => config.broker.account.as_ref().is_some_and(is_venue_account),
        };
        if config.policy == "bench" && !venue {
            let hint = "set broker.account to the venue's account (DUV…), or use another policy";
            return Err(self.refuse(
                "policy",
                "another one: \"bench\" is for accounts of the simulated venue only",
                hint,
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
