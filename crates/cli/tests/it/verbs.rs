//! Every command of the binary, as text and as JSON: what it prints, in which shape, with which exit code. A command that stands in
//! none of the tables here fails a test.

use crate::shapes::Shapes;
use crate::support::{Desktop, Gateway, Output, PATIENCE, Venue};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// What a command prints with `--json`.
#[derive(Clone, Copy)]
enum Json {
    /// A component of openapi.json.
    Of(&'static str),
    /// A list of such, as `{"items": […], "next_cursor": null}`.
    PageOf(&'static str),
    /// A shape of the command line's own: an object with these fields and no others.
    Own(&'static [&'static str]),
    /// A line of such an object for each record.
    Lines(&'static [&'static str]),
    /// The same as without: a script or a page.
    Script,
}

use Json::{Lines, Of, Own, PageOf, Script};

/// One command: its words (with `{…}` for what only the running test knows, and `{n}` for 1 as text and 2 as JSON), its exit code,
/// what the text holds, and the JSON.
struct Row(&'static str, &'static str, i32, &'static [&'static str], Json);

/// What goes before a command, so that there is something for it to do.
const BEFORE: &[(&str, &[&str])] = &[
    ("order replace", &["order submit buy 1{n} KO --limit 12.{n} --key change-{n}"]),
    ("order cancel", &["order submit buy 2{n} KO --limit 12.{n} --key cancel-{n}"]),
    ("order cancel-all", &["order submit buy 3{n} KO --limit 13.{n} --key all-{n}"]),
    ("approval show", &["--key-file {agent} order submit buy 1 PG --limit 21.{n} --key show-{n}"]),
    ("approval approve", &["--key-file {agent} order submit buy 1 PG --limit 22.{n} --key approve-{n}"]),
    ("approval deny", &["--key-file {agent} order submit buy 1 PG --limit 23.{n} --key deny-{n}"]),
    ("approval revoke", &["--key-file {agent} order submit buy 1 PG --limit 24.{n} --key revoke-{n}"]),
    (
        "limits accept",
        &["limits set order_qty_max=40{n} --reason less", "limits set order_qty_max=50{n} --reason more"],
    ),
    (
        "limits withdraw",
        &["limits set order_qty_max=30{n} --reason less", "limits set order_qty_max=60{n} --reason more"],
    ),
    ("key revoke", &["key create gone-{n} --kind agent --scopes read"]),
    ("flatten", &["order submit buy {n} MSFT --key held-{n}"]),
    ("loop resume", &["loop pause --reason before-{n}"]),
];

const FIELDS_OF_DOCTOR: &[&str] = &["ok", "checks"];
const FIELDS_OF_CONFIG: &[&str] = &["file", "profile", "config_hash", "values"];
const FIELDS_OF_CHECK: &[&str] = &["ok", "file", "config_hash", "policy", "policy_hash", "warnings"];
const FIELDS_OF_WALK: &[&str] =
    &["ok", "records", "head_seq", "head_hash", "checkpoints", "findings", "findings_total"];
const FIELDS_OF_BACKUP: &[&str] =
    &["file", "installation", "taken_at", "schema", "head_seq", "head_hash", "files", "with_keys"];
const FIELDS_OF_RESTORE: &[&str] = &[
    "data_dir",
    "head_seq",
    "head_hash",
    "taken_at",
    "lost",
    "lost_records",
    "checkpoint",
    "moved_aside",
    "carried_over",
    "state",
];
const FIELDS_OF_VENUE: &[&str] = &[
    "now",
    "clock",
    "market_open",
    "last_real_close_on",
    "halted",
    "faults_active",
    "accounts",
    "books",
    "working_orders",
    "working_orders_total",
    "connections",
];
const FIELDS_OF_EXPORT: &[&str] = &["file", "records", "with_accounts"];
const FIELDS_OF_KILL_FILE: &[&str] = &["kill_file", "state", "gateway_reached", "gateway_code"];

/// With a gateway that runs, in this order.
#[rustfmt::skip]
const ONLINE: &[Row] = &[
    Row("status", "status", 0, &["ready         yes", "paper SIMULATED", "DUV0000001", "policy        default"], Of("Status")),
    Row("status", "status --gates", 0, &["C02_MODE_PROOF", "open", "per_order"], PageOf("BoardEntry")),
    Row("doctor", "doctor", 0, &["ok       gateway", "running and ready", "0 problems"], Own(FIELDS_OF_DOCTOR)),
    Row("quote", "quote AAPL", 0, &["symbol", "bid size", "AAPL", "live"], Of("Quote")),
    Row("quote", "quote AAPL MSFT", 0, &["AAPL", "MSFT"], PageOf("Quote")),
    Row("quote", "quote NOSUCH", 3, &["error:", "contract_not_found", "help:"], Of("Problem")),
    Row("bars", "bars AAPL --size 1d --duration 5d", 0, &["AAPL", "open", "volume", "T00:00:00Z"], Of("Bars")),
    Row("contract search", "contract search AAPL", 0, &["265598", "APPLE INC"], PageOf("SymbolMatch")),
    Row("contract show", "contract show 265598", 0, &["long_name", "APPLE INC", "America/New_York"], Of("Contract")),
    Row("contract chain", "contract chain 265598", 0, &["class", "SMART", "multiplier"], Of("OptionChain")),
    Row("account list", "account list", 0, &["DUV0000001"], PageOf("Account")),
    Row("account summary", "account summary", 0, &["net_liquidation", "buying_power"], Of("AccountSummary")),
    Row("account pnl", "account pnl", 0, &["daily", "unrealized", "peak"], Of("Pnl")),
    Row("account history", "account history -n 3", 0, &["net liquidation", "USD"], PageOf("AccountPoint")),
    Row("account capabilities", "account capabilities", 0, &["type", "stk", "market data"], Of("Capabilities")),
    Row("order preview", "order preview buy 10 AAPL --limit 100", 0, &["decision", "approved", "preview_id"], Of("Preview")),
    Row("order submit", "order submit buy {n} AAPL --key first-{n}", 0, &["order       first-", "status", "buy 1 AAPL market day"], Of("OrderAnswer")),
    Row("order submit", "order submit buy 1000000 AAPL --limit 1 --key denied-{n}", 6, &["C13_MAX_QTY", "limit", "→"], Of("Problem")),
    Row("order submit", "--key-file {agent} order submit buy 1 PG --limit 20 --key asked-{n}", 10, &["C06_APPROVAL", "tollgate approval approve ap-"], Of("OrderAnswer")),
    Row("order replace", "order replace change-{n} --limit 14", 0, &["limit_price 14"], Of("OrderAnswer")),
    Row("order cancel", "order cancel cancel-{n} --wait 30", 0, &["the cancel is proven", "canceled"], Of("CancelAnswer")),
    Row("order cancel", "order cancel cancel-{n}", 5, &["error:", "HTTP 409", "help:"], Of("Problem")),
    Row("order list", "order list --limit 50", 0, &["key", "first-", "AAPL"], PageOf("Order")),
    Row("order show", "order show first-{n}", 0, &["first-", "order_submitting", "operator"], Of("Order")),
    Row("order show", "order show nosuch", 3, &["error:", "not_found", "help:"], Of("Problem")),
    Row("order executions", "order executions", 0, &["commission", "exec_id", "AAPL"], PageOf("Execution")),
    Row("account positions", "account positions", 0, &["avg cost", "AAPL", "USD"], PageOf("Position")),
    Row("order release", "order release 265598 --reason \"as TWS shows\"", 3, &["error:", "halted instrument 265598", "help:"], Of("Problem")),
    Row("order resolve", "order resolve first-{n} --reason \"as TWS shows\"", 2, &["error:", "invalid_request", "help:"], Of("Problem")),
    Row("broker verify", "broker verify", 0, &["same_accounts", "client_id", "fresh_at"], Of("BrokerVerification")),
    Row("approval list", "approval list", 0, &["ap-", "pending", "asked-"], PageOf("Approval")),
    Row("approval show", "approval show {approval}", 0, &["bound to", "price band", "C06_APPROVAL"], Of("Approval")),
    Row("approval approve", "approval approve {approval} --reason fine", 0, &["order       approve-", "buy 1 PG"], Of("OrderAnswer")),
    Row("approval deny", "approval deny {approval} --reason no", 0, &["denied", "by operator"], Of("Approval")),
    Row("approval revoke", "approval revoke {approval} --reason no", 0, &["revoked", "by operator"], Of("Approval")),
    Row("order cancel-all", "order cancel-all --wait 30", 0, &["all-", "canceled"], PageOf("CancelAnswer")),
    Row("flatten", "flatten --symbol MSFT --reason out --wait 30", 0, &["MSFT", "acknowledged", "flat-"], Of("FlattenAnswer")),
    Row("kill status", "kill status", 0, &["active everywhere"], Of("TradingStates")),
    Row("kill reduce", "kill reduce --reason half", 0, &["global", "reducing", "half"], Of("TradingStates")),
    Row("kill on", "kill on --reason drill", 0, &["global", "halted", "drill"], Of("TradingStates")),
    Row("kill off", "kill off --reason over", 0, &["global", "active", "over"], Of("TradingStates")),
    Row("kill off", "kill off", 2, &["error:", "needs a reason", "help:"], Own(&["code", "title", "detail"])),
    Row("mandate grant", "mandate grant DUV0000001 --strategy calm-{n} --symbols KO --sides buy --order-notional-max 100 --notional-max 500 --orders-max 5 --expires-at {soon} --reason test", 0, &["md-", "pending", "tollgate mandate confirm"], Of("Mandate")),
    Row("limits show", "limits show", 0, &["control", "order_qty_max", "default"], Of("Limits")),
    Row("limits set", "limits set order_qty_max=70{n} --reason less", 0, &["policy default"], Of("Limits")),
    Row("limits accept", "limits accept {hash} --reason yes", 0, &["counts from", "order_qty_max"], Of("Limits")),
    Row("limits withdraw", "limits withdraw {hash} --reason no", 0, &["policy default"], Of("Limits")),
    Row("limits history", "limits history -n 3", 0, &["policy_wished", "order_qty_max"], PageOf("AuditRecord")),
    Row("limits reset", "limits reset rejects --reason known", 3, &["error:", "breaker rejects", "help:"], Of("Problem")),
    Row("live status", "live status", 0, &["armed", "C04_LIVE_ARMING", "→"], Of("Live")),
    Row("live checklist", "live checklist", 0, &["paper_orders", "verified_restore"], Of("Live")),
    Row("live arm", "live arm DUV0000001 --hours 1 --reason no", 6, &["C04_LIVE_ARMING", "help:"], Of("Problem")),
    Row("live disarm", "live disarm --reason done", 0, &["armed", "no"], Of("Live")),
    Row("mandate list", "mandate list", 0, &["calm-", "pending", "DUV0000001"], PageOf("Mandate")),
    Row("mandate confirm", "mandate confirm {mandate}", 0, &["active", "calm-"], Of("Mandate")),
    Row("mandate revoke", "mandate revoke {mandate}", 0, &["revoked", "calm-"], Of("Mandate")),
    Row("stream status", "stream status", 0, &["streams", "lines", "wanted by"], Of("StreamStatus")),
    Row("guard show", "guard show", 0, &["guard", "rests"], Of("GuardState")),
    Row("guard evaluate", "guard evaluate", 0, &["outcome", "no rule is on"], Of("GuardReport")),
    Row("alert list", "alert list", 0, &["severity", "order_denied", "seen by"], PageOf("Alert")),
    Row("alert ack", "alert ack al-999999", 3, &["error:", "alert al-999999", "help:"], Of("Problem")),
    Row("alert test", "alert test", 2, &["error:", "no way for alerts is configured", "help:"], Own(&["code", "title", "detail"])),
    Row("audit tail", "audit tail -n 3", 0, &["seq", "mandate_revoked", "operator"], PageOf("AuditRecord")),
    Row("audit show", "audit show 2", 0, &["\"kind\"", "started"], Of("AuditRecord")),
    Row("audit verify", "audit verify", 0, &["verdict", "clean"], Of("AuditVerification")),
    Row("key create", "key create made-{n} --kind agent --scopes read,preview", 0, &["tg_"], Of("NewKey")),
    Row("key list", "key list", 0, &["operator", "human", "made-"], PageOf("Key")),
    Row("key revoke", "key revoke gone-{n}", 0, &["gone-", "is revoked"], Of("Key")),
    Row("loop status", "loop status", 0, &["loop", "idle", "KO"], Of("LoopStatus")),
    Row("loop plan", "loop plan", 2, &["error:", "nobody has proposed", "help:"], Of("Problem")),
    Row("loop run", "loop run --id r-{n}", 0, &["run", "r-", "loop show"], Of("Run")),
    Row("loop propose", "loop propose /nowhere.json", 2, &["error:", "/nowhere.json"], Own(&["code", "title", "detail"])),
    Row("loop history", "loop history", 0, &["r-", "hand"], PageOf("Run")),
    Row("loop show", "loop show r-{n}", 0, &["run", "r-"], Of("RunEvidence")),
    Row("loop rollback", "loop rollback r-{n}", 5, &["error:", "run", "help:"], Of("Problem")),
    Row("loop pause", "loop pause --reason \"\"", 2, &["error:", "reason", "help:"], Of("Problem")),
    Row("loop resume", "loop resume --reason over", 0, &["loop", "KO"], Of("LoopStatus")),
    Row("venue status", "venue status --control-port {control}", 0, &["market", "DUV0000001", "working orders"], Own(FIELDS_OF_VENUE)),
];

/// Once the gateway has ended.
#[rustfmt::skip]
const OFFLINE: &[Row] = &[
    Row("status", "status", 9, &["error:", "no gateway answers", "tollgate serve"], Own(&["code", "title", "detail"])),
    Row("config explain", "config explain", 0, &["broker.account", "DUV0000001", "tollgate.toml"], Own(FIELDS_OF_CONFIG)),
    Row("config check", "config check", 0, &["good:", "configuration", "policy default"], Own(FIELDS_OF_CHECK)),
    Row("doctor", "doctor", 0, &["not running", "tollgate serve"], Own(FIELDS_OF_DOCTOR)),
    Row("audit verify", "audit verify", 0, &["verdict", "clean"], Own(FIELDS_OF_WALK)),
    Row("audit export", "audit export", 0, &["\"seq\":1}", "installed"], Lines(&["seq", "at_ns", "prev_hash", "hash", "redacted"])),
    Row("audit export", "audit export --to {dir}/export-{n}.jsonl", 0, &["records in"], Own(FIELDS_OF_EXPORT)),
    Row("incident bundle", "incident bundle --out {dir}/incident-{n}.tar --note \"a test\"", 0, &["manifest hash", "verified"], Own(&["file", "manifest_hash", "manifest"])),
    Row("backup", "backup --to {dir}/backup-{n}.tar", 0, &["verified", "the whole chain"], Own(FIELDS_OF_BACKUP)),
    Row("backup", "backup --to {dir}/backup-{n}.tar", 5, &["error:", "help:"], Own(&["code", "title", "detail"])),
    Row("restore", "restore {dir}/backup-{n}.tar", 0, &["HALTED", "tollgate key list"], Own(FIELDS_OF_RESTORE)),
    Row("kill on", "kill on --reason drill", 0, &["KILL", "nobody confirms"], Own(FIELDS_OF_KILL_FILE)),
    Row("key reveal", "key reveal", 0, &["tg_"], Own(&["key"])),
    Row("mcp", "mcp --print-config http", 0, &["mcpServers"], Own(&["mcpServers"])),
    Row("completions", "completions bash", 0, &["_tollgate", "complete"], Script),
    Row("man", "man", 0, &[".TH", "tollgate", "SUBCOMMANDS"], Script),
    Row("man", "man {dir}/man-{n}", 0, &["pages in"], Own(&["dir", "pages"])),
];

/// Commands that stay, take minutes, or need a terminal: the file and the test that runs each.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("demo", "demo.rs", "the_demo_walks_every_step_and_touches_nothing_of_the_user"),
    ("serve", "refusals.rs", "serve_with_the_embedded_venue_is_ready_by_itself"),
    ("venue", "refusals.rs", "the_venue_refuses_what_it_cannot_do"),
    ("replay", "replay.rs", "half_a_year_of_weekly_rebalancing_is_to_the_cent_what_pandas_calculates_apart"),
    ("top", "top.rs", "an_operator_sees_orders_live_and_halts_trading_with_two_keys"),
    ("limits drill", "drill.rs", "the_drill_fires_every_control_that_is_built_and_touches_nothing_of_the_user"),
    ("key protect", "protect.rs", "a_protected_key_opens_with_its_phrase_on_a_terminal_and_in_no_other_way"),
];

/// The words of a line; quotes hold words together.
fn split(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(nth, part)| {
            if nth % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
        })
        .collect()
}

/// What only the running test knows.
struct World<'a> {
    desktop: &'a Desktop,
    gateway: Option<&'a Gateway<'a>>,
    control: String,
    shapes: Shapes,
}

impl World<'_> {
    fn run(&self, json: bool, line: &str) -> Output {
        let mut words: Vec<String> = Vec::new();
        if let Some(gateway) = self.gateway {
            words.extend(["--url".to_owned(), gateway.url.clone()]);
        }
        words.extend(json.then(|| "--json".to_owned()));
        words.extend(split(line));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.desktop.run(&words)
    }

    /// Some must wait for ten seconds after what went before, and are refused until then.
    fn settled(&self, row: &Row, json: bool, line: &str) -> Output {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said = self.run(json, line);
            let must_wait = ["mandate confirm", "broker verify"].contains(&row.0) && said.exit != row.2;
            if !must_wait || Instant::now() > deadline {
                return said;
            }
        }
    }

    fn find(&self, list: &str, wanted: impl Fn(&Value) -> bool) -> String {
        let answer = self.run(true, list).json();
        let items = answer["items"].as_array().unwrap();
        let found = items.iter().find(|item| wanted(item)).unwrap_or_else(|| panic!("{list}: {answer:#}"));
        found["id"].as_str().unwrap().to_owned()
    }

    fn fill(&self, command: &str, line: &str, nth: u32) -> String {
        let verb = command.rsplit(' ').next().unwrap();
        let key = |name: &str| self.desktop.data(name).display().to_string();
        let mut line = line.replace("{n}", &nth.to_string());
        line = line.replace("{agent}", &key("agent.key"));
        line = line.replace("{dir}", &self.desktop.path("").display().to_string());
        line = line.replace("{control}", self.control.rsplit(':').next().unwrap()).replace("{soon}", &soon());
        if line.contains("{approval}") {
            let order = format!("{verb}-{nth}");
            line = line.replace("{approval}", &self.find("approval list", |one| one["cl_ord_id"] == order.as_str()));
        }
        if line.contains("{mandate}") {
            let strategy = format!("calm-{nth}");
            line = line.replace("{mandate}", &self.find("mandate list", |one| one["strategy"] == strategy.as_str()));
        }
        if line.contains("{hash}") {
            let limits = self.run(true, "limits show").json();
            let hash = limits["policy"]["pending"]["hash"].as_str().unwrap_or_else(|| panic!("{limits:#}"));
            line = line.replace("{hash}", &hash[..12]);
        }
        line
    }

    fn prepare(&self, command: &str, nth: u32) {
        for (of, lines) in BEFORE.iter().filter(|(of, _)| *of == command) {
            for line in *lines {
                let done = self.run(false, &self.fill(of, line, nth));
                assert!([0, 10].contains(&done.exit), "{line}: {done:?}");
            }
        }
    }

    fn check(&self, row: &Row) {
        let Row(command, line, exit, texts, json) = row;
        self.prepare(command, 1);
        let said = self.settled(row, false, &self.fill(command, line, 1));
        assert_eq!(said.exit, *exit, "{line}: {said:?}");
        let whole = [said.stdout.as_str(), said.stderr.as_str()].concat();
        for text in *texts {
            assert!(whole.contains(text), "{line}: no {text:?} in\n{whole}");
        }
        assert!(!whole.contains('\u{1b}'), "{line}: colour where nobody looks");
        assert_eq!(
            said.stdout.is_empty(),
            *exit != 0 && *exit != 10,
            "data goes to stdout, talk to stderr: {line}: {said:?}"
        );

        self.prepare(command, 2);
        let said = self.settled(row, true, &self.fill(command, line, 2));
        assert_eq!(said.exit, *exit, "{line} --json: {said:?}");
        self.check_json(line, &said, *json);
    }

    fn check_json(&self, line: &str, said: &Output, json: Json) {
        let faults = match json {
            Of(component) => self.shapes.faults(&said.json(), component),
            PageOf(component) => {
                let page = said.json();
                assert!(page.get("next_cursor").is_some(), "{line}: {page:#}");
                let items = page["items"].as_array().unwrap_or_else(|| panic!("{line}: {page:#}"));
                items.iter().flat_map(|item| self.shapes.faults(item, component)).collect()
            }
            Own(fields) => differences(&said.json(), fields),
            Lines(fields) => {
                let records = said.stdout.lines().map(|record| serde_json::from_str::<Value>(record).unwrap());
                records.flat_map(|record| missing(&record, fields)).collect()
            }
            Script => Vec::new(),
        };
        assert!(faults.is_empty(), "{line} --json: {faults:#?}\n{}", said.stdout);
    }
}

fn names(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("{value:#}")).keys().map(String::as_str).collect()
}

fn missing(value: &Value, fields: &[&str]) -> Vec<String> {
    let found = names(value);
    fields.iter().filter(|field| !found.contains(*field)).map(|field| format!("{field} is missing")).collect()
}

fn differences(value: &Value, fields: &[&str]) -> Vec<String> {
    let wanted: BTreeSet<&str> = fields.iter().copied().collect();
    names(value).symmetric_difference(&wanted).map(|field| format!("{field} is on one side only")).collect()
}

/// A time within the days that a mandate may live.
fn soon() -> String {
    use time::format_description::well_known::Rfc3339;
    (time::OffsetDateTime::now_utc() + time::Duration::days(2)).format(&Rfc3339).unwrap()
}

fn installed() -> (Desktop, Venue) {
    let desktop = Desktop::new();
    let venue = desktop.venue(0);
    desktop.configure(venue.port);
    desktop.configure_more("contact = \"Ada, 1\"");
    desktop.append_config("[loop]\nuniverse = [\"KO\"]\n");
    (desktop, venue)
}

#[test]
fn every_command_says_as_text_and_as_json_what_it_is_to_say() {
    let (desktop, venue) = installed();
    let mut gateway = desktop.serve();
    let world =
        World { desktop: &desktop, gateway: Some(&gateway), control: venue.control.clone(), shapes: Shapes::read() };
    for row in ONLINE {
        world.check(row);
    }
    let World { control, shapes, .. } = world;
    assert_eq!(gateway.running.end_with("-TERM"), 0);
    let world = World { desktop: &desktop, gateway: None, control, shapes };
    for row in OFFLINE {
        world.check(row);
    }
}

/// Every command by its words joined with `-`: the manual pages that list no commands below them.
fn commands(desktop: &Desktop) -> BTreeSet<String> {
    let dir = desktop.path("pages");
    assert_eq!(desktop.run(&["man", dir.to_str().unwrap()]).exit, 0);
    let pages = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    pages
        .filter(|page| {
            !std::fs::read_to_string(page).unwrap().contains(".SH SUBCOMMANDS") || page.ends_with("tollgate-venue.1")
        })
        .map(|page| page.file_stem().unwrap().to_str().unwrap().trim_start_matches("tollgate-").to_owned())
        .collect()
}

#[test]
fn no_command_is_without_a_test_of_its_output() {
    let desktop = Desktop::new();
    let rows = ONLINE.iter().chain(OFFLINE).map(|Row(command, ..)| *command);
    let elsewhere = ELSEWHERE.iter().map(|(command, ..)| *command);
    let tested: BTreeSet<String> = rows.chain(elsewhere).map(|command| command.replace(' ', "-")).collect();
    let there = commands(&desktop);
    assert_eq!(there.difference(&tested).collect::<Vec<_>>(), Vec::<&String>::new(), "commands without a test");
    assert_eq!(tested.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "tests without a command");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    for (command, file, test) in ELSEWHERE {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains(&format!("fn {test}(")), "{command}: {file} has no test {test}");
    }
}

#[test]
fn the_page_on_the_command_line_names_every_command_and_what_it_prints() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, table) = page.split_once("## Every command").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let shapes = Shapes::read();
    for Row(command, _, exit, _, json) in ONLINE.iter().chain(OFFLINE) {
        let rows: Vec<&str> = table.lines().filter(|line| line.starts_with(&format!("| `{command}` |"))).collect();
        let [row] = rows.as_slice() else { panic!("docs/cli.md has {} rows of `{command}`", rows.len()) };
        let shape = match json {
            // What went wrong has one shape, whatever was asked.
            Of("Problem") => continue,
            Own(fields) if fields.contains(&"code") => continue,
            Of(component) => format!("`{component}`"),
            PageOf(component) => format!("page of `{component}`"),
            Own(_) => "own".to_owned(),
            Lines(_) => "own, a line each".to_owned(),
            Script => "none".to_owned(),
        };
        if let Of(component) | PageOf(component) = json {
            assert!(shapes.has(component), "{component}");
        }
        assert!(row.contains(&shape), "`{command}` prints {shape}: {row}");
        assert!(row.contains(&exit.to_string()), "`{command}` ends with {exit}: {row}");
    }
    for (command, ..) in ELSEWHERE {
        assert!(table.contains(&format!("| `{command}` |")), "docs/cli.md has no row of `{command}`");
    }
}
