//! Scanners and small reference data.

use tws::model::{MarketDataRequest, Reply, Request, ScannerSubscription, tick};

use super::rig::{CONN, Rig, dec, stock};

fn scan(code: &str) -> ScannerSubscription {
    ScannerSubscription {
        req_id: 1,
        instrument: "STK".into(),
        location_code: "STK.US.MAJOR".into(),
        scan_code: code.into(),
        ..ScannerSubscription::default()
    }
}

fn symbols(rig: &mut Rig, asked: ScannerSubscription) -> Vec<String> {
    let replies = rig.ask_raw(CONN, Request::ScannerSubscription(Box::new(asked)));
    let [(_, Reply::ScannerData(data))] = &replies[..] else { panic!("{replies:?}") };
    assert!((0..).zip(&data.rows).all(|(rank, row)| row.rank == rank));
    rig.ask(Request::CancelScannerSubscription { req_id: 1 });
    data.rows.iter().map(|row| row.contract.symbol.clone()).collect()
}

#[test]
fn gainers_are_ranked_by_the_change_that_their_quotes_show() {
    let mut rig = Rig::exchange();
    let gainers = symbols(&mut rig, scan("TOP_PERC_GAIN"));
    let mut losers = symbols(&mut rig, scan("TOP_PERC_LOSE"));
    losers.reverse();
    assert_eq!(gainers, losers);
    let mut changes = Vec::new();
    for symbol in &gainers {
        let request =
            MarketDataRequest { req_id: 9, contract: stock(symbol), snapshot: true, ..MarketDataRequest::default() };
        let price = |replies: &[(crate::core::ConnId, Reply)], tick_type| {
            replies
                .iter()
                .find_map(|(_, r)| match r {
                    Reply::TickPrice(t) if t.tick_type == tick_type => t.price,
                    _ => None,
                })
                .unwrap()
        };
        let replies = rig.ask_raw(CONN, Request::MarketData(request));
        changes.push(price(&replies, tick::LAST) / price(&replies, tick::CLOSE));
    }
    assert!(changes.windows(2).all(|w| w[0] >= w[1]), "{changes:?}");
    rig.price("200");
    assert_eq!(symbols(&mut rig, scan("TOP_PERC_GAIN"))[0], "AAPL");
}

#[test]
fn filters_narrow_a_scan() {
    let mut rig = Rig::exchange();
    let all = symbols(&mut rig, scan("MOST_ACTIVE"));
    let three = ScannerSubscription { number_of_rows: Some(3), ..scan("MOST_ACTIVE") };
    assert_eq!(symbols(&mut rig, three), all[..3]);
    let dear = ScannerSubscription { above_price: Some(dec("300")), ..scan("MOST_ACTIVE") };
    let cheap =
        ScannerSubscription { filter_options: vec![("priceBelow".into(), "300".into())], ..scan("MOST_ACTIVE") };
    let (dear, cheap) = (symbols(&mut rig, dear), symbols(&mut rig, cheap));
    assert!(!dear.is_empty() && !cheap.is_empty());
    assert_eq!(dear.len() + cheap.len(), all.len());
    let nyse = ScannerSubscription { location_code: "STK.NYSE".into(), ..scan("HOT_BY_VOLUME") };
    let nyse = symbols(&mut rig, nyse);
    assert!(nyse.contains(&"KO".to_owned()) && !nyse.contains(&"AAPL".to_owned()));
}

#[test]
fn a_scan_that_cannot_be_is_refused() {
    let mut rig = Rig::exchange();
    let with = |f: fn(&mut ScannerSubscription)| {
        let mut asked = scan("MOST_ACTIVE");
        f(&mut asked);
        asked
    };
    for bad in [
        scan("MOST_BEAUTIFUL"),
        with(|s| s.instrument = "FUT.US".into()),
        with(|s| s.location_code = "STK.HK".into()),
        with(|s| s.unsupported = vec!["couponRateAbove".into()]),
        with(|s| s.filter_options = vec![("moonAbove".into(), "1".into())]),
        with(|s| s.filter_options = vec![("priceAbove".into(), "much".into())]),
    ] {
        assert_eq!(rig.ask(Request::ScannerSubscription(Box::new(bad))), ["error 1 321"]);
    }
    assert_eq!(rig.ask(Request::CancelScannerSubscription { req_id: 1 }), ["error 1 365"]);
}

#[test]
fn every_scan_and_place_of_the_parameters_is_served() {
    let mut rig = Rig::exchange();
    let replies = rig.ask_raw(CONN, Request::ScannerParameters);
    let [(_, Reply::ScannerParameters { xml })] = &replies[..] else { panic!("{replies:?}") };
    let all = |tag: &str| -> Vec<String> {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        xml.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
    };
    let (codes, places) = (all("scanCode"), all("locationCode"));
    assert!(codes.len() >= 4 && places.len() >= 5);
    for code in &codes {
        for place in &places {
            let asked = ScannerSubscription {
                location_code: place.clone(),
                instrument: if place.starts_with("ETF") { "ETF.EQ.US".into() } else { "STK".into() },
                ..scan(code)
            };
            symbols(&mut rig, asked);
        }
    }
}

#[test]
fn a_scan_is_told_again_every_half_minute() {
    let mut rig = Rig::exchange();
    rig.ask(Request::ScannerSubscription(Box::new(scan("MOST_ACTIVE"))));
    assert!(rig.pass(29).is_empty());
    assert_eq!(rig.pass(1), ["ScannerData"]);
    assert!(rig.pass(29).is_empty());
}

#[test]
fn small_reference_data_is_answered() {
    let mut rig = Rig::exchange();
    let replies = rig.ask_raw(CONN, Request::FamilyCodes);
    assert!(matches!(&replies[..], [(_, Reply::FamilyCodes { codes })] if codes[0].account == "DUV0000001"));
    assert_eq!(rig.ask(Request::NewsProviders), ["NewsProviders"]);
    assert_eq!(rig.ask(Request::SoftDollarTiers { req_id: 1 }), ["SoftDollarTiers"]);
    assert_eq!(rig.ask(Request::SmartComponents { req_id: 1, bbo_exchange: "nope".into() }), ["error 1 321"]);
    let replies = rig.ask_raw(
        CONN,
        Request::MarketData(MarketDataRequest { req_id: 2, contract: stock("KO"), ..MarketDataRequest::default() }),
    );
    let code = replies.iter().find_map(|(_, r)| match r {
        Reply::TickReqParams(p) => Some(p.bbo_exchange.clone()),
        _ => None,
    });
    let named = rig.ask(Request::SmartComponents { req_id: 1, bbo_exchange: code.unwrap() });
    assert_eq!(named, ["SmartComponents"]);
}
