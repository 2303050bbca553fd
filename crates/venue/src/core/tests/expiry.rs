use super::money::{listed, place};
use super::rig::{CONN, Rig, dec, order};
use crate::core::Core;
use crate::market::{Instrument, Right, SecType};
use jiff::ToSpan;
use rust_decimal::Decimal;
use tws::model::{ExecutionFilter, Reply, Request, Status};

/// An option on AAPL of the nearest expiry with a strike some dollars from the market.
pub(super) fn option(rig: &Rig, right: Right, away: &str) -> Instrument {
    let near = listed(rig, SecType::Opt, "AAPL");
    let wanted = rig.core.mark(rig.core.of_symbol("AAPL").unwrap(), rig.now) + dec(away);
    let chain = rig.core.market.universe().iter().map(|(_, i)| i);
    chain
        .filter(|i| {
            i.sec_type == SecType::Opt && i.symbol == "AAPL" && i.expiry == near.expiry && i.right == Some(right)
        })
        .min_by_key(|i| (i.strike.unwrap() - wanted).abs())
        .cloned()
        .unwrap()
}

fn pass_expiry(rig: &mut Rig, of: &Instrument) {
    let at = rig.core.market.expires_at(rig.core.market.universe().find_con_id(of.con_id).unwrap()).unwrap();
    rig.now = at + 1.seconds();
    let step = rig.core.advance(rig.now);
    rig.changes.extend(step.changes);
}

fn position(rig: &Rig, con_id: i32) -> Decimal {
    let instrument = rig.core.market.universe().find_con_id(con_id).unwrap();
    rig.core.state.accounts[0].position(instrument)
}

fn settled_well(rig: &Rig) {
    let audit = rig.core.audit(rig.now);
    assert!(audit.violations.is_empty(), "{:#?}", audit.violations);
    assert!(rig.restored().state == rig.core.state, "and is so after a crash");
    let again = Core::restore_from(rig.config, rig.core.snapshot(), std::iter::empty(), rig.now).unwrap();
    assert!(again.state == rig.core.state, "and from a snapshot");
}

#[test]
fn a_call_in_the_money_is_exercised_into_shares_at_its_strike() {
    let mut rig = Rig::always();
    let call = option(&rig, Right::Call, "-15");
    rig.ask(place(1, &call, order("BUY 2 MKT")));
    assert_eq!(rig.line(1).status, Status::Filled);
    let cash = rig.core.state_view(rig.now).accounts[0].cash;
    pass_expiry(&mut rig, &call);
    assert_eq!((position(&rig, call.con_id), position(&rig, 265_598)), (dec("0"), dec("200")));
    let after = rig.core.state_view(rig.now).accounts[0].cash;
    assert_eq!(after, cash - call.strike.unwrap() * dec("200"));
    settled_well(&rig);
    let executions = rig.ask_raw(CONN, Request::Executions { req_id: 9, filter: ExecutionFilter::default() });
    let settled: Vec<_> = executions
        .iter()
        .filter_map(|(_, r)| match r {
            Reply::ExecutionDetails(e) if e.execution.order_id == 0 => Some(&e.execution),
            _ => None,
        })
        .map(|e| (e.side.as_str(), e.shares, e.price, e.order_ref.as_str()))
        .collect();
    assert_eq!(settled, [("SLD", dec("2"), dec("0"), ""), ("BOT", dec("200"), call.strike.unwrap(), "")]);
}

#[test]
fn a_short_put_in_the_money_is_assigned_and_one_out_of_it_keeps_its_premium() {
    let mut rig = Rig::always();
    let (inside, outside) = (option(&rig, Right::Put, "15"), option(&rig, Right::Put, "-5"));
    rig.ask(place(1, &inside, order("SELL 1 MKT")));
    rig.ask(place(2, &outside, order("SELL 1 MKT")));
    let premium = rig.line(2).avg_price * dec("100") - rig.line(2).commission;
    pass_expiry(&mut rig, &inside);
    assert_eq!(position(&rig, 265_598), dec("100"));
    assert_eq!((position(&rig, inside.con_id), position(&rig, outside.con_id)), (dec("0"), dec("0")));
    let realized = |of: &Instrument| {
        let at = rig.core.market.universe().find_con_id(of.con_id).unwrap();
        rig.core.state.settled.iter().find(|(_, i, _)| *i == at).and_then(|(_, _, fill)| fill.realized)
    };
    assert_eq!(realized(&outside), Some(premium.normalize()));
    settled_well(&rig);
}

#[test]
fn a_future_is_settled_in_cash_and_its_working_orders_are_cancelled() {
    let mut rig = Rig::always();
    let future = listed(&rig, SecType::Fut, "ES");
    rig.ask(place(1, &future, order("SELL 1 MKT")));
    rig.ask(place(2, &future, order("BUY 1 LMT 100 GTC")));
    assert_eq!([1, 2].map(|id| rig.line(id).status), [Status::Filled, Status::Submitted]);
    let sold = rig.line(1).avg_price;
    pass_expiry(&mut rig, &future);
    assert_eq!((position(&rig, future.con_id), rig.line(2).status), (dec("0"), Status::Cancelled));
    let (_, _, fill) = rig.core.state.settled.last().unwrap();
    let price = fill.execution.price;
    assert_eq!(fill.realized, Some(((sold - price) * dec("50") - dec("2.25")).normalize()));
    settled_well(&rig);
}

#[test]
fn a_venue_that_slept_through_the_expiry_settles_as_one_that_was_awake() {
    let run = |awake: bool| {
        let mut rig = Rig::always();
        let call = option(&rig, Right::Call, "-15");
        rig.ask(place(1, &call, order("BUY 2 MKT")));
        if awake {
            pass_expiry(&mut rig, &call);
        }
        let at = rig.core.market.expires_at(rig.core.market.universe().find_con_id(call.con_id).unwrap()).unwrap();
        rig.now = at + 200.hours();
        rig.core.advance(rig.now);
        rig.core.state.settled.clone()
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn what_is_held_in_a_snapshot_expires_all_the_same() {
    let mut rig = Rig::always();
    let future = listed(&rig, SecType::Fut, "ES");
    rig.ask(place(1, &future, order("SELL 1 MKT")));
    rig.core = Core::restore_from(rig.config, rig.core.snapshot(), std::iter::empty(), rig.now).unwrap();
    pass_expiry(&mut rig, &future);
    assert_eq!(position(&rig, future.con_id), dec("0"));
}

#[test]
fn settlements_of_long_ago_are_forgotten_and_the_books_still_balance() {
    let mut rig = Rig::always();
    let call = option(&rig, Right::Call, "-15");
    rig.ask(place(1, &call, order("BUY 2 MKT")));
    pass_expiry(&mut rig, &call);
    let executions = rig.core.audit(rig.now).executions;
    for _ in 0..12 {
        rig.pass(24 * 3600);
    }
    assert!(rig.core.state.settled.is_empty());
    assert_eq!(rig.core.audit(rig.now).executions, executions);
    settled_well(&rig);
}
