//! The directory and the configuration of a replay: the user's loop, and nothing else of theirs.

use crate::config::{Config, Gathered, Place, Raw, RawSettings, Surroundings, read_settings};
use crate::failure::Failure;
use crate::run::private;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

/// The venue's one account.
pub(super) const ACCOUNT: &str = "DUV0000001";
const POLICY: &str = "replay";

/// Every gate stands; what limits sizes and pace is as wide as it goes, for decades pass in minutes and an account grows with
/// them. Silence and skew are judged by a clock that jumps from day to day.
const LIMITS: &str = r#"
approval_required_for = []
approval_live_notional_min = "1000000000000"
clock_skew_ms_max = 864000000
quote_age_ms_max = 15000
order_qty_max = "1000000000000"
order_notional_max = "1000000000000"
volume_percent_max = 100
order_types_allowed = ["market", "limit", "moc"]
capital_gross_max = "1000000000000"
capital_net_max = "1000000000000"
position_qty_max = "1000000000000"
position_notional_max = "1000000000000"
issuer_notional_max = "1000000000000"
leverage_max = 100
margin_use_percent_max = 100
excess_liquidity_min = 0
open_orders_max = 100000
open_orders_per_instrument_max = 1000
turnover_day_max = "1000000000000"
orders_day_max = 100000
loss_day_reduce = "1000000000000"
loss_day_halt = "1000000000000"
loss_week_reduce = "1000000000000"
loss_week_halt = "1000000000000"
loss_age_s_max = 316000000
drawdown_percent_max = 100
market_order_slippage_percent = 0
short_window_notional_max = "1000000000000"
short_window_qty_max = "1000000000000"
short_window_move_percent_max = 100
messages_per_second_max = 100000
messages_per_day_max = 1000000
strategy_executions_max = 4000000000
efficiency_ratio_max = "1000000000000"
cooldown_after = 4000000000
rejects_max = 4000000000
open_notional_max = "1000000000000"
heartbeat_s_max = 316000000
cancel_percent_max = 100
"#;

/// The configuration of a gateway in `dir` at the venue, with the loop of the user's configuration.
///
/// # Errors
/// A loop that cannot be, a directory that cannot be made.
pub(super) fn config(dir: &Path, venue: SocketAddr, around: &Surroundings) -> Result<Config, Failure> {
    let unusable = |error: io::Error| {
        Failure::storage(
            format!("{}: {error}", dir.display()),
            "name another --out, or check its owner and the space left",
        )
    };
    let data = dir.join("data");
    private::own_dir(&data).map_err(unusable)?;
    let policies = data.join("policies");
    private::own_dir(&policies).map_err(unusable)?;
    private::write(&policies.join(format!("{POLICY}.toml")), LIMITS).map_err(unusable)?;
    let path = |name: &str| text(&dir.join(name).display().to_string());
    let own = [
        ("listen", text("127.0.0.1:0")),
        ("data_dir", path("data")),
        ("audit_checkpoint_file", path("audit.checkpoint")),
        ("trading", text("paper")),
        ("policy", text(POLICY)),
        ("broker.kind", text("tws")),
        ("broker.host", text(&venue.ip().to_string())),
        ("broker.port", toml::Value::Integer(venue.port().into())),
        ("broker.account", text(ACCOUNT)),
    ];
    let own = own.into_iter().map(|(key, value)| (key, Raw { value, place: Place::Command(POLICY) }));
    let theirs = read_settings(around)?.settings.into_iter().filter(|(key, _)| key.starts_with("loop."));
    let settings: RawSettings = theirs.chain(own).collect();
    let variables = BTreeMap::from([("HOME".to_owned(), dir.display().to_string())]);
    let apart = Surroundings { variables, file: None, profile: None };
    let config = Config::check(&apart, &Gathered { file: None, profile: None, settings })?;
    if config.looping.is_on() {
        Ok(config)
    } else {
        Err(Failure::usage("the configuration names no loop: loop.universe is empty", "see docs/loop.md"))
    }
}

fn text(text: &str) -> toml::Value {
    toml::Value::String(text.to_owned())
}
