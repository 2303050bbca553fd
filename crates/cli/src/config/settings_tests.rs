use super::*;
use server::Limits;

struct Desktop {
    dir: tempfile::TempDir,
    variables: BTreeMap<String, String>,
    profile: Option<String>,
}

impl Desktop {
    fn new(file: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let desktop = Self {
            variables: BTreeMap::from([("HOME".to_owned(), dir.path().display().to_string())]),
            dir,
            profile: None,
        };
        if !file.is_empty() {
            let path = desktop.file();
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        desktop
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join(".config/tollgate/tollgate.toml")
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn profile(mut self, name: &str) -> Self {
        self.profile = Some(name.to_owned());
        self
    }

    fn load(&self) -> Result<Config, ConfigError> {
        let around = Surroundings { variables: self.variables.clone(), file: None, profile: self.profile.clone() };
        Config::load(&around)
    }
}

#[test]
fn without_a_file_everything_has_its_documented_default() {
    let desktop = Desktop::new("");
    let config = desktop.load().unwrap();
    assert_eq!(config.listen, "127.0.0.1:8787".parse().unwrap());
    assert_eq!(config.data_dir, desktop.dir.path().join(".local/share/tollgate"));
    assert_eq!(config.trading, Trading::Paper);
    assert_eq!(config.policy, "default");
    assert_eq!(config.broker.kind, BrokerKind::Venue);
    assert_eq!(config.lease_silence.as_secs(), 10);
    assert_eq!((config.broker.host.as_str(), config.broker.port), ("127.0.0.1", 7497));
    assert_eq!(config.broker.account, None);
    assert!(config.shown.values().all(|shown| shown.place == Place::Default));
    assert_eq!(config.shown.len(), KEYS.len());
}

#[test]
fn with_a_real_broker_trading_is_off_unless_said_otherwise() {
    let config = Desktop::new("[broker]\nkind = \"tws\"\n").load().unwrap();
    assert_eq!(config.trading, Trading::Off);
    let config = Desktop::new("trading = \"paper\"\n[broker]\nkind = \"tws\"\n").load().unwrap();
    assert_eq!(config.trading, Trading::Paper);
}

#[test]
fn the_documented_file_is_read_key_by_key() {
    let config = Desktop::new(
        "listen = \"127.0.0.1:9000\"\ndata_dir = \"/srv/tg\"\ntrading = \"live\"\npolicy = \"mine\"\n\
         live_override_file = \"/run/go\"\naudit_checkpoint_file = \"/var/tg/cp\"\nlease_silence_s = 30\n[broker]\nkind = \"tws\"\n\
         host = \"gw\"\nport = 4001\nclient_id = 9\naccount = \"DU1234567\"\n",
    )
    .load()
    .unwrap();
    assert_eq!(config.listen.port(), 9000);
    assert_eq!(config.data_dir, PathBuf::from("/srv/tg"));
    assert_eq!(config.trading, Trading::Live);
    assert_eq!(config.policy, "mine");
    assert_eq!(config.live_override_file, Some(PathBuf::from("/run/go")));
    assert_eq!(config.audit_checkpoint_file, Some(PathBuf::from("/var/tg/cp")));
    assert_eq!(config.lease_silence.as_secs(), 30);
    assert_eq!((config.broker.host.as_str(), config.broker.port), ("gw", 4001));
    assert_eq!(config.broker.client_id.get(), 9);
    assert_eq!(config.broker.account.unwrap().as_str(), "DU1234567");
}

#[test]
fn beyond_loopback_the_bounds_are_narrower_unless_somebody_says_otherwise() {
    let limits = |file: &str| Desktop::new(file).load().unwrap().server.limits;
    assert_eq!(limits(""), Limits::standard());
    let tls = "[tls]\ncert_file = \"/c\"\nkey_file = \"/k\"\n";
    let narrow = limits(&format!("listen = \"0.0.0.0:8787\"\n{tls}"));
    assert_eq!(narrow, Limits::beyond_loopback());
    assert!(narrow.connections_per_peer_max > 0 && narrow.requests_per_second_per_key_max > 0);
    let own = limits(&format!("listen = \"0.0.0.0:8787\"\n{tls}[server]\nrequests_per_second_per_key_max = 0\n"));
    assert_eq!(
        (own.requests_per_second_per_key_max, own.connections_per_peer_max),
        (0, narrow.connections_per_peer_max)
    );
}

#[test]
fn callers_on_this_machine_use_a_name_of_the_certificate_where_there_is_one() {
    let url = |file: &str| {
        let config = Desktop::new(file).load().unwrap();
        config.server.own_url(config.listen)
    };
    let tls = "[tls]\ncert_file = \"/c\"\nkey_file = \"/k\"\n";
    assert_eq!(url(""), "http://127.0.0.1:8787");
    assert_eq!(url(&format!("listen = \"0.0.0.0:1\"\n{tls}")), "https://127.0.0.1:1");
    assert_eq!(url(&format!("listen = \"[::]:1\"\n{tls}")), "https://[::1]:1");
    let named =
        |name: &str| url(&format!("listen = \"0.0.0.0:1\"\n{tls}[server]\npublic_names = [\"{name}\", \"b\"]\n"));
    assert_eq!(named("gw.example"), "https://gw.example:1");
    assert_eq!(named("gw.example:443"), "https://gw.example:1");
    assert_eq!(named("fd00::2"), "https://[fd00::2]:1");
}

#[test]
fn profile_beats_file_and_environment_beats_both() {
    let file =
        "policy = \"a\"\n[broker]\nport = 1\n[profiles.live]\npolicy = \"b\"\n[profiles.live.broker]\nport = 2\n";
    let shown = |config: &Config| {
        let port = config.shown.get("broker.port").unwrap();
        (port.value.clone(), port.place.clone())
    };
    let desktop = Desktop::new(file);
    let path = desktop.file();
    assert_eq!(shown(&desktop.load().unwrap()), ("1".to_owned(), Place::File(path)));
    let desktop = Desktop::new(file).profile("live");
    let path = desktop.file();
    let config = desktop.load().unwrap();
    assert_eq!(shown(&config), ("2".to_owned(), Place::Profile(path, "live".to_owned())));
    assert_eq!(config.policy, "b");
    let config = Desktop::new(file).profile("live").with("TOLLGATE_BROKER__PORT", "3").load().unwrap();
    assert_eq!(shown(&config), ("3".to_owned(), Place::Environment("TOLLGATE_BROKER__PORT".to_owned())));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: one line for each key")]
fn every_key_can_be_set_by_the_environment() {
    let values = [
        ("TOLLGATE_LISTEN", "127.0.0.1:1"),
        ("TOLLGATE_DATA_DIR", "/a"),
        ("TOLLGATE_TRADING", "off"),
        ("TOLLGATE_POLICY", "p"),
        ("TOLLGATE_LIVE_OVERRIDE_FILE", "/b"),
        ("TOLLGATE_AUDIT_CHECKPOINT_FILE", "/c"),
        ("TOLLGATE_EXECUTION_REPORT_FILE", "/d"),
        ("TOLLGATE_CONTACT", "Ada, 1"),
        ("TOLLGATE_LEASE_SILENCE_S", "20"),
        ("TOLLGATE_BROKER__KIND", "tws"),
        ("TOLLGATE_BROKER__HOST", "h"),
        ("TOLLGATE_BROKER__PORT", "5"),
        ("TOLLGATE_BROKER__CLIENT_ID", "6"),
        ("TOLLGATE_BROKER__ACCOUNT", "DU1"),
        ("TOLLGATE_TLS__CERT_FILE", "/e"),
        ("TOLLGATE_TLS__KEY_FILE", "/f"),
        ("TOLLGATE_TLS__CA_FILE", "/g"),
        ("TOLLGATE_SERVER__PUBLIC_NAMES", "a.example, [::2]:9"),
        ("TOLLGATE_SERVER__BODY_BYTES_MAX", "1025"),
        ("TOLLGATE_SERVER__HEAD_BYTES_MAX", "8193"),
        ("TOLLGATE_SERVER__HEADER_COUNT_MAX", "17"),
        ("TOLLGATE_SERVER__HEAD_READ_TIMEOUT_S", "2"),
        ("TOLLGATE_SERVER__BODY_READ_TIMEOUT_S", "2"),
        ("TOLLGATE_SERVER__HANDSHAKE_TIMEOUT_S", "2"),
        ("TOLLGATE_SERVER__WRITE_TIMEOUT_S", "2"),
        ("TOLLGATE_SERVER__CONNECTIONS_MAX", "5"),
        ("TOLLGATE_SERVER__CONNECTIONS_PER_PEER_MAX", "1"),
        ("TOLLGATE_SERVER__CONNECTIONS_PER_KEY_MAX", "2"),
        ("TOLLGATE_SERVER__WAIT_DEFAULT_S", "3"),
        ("TOLLGATE_SERVER__WAIT_MAX_S", "4"),
        ("TOLLGATE_SERVER__FAILED_AUTH_PER_MINUTE_MAX", "2"),
        ("TOLLGATE_SERVER__REQUESTS_PER_SECOND_PER_KEY_MAX", "1"),
        ("TOLLGATE_SERVER__REQUESTS_PER_SECOND_PER_PEER_MAX", "1"),
        ("TOLLGATE_SERVER__SHUTDOWN_TIMEOUT_S", "1"),
        ("TOLLGATE_SERVER__STREAMS_MAX", "2"),
        ("TOLLGATE_SERVER__STREAMS_PER_KEY_MAX", "3"),
        ("TOLLGATE_SERVER__STREAM_HEARTBEAT_S", "2"),
        ("TOLLGATE_SERVER__STREAM_LAG_RECORDS_MAX", "17"),
        ("TOLLGATE_SERVER__STREAM_SEND_BUFFER_BYTES", "4097"),
        ("TOLLGATE_SERVER__MARKET_STREAM_INTERVAL_MS", "11"),
        ("TOLLGATE_SERVER__MARKET_STREAM_INSTRUMENTS_MAX", "2"),
        ("TOLLGATE_SERVER__MCP_SESSIONS_MAX", "2"),
        ("TOLLGATE_SERVER__MCP_SESSION_IDLE_S", "11"),
        ("TOLLGATE_SERVER__MCP_SUBSCRIPTIONS_MAX", "2"),
        ("TOLLGATE_SERVER__SESSION_IDLE_S", "61"),
        ("TOLLGATE_SERVER__SESSION_LASTS_S", "61"),
        ("TOLLGATE_SERVER__SESSIONS_PER_KEY_MAX", "2"),
        ("TOLLGATE_SERVER__SESSIONS_MAX", "2"),
        ("TOLLGATE_TELEMETRY__ENDPOINT", "http://127.0.0.1:4318"),
        ("TOLLGATE_TELEMETRY__CA_FILE", "/h"),
        ("TOLLGATE_TELEMETRY__HEADERS_FILE", "/i"),
        ("TOLLGATE_TELEMETRY__QUEUE_SPANS_MAX", "17"),
        ("TOLLGATE_ALERTS__QUIET_HOURS", "22:00-07:00"),
        ("TOLLGATE_ALERTS__QUIET_ZONE", "Europe/Berlin"),
        ("TOLLGATE_ALERTS__QUIET_SEVERITY", "warning"),
        ("TOLLGATE_ALERTS__REPEAT_WINDOW_S", "60"),
        ("TOLLGATE_ALERTS__REMIND_AFTER_S", "0"),
        ("TOLLGATE_ALERTS__DISK_FREE_MIB_MIN", "100"),
        ("TOLLGATE_ALERTS__TELEGRAM__TOKEN_FILE", "/j"),
        ("TOLLGATE_ALERTS__TELEGRAM__CHATS", "-5, 12"),
        ("TOLLGATE_ALERTS__TELEGRAM__API_URL", "http://127.0.0.1:8081"),
        ("TOLLGATE_ALERTS__TELEGRAM__SEVERITY", "info"),
        ("TOLLGATE_ALERTS__WEBHOOK__URL", "https://a.example/x"),
        ("TOLLGATE_ALERTS__WEBHOOK__SECRET_FILE", "/k"),
        ("TOLLGATE_ALERTS__WEBHOOK__CA_FILE", "/l"),
        ("TOLLGATE_ALERTS__WEBHOOK__SEVERITY", "critical"),
        ("TOLLGATE_STREAM__SYMBOLS", "AAPL, 265598"),
        ("TOLLGATE_STREAM__DIR", "/m"),
        ("TOLLGATE_STREAM__LINES_MAX", "5"),
        ("TOLLGATE_STREAM__INTERVAL_MS", "200"),
        ("TOLLGATE_STREAM__STALE_AFTER_S", "5"),
        ("TOLLGATE_STREAM__SNAPSHOT_EVERY_S", "6"),
        ("TOLLGATE_STREAM__HISTORY_EVERY_S", "0"),
        ("TOLLGATE_GUARD__EVERY_S", "5"),
        ("TOLLGATE_GUARD__HOURS", "always"),
        ("TOLLGATE_GUARD__DRAWDOWN_PERCENT_MAX", "12.5"),
        ("TOLLGATE_GUARD__DRAWDOWN_ACTION", "reduce"),
        ("TOLLGATE_GUARD__DAILY_LOSS_PERCENT_MAX", "3"),
        ("TOLLGATE_GUARD__DAILY_LOSS_ACTION", "halt"),
        ("TOLLGATE_GUARD__EXPOSURE_PERCENT_MAX", "150"),
        ("TOLLGATE_GUARD__EXPOSURE_ACTION", "alert"),
        ("TOLLGATE_GUARD__STALE_DATA_S_MAX", "90"),
        ("TOLLGATE_GUARD__STALE_DATA_ACTION", "reduce"),
        ("TOLLGATE_GUARD__POSITION_DRIFT_PERCENT_MAX", "5"),
        ("TOLLGATE_GUARD__POSITION_DRIFT_ACTION", "halt"),
        ("TOLLGATE_GUARD__ORDER_STUCK_S_MAX", "60"),
        ("TOLLGATE_GUARD__ORDER_STUCK_ACTION", "halt"),
        ("TOLLGATE_GUARD__HEARTBEAT_S_MAX", "120"),
        ("TOLLGATE_GUARD__HEARTBEAT_ACTION", "reduce"),
        ("TOLLGATE_LOOP__UNIVERSE", "AAPL, KO"),
        ("TOLLGATE_LOOP__SIGNAL", "momentum"),
        ("TOLLGATE_LOOP__COMMAND", "python3"),
        ("TOLLGATE_LOOP__COMMAND_TIMEOUT_S", "61"),
        ("TOLLGATE_LOOP__BARS_DAYS", "30"),
        ("TOLLGATE_LOOP__PARAMS", "{\"top\": 3}"),
        ("TOLLGATE_LOOP__FILE", "/n"),
        ("TOLLGATE_LOOP__WEIGHTS", "AAPL=0.5, KO=0.5"),
        ("TOLLGATE_LOOP__LOOKBACK", "61"),
        ("TOLLGATE_LOOP__TOP", "6"),
        ("TOLLGATE_LOOP__NAME", "monthly"),
        ("TOLLGATE_LOOP__SCHEDULE", "month-end"),
        ("TOLLGATE_LOOP__AT", "open+30m"),
        ("TOLLGATE_LOOP__MISSED", "late 15m"),
        ("TOLLGATE_LOOP__BEGIN_WITHIN_S", "301"),
        ("TOLLGATE_LOOP__ROLLBACK", "auto"),
        ("TOLLGATE_LOOP__DECISION_AGE_MAX_S", "3600"),
        ("TOLLGATE_LOOP__WEIGHT_MAX", "0.5"),
        ("TOLLGATE_LOOP__CASH_BUFFER", "0.03"),
        ("TOLLGATE_LOOP__MIN_TRADE_VALUE", "101"),
        ("TOLLGATE_LOOP__TURNOVER_MAX", "1.5"),
        ("TOLLGATE_LOOP__SLIPPAGE", "0.006"),
        ("TOLLGATE_LOOP__COMMISSION_PER_UNIT", "0.02"),
        ("TOLLGATE_LOOP__COMMISSION_MIN", "2"),
        ("TOLLGATE_LOOP__STRATEGY", "calm"),
        ("TOLLGATE_LOOP__STYLE", "patient"),
        ("TOLLGATE_LOOP__COLLAR", "0.003"),
        ("TOLLGATE_LOOP__WALK_EVERY_S", "31"),
        ("TOLLGATE_LOOP__WALKS", "11"),
        ("TOLLGATE_LOOP__SLICES", "2"),
        ("TOLLGATE_LOOP__SLICE_EVERY_S", "61"),
        ("TOLLGATE_LOOP__DEADLINE_S", "901"),
        ("TOLLGATE_LOOP__LEFTOVER", "cross"),
        ("TOLLGATE_LOOP__CURRENCY", "EUR"),
    ];
    let desktop = values.iter().fold(Desktop::new(""), |desktop, (name, value)| desktop.with(name, value));
    let config = desktop.load().unwrap();
    assert_eq!(values.len(), KEYS.len());
    for (key, (name, value)) in KEYS.iter().zip(values) {
        let shown = config.shown.get(key.name).unwrap();
        assert_eq!((key.variable().as_str(), shown.value.as_str()), (name, value));
        assert_eq!(shown.place, Place::Environment(name.to_owned()));
    }
}

#[test]
fn an_unknown_key_ends_the_start_and_is_named_with_its_place() {
    let cases = [
        ("lisen = \"x\"\n", "lisen"),
        ("[broker]\nprot = 1\n", "broker.prot"),
        ("[brokers]\nport = 1\n", "brokers"),
        ("[profiles.x]\ntradin = \"off\"\n", "tradin"),
        ("[profiles.x.broker]\nhots = \"h\"\n", "broker.hots"),
    ];
    for (file, named) in cases {
        let desktop = Desktop::new(file);
        let error = desktop.load().unwrap_err();
        let ConfigError::UnknownKey { key, place, .. } = error else { panic!("{file}: {error}") };
        assert_eq!(key, named);
        assert!(place.starts_with(&desktop.file().display().to_string()), "{place}");
    }
}

#[test]
fn an_unknown_key_is_told_with_what_was_meant_or_with_what_there_is() {
    let cases = [
        ("lisen = \"x\"\n", "did you mean `listen`?"),
        ("client_id = 7\n", "did you mean `broker.client_id`?"),
        ("[server]\nkey_file = \"x\"\n", "did you mean `tls.key_file`?"),
        ("[broker]\nsessions = \"always\"\n", "the keys of [broker] are: kind, host, port, client_id, account"),
        ("[brokers]\nport = 1\n", "the sections: alerts, "),
        ("sessions = \"always\"\n", "the keys at the top are: listen, data_dir, trading, "),
        ("[what]\never = 1\n", "; `tollgate config explain` without this file lists all keys"),
    ];
    for (file, says) in cases {
        let error = Desktop::new(file).load().unwrap_err();
        let ConfigError::UnknownKey { hint, .. } = error else { panic!("{file}: {error}") };
        assert!(hint.contains(says) && hint.len() < 400, "{file}: {hint}");
    }
}

#[test]
fn an_unknown_variable_of_ours_ends_the_start() {
    for name in ["TOLLGATE_LISEN", "TOLLGATE_BROKER_PORT", "TOLLGATE_BROKER__", "TOLLGATE_listen"] {
        let error = Desktop::new("").with(name, "1").load().unwrap_err();
        assert!(matches!(&error, ConfigError::UnknownKey { place, .. } if place.contains(name)), "{error}");
    }
}

#[test]
fn documented_variables_that_are_no_keys_are_left_alone() {
    let desktop = super::super::keys::OTHER_VARIABLES
        .iter()
        .fold(Desktop::new(""), |desktop, name| desktop.with(name, "anything"));
    desktop.load().unwrap();
}

#[test]
fn a_misspelt_key_is_answered_with_the_nearest() {
    let error = Desktop::new("lisen = \"x\"\n").load().unwrap_err();
    assert!(matches!(&error, ConfigError::UnknownKey { hint, .. } if hint.contains("`listen`")), "{error:?}");
}

#[test]
fn a_wrong_value_is_named_with_key_and_rule() {
    let cases = [
        ("listen = \"0.0.0.0:8787\"\n", "listen"),
        ("[tls]\ncert_file = \"/c\"\n", "tls.key_file"),
        ("[tls]\nkey_file = \"/k\"\n", "tls.cert_file"),
        ("[tls]\nkey_file = \"k\"\n", "tls.key_file"),
        ("[server]\npublic_names = \"a\"\n", "server.public_names"),
        ("[stream]\nsymbols = [\"aapl\"]\n", "stream.symbols"),
        ("[stream]\nsymbols = [\"0\"]\n", "stream.symbols"),
        ("[stream]\nlines_max = 61\n", "stream.lines_max"),
        ("[guard]\nevery_s = 0\n", "guard.every_s"),
        ("[guard]\nhours = \"night\"\n", "guard.hours"),
        ("[guard]\ndrawdown_percent_max = 10\n", "guard.drawdown_percent_max"),
        ("[guard]\ndrawdown_percent_max = \"-1\"\n", "guard.drawdown_percent_max"),
        ("[guard]\nexposure_percent_max = \"much\"\n", "guard.exposure_percent_max"),
        ("[guard]\ndrawdown_percent_max = \"1\"\ndrawdown_action = \"sell\"\n", "guard.drawdown_action"),
        ("[stream]\ndir = \"here\"\n", "stream.dir"),
        ("[server]\npublic_names = [1]\n", "server.public_names"),
        ("[server]\npublic_names = [\"https://a\"]\n", "server.public_names"),
        ("[server]\nhead_bytes_max = 8191\n", "server.head_bytes_max"),
        ("[server]\nconnections_max = 3\n", "server.connections_max"),
        ("[server]\nconnections_max = \"many\"\n", "server.connections_max"),
        ("[server]\nwait_default_s = 31\n", "server.wait_default_s"),
        ("[server]\nsession_idle_s = -1\n", "server.session_idle_s"),
        ("[loop]\nuniverse = [\"aapl\"]\n", "loop.universe"),
        ("[loop]\nsignal = \"hunch\"\n", "loop.signal"),
        ("[loop]\nsignal = \"command\"\n", "loop.command"),
        ("[loop]\nsignal = \"file\"\n", "loop.file"),
        ("[loop]\nsignal = \"fixed\"\nweights = [\"A=0.6\", \"B=0.6\"]\n", "loop.weights"),
        ("[loop]\nweights = [\"A:1\"]\n", "loop.weights"),
        ("[loop]\nschedule = \"weekly sun\"\n", "loop.schedule"),
        ("[loop]\nschedule = \"cron 0 10 * *\"\n", "loop.schedule"),
        ("[loop]\nschedule = \"daily\"\nname = \"My Loop\"\n", "loop.name"),
        ("[loop]\nat = \"noon\"\n", "loop.at"),
        ("[loop]\nmissed = \"later\"\n", "loop.missed"),
        ("[loop]\nrollback = \"yes\"\n", "loop.rollback"),
        ("[loop]\nparams = \"{\"\n", "loop.params"),
        ("[loop]\ncash_buffer = \"1\"\n", "loop.cash_buffer"),
        ("[loop]\ncash_buffer = 0.1\n", "loop.cash_buffer"),
        ("[loop]\nturnover_max = \"2.5\"\n", "loop.turnover_max"),
        ("[loop]\nstyle = \"bold\"\n", "loop.style"),
        ("[loop]\ncollar = \"0.5\"\n", "loop.collar"),
        ("[loop]\nslices = 0\n", "loop.slices"),
        ("[loop]\ndeadline_s = -1\n", "loop.deadline_s"),
        ("[loop]\nleftover = \"hope\"\n", "loop.leftover"),
        ("[loop]\nstrategy = \"a b\"\n", "loop.strategy"),
        ("[loop]\ncommand_timeout_s = 0\n", "loop.command_timeout_s"),
        ("listen = \"here\"\n", "listen"),
        ("listen = 8787\n", "listen"),
        ("data_dir = \"relative\"\n", "data_dir"),
        ("trading = \"yes\"\n", "trading"),
        ("trading = true\n", "trading"),
        ("policy = 3\n", "policy"),
        ("lease_silence_s = 1\n", "lease_silence_s"),
        ("lease_silence_s = -10\n", "lease_silence_s"),
        ("lease_silence_s = \"10\"\n", "lease_silence_s"),
        ("[broker]\nkind = \"ib\"\n", "broker.kind"),
        ("[broker]\nport = 0\n", "broker.port"),
        ("[broker]\nport = 70000\n", "broker.port"),
        ("[broker]\nport = \"7497\"\n", "broker.port"),
        ("[broker]\nclient_id = -1\n", "broker.client_id"),
        ("[broker]\naccount = \"DU 1\"\n", "broker.account"),
    ];
    for (file, named) in cases {
        let error = Desktop::new(file).load().unwrap_err();
        assert!(matches!(&error, ConfigError::Invalid { key, .. } if *key == named), "{file}: {error}");
    }
}

#[test]
fn the_policy_bench_is_for_accounts_of_the_venue_only() {
    let tws = |account: &str| {
        Desktop::new(&format!("policy = \"bench\"\n[broker]\nkind = \"tws\"\naccount = \"{account}\"\n")).load()
    };
    assert!(tws("DUV0000001").is_ok());
    assert!(matches!(tws("DU1234567"), Err(ConfigError::Invalid { key: "policy", .. })));
    assert!(matches!(tws("U1234567"), Err(ConfigError::Invalid { key: "policy", .. })));
    assert!(Desktop::new("policy = \"bench\"\n").load().is_ok());
}

#[test]
fn a_profile_that_does_not_exist_refuses() {
    let error = Desktop::new("[profiles.paper]\n").profile("papre").load().unwrap_err();
    assert!(matches!(&error, ConfigError::UnknownProfile { known, .. } if known == "paper"), "{error}");
    assert!(matches!(Desktop::new("").profile("x").load(), Err(ConfigError::UnknownProfile { .. })));
}

#[test]
fn a_named_file_that_is_missing_refuses_and_a_default_one_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let variables = BTreeMap::from([("HOME".to_owned(), dir.path().display().to_string())]);
    let around = Surroundings { variables, file: Some(dir.path().join("none.toml")), profile: None };
    assert!(matches!(Config::load(&around), Err(ConfigError::Unreadable { .. })));
    assert!(Config::load(&Surroundings { file: None, ..around }).is_ok());
}

#[test]
fn text_that_is_no_toml_is_shown_where_it_breaks() {
    let error = Desktop::new("listen = \n").load().unwrap_err();
    assert!(matches!(&error, ConfigError::Syntax(syntax) if syntax.at.is_some()), "{error}");
}

#[test]
fn the_hash_covers_every_value_and_no_place() {
    let by_file = Desktop::new("data_dir = \"/a\"\n").load().unwrap().hash();
    let by_environment = Desktop::new("").with("TOLLGATE_DATA_DIR", "/a").load().unwrap().hash();
    let other = Desktop::new("data_dir = \"/b\"\n").load().unwrap().hash();
    assert_eq!(by_file, by_environment);
    assert_ne!(by_file, other);
}

#[test]
fn without_a_home_directory_the_data_directory_has_to_be_said() {
    let mut desktop = Desktop::new("");
    desktop.variables.remove("HOME");
    assert!(matches!(desktop.load(), Err(ConfigError::NoHome { key: "data_dir" })));
    assert!(desktop.with("TOLLGATE_DATA_DIR", "/a").load().is_ok());
}

#[test]
fn a_broker_that_is_named_and_not_used_is_told() {
    let doubts = |file: &str| Desktop::new(file).load().unwrap().doubts();
    assert_eq!(doubts(""), Vec::<String>::new());
    let told = doubts("[broker]\nport = 4002\n");
    assert!(told.len() == 1 && told[0].contains("`broker.port` is set and not used"), "{told:?}");
    assert_eq!(doubts("[broker]\nhost = \"127.0.0.1\"\nport = 4002\n").len(), 2);
    assert_eq!(doubts("[broker]\nkind = \"tws\"\nport = 4002\n"), Vec::<String>::new());
}

#[test]
fn spans_go_only_where_a_collector_can_be_and_in_the_clear_only_with_a_warning() {
    let with = |endpoint: &str| Desktop::new("").with("TOLLGATE_TELEMETRY__ENDPOINT", endpoint).load();
    for wrong in ["4318", "ftp://a.example", "http://", "http://a:b@c.example", "http://a.example?x=1", "http://a#b"] {
        assert!(with(wrong).unwrap_err().to_string().contains("telemetry.endpoint"), "{wrong}");
    }
    assert!(with("").unwrap().telemetry.is_none());
    for (endpoint, doubts) in [
        ("http://127.0.0.1:4318", 0),
        ("http://[::1]:4318", 0),
        ("http://localhost", 0),
        ("https://a.example", 0),
        ("http://a.example", 1),
        ("http://10.0.0.5:4318", 1),
    ] {
        assert_eq!(with(endpoint).unwrap().doubts().len(), doubts, "{endpoint}");
    }
}
