use super::*;
use domain::contract::SecType;
use domain::market::DataType;
use domain::money::Price;
use std::time::Duration;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// The other end must live, or nothing can be subscribed.
fn desk() -> (MarketDesk, mpsc::Receiver<BrokerCommand>) {
    let (commands, adapter) = mpsc::channel(1_024);
    (MarketDesk::new(Arc::new(Asks::new(commands.clone())), commands, Arc::new(Still)), adapter)
}

fn con_id(number: usize) -> ConId {
    ConId::new(i32::try_from(number).unwrap().into()).unwrap()
}

fn quote(number: usize, price: &str) -> Quote {
    let price: Price = price.parse().unwrap();
    Quote {
        con_id: con_id(number),
        bid: Some(price),
        ask: Some(price),
        last: Some(price),
        bid_size: None,
        ask_size: None,
        last_size: None,
        volume: None,
        close: None,
        halted: None,
        shortable: None,
        data_type: DataType::Live,
        received_at: Timestamp::UNIX_EPOCH,
    }
}

fn contract(number: usize) -> Contract {
    Contract {
        con_id: con_id(number),
        symbol: "ANY".to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: None,
        currency: "USD".parse().unwrap(),
        local_symbol: "ANY".to_owned(),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: Decimal::ONE,
        price_increments: Vec::new(),
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: String::new(),
        order_types: Vec::new(),
        time_zone: None,
        trading_hours: None,
        liquid_hours: None,
    }
}

#[test]
fn a_jump_is_seen_although_its_line_was_closed_for_others() {
    let (desk, _adapter) = desk();
    let now = Timestamp::UNIX_EPOCH;
    desk.keep_line(&contract(1), now);
    desk.put(quote(1, "100"));
    desk.put(quote(1, "80"));
    for number in 2..=LINES_MAX + 1 {
        desk.keep_line(&contract(number), now + SignedDuration::from_secs(1));
    }
    assert!(!desk.read().lines.contains_key(&con_id(1)), "the oldest line made room");
    assert_eq!(desk.last_quote(con_id(1)), None, "nothing tells its price any more");
    let range = desk.price_range(con_id(1), 60, now);
    assert_eq!(range, Some((Decimal::from(80), Decimal::from(100))));
}

#[test]
fn what_has_no_line_is_kept_up_to_a_bound_and_what_has_one_always() {
    let (desk, _adapter) = desk();
    desk.keep_line(&contract(1), Timestamp::UNIX_EPOCH);
    for number in 1..=3 * QUOTES_MAX {
        desk.put(quote(number, "100"));
        let cache = desk.read();
        assert!(cache.quotes.len() <= QUOTES_MAX && cache.windows.len() <= QUOTES_MAX, "{number}");
    }
    assert!(desk.last_quote(con_id(1)).is_some() && desk.price_range(con_id(1), 60, Timestamp::UNIX_EPOCH).is_some());
}

#[test]
fn what_can_be_borrowed_stays_while_its_line_does() {
    let (desk, _adapter) = desk();
    desk.keep_line(&contract(1), Timestamp::UNIX_EPOCH);
    desk.put(Quote { shortable: Some(Decimal::TEN), halted: Some(true), ..quote(1, "100") });
    let snapshot = || desk.put(quote(1, "100"));
    assert_eq!((snapshot().shortable, snapshot().halted), (Some(Decimal::TEN), Some(true)));
    desk.drop_line(con_id(1));
    assert_eq!((snapshot().shortable, snapshot().halted), (None, Some(true)), "a halt is not lifted by silence");
}

fn commands(adapter: &mut mpsc::Receiver<BrokerCommand>) -> Vec<String> {
    let mut said = Vec::new();
    while let Ok(command) = adapter.try_recv() {
        if let BrokerCommand::Subscribe(contract) = &command {
            said.push(format!("+{}", contract.con_id));
        }
        if let BrokerCommand::Unsubscribe(con_id) = &command {
            said.push(format!("-{con_id}"));
        }
    }
    said
}

#[test]
fn streams_share_a_line_which_is_closed_with_the_last_of_them() {
    let (desk, mut adapter) = desk();
    let desk = Arc::new(desk);
    let first = desk.hold(vec![contract(1), contract(2), contract(1)]).unwrap();
    let second = desk.hold(vec![contract(1)]).unwrap();
    assert_eq!(commands(&mut adapter), ["+1", "+2"]);
    drop(first);
    assert_eq!(commands(&mut adapter), ["-2"]);
    drop(second);
    assert_eq!(commands(&mut adapter), ["-1"]);
    assert!(desk.read().holds.is_empty() && desk.read().lines.is_empty());
}

#[test]
fn a_line_that_an_order_or_a_question_uses_too_outlives_the_streams() {
    let (desk, mut adapter) = desk();
    let desk = Arc::new(desk);
    desk.keep_line(&contract(1), Timestamp::UNIX_EPOCH);
    let held = desk.hold(vec![contract(1), contract(2)]).unwrap();
    desk.keep_line(&contract(2), Timestamp::UNIX_EPOCH);
    drop(held);
    assert_eq!(commands(&mut adapter), ["+1", "+2"], "nothing is closed");
    assert_eq!(desk.read().lines.len(), 2);
}

#[test]
fn what_streams_hold_is_bounded_and_is_not_closed_for_others() {
    let (desk, mut adapter) = desk();
    let desk = Arc::new(desk);
    let held = desk.hold((1..=HELD_MAX).map(contract).collect()).unwrap();
    let more = desk.hold(vec![contract(HELD_MAX + 1)]);
    assert!(matches!(more, Err(Fault::MarketDataUnavailable(_))), "{more:?}");
    assert!(desk.hold(vec![contract(1)]).is_ok(), "what is held anyway costs nothing");
    for number in HELD_MAX + 1..=3 * LINES_MAX {
        desk.keep_line(&contract(number), Timestamp::UNIX_EPOCH);
    }
    let cache = desk.read();
    assert_eq!(cache.lines.len(), LINES_MAX);
    assert!((1..=HELD_MAX).all(|number| cache.lines.contains_key(&con_id(number))));
    drop(cache);
    commands(&mut adapter);
    drop(held);
    assert_eq!(commands(&mut adapter).len(), HELD_MAX);
}

#[test]
fn a_watched_instrument_is_unknown_until_its_line_speaks_and_again_after_a_new_connection() {
    let (desk, mut adapter) = desk();
    let desk = Arc::new(desk);
    let old = Timestamp::UNIX_EPOCH - SignedDuration::from_secs(1);
    desk.put(Quote { received_at: old, ..quote(1, "90") });
    let held = desk.hold(vec![contract(1)]).unwrap();
    assert_eq!(desk.fed(con_id(1)).1, Feeding::Waiting, "the quote is from before");
    desk.put(quote(1, "100"));
    assert_eq!(desk.fed(con_id(1)), (Some(quote(1, "100")), Feeding::Fed));
    desk.refuse_line(con_id(1), "not entitled");
    assert_eq!(desk.fed(con_id(1)).1, Feeding::Refused("not entitled".to_owned()));
    desk.reopen_lines(Vec::new());
    assert_eq!(commands(&mut adapter), ["+1", "+1"], "a new connection is asked anew");
    assert_ne!(desk.fed(con_id(1)).1, Feeding::Refused("not entitled".to_owned()));
    drop(held);
}
