use super::*;

#[test]
fn the_highest_common_version_is_chosen_and_none_means_refusal() {
    let cases = [
        // Rust ibapi, the official client of today.
        ((213, 226), Some(226)),
        ((100, 300), Some(226)),
        ((100, 215), Some(215)),
        ((213, 213), Some(213)),
        ((226, 500), Some(226)),
        // ib_async, ib_insync, ibapi of PyPI, @stoqey/ib, ibkr-go.
        ((157, 178), Some(178)),
        ((157, 176), Some(176)),
        ((100, 157), Some(157)),
        ((100, 193), Some(193)),
        ((200, 200), Some(200)),
        // Between the encodings, and beyond them.
        ((190, 212), Some(200)),
        ((201, 212), None),
        ((100, 156), None),
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
    assert_eq!((version.encoding(), version.to_string().as_str()), (Encoding::Protobuf, "220"));
    let version = ServerVersion::negotiate(157, 178).unwrap();
    assert_eq!((version.encoding(), version.to_string().as_str()), (Encoding::Text, "178"));
}
