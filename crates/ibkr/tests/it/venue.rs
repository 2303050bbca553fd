//! Against the simulated broker: a whole server that does what a real one does, not what a test says.

use crate::desk::{Desk, limit, order_id, ticket_for};
use crate::gateway::PATIENCE;
use ::venue::{Sessions, Venue, VenueConfig};
use domain::broker::{
    Answer, BrokerCommand, BrokerEvent, LinkFacts, NotSentReason, Question, Section, SendOutcome, WhatIfOrder,
};
use domain::contract::{Contract, Instrument, SecType, SymbolSpec};
use domain::id::{ClientId, Generation};
use domain::market::{BarDuration, BarSize, WhatToShow};
use domain::order::{OrderType, Side, Tif};
use rust_decimal::Decimal;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tollgate_ibkr::TwsConfig;

/// A venue that is always open, an adapter that is connected to it, and what the connection said.
pub(crate) struct Market {
    pub(crate) venue: Venue,
    pub(crate) desk: Desk,
    pub(crate) facts: LinkFacts,
}

impl Market {
    pub(crate) async fn open() -> Self {
        let venue = ::venue::start(VenueConfig {
            sessions: Sessions::Always,
            throttle: false,
            tick: Duration::from_millis(20),
            ..VenueConfig::default()
        })
        .await
        .expect("a venue");
        let client_id = ClientId::new(7).expect("valid");
        let mut desk = Desk::start(TwsConfig {
            retry_min: Duration::from_millis(5),
            ..TwsConfig::new("127.0.0.1", venue.tws_addr().port(), client_id)
        });
        let facts = desk.up().await;
        Self { venue, desk, facts }
    }

    pub(crate) fn account(&self) -> String {
        self.facts.accounts[0].to_string()
    }

    /// Sends an order under the broker's next id, and sees it leave.
    async fn submit(&mut self, key: &str, raw_id: i32, order_type: OrderType) {
        let ticket = ticket_for(&self.account(), key, raw_id, self.facts.generation, order_type);
        self.desk.command(BrokerCommand::Submit(ticket)).await;
        assert_eq!(self.desk.sent().await, (order_id(raw_id), SendOutcome::Written));
    }

    pub(crate) fn next_id(&self) -> i32 {
        i32::try_from(self.facts.next_valid_id).expect("an order id")
    }

    async fn status(&mut self, wanted: &str) {
        self.desk
            .until(|event| match event {
                BrokerEvent::Status { report, .. } if report.status == wanted => Some(()),
                _ => None,
            })
            .await;
    }

    async fn ask(&mut self, question: Question) -> Answer {
        let id = self.desk.ask(question).await;
        self.desk.answer(id).await.expect("an answer")
    }

    async fn apple(&mut self) -> Contract {
        let spec = SymbolSpec {
            symbol: "AAPL".to_owned(),
            sec_type: SecType::Stk,
            exchange: "SMART".to_owned(),
            currency: "USD".parse().expect("valid"),
            expiry: None,
            strike: None,
            right: None,
        };
        match self.ask(Question::Contracts(Instrument::Spec(spec))).await {
            Answer::Contracts(mut found) if found.len() == 1 => found.remove(0),
            other => panic!("one contract was expected, not {other:?}"),
        }
    }
}

/// One request to the venue's control API; the body of the answer.
pub(crate) async fn control(addr: SocketAddr, method: &str, path: &str) -> String {
    let exchange = async {
        let mut stream = TcpStream::connect(addr).await.expect("connected");
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("readable");
        answer
    };
    let answer = tokio::time::timeout(PATIENCE, exchange).await.expect("in time");
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

#[tokio::test]
async fn a_market_order_is_filled_with_its_commission_and_stands_once_in_the_ledger() {
    let mut market = Market::open().await;
    let raw_id = market.next_id();
    market.submit("k-1", raw_id, OrderType::Market).await;
    let (mut filled, mut charged, mut is_filled) = (Decimal::ZERO, Vec::new(), false);
    let mut traded = Vec::new();
    while !is_filled || filled < Decimal::TEN || charged.len() < traded.len() {
        match market.desk.next().await {
            BrokerEvent::Executed { execution, .. } => {
                assert_eq!(execution.order_ref, "tg:demo:k-1");
                assert!(execution.is_buy && execution.executed_at.is_some());
                filled += execution.last_qty.get();
                traded.push(execution.exec_id);
            }
            BrokerEvent::CommissionReported { exec_id, commission } => {
                assert!(traded.contains(&exec_id), "a trade comes before its commission");
                assert!(commission.amount.amount > Decimal::ZERO);
                charged.push(exec_id);
            }
            BrokerEvent::Status { report, .. } => is_filled |= report.status == "Filled",
            BrokerEvent::OrderError { code, message, .. } => panic!("{code}: {message}"),
            _ => {}
        }
    }
    assert_eq!(filled, Decimal::TEN);
    let ledger = control(market.venue.control_addr(), "GET", "/ledger").await;
    assert_eq!(ledger.matches("tg:demo:k-1").count(), 1, "{ledger}");
}

#[tokio::test]
async fn a_resting_order_is_replaced_and_cancelled() {
    let mut market = Market::open().await;
    let raw_id = market.next_id();
    market.submit("k-1", raw_id, limit("1.00")).await;
    market.status("Submitted").await;
    let generation = market.facts.generation;
    let ticket = ticket_for(&market.account(), "k-1", raw_id, generation, limit("1.01"));
    market.desk.command(BrokerCommand::Replace { ticket }).await;
    let price = market
        .desk
        .until(|event| match event {
            BrokerEvent::OpenOrder { order, .. } if order.limit_price != Some(Decimal::ONE) => Some(order.limit_price),
            _ => None,
        })
        .await;
    assert_eq!(price, Some(Decimal::new(101, 2)));
    market
        .desk
        .command(BrokerCommand::Cancel {
            cl_ord_id: "k-1".parse().expect("a key"),
            broker_order_id: order_id(raw_id),
            generation,
        })
        .await;
    let (mut is_cancelled, mut is_told, mut is_sent) = (false, false, false);
    while !(is_cancelled && is_told && is_sent) {
        match market.desk.next().await {
            BrokerEvent::Status { report, .. } => is_cancelled |= report.status == "Cancelled",
            BrokerEvent::OrderError { code, .. } => is_told |= code == 202,
            BrokerEvent::CancelSent { outcome, .. } => is_sent |= outcome == SendOutcome::Written,
            _ => {}
        }
    }
}

#[tokio::test]
async fn an_order_that_the_guard_refuses_never_reaches_the_ledger() {
    let mut market = Market::open().await;
    let reason = NotSentReason::KillFile;
    market.desk.guard.refuse(reason);
    let raw_id = market.next_id();
    let ticket = ticket_for(&market.account(), "k-1", raw_id, market.facts.generation, OrderType::Market);
    market.desk.command(BrokerCommand::Submit(ticket)).await;
    assert_eq!(market.desk.sent().await.1, SendOutcome::NotSent { reason });
    // The socket keeps its order: once this is answered, anything written before was read.
    assert!(matches!(market.ask(Question::Time).await, Answer::Time(_)));
    let ledger = control(market.venue.control_addr(), "GET", "/ledger").await;
    assert!(!ledger.contains("tg:demo"), "{ledger}");
}

#[tokio::test]
async fn a_dropped_connection_comes_back_as_the_next_generation_with_its_orders() {
    let mut market = Market::open().await;
    let raw_id = market.next_id();
    market.submit("k-1", raw_id, limit("1.00")).await;
    market.status("Submitted").await;
    control(market.venue.control_addr(), "POST", "/connections/drop").await;
    assert_eq!(market.desk.down().await.0, Generation(1));
    let facts = market.desk.up().await;
    assert_eq!(facts.generation, Generation(2));
    assert!(facts.next_valid_id > i64::from(raw_id));
    let account = facts.accounts[0].clone();
    let Answer::Snapshot(snapshot) = market.ask(Question::Snapshot { account }).await else { panic!("a snapshot") };
    let Section::Complete(open) = snapshot.open_orders else { panic!("{:?}", snapshot.open_orders) };
    let found: Vec<_> = open.iter().map(|order| (order.order_ref.as_str(), order.status.as_str())).collect();
    assert_eq!(found, [("tg:demo:k-1", "Submitted")]);
}

#[tokio::test]
async fn a_snapshot_after_a_trade_is_complete_in_every_section() {
    let mut market = Market::open().await;
    let raw_id = market.next_id();
    market.submit("k-1", raw_id, OrderType::Market).await;
    market.status("Filled").await;
    let account = market.facts.accounts[0].clone();
    let Answer::Snapshot(snapshot) = market.ask(Question::Snapshot { account }).await else { panic!("a snapshot") };
    assert_eq!(snapshot.open_orders, Section::Complete(Vec::new()));
    let Section::Complete(completed) = snapshot.completed_orders else { panic!("{:?}", snapshot.completed_orders) };
    assert_eq!((completed[0].order_ref.as_str(), completed[0].filled), ("tg:demo:k-1", Some(Decimal::TEN)));
    let Section::Complete(executions) = snapshot.executions else { panic!("{:?}", snapshot.executions) };
    let traded: Decimal = executions.iter().map(|execution| execution.last_qty.get()).sum();
    assert_eq!(traded, Decimal::TEN);
    assert!(executions.iter().all(|execution| execution.commission.is_some()));
    let Section::Complete(positions) = snapshot.positions else { panic!("{:?}", snapshot.positions) };
    assert_eq!((positions[0].qty, positions[0].symbol.as_str()), (Decimal::TEN, "AAPL"));
    assert!(positions[0].avg_cost.is_some() && positions[0].market_value.is_some());
    let Section::Complete(values) = snapshot.account else { panic!("{:?}", snapshot.account) };
    assert!(values.net_liquidation.is_some_and(|value| value > Decimal::from(900_000)));
    assert_eq!(values.base_currency.expect("told").as_str(), "USD");
    assert!(values.buying_power.is_some() && values.excess_liquidity.is_some() && values.total_cash.is_some());
    assert!(!values.cash.is_empty(), "cash by currency");
}

#[tokio::test]
async fn contracts_quotes_bars_and_values_are_answered() {
    let mut market = Market::open().await;
    let apple = market.apple().await;
    assert_eq!((apple.con_id.get(), apple.exchange.as_str()), (265_598, "SMART"));
    assert!(apple.time_zone.is_some() && !apple.price_increments.is_empty());

    let by_id = Question::Contracts(Instrument::ConId(apple.con_id));
    let Answer::Contracts(found) = market.ask(by_id).await else { panic!("contracts") };
    assert_eq!(found, std::slice::from_ref(&apple));

    let Answer::Symbols(found) = market.ask(Question::MatchingSymbols("AAP".to_owned())).await else {
        panic!("symbols")
    };
    assert!(found.iter().any(|hit| hit.con_id == apple.con_id));

    let Answer::Quote(quote) = market.ask(Question::Quote(Box::new(apple.clone()))).await else { panic!("a quote") };
    assert!(quote.bid.is_some() && quote.ask.is_some() && !quote.is_crossed(), "{quote:?}");

    let bars = Question::Bars {
        contract: Box::new(apple.clone()),
        size: BarSize::Day1,
        duration: BarDuration::from_word("1mo").expect("valid"),
        end: None,
        what: WhatToShow::Trades,
        regular_hours: true,
    };
    let Answer::Bars(bars) = market.ask(bars).await else { panic!("bars") };
    assert!(bars.len() >= 15, "{}", bars.len());
    assert!(bars.windows(2).all(|pair| pair[0].time < pair[1].time));

    let account = market.facts.accounts[0].clone();
    let Answer::Account(values) = market.ask(Question::Account(account.clone())).await else { panic!("values") };
    assert!(values.net_liquidation.is_some());
    let Answer::Pnl(pnl) = market.ask(Question::Pnl(account)).await else { panic!("profit and loss") };
    assert!(pnl.daily.is_some());
}

#[tokio::test]
async fn a_what_if_estimates_and_places_nothing() {
    let mut market = Market::open().await;
    let contract = market.apple().await;
    let order = WhatIfOrder {
        broker_order_id: order_id(market.next_id()),
        account: market.facts.accounts[0].clone(),
        contract,
        side: Side::Buy,
        qty: "10".parse().expect("a quantity"),
        order_type: OrderType::Market,
        tif: Tif::Day,
        outside_rth: false,
    };
    let Answer::WhatIf(estimate) = market.ask(Question::WhatIf(Box::new(order))).await else { panic!("an estimate") };
    assert!(estimate.init_margin_change.is_some_and(|change| change > Decimal::ZERO), "{estimate:?}");
    assert!(estimate.commission.is_some());
    let account = market.facts.accounts[0].clone();
    let Answer::Snapshot(snapshot) = market.ask(Question::Snapshot { account }).await else { panic!("a snapshot") };
    assert_eq!(snapshot.open_orders, Section::Complete(Vec::new()));
    assert_eq!(snapshot.executions, Section::Complete(Vec::new()));
}

#[tokio::test]
async fn a_followed_contract_keeps_sending_quotes() {
    let mut market = Market::open().await;
    let apple = market.apple().await;
    market.desk.command(BrokerCommand::Subscribe(Box::new(apple))).await;
    for _ in 0..3 {
        market
            .desk
            .until(|event| match event {
                BrokerEvent::Quote(quote) if quote.bid.is_some() && quote.ask.is_some() => Some(()),
                _ => None,
            })
            .await;
    }
}

#[tokio::test]
async fn an_unknown_order_id_cannot_be_cancelled_and_says_so() {
    let mut market = Market::open().await;
    market
        .desk
        .command(BrokerCommand::Cancel {
            cl_ord_id: "k-9".parse().expect("a key"),
            broker_order_id: order_id(999_999),
            generation: market.facts.generation,
        })
        .await;
    let code = market
        .desk
        .until(|event| if let BrokerEvent::OrderError { code, .. } = event { Some(code) } else { None })
        .await;
    assert!([161, 10_147].contains(&code), "{code}");
}
