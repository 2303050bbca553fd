//! Many orders at once: a bound that an accidental scan over all of them would break.

use super::rig::{CONN, Rig, dec, order, place};
use tws::model::Request;

#[test]
fn twenty_thousand_resting_orders_are_not_looked_at_again_until_the_market_reaches_them() {
    let mut rig = Rig::always();
    for id in 1..=20_000 {
        rig.ask_raw(CONN, place(id, "RRC", order("BUY 1 LMT 0.5 GTC")));
    }
    assert_eq!(rig.core.state_view(rig.now).working_orders.len(), 20_000);
    let looked_at = rig.core.state.books.busy().map(|(_, book)| book.queued.len()).sum::<usize>();
    assert_eq!(looked_at, 0, "a resting order is not looked at again until the market reaches it");
    rig.cancel(10_000);
    assert_eq!(rig.ask(Request::Ids), ["next 20001"]);
    assert_eq!(rig.line(10_000).filled_qty, dec("0"));
}
