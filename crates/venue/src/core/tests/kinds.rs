//! Market data of every kind of instrument.

use tws::model::{
    CalculateImpliedVolatility, CalculateOptionPrice, Contract, HistoricalDataRequest, HistoricalTicksRequest,
    MarketDataRequest, MarketDepthRequest, PastTicks, Reply, Request, SecDefOptParams, SecDefOptParamsRequest,
    TickByTickRequest, TickOptionComputation, tick,
};

use super::rig::{CONN, Rig, dec};
use crate::core::{ConnId, CoreConfig};
use crate::market::{Right, SecType};

fn rig() -> Rig {
    Rig::with(CoreConfig { pacing: false, ..CoreConfig::default() }, "2026-11-23T15:30:00Z")
}

/// The first instrument of a kind that is listed now.
fn first_of(rig: &Rig, sec_type: SecType) -> Contract {
    let market = &rig.core.market;
    let (_, of) =
        market.universe().iter().find(|(i, of)| of.sec_type == sec_type && market.is_listed(*i, rig.now)).unwrap();
    Contract { con_id: Some(of.con_id), exchange: of.exchanges[0].to_owned(), ..Contract::default() }
}

/// The call on AAPL that expires next but one and whose strike is nearest to the price.
fn at_the_money(rig: &Rig) -> Contract {
    let market = &rig.core.market;
    let stock = market.universe().find_con_id(265_598).unwrap();
    let price = market.quote(stock, rig.now).unwrap().last;
    let later = rig.now + jiff::SignedDuration::from_hours(24 * 20);
    let (_, of) = market
        .universe()
        .derivatives(stock)
        .filter(|(i, of)| of.right == Some(Right::Call) && market.is_listed(*i, rig.now))
        .filter(|(i, _)| market.expires_at(*i).unwrap() > later)
        .min_by_key(|(i, of)| (market.expires_at(*i), (of.strike.unwrap() - price).abs()))
        .unwrap();
    Contract { con_id: Some(of.con_id), exchange: "SMART".into(), ..Contract::default() }
}

fn computations(replies: &[(ConnId, Reply)]) -> Vec<TickOptionComputation> {
    replies
        .iter()
        .filter_map(|(_, r)| match r {
            Reply::TickOptionComputation(t) => Some((**t).clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn an_option_tells_its_figures_beside_its_quote() {
    let mut rig = rig();
    let contract = at_the_money(&rig);
    let replies =
        rig.ask_raw(CONN, Request::MarketData(MarketDataRequest { req_id: 1, contract, ..Default::default() }));
    let price = |tick_type: i32| {
        replies.iter().find_map(|(_, r)| match r {
            Reply::TickPrice(t) if t.tick_type == tick_type => t.price,
            _ => None,
        })
    };
    let figures = computations(&replies);
    let types: Vec<i32> = figures.iter().map(|f| f.tick_type).collect();
    assert_eq!(types, [tick::BID_OPTION, tick::ASK_OPTION, tick::LAST_OPTION, tick::MODEL_OPTION]);
    let [bid, ask, _, model] = &figures[..] else { panic!("{figures:?}") };
    assert_eq!((bid.opt_price, ask.opt_price), (price(tick::BID), price(tick::ASK)));
    assert!(bid.implied_vol < model.implied_vol && model.implied_vol < ask.implied_vol);
    assert!(bid.opt_price < model.opt_price && model.opt_price < ask.opt_price);
    let delta = model.delta.unwrap();
    assert!(delta > dec("0.3") && delta < dec("0.7"), "{delta}");
    assert!(model.gamma > Some(dec("0")) && model.vega > Some(dec("0")) && model.theta < Some(dec("0")));
    let stock = rig.core.market.universe().find_con_id(265_598).unwrap();
    let spot = rig.core.market.quote(stock, rig.now).unwrap();
    let underlying = model.und_price.unwrap();
    assert!(spot.bid <= underlying && underlying <= spot.ask, "{underlying} {spot:?}");
}

#[test]
fn a_price_and_the_volatility_in_it_are_computed_from_each_other() {
    let mut rig = rig();
    let contract = at_the_money(&rig);
    let price_at = |rig: &mut Rig, volatility: &str| {
        let asked = CalculateOptionPrice {
            req_id: 2,
            contract: contract.clone(),
            volatility: Some(dec(volatility)),
            under_price: Some(dec("120")),
        };
        computations(&rig.ask_raw(CONN, Request::CalculateOptionPrice(asked)))
    };
    let [figures] = &price_at(&mut rig, "0.35")[..] else { panic!() };
    assert_eq!((figures.tick_type, figures.und_price), (tick::CUSTOM_OPTION, Some(dec("120"))));
    let asked = CalculateImpliedVolatility {
        req_id: 3,
        contract: contract.clone(),
        option_price: figures.opt_price,
        under_price: Some(dec("120")),
    };
    let found = computations(&rig.ask_raw(CONN, Request::CalculateImpliedVolatility(asked.clone())));
    let volatility = found[0].implied_vol.unwrap();
    assert!((volatility - dec("0.35")).abs() < dec("0.0001"), "{volatility}");
    for bad in [
        CalculateImpliedVolatility { option_price: None, ..asked.clone() },
        CalculateImpliedVolatility { option_price: Some(dec("100000")), ..asked.clone() },
        CalculateImpliedVolatility { contract: super::rig::stock("AAPL"), ..asked },
    ] {
        assert_eq!(rig.ask(Request::CalculateImpliedVolatility(bad)), ["error 3 321"]);
    }
    assert_eq!(price_at(&mut rig, "-1").len(), 0);
}

fn chain(symbol: &str, con_id: i32) -> Request {
    Request::SecDefOptParams(SecDefOptParamsRequest {
        req_id: 5,
        underlying_symbol: symbol.into(),
        fut_fop_exchange: String::new(),
        underlying_sec_type: "STK".into(),
        underlying_con_id: Some(con_id),
    })
}

fn rows(replies: &[(ConnId, Reply)]) -> Vec<SecDefOptParams> {
    assert!(matches!(replies.last(), Some((_, Reply::SecDefOptParamsEnd { req_id: 5 }))), "{replies:?}");
    replies
        .iter()
        .filter_map(|(_, r)| match r {
            Reply::SecDefOptParams(row) => Some(row.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_chain_names_what_is_listed_now_and_nothing_that_has_expired() {
    let mut rig = rig();
    let replies = rig.ask_raw(CONN, chain("AAPL", 265_598));
    let found = rows(&replies);
    assert!(found.iter().any(|row| row.exchange == "SMART"));
    for row in &found {
        assert_eq!((row.trading_class.as_str(), row.multiplier.as_str()), ("AAPL", "100"));
        assert!(row.expirations.iter().all(|day| day.as_str() >= "20261123"), "{:?}", row.expirations);
        assert!(row.expirations.len() >= 4 && row.strikes.len() >= 8);
        assert!(row.strikes.windows(2).all(|w| w[0] < w[1]));
    }
    let first = found[0].expirations[0].clone();
    rig.now += jiff::SignedDuration::from_hours(24 * 14);
    let later = rig.ask_raw(CONN, chain("AAPL", 265_598));
    assert!(!rows(&later)[0].expirations.contains(&first));
}

#[test]
fn a_chain_of_what_has_no_options_is_empty_and_of_what_is_not_there_an_error() {
    let mut rig = rig();
    let replies = rig.ask_raw(CONN, chain("MSFT", 272_093));
    assert!(rows(&replies).is_empty());
    for wrong in [chain("AAPL", 1), chain("MSFT", 265_598)] {
        assert_eq!(rig.ask(wrong), ["error 5 321"]);
    }
}

fn history(contract: Contract, what: &str) -> Request {
    Request::HistoricalData(HistoricalDataRequest {
        req_id: 6,
        contract,
        bar_size: "1 day".into(),
        duration: "5 D".into(),
        use_rth: true,
        what_to_show: what.into(),
        format_date: 1,
        ..Default::default()
    })
}

#[test]
fn each_kind_has_the_data_that_it_has_at_ibkr() {
    for (sec_type, trades, quotes) in [
        (SecType::Stk, true, true),
        (SecType::Ind, true, false),
        (SecType::Cash, false, true),
        (SecType::Fut, true, true),
        (SecType::Opt, true, true),
        (SecType::Cfd, false, true),
        (SecType::Bond, true, true),
        (SecType::Crypto, true, true),
    ] {
        let mut rig = rig();
        let contract = first_of(&rig, sec_type);
        for (what, served) in [("TRADES", trades), ("MIDPOINT", quotes), ("BID_ASK", quotes)] {
            let told = rig.ask(history(contract.clone(), what));
            let expected = if served { ["HistoricalData", "HistoricalDataEnd"].as_slice() } else { &["error 6 162"] };
            assert_eq!(told, expected, "{sec_type:?} {what}");
        }
        for (tick_type, served) in [("Last", trades), ("BidAsk", quotes)] {
            let asked = TickByTickRequest {
                req_id: 7,
                contract: contract.clone(),
                tick_type: tick_type.into(),
                ..Default::default()
            };
            let told = rig.ask(Request::TickByTick(asked));
            assert_eq!(told.is_empty(), served, "{sec_type:?} {tick_type} {told:?}");
            rig.ask(Request::CancelTickByTick { req_id: 7 });
        }
        let replies = rig.ask_raw(
            CONN,
            Request::MarketData(MarketDataRequest { req_id: 8, contract: contract.clone(), ..Default::default() }),
        );
        let has =
            |tick_type: i32| replies.iter().any(|(_, r)| matches!(r, Reply::TickPrice(t) if t.tick_type == tick_type));
        assert_eq!(has(tick::BID) && has(tick::ASK), quotes, "{sec_type:?}");
        assert!(has(tick::CLOSE), "{sec_type:?}");
    }
}

#[test]
fn past_trades_of_an_option_are_found_though_there_are_few() {
    let mut rig = rig();
    let contract = at_the_money(&rig);
    let request = Request::HistoricalTicks(HistoricalTicksRequest {
        req_id: 9,
        contract,
        number_of_ticks: Some(500),
        what_to_show: "TRADES".into(),
        use_rth: true,
        ..Default::default()
    });
    let replies = rig.ask_raw(CONN, request);
    let [(_, Reply::HistoricalTicks(message))] = &replies[..] else { panic!("{replies:?}") };
    let PastTicks::Last(ticks) = &message.ticks else { panic!("{message:?}") };
    assert_eq!(ticks.len(), 500);
    assert!(ticks.windows(2).all(|w| w[0].time <= w[1].time));
}

#[test]
fn only_what_has_a_book_shows_one() {
    for (sec_type, has) in [
        (SecType::Stk, true),
        (SecType::Fut, true),
        (SecType::Cash, true),
        (SecType::Opt, true),
        (SecType::Ind, false),
        (SecType::Bond, false),
    ] {
        let mut rig = rig();
        let contract = first_of(&rig, sec_type);
        let is_smart_depth = contract.exchange == "SMART";
        let told = rig.ask(Request::MarketDepth(MarketDepthRequest {
            req_id: 10,
            contract,
            num_rows: Some(5),
            is_smart_depth,
        }));
        assert_eq!(told.first().is_some_and(|t| t.starts_with("MarketDepth")), has, "{sec_type:?} {told:?}");
        assert_eq!(told == ["error 10 10092"], !has, "{sec_type:?} {told:?}");
    }
}
