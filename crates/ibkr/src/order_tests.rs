use super::from_what_if;
use domain::broker::WhatIfOrder;
use domain::contract::{Contract, PriceIncrement, SecType};
use domain::id::{BrokerOrderId, ConId};
use domain::money::Price;
use domain::order::{OrderType, Side, Tif, Trail};
use ibapi::orders::Order;
use rust_decimal::Decimal;

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn what_if(side: Side, order_type: OrderType, tif: Tif) -> WhatIfOrder {
    WhatIfOrder {
        broker_order_id: BrokerOrderId::new(7).unwrap(),
        account: "DU1234567".parse().unwrap(),
        contract: Contract {
            con_id: ConId::new(265_598).unwrap(),
            symbol: "AAPL".to_owned(),
            sec_type: SecType::Stk,
            exchange: "SMART".to_owned(),
            primary_exchange: None,
            currency: "USD".parse().unwrap(),
            local_symbol: "AAPL".to_owned(),
            trading_class: "NMS".to_owned(),
            expiry: None,
            strike: None,
            right: None,
            multiplier: Decimal::ONE,
            price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 2) }],
            min_size: Decimal::ONE,
            size_increment: Decimal::ONE,
            long_name: "APPLE INC".to_owned(),
            order_types: Vec::new(),
            time_zone: None,
            trading_hours: None,
            liquid_hours: None,
        },
        side,
        qty: "10.5".parse().unwrap(),
        order_type,
        tif,
        outside_rth: true,
    }
}

fn wire(order_type: OrderType, tif: Tif) -> Option<Order> {
    from_what_if(&what_if(Side::Buy, order_type, tif))
}

/// Type word, limit, auxiliary, trail stop, percent, time in force.
type Row = (OrderType, &'static str, Option<f64>, Option<f64>, Option<f64>, Option<f64>, &'static str);

#[test]
fn every_order_type_has_its_words_and_prices() {
    let (limit, stop) = (price("189.51"), price("190.02"));
    let amount = Trail::Amount(price("0.75"));
    let percent = Trail::Percent(price("1.5"));
    let rows: [Row; 13] = [
        (OrderType::Market, "MKT", None, None, None, None, "DAY"),
        (OrderType::Limit { limit }, "LMT", Some(189.51), None, None, None, "DAY"),
        (OrderType::Stop { stop }, "STP", None, Some(190.02), None, None, "DAY"),
        (OrderType::StopLimit { stop, limit }, "STP LMT", Some(189.51), Some(190.02), None, None, "DAY"),
        (OrderType::Trail { trail: amount }, "TRAIL", None, Some(0.75), None, None, "DAY"),
        (OrderType::Trail { trail: percent }, "TRAIL", None, None, None, Some(1.5), "DAY"),
        (
            OrderType::TrailLimit { trail: amount, stop, limit },
            "TRAIL LIMIT",
            Some(189.51),
            Some(0.75),
            Some(190.02),
            None,
            "DAY",
        ),
        (OrderType::Midprice { cap: Some(limit) }, "MIDPRICE", Some(189.51), None, None, None, "DAY"),
        (OrderType::Midprice { cap: None }, "MIDPRICE", None, None, None, None, "DAY"),
        (OrderType::Moc, "MOC", None, None, None, None, "DAY"),
        (OrderType::Loc { limit }, "LOC", Some(189.51), None, None, None, "DAY"),
        (OrderType::Moo, "MKT", None, None, None, None, "OPG"),
        (OrderType::Loo { limit }, "LMT", Some(189.51), None, None, None, "OPG"),
    ];
    for (order_type, word, limit, aux, trail_stop, percent, tif) in rows {
        let order = wire(order_type, Tif::Day).unwrap();
        let said = (
            order.order_type.as_str(),
            order.limit_price,
            order.aux_price,
            order.trail_stop_price,
            order.trailing_percent,
            order.tif.as_str(),
        );
        assert_eq!(said, (word, limit, aux, trail_stop, percent, tif), "{order_type:?}");
    }
}

/// TWS lets a program confirm its warnings in advance, in two fields.
#[test]
fn no_order_passes_over_a_warning_unread() {
    let (limit, stop) = (price("189.51"), price("190.02"));
    let trail = Trail::Amount(price("0.75"));
    let types = [
        OrderType::Market,
        OrderType::Limit { limit },
        OrderType::Stop { stop },
        OrderType::StopLimit { stop, limit },
        OrderType::Trail { trail },
        OrderType::TrailLimit { trail, stop, limit },
        OrderType::Midprice { cap: None },
        OrderType::Moc,
        OrderType::Loc { limit },
        OrderType::Moo,
        OrderType::Loo { limit },
    ];
    for order_type in types {
        let order = wire(order_type, Tif::Day).unwrap();
        let confirmed = (order.override_percentage_constraints, order.advanced_error_override.as_str());
        assert_eq!(confirmed, (false, ""), "{order_type:?}");
    }
}

#[test]
fn account_quantity_hours_and_flags_are_always_said() {
    let order = wire(OrderType::Market, Tif::Day).unwrap();
    assert_eq!(order.account, "DU1234567");
    assert_eq!(order.total_quantity.to_string(), "10.5");
    assert!(order.outside_rth);
    assert!(order.transmit);
    assert!(order.what_if);
    assert_eq!(order.order_id, 7);
}

#[test]
fn a_short_sale_of_an_ordinary_account_leaves_as_a_sell() {
    for (side, word) in [(Side::Buy, "BUY"), (Side::BuyToCover, "BUY"), (Side::Sell, "SELL"), (Side::SellShort, "SELL")]
    {
        let order = from_what_if(&what_if(side, OrderType::Market, Tif::Day)).unwrap();
        assert_eq!(order.action.as_str(), word, "{side:?}");
    }
}

#[test]
fn every_time_in_force_has_its_word_and_only_a_dated_one_a_date() {
    let until = "2026-04-13T19:27:04Z".parse().unwrap();
    for (tif, word, date) in [
        (Tif::Day, "DAY", ""),
        (Tif::Gtc, "GTC", ""),
        (Tif::Ioc, "IOC", ""),
        (Tif::Fok, "FOK", ""),
        (Tif::Opg, "OPG", ""),
        (Tif::Gtd { until }, "GTD", "20260413-19:27:04"),
    ] {
        let order = wire(OrderType::Limit { limit: price("1") }, tif).unwrap();
        assert_eq!((order.tif.as_str(), order.good_till_date.as_str()), (word, date), "{tif:?}");
    }
}

#[test]
fn an_order_for_the_opening_cannot_also_live_longer() {
    assert_eq!(wire(OrderType::Moo, Tif::Gtc), None);
    assert_eq!(wire(OrderType::Loo { limit: price("1") }, Tif::Ioc), None);
    assert!(wire(OrderType::Moo, Tif::Opg).is_some());
}

#[test]
fn a_quantity_that_a_double_would_change_does_not_leave() {
    let mut ask = what_if(Side::Buy, OrderType::Market, Tif::Day);
    ask.qty = "999999999.12345678".parse().unwrap();
    assert_eq!(from_what_if(&ask), None);
}
