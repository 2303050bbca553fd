use super::*;

#[test]
fn the_highest_common_version_is_chosen_and_none_means_refusal() {
    let cases = [
        ((213, 226), Some(226)),
        ((100, 300), Some(226)),
        ((100, 215), Some(215)),
        ((213, 213), Some(213)),
        ((226, 500), Some(226)),
        ((201, 212), None),
        ((100, 200), None),
        ((227, 500), None),
    ];
    for ((min, max), expected) in cases {
        let agreed = ServerVersion::negotiate(min, max);
        assert_eq!(agreed.map(ServerVersion::number), expected, "v{min}..{max}");
    }
}

#[test]
fn a_version_knows_its_encoding() {
    let version = ServerVersion::negotiate(220, 220).unwrap();
    assert_eq!(version.encoding(), Encoding::Protobuf);
    assert_eq!(version.to_string(), "220");
}
