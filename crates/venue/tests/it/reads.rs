//! What a real client reads besides its orders.

use futures::StreamExt;
use ibapi::accounts::types::{AccountGroup, AccountId, ContractId};
use ibapi::accounts::{AccountSummaryResult, AccountUpdate, PositionUpdate};
use ibapi::contracts::Contract;
use ibapi::market_data::TradingHours;
use ibapi::market_data::historical::{BarSize, ToDuration, WhatToShow};
use ibapi::market_data::realtime::TickTypes;
use ibapi::orders::Action;
use ibapi::orders::order_builder::market_order;
use ibapi::subscriptions::SubscriptionItem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{
    PATIENCE, Updates, connect, contract, hello, post, start, start_api, step, stepped, submit, within,
};

const ACCOUNT: &str = "DUV0000001";

#[tokio::test]
async fn the_greeting_names_accounts_order_id_and_version() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    assert_eq!(client.server_version(), 226);
    assert!(client.next_order_id() >= 1);
    assert_eq!(client.managed_accounts().await.unwrap(), [ACCOUNT]);
    let time = client.server_time().await.unwrap();
    assert_eq!(time.date().to_string(), "2022-06-01");
}

#[tokio::test]
async fn contract_details_name_the_contract_and_its_rules() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let details = client.contract_details(&Contract::stock("AAPL").build()).await.unwrap();
    assert_eq!(details.len(), 1);
    let aapl = &details[0];
    assert_eq!(aapl.contract.contract_id, 265_598);
    assert_eq!(aapl.contract.currency.to_string(), "USD");
    assert!((aapl.min_tick - 0.01).abs() < 1e-9 || (aapl.min_tick - 0.0001).abs() < 1e-9);
    assert!(!aapl.long_name.is_empty() && !aapl.valid_exchanges.is_empty());

    let unknown = client.contract_details(&Contract::stock("NOSUCH").build()).await;
    assert!(matches!(&unknown, Err(ibapi::Error::Notice(n)) if n.code == 200), "{unknown:?}");
    let found = client.matching_symbols("AAPL").await.unwrap();
    assert!(found.iter().any(|d| d.contract.contract_id == 265_598));
}

/// A venue with a client whose account holds ten shares.
async fn holding_ten_aapl() -> (venue::Venue, ibapi::Client) {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let mut updates = Updates::of(&client).await;
    let aapl = contract(&client, "AAPL").await;
    submit(&client, &aapl, market_order(Action::Buy, 10.0), "hold").await;
    step(&venue, "PT1S").await;
    updates.until("status Filled").await;
    (venue, client)
}

#[tokio::test]
async fn the_position_and_its_profit_follow_a_fill() {
    let (_venue, client) = holding_ten_aapl().await;
    let mut positions = client.positions().await.unwrap();
    let held = within("the position", async {
        loop {
            match positions.next().await.unwrap().unwrap() {
                SubscriptionItem::Data(PositionUpdate::Position(p)) => return p,
                SubscriptionItem::Data(PositionUpdate::PositionEnd) => panic!("no position"),
                SubscriptionItem::Notice(_) => {}
            }
        }
    })
    .await;
    assert_eq!((held.account.as_str(), held.contract.contract_id), (ACCOUNT, 265_598));
    assert!((held.position - 10.0).abs() < 1e-9 && held.average_cost > 0.0);

    let mut pnl = client.pnl(&AccountId(ACCOUNT.into()), None).await.unwrap();
    let first = within("profit", pnl.next()).await.unwrap().unwrap().into_data().unwrap();
    assert!(first.daily_pnl.is_finite());
    let mut single = client.pnl_single(&AccountId(ACCOUNT.into()), ContractId(265_598), None).await.unwrap();
    let first = within("profit", single.next()).await.unwrap().unwrap().into_data().unwrap();
    assert!((first.position - 10.0).abs() < 1e-9);
}

#[tokio::test]
async fn summary_and_account_updates_follow_a_fill() {
    let (_venue, client) = holding_ten_aapl().await;
    let tags = ["NetLiquidation", "TotalCashValue", "BuyingPower"];
    let mut summary = client.account_summary(&AccountGroup("All".into()), &tags).await.unwrap();
    let rows = summary.collect_until(PATIENCE, |rows| matches!(rows.last(), Some(AccountSummaryResult::End))).await;
    for tag in tags {
        let row = rows.iter().find_map(|r| match r {
            AccountSummaryResult::Summary(s) if s.tag == tag => Some(s),
            AccountSummaryResult::Summary(_) | AccountSummaryResult::End => None,
        });
        let value: f64 = row.unwrap_or_else(|| panic!("{tag} in {rows:?}")).value.parse().unwrap();
        assert!(value > 0.0, "{tag}");
    }

    let mut account = client.account_updates(&AccountId(ACCOUNT.into())).await.unwrap();
    let rows = account.collect_until(PATIENCE, |rows| matches!(rows.last(), Some(AccountUpdate::End))).await;
    assert!(rows.iter().any(|r| matches!(r, AccountUpdate::AccountValue(v) if v.key == "NetLiquidation")));
    assert!(rows.iter().any(|r| matches!(r, AccountUpdate::PortfolioValue(p) if p.contract.contract_id == 265_598)));
}

#[tokio::test]
async fn historical_bars_are_the_real_closes() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let aapl = contract(&client, "AAPL").await;
    let daily = client
        .historical_data(&aapl, BarSize::Day)
        .what_to_show(WhatToShow::Trades)
        .duration(10.days())
        .fetch()
        .await
        .unwrap();
    assert_eq!(daily.bars.len(), 10, "{daily:?}");
    for bar in &daily.bars {
        assert!(bar.low <= bar.open && bar.open <= bar.high, "{bar:?}");
        assert!(bar.low <= bar.close && bar.close <= bar.high, "{bar:?}");
    }
    let hourly = client
        .historical_data(&aapl, BarSize::Hour)
        .what_to_show(WhatToShow::Trades)
        .duration(1.days())
        .fetch()
        .await
        .unwrap();
    assert!(!hourly.bars.is_empty());
    let head = client.head_timestamp(&aapl, WhatToShow::Trades, TradingHours::Regular).await.unwrap();
    assert_eq!(head.year(), 1990);
}

#[expect(clippy::wildcard_enum_match_arm, reason = "one kind of tick is looked for")]
#[tokio::test]
async fn a_snapshot_has_bid_and_ask_and_ends() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let aapl = contract(&client, "AAPL").await;
    let mut ticks = client.market_data(&aapl).snapshot().subscribe().await.unwrap();
    let ticks = within("the snapshot", ticks.collect_for(PATIENCE)).await;
    let price = |wanted: &str| {
        ticks.iter().find_map(|t| match t {
            TickTypes::PriceSize(p) if format!("{:?}", p.price_tick_type) == wanted => Some(p.price),
            TickTypes::Price(p) if format!("{:?}", p.tick_type) == wanted => Some(p.price),
            _ => None,
        })
    };
    let (bid, ask) = (price("Bid").unwrap(), price("Ask").unwrap());
    assert!(0.0 < bid && bid < ask, "{bid} {ask}");
}

#[tokio::test]
async fn quotes_stream_as_time_passes_until_they_are_cancelled() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let aapl = contract(&client, "AAPL").await;
    let mut ticks = client.market_data(&aapl).subscribe().await.unwrap();
    let first = within("a tick", ticks.next()).await;
    assert!(first.is_some_and(|tick| tick.is_ok()));
    let moved = serde_json::json!({"symbol": "AAPL", "price": 200});
    assert_eq!(post(&venue, "/price", &moved).await.0, 200);
    step(&venue, "PT1S").await;
    let near = |tick: &TickTypes| matches!(tick, TickTypes::PriceSize(p) if (p.price - 200.0).abs() < 2.0);
    let seen = ticks.collect_until(PATIENCE, |all| all.last().is_some_and(near)).await;
    assert!(seen.last().is_some_and(near), "{seen:?}");
}

#[tokio::test]
async fn the_lowest_served_version_is_served_too() {
    let venue = start(stepped()).await;
    let mut socket = TcpStream::connect(venue.tws_addr()).await.unwrap();
    socket.write_all(&[hello("v100..213"), start_api(4)].concat()).await.unwrap();
    let mut bytes = Vec::new();
    within("the account list", async {
        let mut buffer = [0; 4_096];
        while !bytes.windows(ACCOUNT.len()).any(|w| w == ACCOUNT.as_bytes()) {
            let len = socket.read(&mut buffer).await.unwrap();
            assert!(len > 0, "closed");
            bytes.extend_from_slice(&buffer[..len]);
        }
    })
    .await;
    assert_eq!(&bytes[4..8], b"213\0");
}
