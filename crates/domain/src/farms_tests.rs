use super::*;

type Heard<'a> = &'a [(i32, &'a str)];

fn after(heard: Heard<'_>) -> Option<String> {
    let mut farms = Farms::default();
    for (code, message) in heard {
        farms.hear(*code, message);
    }
    farms.unsettled()
}

#[test]
fn a_farm_is_away_from_its_notice_until_the_one_that_it_is_back() {
    let cases: [(Heard<'_>, Option<&str>); 9] = [
        (&[], None),
        (&[(2103, "Market data farm connection is broken:usfarm")], Some("usfarm")),
        (&[(2105, "HMDS data farm connection is broken:ushmds")], Some("ushmds")),
        (&[(2157, "Sec-def data farm connection is broken:secdefnj")], Some("secdefnj")),
        (&[(2103, "broken:usfarm"), (2104, "Market data farm connection is OK:usfarm")], None),
        (&[(2103, "broken:usfarm"), (2104, "OK:eufarm")], Some("usfarm")),
        (&[(2103, "broken:usfarm"), (2105, "broken:ushmds"), (2106, "OK:ushmds")], Some("usfarm")),
        (&[(2108, "inactive but should be available upon demand.usfarm"), (2107, "inactive.ushmds")], None),
        (&[(1100, "lost"), (2104, "OK:usfarm"), (399, "warning:x")], None),
    ];
    for (heard, away) in cases {
        assert_eq!(after(heard), away.map(|name| format!("the broker's farm {name} is away")), "{heard:?}");
    }
}

#[test]
fn a_line_that_is_back_tells_anew_which_farms_are_away() {
    let still = "Connectivity between IB and Trader Workstation has been restored - data maintained. The following \
                 farms are connected: cashfarm; secdefil. The following farms are not connected: cashhmds; usfarm.";
    let all = "Connectivity between IB and Trader Workstation has been restored - data maintained. All data farms are \
               connected: usfuture; eufarm.";
    assert_eq!(after(&[(1102, still)]).as_deref(), Some("the broker's farm cashhmds, usfarm is away"));
    assert_eq!(after(&[(1102, still), (2106, "OK:cashhmds"), (2104, "OK:usfarm")]), None);
    assert_eq!(after(&[(2103, "broken:usfarm"), (1102, all)]), None);
    assert_eq!(after(&[(2103, "broken:usfarm"), (1101, "restored")]), None);
}
