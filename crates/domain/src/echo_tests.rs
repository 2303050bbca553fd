use super::*;
use crate::book::tests::{book_of, bracketing, first, key, qty, sent_then};
use crate::reconcile::tests::shown;

fn px(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

/// An order of 10 with these terms.
fn order(order_type: OrderType, tif: Tif) -> OrderRecord {
    let mut order = first(&sent_then(Vec::new())).clone();
    (order.intent.order_type, order.intent.tif) = (order_type, tif);
    order
}

fn to(quantity: i64, order_type: OrderType, tif: Tif) -> Amendment {
    Amendment { qty: qty(quantity), order_type, tif }
}

/// An echo of 10 without prices.
fn bare(tif: &str) -> BrokerOrder {
    BrokerOrder { limit_price: None, tif: tif.to_owned(), ..shown("Submitted") }
}

#[test]
fn a_limit_order_shows_the_version_that_fits() {
    let ours = order(OrderType::Limit { limit: px("189.5") }, Tif::Day);
    let asked = to(15, OrderType::Limit { limit: px("190") }, Tif::Gtc);
    let echo = |quantity: i64, limit: &str, tif: &str| BrokerOrder {
        total_qty: Some(quantity.into()),
        limit_price: limit.parse().ok(),
        ..bare(tif)
    };
    for (seen, version) in [
        (echo(15, "190", "GTC"), Version::Changed),
        (echo(10, "189.5", "DAY"), Version::Original),
        (echo(15, "190", "DAY"), Version::Neither),
        (echo(15, "189.5", "GTC"), Version::Neither),
        (echo(12, "190", "GTC"), Version::Neither),
    ] {
        assert_eq!(version_shown(&seen, &ours, &asked), version, "{seen:?}");
    }
    let same = to(10, OrderType::Limit { limit: px("189.5") }, Tif::Day);
    assert_eq!(version_shown(&echo(10, "189.5", "DAY"), &ours, &same), Version::Changed, "a change to what it is");
}

#[test]
fn what_an_echo_does_not_tell_apart_proves_neither_version() {
    let percent = |text: &str| OrderType::Trail { trail: Trail::Percent(px(text)) };
    let ours = order(percent("1"), Tif::Day);
    let asked = to(10, percent("3"), Tif::Day);
    for (told, version) in [
        (Some("1"), Version::Original),
        (Some("3"), Version::Changed),
        (Some("2"), Version::Neither),
        (None, Version::Either),
    ] {
        let seen = BrokerOrder { trail_percent: told.map(|text| text.parse().unwrap()), ..bare("DAY") };
        assert_eq!(version_shown(&seen, &ours, &asked), version, "{told:?}");
    }
    let until = |second| Tif::Gtd { until: crate::book::tests::at(second) };
    let limit = OrderType::Limit { limit: px("189.5") };
    let ours = order(limit, until(100));
    for (told, version) in [(Some(100), Version::Original), (Some(900), Version::Changed), (None, Version::Either)] {
        let good_till = told.map(crate::book::tests::at);
        let seen = BrokerOrder { limit_price: Some(px("189.5").get()), good_till, ..bare("GTD") };
        assert_eq!(version_shown(&seen, &ours, &to(10, limit, until(900))), version, "{told:?}");
    }
}

#[test]
fn a_cap_that_is_taken_away_is_a_change() {
    let ours = order(OrderType::Midprice { cap: Some(px("190")) }, Tif::Day);
    let asked = to(10, OrderType::Midprice { cap: None }, Tif::Day);
    let capped = BrokerOrder { limit_price: Some(px("190").get()), ..bare("DAY") };
    assert_eq!(version_shown(&capped, &ours, &asked), Version::Original);
    assert_eq!(version_shown(&bare("DAY"), &ours, &asked), Version::Changed);
}

#[test]
fn of_an_exit_that_the_broker_has_taken_down_the_prices_tell() {
    let book = book_of(vec![bracketing("o-1", 7)]);
    let exit = book.order(&key("o-1:tp")).unwrap();
    let asked = to(8, OrderType::Limit { limit: px("196") }, exit.intent.tif);
    let tif = exit.intent.tif.kind().word();
    let at = |limit: &str| BrokerOrder { total_qty: Some(4.into()), limit_price: limit.parse().ok(), ..bare(tif) };
    assert_eq!(version_shown(&at("196"), exit, &asked), Version::Changed);
    assert_eq!(version_shown(&at("195"), exit, &asked), Version::Original);
    assert_eq!(version_shown(&at("194"), exit, &asked), Version::Neither);
}
