use crate::desk::{Desk, apple};
use crate::gateway::Peer;
use crate::orders::linked;
use crate::questions::price;
use domain::broker::{BrokerCommand, BrokerEvent};
use domain::market::{DataType, Quote};
use tokio::time::Instant;
use tws::model::{MarketDataType, Reply, Request, tick};

async fn requested(peer: &mut Peer) -> i32 {
    match peer.next().await {
        Request::MarketData(request) => request.req_id,
        other => panic!("a market data request was expected, not {other:?}"),
    }
}

async fn quote(desk: &mut Desk, wanted: impl Fn(&Quote) -> bool) -> Quote {
    desk.until(|event| match event {
        BrokerEvent::Quote(quote) if wanted(&quote) => Some(quote),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_followed_contract_sends_its_newest_quote() {
    let (_gateway, mut desk, mut peer) = linked().await;
    desk.command(BrokerCommand::Subscribe(Box::new(apple()))).await;
    let req_id = requested(&mut peer).await;
    price(&mut peer, req_id, tick::BID, "189.48").await;
    price(&mut peer, req_id, tick::ASK, "189.52").await;
    quote(&mut desk, |quote| quote.bid.is_some() && quote.ask.is_some()).await;
    let began = Instant::now();
    for step in 0..500 {
        price(&mut peer, req_id, tick::BID, &format!("189.{step:03}")).await;
    }
    let mut events = 0;
    desk.until(|event| match event {
        BrokerEvent::Quote(quote) => {
            events += 1;
            quote.bid.is_some_and(|bid| bid.to_string() == "189.499").then_some(())
        }
        _ => None,
    })
    .await;
    let most = began.elapsed().as_millis() / 50 + 2;
    assert!(events <= most, "{events} events where {most} are allowed");
}

#[tokio::test]
async fn the_kind_of_data_is_told_with_the_quote() {
    let (_gateway, mut desk, mut peer) = linked().await;
    desk.command(BrokerCommand::Subscribe(Box::new(apple()))).await;
    let req_id = requested(&mut peer).await;
    peer.notice(req_id, 10_167).await;
    price(&mut peer, req_id, tick::DELAYED_BID, "189.48").await;
    quote(&mut desk, |quote| quote.data_type == DataType::Delayed).await;
    peer.send(Reply::MarketDataType { req_id, kind: MarketDataType::Live }).await;
    quote(&mut desk, |quote| quote.data_type == DataType::Live).await;
}

#[tokio::test]
async fn a_contract_without_data_is_refused_with_the_brokers_code() {
    let (_gateway, mut desk, mut peer) = linked().await;
    for refusal in [354, 10_168, 10_089, 101] {
        desk.command(BrokerCommand::Subscribe(Box::new(apple()))).await;
        let req_id = loop {
            // The line of the refusal before is given back first.
            if let Request::MarketData(request) = peer.next().await {
                break request.req_id;
            }
        };
        peer.notice(req_id, refusal).await;
        let code = desk
            .until(|event| if let BrokerEvent::QuoteRefused { code, .. } = event { Some(code) } else { None })
            .await;
        assert_eq!(code, refusal);
    }
}

#[tokio::test]
async fn following_again_renews_and_ending_gives_the_line_back() {
    let (_gateway, desk, mut peer) = linked().await;
    desk.command(BrokerCommand::Subscribe(Box::new(apple()))).await;
    let first = requested(&mut peer).await;
    desk.command(BrokerCommand::Subscribe(Box::new(apple()))).await;
    let (mut second, mut is_cancelled) = (None, false);
    while second.is_none() || !is_cancelled {
        match peer.next().await {
            Request::MarketData(request) => second = Some(request.req_id),
            Request::CancelMarketData { req_id } if req_id == first => is_cancelled = true,
            other => panic!("{other:?}"),
        }
    }
    desk.command(BrokerCommand::Unsubscribe(apple().con_id)).await;
    assert_eq!(peer.next().await, Request::CancelMarketData { req_id: second.expect("renewed") });
}

#[tokio::test]
async fn a_new_connection_follows_nothing_until_it_is_told_to() {
    let (gateway, mut desk, mut peer) = linked().await;
    desk.command(BrokerCommand::Subscribe(Box::new(apple()))).await;
    requested(&mut peer).await;
    drop(peer);
    desk.down().await;
    let mut peer = gateway.accept().await;
    desk.up().await;
    desk.command(BrokerCommand::Subscribe(Box::new(apple()))).await;
    let req_id = requested(&mut peer).await;
    price(&mut peer, req_id, tick::LAST, "189.50").await;
    quote(&mut desk, |quote| quote.last.is_some()).await;
}
