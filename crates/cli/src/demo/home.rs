//! The demo's own directory and configuration.

use crate::client::read_key_file;
use crate::config::{Config, Gathered, Place, Raw, RawSettings, Surroundings};
use crate::failure::Failure;
use crate::run::private;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::net::TcpListener;

const USUAL_ADDRESS: &str = "127.0.0.1:8787";
const ANY_ADDRESS: &str = "127.0.0.1:0";

/// A directory that goes with the demo, and a configuration that points nowhere else.
pub(crate) struct Home {
    /// The configuration.
    pub(crate) config: Config,
    _dir: TempDir,
}

impl Home {
    /// Makes it. A demo that stays takes the usual port when it is free.
    ///
    /// # Errors
    /// No temporary directory can be made.
    pub(crate) async fn make(any_port: bool) -> Result<Self, Failure> {
        let listen = if any_port { ANY_ADDRESS } else { free_address().await };
        let dir = own_dir("tollgate-demo-")?;
        // A loop that waits for what somebody proposes: nothing in it begins by itself.
        let universe = ["AAPL", "JNJ", "KO", "PG", "XOM"].into_iter().map(text).collect();
        let own = vec![("broker.kind", text("venue")), ("loop.universe", toml::Value::Array(universe))];
        Self::of(dir, "demo", listen, "paper", "default", own)
    }

    /// One for a drill, on any port, under a policy of its own or a built-in one.
    ///
    /// # Errors
    /// No temporary directory can be made, the policy cannot be written or makes no sense.
    pub(crate) fn for_drill(trading: &str, policy: Option<&str>) -> Result<Self, Failure> {
        let dir = own_dir("tollgate-drill-")?;
        if let Some(policy) = policy {
            let policies = dir.path().join("data/policies");
            private::own_dir(&dir.path().join("data"))
                .and_then(|()| private::own_dir(&policies))
                .and_then(|()| private::write(&policies.join("drill.toml"), policy))
                .map_err(|error| Failure::storage(format!("no policy for the drill: {error}"), "check TMPDIR"))?;
        }
        let broker = vec![("broker.kind", text("venue"))];
        Self::of(dir, "drill", ANY_ADDRESS, trading, policy.map_or("default", |_own| "drill"), broker)
    }

    /// One for a drill at a venue that does not end with it.
    ///
    /// # Errors
    /// No temporary directory can be made.
    pub(crate) fn at_venue(venue: SocketAddr, trading: &str, account: &str) -> Result<Self, Failure> {
        let broker = vec![
            ("broker.kind", text("tws")),
            ("broker.host", text(&venue.ip().to_string())),
            ("broker.port", toml::Value::Integer(venue.port().into())),
            ("broker.account", text(account)),
        ];
        Self::of(own_dir("tollgate-drill-")?, "drill", ANY_ADDRESS, trading, "default", broker)
    }

    fn of(
        dir: TempDir,
        command: &'static str,
        listen: &str,
        trading: &str,
        policy: &str,
        own: Vec<(&'static str, toml::Value)>,
    ) -> Result<Self, Failure> {
        let path = |name: &str| text(&dir.path().join(name).display().to_string());
        let values = [
            ("listen", text(listen)),
            ("data_dir", path("data")),
            ("audit_checkpoint_file", path("state/audit.checkpoint")),
            ("trading", text(trading)),
            ("policy", text(policy)),
        ];
        let settings: RawSettings = values
            .into_iter()
            .chain(own)
            .map(|(key, value)| (key, Raw { value, place: Place::Command(command) }))
            .collect();
        // Neither the user's file nor the user's environment: nothing of theirs is read or written.
        let variables = BTreeMap::from([("HOME".to_owned(), dir.path().display().to_string())]);
        let around = Surroundings { variables, file: None, profile: None };
        let config = Config::check(&around, &Gathered { file: None, profile: None, settings })?;
        Ok(Self { config, _dir: dir })
    }

    /// What to try while it is up.
    ///
    /// # Errors
    /// The operator's key cannot be read.
    pub(crate) fn suggestions(&self, url: &str, venue: Option<SocketAddr>) -> Result<String, Failure> {
        let operator = self.config.operator_key_file();
        // Of play money, and gone with the demo: whoever is to look at the dashboard needs it at hand.
        let key = read_key_file(&operator, false)?;
        let operator = operator.display();
        let agent = self.config.agent_key_file();
        let agent = agent.display();
        // After `make demo` the binary is not on the search path.
        let binary = std::env::current_exe().map_or("tollgate".to_owned(), |path| path.display().to_string());
        let venue = venue.map_or_else(String::new, |address| format!("venue         http://{address}/ledger\n"));
        Ok(format!(
            "tollgate demo is up: SIMULATED broker, play money, nothing of yours is touched.\n\n\
             dashboard     {url}/\nsign in with  {key}\n\n\
             Its agent proposes an order: approve it or deny it there.\n\n\
             gateway       {url}\n{venue}operator key  {operator}\nagent key     {agent}\n\n\
             Try, in another terminal:\n\
             \x20 export TOLLGATE_URL={url}\n\
             \x20 {binary} --key-file {operator} status\n\
             \x20 {binary} --key-file {operator} top\n\
             \x20 {binary} --key-file {operator} quote AAPL MSFT\n\
             \x20 {binary} --key-file {agent} order submit buy 10 AAPL --limit 100\n\
             \x20 {binary} --key-file {operator} approval list\n\
             \x20 {binary} --key-file {operator} kill on --reason drill\n\n\
             Ctrl-C ends it and removes everything.\n"
        ))
    }
}

fn text(text: &str) -> toml::Value {
    toml::Value::String(text.to_owned())
}

fn own_dir(prefix: &str) -> Result<TempDir, Failure> {
    tempfile::Builder::new().prefix(prefix).tempdir().map_err(|error| {
        Failure::storage(format!("no temporary directory: {error}"), "check TMPDIR and the space left")
    })
}

async fn free_address() -> &'static str {
    match TcpListener::bind(USUAL_ADDRESS).await {
        Ok(_free) => USUAL_ADDRESS,
        Err(_taken) => ANY_ADDRESS,
    }
}
