//! What an account may carry, what an order would change, and what is refused.

use super::money::{listed, place};
use super::rig::{CONN, Rig, dec, order};
use crate::market::{Instrument, Right, SecType};
use rust_decimal::Decimal;
use tws::model::{Order, OrderState, Reply};

fn preview(rig: &mut Rig, of: &Instrument, text: &str) -> OrderState {
    let asked = Order { what_if: true, ..order(text) };
    let replies = rig.ask_raw(CONN, place(999, of, asked));
    match &replies[..] {
        [(_, Reply::OpenOrder(open))] => open.state.clone(),
        other => panic!("{other:?}"),
    }
}

fn change(state: &OrderState) -> [Decimal; 3] {
    [state.init_margin_change, state.maint_margin_change, state.equity_with_loan_change].map(Option::unwrap)
}

fn notice(rig: &mut Rig, id: i32, of: &Instrument, text: &str) -> String {
    let replies = rig.ask_raw(CONN, place(id, of, order(text)));
    let told = replies.iter().find_map(|(_, r)| match r {
        Reply::Notice(n) => Some(format!("{} {}", n.code, n.message)),
        _ => None,
    });
    told.unwrap_or_default()
}

#[test]
fn a_preview_says_what_each_kind_ties_up() {
    let mut rig = Rig::always();
    let stock = listed(&rig, SecType::Stk, "AAPL");
    let at = |rig: &mut Rig, of: &Instrument| {
        let instrument = rig.core.market.universe().find_con_id(of.con_id).unwrap();
        rig.core.market.quote(instrument, rig.now).unwrap()
    };
    let ask = at(&mut rig, &stock).ask;
    let shown = preview(&mut rig, &stock, "BUY 100 MKT");
    assert_eq!(change(&shown), [ask * dec("50"), ask * dec("25"), dec("-1")].map(|d| d.round_dp(2)));
    assert_eq!((shown.commission, shown.commission_currency.as_str()), (Some(dec("1")), "USD"));

    let future = listed(&rig, SecType::Fut, "ES");
    let ask = at(&mut rig, &future).ask;
    let [initial, maintenance, equity] = change(&preview(&mut rig, &future, "BUY 1 MKT"));
    assert_eq!([initial, maintenance], [ask * dec("5"), ask * dec("4")].map(|d| d.round_dp(2)));
    assert_eq!(equity, dec("-2.25"));

    let option = listed(&rig, SecType::Opt, "AAPL");
    let ask = at(&mut rig, &option).ask;
    let long = change(&preview(&mut rig, &option, "BUY 2 MKT"));
    assert_eq!(long, [dec("0"), dec("0"), (-ask * dec("200") - dec("1.3")).round_dp(2)], "it is paid for in full");

    let euros = listed(&rig, SecType::Cash, "EUR.USD");
    let [initial, maintenance, _] = change(&preview(&mut rig, &euros, "BUY 50000 MKT"));
    let rate = rig.core.rate(crate::core::Currency::of("EUR"), rig.now);
    assert_eq!([initial, maintenance], [(rate * dec("1500")).round_dp(2); 2], "3 % of the balance");

    let coin = listed(&rig, SecType::Crypto, "BTC");
    let ask = at(&mut rig, &coin).ask;
    let [initial, _, equity] = change(&preview(&mut rig, &coin, "BUY 2 LMT 1 GTC"));
    assert_eq!(initial, dec("0"));
    assert!(equity > -ask, "at its limit, not at the market");
}

#[test]
fn a_short_call_ties_up_less_when_the_shares_are_there() {
    let mut rig = Rig::always();
    let chain = rig.core.market.universe().iter().map(|(_, i)| i.clone());
    let near = listed(&rig, SecType::Opt, "AAPL");
    let call = chain
        .filter(|i| i.sec_type == SecType::Opt && i.symbol == "AAPL" && i.right == Some(Right::Call))
        .find(|i| i.expiry == near.expiry && i.strike == near.strike)
        .unwrap();
    let [naked, ..] = change(&preview(&mut rig, &call, "SELL 1 MKT"));
    let stock = listed(&rig, SecType::Stk, "AAPL");
    rig.ask(place(1, &stock, order("BUY 100 MKT")));
    let [covered, ..] = change(&preview(&mut rig, &call, "SELL 1 MKT"));
    assert!(covered > dec("0") && covered * dec("3") < naked, "{covered} against {naked}");
}

#[test]
fn what_the_account_cannot_carry_is_refused_with_ibkrs_words_and_figures() {
    let mut rig = Rig::always();
    let stock = listed(&rig, SecType::Stk, "AAPL");
    let told = notice(&mut rig, 1, &stock, "BUY 50000 MKT");
    assert!(
        told.starts_with(
            "201 Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR \
             EQUITY WITH LOAN VALUE ["
        ),
        "{told}"
    );
    let euros = listed(&rig, SecType::Cash, "EUR.USD");
    let told = notice(&mut rig, 2, &euros, "BUY 40000000 MKT");
    assert!(told.starts_with("201"), "3 % of it is more than there is: {told}");
    let option = listed(&rig, SecType::Opt, "AAPL");
    assert!(notice(&mut rig, 3, &option, "SELL 3000 LMT 1").starts_with("201"));
    assert!(rig.core.ledger().is_empty(), "nothing of it was accepted");
}

#[test]
fn working_orders_reserve_what_they_would_tie_up_and_give_it_back() {
    let mut rig = Rig::always();
    rig.price("100");
    let reserved = |rig: &Rig| rig.core.state.accounts[0].reserved;
    rig.place(1, order("BUY 1000 LMT 90 GTC"));
    assert_eq!(reserved(&rig), dec("45000"));
    let option = super::expiry::option(&rig, Right::Put, "15");
    let told = rig.ask(place(2, &option, order("BUY 10 LMT 0.05 GTC")));
    assert_eq!(told.last().unwrap(), "status 2 Submitted 0/10");
    assert_eq!(reserved(&rig), dec("45050"), "an option's whole price");
    rig.place(3, order("BUY 19000 LMT 90 GTC"));
    assert_eq!(reserved(&rig), dec("900050"));
    let told = rig.place(4, order("BUY 5000 LMT 90 GTC"));
    assert_eq!(told.last().unwrap(), "error 4 201");
    rig.cancel(3);
    rig.cancel(1);
    rig.cancel(2);
    assert_eq!(reserved(&rig), dec("0"));
}
