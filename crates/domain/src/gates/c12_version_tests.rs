use super::*;
use crate::gates::world::{Expect, check};

#[test]
fn only_accepted_rules_of_this_version_or_an_older_one_judge() {
    check(
        &GATE,
        &[
            ("as it stands", Expect::Pass, |_| {}),
            ("no policy in force", Expect::Deny(1), |w| w.accepted_policy = None),
            ("another policy in force", Expect::Deny(1), |w| w.accepted_policy = Some("policy-2".to_owned())),
            ("written by an older version", Expect::Pass, |w| w.newest_version = Some("0.9.9".to_owned())),
            ("written by a newer version", Expect::Deny(1), |w| w.newest_version = Some("1.3.0".to_owned())),
            ("written by what has no version", Expect::Deny(1), |w| w.newest_version = Some("nightly".to_owned())),
            ("never written", Expect::Pass, |w| w.newest_version = None),
        ],
    );
}

#[test]
fn versions_are_compared_number_by_number() {
    for (running, newest, older) in [
        ("1.2.3", "1.2.3", false),
        ("1.2.3", "1.2.10", true),
        ("1.10.0", "1.9.9", false),
        ("1.2.3", "2.0.0-rc.1", true),
        ("0.0.0-test", "0.0.0-test", false),
        ("odd", "odd", false),
        ("1.2", "1.2.0", true),
    ] {
        assert_eq!(is_older(running, newest), older, "{running} {newest}");
    }
}
