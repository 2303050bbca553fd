//! Alerts as a part of the gateway that writes: a thread of its own, so that nothing outside costs the gateway anything.

use super::aside::Aside;
use super::private;
use crate::config::{AlertSettings, Config, TelegramKeys, WebhookKeys};
use crate::failure::Failure;
use crate::log;
use autopilot::Secret;
use autopilot::alert::{
    AlertParts, AlertRules, Alerts, AlertsTask, Bot, Channel, HttpError, Outbox, Runs, StalePrices, Telegram,
    TelegramSettings, Watched, Way, Webhook, WebhookSettings,
};
use domain::alert::{ChannelId, ChannelRules, SIGN_SILENCE_MAX, Severity};
use domain::id::IdError;
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use engine::{Clock, Desk, SignOfLife};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// The directory of the outbox in the data directory.
const DIR: &str = "alerts";
/// How often the journal is read and messages leave.
const TURN_EVERY: Duration = Duration::from_millis(500);
/// How often facts are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long the bot may hear nothing.
const BOT_SILENCE_MAX: SignedDuration = SignedDuration::from_mins(5);
/// How long the end may take.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
const WEBHOOK: &str = "webhook";

/// The thread.
pub(crate) struct AlertsThread {
    end: oneshot::Sender<String>,
    end_bot: oneshot::Sender<()>,
    aside: Aside,
}

/// What the gateway shows of itself, and what others know of it.
pub(crate) struct Around {
    /// The part that reports trades.
    pub(crate) reports: Arc<SignOfLife>,
    /// What the alerts show of themselves: nobody else would tell that they are silent.
    pub(crate) life: Arc<SignOfLife>,
    /// Further parts.
    pub(crate) watched: Vec<Watched>,
    /// What is known of prices.
    pub(crate) stale: watch::Receiver<StalePrices>,
    /// The loop's runs.
    pub(crate) runs: Option<Arc<dyn Runs>>,
    /// The name of the installation.
    pub(crate) installation: String,
}

/// An agent of our own, with these scopes and no key that anybody could present.
pub(super) fn own_agent(name: &str, scopes: &[Scope]) -> Result<Principal, IdError> {
    Ok(Principal {
        key_id: name.parse()?,
        kind: PrincipalKind::Agent,
        scopes: scopes.iter().copied().collect::<BTreeSet<Scope>>(),
        face: Face::Loop,
        correlation_id: name.parse()?,
    })
}

/// The ways that are configured, and the bot.
///
/// # Errors
/// A file that cannot be used.
pub(crate) fn ways(settings: &AlertSettings, installation: &str) -> Result<(Vec<Way>, Option<Telegram>), Failure> {
    let mut ways = Vec::new();
    let rules = |channel: ChannelId, severity_min: Severity| ChannelRules {
        channel,
        severity_min,
        quiet: settings.quiet.clone(),
        remind_after: Some(settings.remind_after).filter(|after| !after.is_zero()),
    };
    if let Some(WebhookKeys { url, secret_file, ca_file, severity }) = &settings.webhook {
        let secret = secret("alerts.webhook.secret_file", secret_file)?;
        let ca_pem = ca_file.as_deref().map(|path| pem("alerts.webhook.ca_file", path)).transpose()?;
        let (url, installation) = (url.clone(), installation.to_owned());
        let webhook =
            Webhook::new(WebhookSettings { url, secret, ca_pem, installation }).map_err(|error| no_client(&error))?;
        let channel: Arc<dyn Channel> = Arc::new(webhook);
        ways.push(Way { rules: rules(ChannelId(WEBHOOK.to_owned()), *severity), channel });
    }
    let Some(TelegramKeys { token_file, chats, api_url, severity }) = &settings.telegram else {
        return Ok((ways, None));
    };
    let token = secret("alerts.telegram.token_file", token_file)?;
    let bot = TelegramSettings { api_url: api_url.clone(), token, redact: log::redacted };
    let bot = Telegram::new(bot).map_err(|error| no_client(&error))?;
    ways.extend(chats.iter().map(|chat| Way { rules: rules(chat.channel(), *severity), channel: bot.chat(*chat) }));
    Ok((ways, Some(bot)))
}

/// Looks whether the files of the ways can be used, before anything else is touched.
///
/// # Errors
/// One of them cannot.
pub(super) fn check(settings: &AlertSettings) -> Result<(), Failure> {
    ways(settings, "").map(|_ways| ())
}

fn no_client(error: &HttpError) -> Failure {
    Failure::unavailable(error.to_string(), "look at the certificates in [alerts.webhook]")
}

fn pem(key: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::usage(format!("{key} {}: {error}", path.display()), "name a PEM file"))
}

fn secret(key: &str, path: &Path) -> Result<Secret, Failure> {
    let unusable = |why: &str| {
        let hint = "one line, in a file of mode 0600; docs/alerts.md says what it holds";
        Failure::usage(format!("{key} {}: {why}", path.display()), hint)
    };
    let exposed = private::exposed(path).map_err(|error| unusable(&error.to_string()))?;
    if exposed {
        return Err(unusable("others may read it"));
    }
    let text = private::read(path).map_err(|error| unusable(&error.to_string()))?.unwrap_or_default();
    let secret = Secret::of_line(&text);
    if secret.expose().is_empty() || secret.expose().chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(unusable("it is not one line without blanks"));
    }
    Ok(secret)
}

impl AlertsThread {
    /// Begins to watch.
    ///
    /// # Errors
    /// A file of the configuration or the outbox cannot be used, or the system refuses a thread.
    pub(crate) fn begin(
        (config, clock): (&Config, &Arc<dyn Clock>),
        desk: Arc<dyn Desk>,
        around: Around,
    ) -> Result<(Self, Alerts), Failure> {
        let settings = &config.alerts;
        let internal = |error: IdError| Failure::unavailable(error.to_string(), "report this");
        let (ways, telegram) = ways(settings, &around.installation)?;
        let outbox = Outbox::open(&config.data_dir.join(DIR)).map_err(|error| {
            Failure::storage(format!("the alerts' outbox: {error}"), "check its owner, its mode and the space left")
        })?;
        let clock = Arc::clone(clock);
        let bot_life = Arc::new(SignOfLife::begun(clock.now()));
        let mut watched = around.watched;
        watched.push(Watched {
            part: "report of trades".to_owned(),
            life: around.reports,
            silence_max: SIGN_SILENCE_MAX,
        });
        if telegram.is_some() {
            let life = Arc::clone(&bot_life);
            watched.push(Watched { part: "ear of the Telegram bot".to_owned(), life, silence_max: BOT_SILENCE_MAX });
        }
        let parts = AlertParts {
            outbox,
            rules: AlertRules {
                repeat_window: settings.repeat_window,
                disk_free_bytes_min: settings.disk_free_mib_min.saturating_mul(1024 * 1024),
                turn_every: TURN_EVERY,
                look_every: LOOK_EVERY,
            },
            ways,
            watched,
            stale: around.stale,
            life: around.life,
            data_dir: config.data_dir.clone(),
            clock: clock.clone(),
            by: own_agent("alerts", &[Scope::Read]).map_err(internal)?,
        };
        let by = own_agent("telegram", &[Scope::Read, Scope::Kill]).map_err(internal)?;
        let chats = settings.telegram.as_ref().map(|telegram| telegram.chats.clone()).unwrap_or_default();
        let bot = telegram.map(|telegram| Bot { telegram, chats, by, runs: around.runs, clock, life: bot_life });
        let (alerts, task) = autopilot::alert::begin(Arc::clone(&desk), parts);
        let thread = Self::spawn(desk, &alerts, task, bot)?;
        Ok((thread, alerts))
    }

    fn spawn(desk: Arc<dyn Desk>, alerts: &Alerts, task: AlertsTask, bot: Option<Bot>) -> Result<Self, Failure> {
        let (end, ending) = oneshot::channel();
        let (end_bot, ending_bot) = oneshot::channel();
        let alerts = alerts.clone();
        let work = async move {
            let listening = async {
                if let Some(bot) = bot {
                    bot.run(desk, alerts, ending_bot).await;
                }
            };
            tokio::join!(task.run(ending), listening);
        };
        Ok(Self { end, end_bot, aside: Aside::begin("alerts", work)? })
    }

    /// Tells that the gateway ends, and why where that was not asked for; then lets go of the journal.
    pub(crate) async fn end(self, why: Option<String>) {
        drop(self.end_bot);
        // An end in order is the other end that is gone.
        match why {
            Some(why) => drop(self.end.send(why)),
            None => drop(self.end),
        }
        self.aside.ended(ENDS_WITHIN).await;
    }
}
