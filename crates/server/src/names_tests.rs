use super::*;

#[test]
fn the_address_that_a_connection_came_in_at_is_ours_by_whichever_version() {
    let names = Names::new("[::]:8787".parse().unwrap(), &[], true);
    for (local, host, ours) in [
        ("[::ffff:10.0.0.5]:8787", "10.0.0.5:8787", true),
        ("[::ffff:10.0.0.5]:8787", "10.0.0.6:8787", false),
        ("[::ffff:10.0.0.5]:443", "10.0.0.5", true),
        ("10.0.0.5:8787", "10.0.0.5:8787", true),
        ("[2001:db8::5]:8787", "[2001:db8::5]:8787", true),
        ("[2001:db8::5]:8787", "10.0.0.5:8787", false),
    ] {
        assert_eq!(names.is_ours(host, local.parse().unwrap()), ours, "{host} at {local}");
    }
}
