//! What orders of each security type may and may not say.

use super::rig::{CONN, Rig, dec, order, place};
use tws::model::{Contract, Order, Reply, Request, Status};

fn contract(symbol: &str, sec_type: &str, exchange: &str, currency: &str) -> Contract {
    Contract {
        symbol: symbol.into(),
        sec_type: sec_type.into(),
        exchange: exchange.into(),
        currency: currency.into(),
        ..Contract::default()
    }
}

fn euro() -> Contract {
    contract("EUR", "CASH", "IDEALPRO", "USD")
}

fn bitcoin() -> Contract {
    contract("BTC", "CRYPTO", "PAXOS", "USD")
}

fn send(rig: &mut Rig, id: i32, contract: Contract, order: Order) -> Vec<Reply> {
    let mut request = place(id, "", order);
    if let Request::PlaceOrder(asked) = &mut request {
        asked.contract = contract;
    }
    rig.ask_raw(CONN, request).into_iter().map(|(_, reply)| reply).collect()
}

fn codes(replies: &[Reply]) -> Vec<(i32, String)> {
    replies
        .iter()
        .filter_map(|reply| match reply {
            Reply::Notice(notice) => Some((notice.code, notice.message.clone())),
            _ => None,
        })
        .collect()
}

fn refusal(rig: &mut Rig, id: i32, contract: Contract, order: Order) -> i32 {
    let told = codes(&send(rig, id, contract, order));
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].0
}

#[test]
fn a_small_currency_order_is_warned_about_as_an_odd_lot_and_filled() {
    let mut rig = Rig::exchange();
    let told = codes(&send(&mut rig, 1, euro(), order("BUY 500 MKT")));
    assert_eq!(
        told,
        [(
            399,
            "Order Message:\nBUY 500 EUR.USD Forex\nWarning: Your order size is below the EUR 20000 IdealPro minimum \
             and will be routed as an odd lot order."
                .to_owned()
        )]
    );
    assert_eq!(rig.line(1).status, Status::Filled);
    assert!(codes(&send(&mut rig, 2, euro(), order("BUY 20000 LMT 0.5"))).is_empty());
}

#[test]
fn a_cash_quantity_buys_what_it_pays_for_of_currencies_and_crypto_and_cannot_be_changed() {
    let mut rig = Rig::exchange();
    let cash = |text: &str, cash: &str| Order { total_quantity: None, cash_qty: Some(dec(cash)), ..order(text) };
    send(&mut rig, 1, bitcoin(), cash("BUY 1 MKT", "1000"));
    let line = rig.line(1);
    assert_eq!(line.status, Status::Filled, "{line:?}");
    let paid = line.filled_qty * line.avg_price;
    assert!(paid <= dec("1000") && paid > dec("999.99"), "{paid}");
    send(&mut rig, 2, euro(), cash("BUY 1 LMT 0.8", "40000"));
    assert_eq!(rig.line(2).total_qty, dec("50000"));
    assert_eq!(refusal(&mut rig, 2, euro(), order("BUY 60000 LMT 0.8")), 10241);
}

#[test]
fn crypto_is_traded_in_fractions_down_to_its_step() {
    let mut rig = Rig::exchange();
    send(&mut rig, 1, bitcoin(), order("BUY 0.00012345 MKT"));
    assert_eq!((rig.line(1).status, rig.line(1).filled_qty), (Status::Filled, dec("0.00012345")));
    assert_eq!(refusal(&mut rig, 2, bitcoin(), order("BUY 0.000123456 MKT")), 10250);
}

#[test]
fn prices_are_checked_by_the_rule_of_their_own_market() {
    let mut rig = Rig::exchange();
    assert_eq!(refusal(&mut rig, 1, euro(), order("BUY 30000 LMT 0.50001")), 110);
    assert!(codes(&send(&mut rig, 2, euro(), order("BUY 30000 LMT 0.50005"))).is_empty());
}

#[test]
fn what_a_security_type_has_not_is_refused() {
    let mut rig = Rig::exchange();
    let index = || contract("SPX", "IND", "CBOE", "USD");
    assert_eq!(refusal(&mut rig, 1, index(), order("BUY 1 MKT")), 387);
    assert_eq!(refusal(&mut rig, 2, euro(), order("BUY 30000 MIDPRICE")), 387);
    assert_eq!(refusal(&mut rig, 3, euro(), order("BUY 30000 MOC")), 387);
    assert_eq!(refusal(&mut rig, 4, bitcoin(), order("BUY 1 MKT OPG")), 201);
    assert_eq!(refusal(&mut rig, 5, euro(), Order { hidden: true, ..order("BUY 30000 MKT") }), 152);
    assert!(rig.core.ledger().is_empty());
}

#[test]
fn a_stop_of_a_currency_looks_at_the_quote_because_currencies_have_no_trades() {
    let mut rig = Rig::exchange();
    send(&mut rig, 1, euro(), order("BUY 30000 STP 5"));
    let record = rig.core.state.order(rig.line(1).perm_id);
    assert_eq!(record.terms.trigger, crate::core::TriggerMethod::BidAsk);
    assert_eq!(record.why_held(), "trigger");
}
