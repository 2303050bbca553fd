//! Contracts, holdings and market data.

use venue::core::DataRights;
use venue::{Sessions, VenueConfig};

use super::client::{TextClient, place, place_of, word};
use crate::support::{start, step, stepped};

const AAPL: &str = "0|AAPL|STK||0.0|||SMART||USD||";

/// A Sunday before the open, by the exchange's calendar.
fn weekend() -> VenueConfig {
    VenueConfig { start: Some("2022-06-05".parse().unwrap()), sessions: Sessions::Exchange, ..stepped() }
}

#[tokio::test]
async fn a_stock_is_found_by_its_symbol_with_its_details() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&format!("9|8|7|{AAPL}|0|||")).await;
    let found = client.expect(&["details AAPL STK", "details end 7"]).await;
    let details = &found[0];
    assert_eq!(details[1], "7");
    // Exchange, currency, local symbol, market name, trading class, conId, tick.
    assert_eq!(details[8..15].join(" "), "SMART USD AAPL NMS NMS 265598 0.01");
    // Long name and primary exchange, then, behind four fields, the zone.
    assert_eq!(
        (details[20].as_str(), details[21].as_str(), details[26].as_str()),
        ("APPLE INC", "NASDAQ", "US/Eastern")
    );
}

#[tokio::test]
async fn a_day_of_hourly_bars_is_the_last_session_in_the_exchanges_time() {
    let venue = start(weekend()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&format!("20|7|{AAPL}|0||1 hour|1 D|1|TRADES|1|0|")).await;
    let answer = client.expect(&["bars 7", "bars end"]).await;
    let bars: Vec<_> = answer[0][3..].chunks(8).collect();
    let starts: Vec<_> = bars.iter().map(|bar| bar[0].as_str()).collect();
    let friday = ["09:30", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"];
    assert_eq!(starts, friday.map(|at| format!("20220603 {at}:00 US/Eastern")));
    for bar in bars {
        let number = |at: usize| bar[at].parse::<f64>().unwrap();
        assert!(number(3) <= number(1) && number(1) <= number(2), "open within the bar: {bar:?}");
        assert!(number(3) <= number(4) && number(4) <= number(2), "close within the bar: {bar:?}");
        assert!(number(5) > 0.0 && number(7) > 0.0, "volume and trades: {bar:?}");
    }
}

#[tokio::test]
async fn a_schedule_is_one_message_with_a_session_for_each_trading_day() {
    let venue = start(weekend()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&format!("20|7|{AAPL}|0||1 day|1 M|1|SCHEDULE|1|0|")).await;
    let answer = client.expect(&["schedule"]).await;
    let schedule = &answer[0];
    let sessions: Vec<_> = schedule[6..].chunks(3).collect();
    assert_eq!((schedule[1].as_str(), schedule[4].as_str()), ("7", "US/Eastern"));
    assert_eq!(schedule[5], sessions.len().to_string());
    // A month before Sunday, June 5, 2022: 20 or 21 weekdays, and Memorial Day is none of them.
    assert!((19..=21).contains(&sessions.len()), "{sessions:?}");
    assert_eq!(schedule[2], sessions[0][0]);
    assert_eq!(schedule[3], "20220603-16:00:00");
    for session in sessions {
        let day = &session[2];
        assert_ne!(day, "20220530");
        assert_eq!(session[..2], [format!("{day}-09:30:00"), format!("{day}-16:00:00")]);
    }
}

#[tokio::test]
async fn positions_are_rows_and_an_end_and_then_silence_once_cancelled() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send("61|1").await;
    client.expect(&["positions end"]).await;
    client.send("64|1").await;
    client.send(&place(1, "BUY", "10", "MKT", &[])).await;
    let filled = ["open 1 PreSubmitted", "status 1 PreSubmitted 0+10", "execution 1 BOT 10"];
    client.expect(&[&filled[..], &["open 1 Filled", "status 1 Filled 10+0", "commission"]].concat()).await;

    client.send("61|1").await;
    let rows = client.expect(&["position AAPL STK", "positions end"]).await;
    let row = &rows[0];
    assert_eq!(row[2..4], ["DUV0000001", "265598"]);
    // No expiry, strike, right or multiplier; the listing exchange.
    assert_eq!(row[6..14].join(","), ",0,,,NASDAQ,USD,AAPL,NMS");
    assert_eq!(row[14], "10");
    assert!(row[15].parse::<f64>().unwrap() > 0.0, "{row:?}");
    client.send("64|1").await;
    step(&venue, "PT5S").await;
    client.expect(&[]).await;
}

/// The first contract that matches a description, as its conId, symbol and type, and the row of its details.
async fn find(client: &mut TextClient, contract: &str, with: impl Fn(&[String]) -> bool) -> (String, Vec<String>) {
    client.send(&format!("9|8|8|{contract}|0|||")).await;
    let mut found = None;
    loop {
        let fields = client.next().await;
        match fields[0].as_str() {
            "10" if found.is_none() && with(&fields) => found = Some(fields),
            "10" => {}
            _ => {
                assert_eq!(word(&fields), "details end 8");
                break;
            }
        }
    }
    let row = found.expect("there is one");
    (format!("{}|{}|{}||0.0|||{}||USD||", row[13], row[2], row[3], row[8]), row)
}

#[tokio::test]
async fn positions_of_stocks_futures_and_options_name_what_they_are() {
    let venue = start(stepped()).await;
    let mut client = TextClient::connect(&venue, 1).await;
    let (future, future_row) = find(&mut client, "0|ES|FUT||0.0|||CME||USD||", |_| true).await;
    let put = "0|AAPL|OPT||0.0|P|100|SMART||USD||";
    let (option, option_row) = find(&mut client, put, |row| row[6] == "145").await;
    for (order_id, contract) in [(1, AAPL), (2, future.as_str()), (3, option.as_str())] {
        client.send(&place_of(contract, order_id, "BUY", "1", "MKT", &[])).await;
        let done = format!("status {order_id} Filled 1+0");
        while word(&client.next().await) != done {}
        assert_eq!(word(&client.next().await), "commission");
    }
    client.send("61|1").await;
    let mut rows = client.expect(&["position AAPL STK", "position ES FUT", "position AAPL OPT", "positions end"]).await;
    rows.truncate(3);
    let [stock, future, option] = &rows[..] else { panic!("{rows:?}") };
    // Expiry, strike, right, multiplier; exchange, currency, local symbol, trading class.
    assert_eq!(stock[6..14].join(","), ",0,,,NASDAQ,USD,AAPL,NMS");
    assert_eq!((future[3].as_str(), option[3].as_str()), (future_row[13].as_str(), option_row[13].as_str()));
    assert_eq!(future[6..14].join(","), format!("{},0,,50,,USD,{},ES", future_row[4], future_row[10]));
    assert_eq!(option[6..14].join(","), format!("{},145,P,100,,USD,{},AAPL", option_row[4], option_row[10]));
}

#[tokio::test]
async fn without_a_right_to_live_data_a_warning_comes_and_delayed_ticks_follow() {
    let venue = start(VenueConfig { data: DataRights::Delayed, ..stepped() }).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&format!("1|11|7|{AAPL}|0||1|0|")).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "snapshot end 7") {
        seen.push(word(&client.next().await));
        assert!(seen.len() < 50, "{seen:#?}");
    }
    let at = |wanted: &str| seen.iter().position(|w| w == wanted).unwrap_or_else(|| panic!("{wanted} in {seen:#?}"));
    let order = [at("error 7 10167"), at("data type 7 3"), at("price 7 66"), at("price 7 67"), at("snapshot end 7")];
    assert!(order.is_sorted(), "{seen:#?}");
    // Nothing live: bid 1, ask 2, last 4.
    assert!(["price 7 1", "price 7 2", "price 7 4"].iter().all(|live| seen.iter().all(|w| w != live)), "{seen:#?}");
}

#[tokio::test]
async fn real_time_bars_without_the_right_are_refused_and_nothing_follows() {
    let venue = start(VenueConfig { data: DataRights::Delayed, ..stepped() }).await;
    let mut client = TextClient::connect(&venue, 1).await;
    client.send(&format!("50|3|7|{AAPL}|5|TRADES|1|")).await;
    let refused = client.expect(&["error 7 10089"]).await;
    assert!(
        refused[0][3].starts_with("Requested market data requires additional subscription for API."),
        "{refused:?}"
    );
    step(&venue, "PT30S").await;
    client.expect(&[]).await;
}
