use super::*;
use crate::config::Surroundings;
use domain::execution::Execution;
use domain::mode::Mode;
use domain::policy::PolicySet;
use std::collections::BTreeMap;
use std::io::Read;
use store::{Journal, OpenOptions, SqliteJournal};
use tempfile::TempDir;

/// Accounts of the login, of the allow list, and of the configuration.
const PAPER: &str = "DU1234567";
const LIVE: &str = "U7654321";
const CONFIGURED: &str = "DU7777777";

struct Scene {
    dir: TempDir,
    config: Config,
    journal: SqliteJournal,
}

fn at(hour: u32) -> Timestamp {
    format!("2026-03-02T{hour:02}:00:00Z").parse().unwrap()
}

fn trade(exec_id: &str) -> JournalEvent {
    let execution = Execution {
        exec_id: exec_id.parse().unwrap(),
        account: PAPER.parse().unwrap(),
        con_id: domain::id::ConId::new(265_598).unwrap(),
        symbol: "AAPL".to_owned(),
        terms: domain::contract::ContractTerms::NONE,
        is_buy: true,
        last_qty: "10".parse().unwrap(),
        last_px: "189.5".parse().unwrap(),
        is_cash: false,
        exchange: "SMART".to_owned(),
        executed_at: None,
        broker_order_id: None,
        client_id: None,
        perm_id: None,
        order_ref: String::new(),
        commission: None,
    };
    JournalEvent::ExternalExecution { execution: Box::new(execution) }
}

impl Scene {
    /// A trade at ten, eleven, twelve and thirteen hours.
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("tollgate.toml");
        let text = format!(
            "data_dir = \"{}\"\ncontact = \"Ada, {PAPER}\"\n[broker]\nkind = \"tws\"\naccount = \"{CONFIGURED}\"\n",
            dir.path().join("data").display()
        );
        std::fs::write(&file, text).unwrap();
        let variables = BTreeMap::from([("HOME".to_owned(), dir.path().display().to_string())]);
        let config = Config::load(&Surroundings { variables, file: Some(file), profile: None }).unwrap();
        place::installation_at_start(&config).unwrap();
        let options = OpenOptions::new(&config.data_dir, place::checkpoint_file(&config).unwrap(), at(9));
        let mut journal = SqliteJournal::open(&options).unwrap();
        let installation = place::installation(&config).unwrap().unwrap().parse().unwrap();
        let link = JournalEvent::LinkUp {
            generation: domain::id::Generation(1),
            server_version: 213,
            accounts: vec![PAPER.parse().unwrap()],
            next_valid_id: 1,
            mode: Ok(Mode::Paper),
        };
        let limits = serde_json::from_value(json!({"live_accounts_allowed": [LIVE]})).unwrap();
        let policy = JournalEvent::PolicyApplied {
            name: "mine".to_owned(),
            policy: Box::new(PolicySet::read(limits).unwrap()),
            changes: Vec::new(),
            by: None,
            reason: "the policy of the first start".to_owned(),
        };
        journal.append(at(9), &[JournalEvent::Installed { installation }, policy, link]).unwrap();
        for hour in 10..=13 {
            journal.append(at(hour), &[trade(&format!("e{hour}.01"))]).unwrap();
        }
        Self { dir, config, journal }
    }

    fn args(&self, name: &str) -> BundleArgs {
        let note = Some(format!("{LIVE} was never meant"));
        BundleArgs { out: self.dir.path().join(name), from: None, until: Some(at(13)), note, with_accounts: false }
    }

    fn take(&self, args: &BundleArgs) -> Bundle {
        Bundle::read(bundle(&self.config, args).unwrap(), &args.out)
    }
}

struct Bundle {
    said: Said,
    files: BTreeMap<String, String>,
}

impl Bundle {
    fn read(said: Said, out: &Path) -> Self {
        let names = check(out).unwrap();
        let mut archive = tar::Archive::new(std::fs::File::open(out).unwrap());
        let mut files = BTreeMap::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            files.insert(name, text);
        }
        assert_eq!(files.len(), names.len() + 1);
        let hash = blake3::hash(files["manifest.json"].as_bytes()).to_hex().to_string();
        assert_eq!(said.json["manifest_hash"], hash.as_str());
        Self { said, files }
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.files[name]).unwrap()
    }

    fn trades(&self) -> Vec<String> {
        let trades = self.json("executions.json");
        trades.as_array().unwrap().iter().map(|one| one["exec_id"].as_str().unwrap().to_owned()).collect()
    }

    fn records(&self) -> Vec<i64> {
        let line = |line: &str| serde_json::from_str::<Value>(line).unwrap()["seq"].as_i64().unwrap();
        self.files["journal.jsonl"].lines().map(line).collect()
    }

    fn whole(&self) -> String {
        self.files.values().map(String::as_str).collect()
    }
}

#[test]
fn a_bundle_tells_the_records_of_its_time_and_no_others() {
    let scene = Scene::new();
    let day = scene.take(&scene.args("day.tar"));
    assert_eq!((day.records(), day.trades().len()), ((1..=7).collect(), 4), "a day when nothing else is said");
    let within = |name: &str, from, until| {
        let told = scene.take(&BundleArgs { from: Some(from), until: Some(until), ..scene.args(name) });
        let manifest = told.json("manifest.json");
        let ends = ["first_seq", "last_seq"].map(|name| manifest[name].as_i64());
        (told.records(), told.trades(), ends)
    };
    let second = jiff::SignedDuration::from_secs(1);
    let both = (vec![5, 6], vec!["e11.01".to_owned(), "e12.01".to_owned()], [Some(5), Some(6)]);
    assert_eq!(within("ends.tar", at(11), at(12)), both, "both ends count");
    assert_eq!(within("inside.tar", at(10) + second, at(13) - second), both);
    assert_eq!(within("none.tar", at(11) + second, at(12) - second), (vec![], vec![], [None, None]));
    let backwards = BundleArgs { from: Some(at(12)), until: Some(at(11)), ..scene.args("backwards.tar") };
    assert!(bundle(&scene.config, &backwards).is_err());
    assert!(!backwards.out.exists());
}

#[test]
fn a_clock_that_was_set_back_hides_no_record() {
    let mut scene = Scene::new();
    scene.journal.append(at(11), &[trade("again.01")]).unwrap();
    let told = scene.take(&BundleArgs { from: Some(at(11)), until: Some(at(11)), ..scene.args("back.tar") });
    assert_eq!((told.records(), told.trades()), (vec![5, 6, 7, 8], vec!["e11.01".to_owned(), "again.01".to_owned()]));
}

#[test]
fn no_account_number_is_in_a_bundle_unless_it_is_asked_for() {
    let scene = Scene::new();
    let hidden = scene.take(&scene.args("hidden.tar"));
    for number in [PAPER, LIVE, CONFIGURED] {
        let found: Vec<_> =
            hidden.files.iter().filter(|(_, text)| text.contains(number)).map(|(name, _)| name).collect();
        assert_eq!(found, [""; 0], "{number}");
    }
    assert_eq!(hidden.json("manifest.json")["redacted"], true);
    assert_eq!(hidden.json("executions.json")[0]["account"], "REDACTED-1");
    let shown = scene.take(&BundleArgs { with_accounts: true, ..scene.args("shown.tar") });
    assert!([PAPER, LIVE, CONFIGURED].iter().all(|number| shown.whole().contains(number)));
    assert_eq!(shown.json("manifest.json")["redacted"], false);
}

/// Changes a byte of the journal where it first says this.
fn damage(scene: Scene, said: &[u8], byte: u8) -> (TempDir, Config) {
    let Scene { dir, config, journal } = scene;
    drop(journal);
    let database = config.data_dir.join("journal.sqlite");
    let mut bytes = std::fs::read(&database).unwrap();
    let place = bytes.windows(said.len()).position(|part| part == said).unwrap();
    bytes[place + said.len() - 1] = byte;
    std::fs::write(&database, bytes).unwrap();
    (dir, config)
}

#[test]
fn a_record_that_is_no_text_any_more_prevents_no_bundle() {
    let scene = Scene::new();
    let args = scene.args("damaged.tar");
    let (_dir, config) = damage(scene, b"\"exec_id\":\"e12", 0xff);
    let said = bundle(&config, &args).unwrap();
    let manifest = &said.json["manifest"];
    assert_eq!(manifest["damaged"], json!([{"seq": 6, "what": "body is no text in UTF-8"}]), "{manifest:#}");
    assert_eq!((&manifest["damaged_total"], &manifest["verified"]), (&json!(1), &json!(false)));
    assert!(manifest["unread"].as_str().unwrap().contains("told up to record 5 only"), "{manifest:#}");
    assert_eq!((&manifest["first_seq"], &manifest["last_seq"]), (&json!(1), &json!(7)));
    let bundle = Bundle::read(said, &args.out);
    assert_eq!(bundle.records(), (1..=7).collect::<Vec<_>>(), "those behind it too");
    let told: Vec<Value> =
        bundle.files["journal.jsonl"].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(told[5]["body"].as_str().unwrap().contains("e1\u{fffd}.01"));
    assert_eq!((&told[5]["damage"], told[4].get("damage")), (&json!("body is no text in UTF-8"), None));
    assert!(!bundle.whole().contains(PAPER), "what is damaged keeps no account number either");
}

#[test]
fn a_damaged_journal_is_told_as_far_as_it_can_be_read() {
    let scene = Scene::new();
    assert_eq!(scene.take(&scene.args("whole.tar")).json("manifest.json")["unread"], Value::Null);
    let database = scene.config.data_dir.join("journal.sqlite");
    drop(scene.journal);
    let mut bytes = std::fs::read(&database).unwrap();
    let torn = b"\"exec_id\":\"e12.01\"";
    let place = bytes.windows(torn.len()).position(|part| part == torn).unwrap();
    bytes[place] = b'#';
    std::fs::write(&database, bytes).unwrap();
    let args = BundleArgs {
        out: scene.dir.path().join("torn.tar"),
        from: None,
        until: Some(at(13)),
        note: None,
        with_accounts: false,
    };
    let said = bundle(&scene.config, &args).unwrap();
    let manifest = &said.json["manifest"];
    assert_eq!(manifest["verified"], false);
    assert!(manifest["unread"].as_str().unwrap().contains("record 5"), "{manifest:#}");
    assert_eq!(manifest["last_seq"], 7, "every record is there as it was sealed");
    assert!(check(&args.out).unwrap().contains(&"verification.json".to_owned()));
}

#[test]
fn nothing_is_overwritten_and_a_bundle_that_was_changed_is_found() {
    let scene = Scene::new();
    let args = scene.args("once.tar");
    let told = scene.take(&args);
    assert!(told.said.human.contains("manifest hash"));
    assert!(bundle(&scene.config, &args).is_err(), "the name is taken");
    let mut bytes = std::fs::read(&args.out).unwrap();
    let place = bytes.windows(6).position(|part| part == b"e11.01").unwrap();
    bytes[place] = b'E';
    std::fs::write(&args.out, bytes).unwrap();
    assert!(check(&args.out).is_err());
}
