use crate::config::{Config, ConfigError, Surroundings};
use std::collections::BTreeMap;

fn load(file: &str) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tollgate.toml");
    std::fs::write(&path, file).unwrap();
    let variables = BTreeMap::from([("HOME".to_owned(), dir.path().display().to_string())]);
    Config::load(&Surroundings { variables, file: Some(path), profile: None })
}

#[test]
fn without_a_word_nobody_is_told_and_nothing_is_quiet() {
    let alerts = load("").unwrap().alerts;
    assert!(alerts.telegram.is_none() && alerts.webhook.is_none() && alerts.quiet.is_none());
    assert_eq!(
        (alerts.repeat_window.as_secs(), alerts.remind_after.as_secs(), alerts.disk_free_mib_min),
        (900, 3_600, 512)
    );
}

#[test]
fn the_documented_sections_are_read() {
    let alerts = load(
        "[alerts]\nquiet_hours = \"22:00-07:00\"\nquiet_zone = \"America/New_York\"\n[alerts.telegram]\n\
         token_file = \"/t\"\nchats = [\"12\", \"-100\"]\n[alerts.webhook]\nurl = \"http://[::1]:9/x\"\nsecret_file = \"/s\"\n",
    )
    .unwrap()
    .alerts;
    assert!(alerts.quiet.is_some());
    assert_eq!(alerts.telegram.unwrap().chats.len(), 2);
    assert_eq!(alerts.webhook.unwrap().url, "http://[::1]:9/x");
}

#[test]
fn what_cannot_be_used_is_named_with_its_key() {
    let cases = [
        ("[alerts]\nquiet_hours = \"night\"\n", "alerts.quiet_hours"),
        ("[alerts]\nquiet_zone = \"Mars/Olympus\"\n", "alerts.quiet_zone"),
        ("[alerts]\nquiet_severity = \"loud\"\n", "alerts.quiet_severity"),
        ("[alerts]\nrepeat_window_s = -1\n", "alerts.repeat_window_s"),
        ("[alerts.telegram]\ntoken_file = \"/t\"\n", "alerts.telegram.chats"),
        ("[alerts.telegram]\nchats = [\"1\"]\n", "alerts.telegram.token_file"),
        ("[alerts.telegram]\ntoken_file = \"/t\"\nchats = [\"@me\"]\n", "alerts.telegram.chats"),
        ("[alerts.telegram]\napi_url = \"http://example.net\"\n", "alerts.telegram.api_url"),
        ("[alerts.webhook]\nurl = \"http://10.0.0.5/x\"\nsecret_file = \"/s\"\n", "alerts.webhook.url"),
        ("[alerts.webhook]\nurl = \"https://a:b@c.example/x\"\nsecret_file = \"/s\"\n", "alerts.webhook.url"),
        ("[alerts.webhook]\nurl = \"https://c.example/x\"\n", "alerts.webhook.secret_file"),
        ("[alerts.webhook]\nsecret_file = \"/s\"\n", "alerts.webhook.url"),
        ("[alerts.webhook]\nurl = \"https://c.example/x\"\nsecret_file = \"s\"\n", "alerts.webhook.secret_file"),
    ];
    for (file, named) in cases {
        let error = load(file).unwrap_err();
        assert!(matches!(&error, ConfigError::Invalid { key, .. } if *key == named), "{file}: {error}");
    }
}

#[test]
fn every_section_in_the_documentation_can_be_used() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for (name, count) in [("alerts.md", 3), ("streams.md", 1), ("guard.md", 1)] {
        let text = std::fs::read_to_string(docs.join(name)).unwrap();
        let (mut blocks, mut block) = (Vec::new(), None::<String>);
        for line in text.lines() {
            match (line.trim(), &mut block) {
                ("```toml", None) => block = Some(String::new()),
                ("```", Some(_)) => blocks.extend(block.take()),
                (_, Some(block)) => {
                    block.push_str(line);
                    block.push('\n');
                }
                (_, None) => {}
            }
        }
        assert_eq!(blocks.len(), count, "{name}");
        for block in blocks {
            load(&block).unwrap_or_else(|error| panic!("{name}: {error}\n{block}"));
        }
    }
}
