//! Market data as the Rust client reads it: every message of the data services, over the socket.

use futures::{Stream, StreamExt};
use ibapi::contracts::{Contract, OptionRight, SecurityType};
use ibapi::market_data::TradingHours;
use ibapi::market_data::historical::{BarSize, ToDuration};
use ibapi::market_data::realtime::MarketDepths;
use ibapi::market_data::{IgnoreSize, SmartDepth};
use ibapi::scanner::ScannerSubscription;
use ibapi::subscriptions::SubscriptionItem;

use crate::support::{connect, start, step, stepped, within};

fn aapl() -> Contract {
    Contract::stock("AAPL").build()
}

/// The next item of a subscription that is data.
async fn next<T>(subscription: &mut (impl Stream<Item = Result<SubscriptionItem<T>, ibapi::Error>> + Unpin)) -> T {
    within("an item", async {
        loop {
            match subscription.next().await.expect("goes on").expect("no error") {
                SubscriptionItem::Data(item) => return item,
                SubscriptionItem::Notice(_) => {}
            }
        }
    })
    .await
}

#[tokio::test]
async fn trades_quotes_and_bars_stream_and_agree_with_history() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let contract = aapl();
    let mut trades = client.tick_by_tick(&contract, 0).last().await.unwrap();
    let mut quotes = client.tick_by_tick(&contract, 0).bid_ask(IgnoreSize::No).await.unwrap();
    let mut points = client.tick_by_tick(&contract, 0).mid_point().await.unwrap();
    let mut bars = client.realtime_bars(&contract).subscribe().await.unwrap();
    // What is asked for without an answer is only sure to have arrived once something later is answered.
    client.server_time().await.unwrap();
    step(&venue, "PT10S").await;
    let (trade, quote, point) = (next(&mut trades).await, next(&mut quotes).await, next(&mut points).await);
    assert!(quote.bid_price < quote.ask_price && quote.bid_size > 0.0);
    assert!(trade.size > 0.0 && trade.exchange == "NASDAQ", "{trade:?}");
    assert!((point.mid_point - f64::midpoint(quote.bid_price, quote.ask_price)).abs() < 1e-9);
    let bar = next(&mut bars).await;
    assert!(bar.low <= trade.price && trade.price <= bar.high && bar.count > 0);

    let mut past = client.historical_ticks(&contract, 1_000).starting(trade.time).trade().await.unwrap();
    let first = within("a past trade", past.next()).await.unwrap().unwrap();
    let SubscriptionItem::Data(first) = first else { panic!("{first:?}") };
    assert_eq!((first.price, first.size, first.timestamp), (trade.price, Some(trade.size), trade.time));
}

#[tokio::test]
async fn a_smart_book_comes_row_by_row() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let contract = aapl();
    let mut book = client.market_depth(&contract, 3).smart_depth(SmartDepth::Yes).subscribe().await.unwrap();
    let mut sides = [0, 0];
    for _ in 0..6 {
        let MarketDepths::MarketDepthL2(row) = next(&mut book).await else { panic!("not a row with its maker") };
        assert!(row.smart_depth && row.operation == 0 && row.price > 0.0 && row.size > 0.0, "{row:?}");
        assert!(!row.market_maker.is_empty());
        sides[usize::try_from(row.side).unwrap()] += 1;
    }
    assert_eq!(sides, [3, 3]);
    let exchanges = client.market_depth_exchanges().await.unwrap();
    assert!(exchanges.iter().any(|e| e.exchange_name == "ARCA" && e.security_type == "STK"), "{exchanges:?}");
}

#[tokio::test]
async fn schedules_histograms_and_scans_are_read() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let contract = aapl();
    let schedule = client.historical_schedules(&contract, 5.days()).fetch().await.unwrap();
    assert_eq!((schedule.sessions.len(), schedule.time_zone.as_str()), (5, "US/Eastern"));
    let histogram = client.histogram_data(&contract, TradingHours::Regular, BarSize::Day).await.unwrap();
    assert!(!histogram.is_empty() && histogram.iter().all(|e| e.price > 0.0), "{histogram:?}");
    assert!(client.scanner_parameters().await.unwrap().contains("TOP_PERC_GAIN"));
    let scan = ScannerSubscription {
        number_of_rows: 5,
        instrument: Some("STK".to_owned()),
        location_code: Some("STK.US.MAJOR".to_owned()),
        scan_code: Some("MOST_ACTIVE".to_owned()),
        ..ScannerSubscription::default()
    };
    let mut scanned = client.scanner_subscription(&scan, &[]).await.unwrap();
    let rows = next(&mut scanned).await;
    assert_eq!(rows.iter().map(|row| row.rank).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert!(rows.iter().all(|row| row.contract_details.contract.contract_id > 0));
}
#[tokio::test]
async fn a_chain_leads_to_an_option_whose_price_and_volatility_are_computed() {
    let venue = start(stepped()).await;
    let client = connect(&venue, 3).await;
    let mut chains = client.option_chain("AAPL", SecurityType::Stock, 265_598).subscribe().await.unwrap();
    let smart = next(&mut chains).await;
    assert_eq!(smart.exchange, "SMART");
    assert!(smart.expirations.len() > 3 && smart.strikes.len() > 7, "{smart:?}");
    // Not every strike of the chain is listed for every expiry.
    let month = Contract {
        symbol: "AAPL".into(),
        security_type: SecurityType::Option,
        exchange: "SMART".into(),
        currency: "USD".into(),
        last_trade_date_or_contract_month: smart.expirations[3].clone(),
        right: Some(OptionRight::Call),
        ..Contract::default()
    };
    let listed = client.contract_details(&month).await.unwrap();
    let near = |c: &Contract| (c.strike - 150.0).abs();
    let contract = listed.into_iter().map(|d| d.contract).min_by(|a, b| near(a).total_cmp(&near(b))).unwrap();
    assert!(smart.strikes.contains(&contract.strike));
    let priced = client.calculate_option_price(&contract, 0.4, 150.0).await.unwrap();
    let price = priced.option_price.unwrap();
    let implied = client.calculate_implied_volatility(&contract, price, 150.0).await.unwrap();
    assert!((implied.implied_volatility.unwrap() - 0.4).abs() < 1e-4, "{implied:?}");
    assert!(implied.delta.is_some() && implied.gamma.is_some() && implied.vega.is_some() && implied.theta.is_some());
}
