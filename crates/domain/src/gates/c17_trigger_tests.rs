use super::GATE;
use crate::gates::world::{Expect, World, check, con_id, dec, price};
use crate::market::DataType;
use crate::order::{OrderType, Side, Trail};
use rust_decimal::Decimal;

fn stop(world: &mut World, side: Side, stop: &str) {
    world.side(side, "10");
    world.types(OrderType::Stop { stop: price(stop) });
}

fn trails(world: &mut World, trail: Trail) {
    world.side(Side::Sell, "10");
    world.types(OrderType::Trail { trail });
}

#[test]
fn a_trigger_lies_on_its_side_of_the_market() {
    check(
        &GATE,
        &[
            // 0.05 % of the ask, 189.52, is 0.09476; of the bid, 189.48, 0.09474.
            ("a buy just far enough", Expect::Pass, |w| stop(w, Side::Buy, "189.61476")),
            ("a buy just too near", Expect::Deny(1), |w| stop(w, Side::Buy, "189.61475")),
            ("a buy below the market", Expect::Deny(1), |w| stop(w, Side::Buy, "180")),
            ("a sell just far enough", Expect::Pass, |w| stop(w, Side::Sell, "189.38526")),
            ("a sell just too near", Expect::Deny(1), |w| stop(w, Side::Sell, "189.38527")),
            ("a sell above the market", Expect::Deny(1), |w| stop(w, Side::SellShort, "200")),
            ("a cover above", Expect::Pass, |w| stop(w, Side::BuyToCover, "195")),
            ("a stop limit too", Expect::Deny(1), |w| {
                w.types(OrderType::StopLimit { stop: price("180"), limit: price("181") });
            }),
            ("at the market, where no distance is asked for", Expect::Deny(1), |w| {
                w.policy.stop_distance_percent_min = dec("0");
                stop(w, Side::Buy, "189.52");
            }),
            ("above it, where none is asked for", Expect::Pass, |w| {
                w.policy.stop_distance_percent_min = dec("0");
                stop(w, Side::Buy, "189.53");
            }),
        ],
    );
}

#[test]
fn the_worse_of_touch_and_last_trade_is_the_market() {
    check(
        &GATE,
        &[
            ("a buy between the ask and a higher last trade", Expect::Deny(1), |w| {
                w.quote().last = Some(price("191"));
                stop(w, Side::Buy, "190.50");
            }),
            ("a sell between the bid and a lower last trade", Expect::Deny(1), |w| {
                w.quote().last = Some(price("188"));
                stop(w, Side::Sell, "188.50");
            }),
            ("only a last trade is known", Expect::Pass, |w| {
                (w.quote().bid, w.quote().ask) = (None, None);
                stop(w, Side::Buy, "189.60");
            }),
        ],
    );
}

#[test]
fn a_trailing_distance_is_neither_nothing_nor_everything() {
    check(
        &GATE,
        &[
            ("an amount just long enough", Expect::Pass, |w| trails(w, Trail::Amount(price("0.09474")))),
            ("an amount just too short", Expect::Deny(1), |w| trails(w, Trail::Amount(price("0.09473")))),
            ("as long as the price", Expect::Deny(1), |w| trails(w, Trail::Amount(price("189.48")))),
            ("a percentage just long enough", Expect::Pass, |w| trails(w, Trail::Percent(price("0.05")))),
            ("a percentage just too short", Expect::Deny(1), |w| trails(w, Trail::Percent(price("0.0499")))),
            ("all of it", Expect::Deny(1), |w| trails(w, Trail::Percent(price("100")))),
            ("beyond all figures", Expect::Deny(1), |w| {
                w.policy.stop_distance_percent_min = Decimal::MAX;
                trails(w, Trail::Percent(price("1")));
            }),
            ("both a trigger above and a distance too short", Expect::Deny(2), |w| {
                w.side(Side::Sell, "10");
                w.types(OrderType::TrailLimit {
                    trail: Trail::Amount(price("0.01")),
                    stop: price("190"),
                    limit: price("189"),
                });
            }),
        ],
    );
}

#[test]
fn the_stop_of_a_bracket_is_judged_by_the_price_of_its_entry() {
    check(
        &GATE,
        &[
            // The entry rests at 180: 0.05 % are 0.09.
            ("just far enough below a resting entry", Expect::Pass, |w| {
                w.limit("180");
                w.bracket("195", "179.91");
            }),
            ("just too near", Expect::Deny(1), |w| {
                w.limit("180");
                w.bracket("195", "179.92");
            }),
            ("an entry through the market trades at the market", Expect::Deny(1), |w| {
                w.limit("198");
                w.bracket("205", "195");
            }),
            ("a market entry", Expect::Pass, |w| {
                w.types(OrderType::Market);
                w.bracket("195", "189");
            }),
            ("a market entry, too near", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.bracket("195", "189.47");
            }),
            ("far from the ask, but not from the bid", Expect::Deny(1), |w| {
                w.types(OrderType::Market);
                w.bracket("195", "189.40");
            }),
            ("a stop entry trades at its trigger", Expect::Pass, |w| {
                w.types(OrderType::Stop { stop: price("195") });
                w.bracket("200", "192");
            }),
            ("of a short sale it lies above", Expect::Pass, |w| {
                w.side(Side::SellShort, "10");
                w.limit("195");
                w.bracket("190", "196");
            }),
            ("of a short sale through the market", Expect::Deny(1), |w| {
                w.side(Side::SellShort, "10");
                w.limit("185");
                w.bracket("180", "187");
            }),
        ],
    );
}

#[test]
fn without_a_market_no_trigger_can_be_judged() {
    check(
        &GATE,
        &[
            ("no quote", Expect::Deny(1), |w| {
                stop(w, Side::Buy, "195");
                w.quote = None;
            }),
            ("crossed", Expect::Deny(1), |w| {
                stop(w, Side::Buy, "210");
                w.quote().bid = Some(price("200"));
            }),
            ("another contract's", Expect::Deny(1), |w| {
                stop(w, Side::Buy, "195");
                w.quote().con_id = con_id(1);
            }),
            ("too old for any check", Expect::Deny(1), |w| {
                stop(w, Side::Buy, "195");
                w.aged(DataType::Live, 5 * 24 * 3_600_000);
            }),
            ("a bracket without one", Expect::Deny(1), |w| {
                w.bracket("195", "180");
                w.quote = None;
            }),
            ("a plain limit has no trigger", Expect::Pass, |w| w.quote = None),
        ],
    );
}
