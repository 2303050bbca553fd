use super::GATE;
use crate::activity::{Breaker, Tripped};
use crate::gates::world::{Expect, World, check};

fn trades(world: &mut World, trades: u32) {
    world.order.intent.strategy = Some("s-1".parse().unwrap());
    world.lately.strategy_trades = trades;
}

#[test]
fn a_strategy_stops_after_so_many_trades_until_a_human_lets_it_go_on() {
    check(
        &GATE,
        &[
            ("the last trade", Expect::Pass, |w| trades(w, 499)),
            ("one too many", Expect::Deny(1), |w| trades(w, 500)),
            ("a change is no further trade", Expect::Pass, |w| {
                trades(w, 500);
                w.lately.orders_more = 0;
            }),
            ("an order without a strategy is not counted", Expect::Pass, |w| w.lately.strategy_trades = 500),
            ("another breaker is another control's", Expect::Pass, |w| {
                trades(w, 0);
                let tripped = Tripped { reason: "5 rejects".to_owned(), at: w.now };
                w.lately.tripped.push((Breaker::Rejects, tripped));
            }),
            ("it stays tripped whatever the limit is now", Expect::Deny(1), |w| {
                trades(w, 0);
                let tripped = Tripped { reason: "500 trades".to_owned(), at: w.now };
                w.lately.tripped.push((Breaker::StrategyTrades("s-1".parse().unwrap()), tripped));
            }),
        ],
    );
}
