use super::GATE;
use crate::gates::world::{Expect, World, check};
use crate::order::Side;

fn did(world: &mut World, messages: u32, trades: u32) {
    world.lately.messages_day = messages;
    world.lately.trades_day = trades;
}

#[test]
fn many_messages_for_few_trades_are_held() {
    check(
        &GATE,
        &[
            ("few messages do not count", Expect::Pass, |w| did(w, 98, 0)),
            ("from a hundred on they do", Expect::Hold(1), |w| did(w, 99, 0)),
            ("a bracket is three messages", Expect::Hold(1), |w| {
                did(w, 97, 0);
                w.lately.orders_more = 3;
            }),
            ("a change is one", Expect::Hold(1), |w| {
                did(w, 99, 0);
                w.lately.orders_more = 0;
            }),
            ("at the ratio", Expect::Pass, |w| did(w, 499, 9)),
            ("just over it", Expect::Hold(1), |w| did(w, 500, 9)),
            ("a human has looked", Expect::Pass, |w| {
                w.approved();
                did(w, 500, 9);
            }),
            ("what reduces passes", Expect::Pass, |w| {
                did(w, 500, 9);
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "10");
            }),
        ],
    );
}
