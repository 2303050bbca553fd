//! The one list of keys, with the environment variable of each.

use std::collections::BTreeSet;

/// What a key holds; decides how a text from the environment is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Texts; in the environment with commas between them.
    List,
}

/// One key of `tollgate.toml`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Dotted name, e.g. `broker.port`.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
}

const fn text(name: &'static str) -> Key {
    Key { name, kind: Kind::Text }
}

const fn number(name: &'static str) -> Key {
    Key { name, kind: Kind::Number }
}

const fn list(name: &'static str) -> Key {
    Key { name, kind: Kind::List }
}

/// Every key, in the order of the documentation.
pub(crate) const KEYS: [Key; 123] = [
    text("listen"),
    text("data_dir"),
    text("trading"),
    text("policy"),
    text("live_override_file"),
    text("audit_checkpoint_file"),
    text("execution_report_file"),
    text("contact"),
    number("lease_silence_s"),
    text("broker.kind"),
    text("broker.host"),
    number("broker.port"),
    number("broker.client_id"),
    text("broker.account"),
    text("tls.cert_file"),
    text("tls.key_file"),
    text("tls.ca_file"),
    list("server.public_names"),
    number("server.body_bytes_max"),
    number("server.head_bytes_max"),
    number("server.header_count_max"),
    number("server.head_read_timeout_s"),
    number("server.body_read_timeout_s"),
    number("server.handshake_timeout_s"),
    number("server.write_timeout_s"),
    number("server.connections_max"),
    number("server.connections_per_peer_max"),
    number("server.connections_per_key_max"),
    number("server.wait_default_s"),
    number("server.wait_max_s"),
    number("server.failed_auth_per_minute_max"),
    number("server.requests_per_second_per_key_max"),
    number("server.requests_per_second_per_peer_max"),
    number("server.shutdown_timeout_s"),
    number("server.streams_max"),
    number("server.streams_per_key_max"),
    number("server.stream_heartbeat_s"),
    number("server.stream_lag_records_max"),
    number("server.stream_send_buffer_bytes"),
    number("server.market_stream_interval_ms"),
    number("server.market_stream_instruments_max"),
    number("server.mcp_sessions_max"),
    number("server.mcp_session_idle_s"),
    number("server.mcp_subscriptions_max"),
    number("server.session_idle_s"),
    number("server.session_lasts_s"),
    number("server.sessions_per_key_max"),
    number("server.sessions_max"),
    text("telemetry.endpoint"),
    text("telemetry.ca_file"),
    text("telemetry.headers_file"),
    number("telemetry.queue_spans_max"),
    text("alerts.quiet_hours"),
    text("alerts.quiet_zone"),
    text("alerts.quiet_severity"),
    number("alerts.repeat_window_s"),
    number("alerts.remind_after_s"),
    number("alerts.disk_free_mib_min"),
    text("alerts.telegram.token_file"),
    list("alerts.telegram.chats"),
    text("alerts.telegram.api_url"),
    text("alerts.telegram.severity"),
    text("alerts.webhook.url"),
    text("alerts.webhook.secret_file"),
    text("alerts.webhook.ca_file"),
    text("alerts.webhook.severity"),
    list("stream.symbols"),
    text("stream.dir"),
    number("stream.lines_max"),
    number("stream.interval_ms"),
    number("stream.stale_after_s"),
    number("stream.snapshot_every_s"),
    number("stream.history_every_s"),
    number("guard.every_s"),
    text("guard.hours"),
    text("guard.drawdown_percent_max"),
    text("guard.drawdown_action"),
    text("guard.daily_loss_percent_max"),
    text("guard.daily_loss_action"),
    text("guard.exposure_percent_max"),
    text("guard.exposure_action"),
    text("guard.stale_data_s_max"),
    text("guard.stale_data_action"),
    text("guard.position_drift_percent_max"),
    text("guard.position_drift_action"),
    text("guard.order_stuck_s_max"),
    text("guard.order_stuck_action"),
    text("guard.heartbeat_s_max"),
    text("guard.heartbeat_action"),
    list("loop.universe"),
    text("loop.signal"),
    list("loop.command"),
    number("loop.command_timeout_s"),
    number("loop.bars_days"),
    text("loop.params"),
    text("loop.file"),
    list("loop.weights"),
    number("loop.lookback"),
    number("loop.top"),
    text("loop.name"),
    text("loop.schedule"),
    text("loop.at"),
    text("loop.missed"),
    number("loop.begin_within_s"),
    text("loop.rollback"),
    number("loop.decision_age_max_s"),
    text("loop.weight_max"),
    text("loop.cash_buffer"),
    text("loop.min_trade_value"),
    text("loop.turnover_max"),
    text("loop.slippage"),
    text("loop.commission_per_unit"),
    text("loop.commission_min"),
    text("loop.strategy"),
    text("loop.style"),
    text("loop.collar"),
    number("loop.walk_every_s"),
    number("loop.walks"),
    number("loop.slices"),
    number("loop.slice_every_s"),
    number("loop.deadline_s"),
    text("loop.leftover"),
    text("loop.currency"),
];

/// The sections of the file.
pub(crate) const SECTIONS: [&str; 10] =
    ["broker", "tls", "server", "telemetry", "alerts", "alerts.telegram", "alerts.webhook", "stream", "guard", "loop"];

/// Variables of ours that are not configuration keys: the flags' own, the key of the client, the log filter.
pub(crate) const OTHER_VARIABLES: [&str; 7] = [
    "TOLLGATE_CONFIG",
    "TOLLGATE_PROFILE",
    "TOLLGATE_API_KEY",
    "TOLLGATE_URL",
    "TOLLGATE_CA_FILE",
    "TOLLGATE_LOG",
    "TOLLGATE_LOG_FORMAT",
];

impl Key {
    /// The variable that overrides the key: `TOLLGATE_BROKER__PORT` for `broker.port`.
    pub(crate) fn variable(&self) -> String {
        format!("TOLLGATE_{}", self.name.to_ascii_uppercase().replace('.', "__"))
    }
}

/// The key of that name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Points from a misspelt name to the nearest one, or to the same word in another section; else lists the section, or what there is
/// at the top.
pub(crate) fn suggestion(name: &str) -> String {
    let nearest = KEYS.iter().map(|key| (distance(name, key.name), key.name)).min();
    if let Some((_, key)) = nearest.filter(|(steps, _)| *steps <= 3) {
        return format!("did you mean `{key}`?");
    }
    let (section, word) = name.rsplit_once('.').unwrap_or(("", name));
    let parts = || KEYS.iter().map(|key| key.name.rsplit_once('.').unwrap_or(("", key.name)));
    let elsewhere: Vec<&str> =
        KEYS.iter().map(|key| key.name).filter(|key| key.rsplit('.').next() == Some(word)).collect();
    if !elsewhere.is_empty() {
        return format!(
            "did you mean {}?",
            elsewhere.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ")
        );
    }
    let within =
        |section: &str| parts().filter(|(of, _)| *of == section).map(|(_, word)| word).collect::<Vec<_>>().join(", ");
    let here = within(section);
    if !section.is_empty() && !here.is_empty() {
        return format!("the keys of [{section}] are: {here}");
    }
    let sections: BTreeSet<&str> = parts().map(|(of, _)| of).filter(|of| !of.is_empty()).collect();
    format!(
        "the keys at the top are: {}; the sections: {}; `tollgate config explain` without this file lists all keys",
        within(""),
        sections.into_iter().collect::<Vec<_>>().join(", ")
    )
}

/// Edit distance, by rows.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        for (j, b) in right.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX - 1);
            let best = (above + 1).min(before + 1).min(diagonal + usize::from(a != *b));
            diagonal = above;
            before = best;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = best;
            }
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
