use super::GATE;
use crate::gates::world::{Expect, check, dec};
use crate::order::{OrderType, Side};

#[test]
fn the_position_stays_within_its_limits() {
    check(
        &GATE,
        &[
            ("quantity at the limit", Expect::Pass, |w| {
                w.policy.position_qty_max = dec("15");
                w.holds(265_598, "5", Some("189.5"));
            }),
            ("quantity just over", Expect::Deny(1), |w| {
                w.policy.position_qty_max = dec("14");
                w.holds(265_598, "5", Some("189.5"));
            }),
            ("what is filled is held already", Expect::Pass, |w| {
                w.policy.position_qty_max = dec("14");
                w.filled = dec("4");
                w.holds(265_598, "8", Some("189.5"));
            }),
            ("what is left comes to it", Expect::Deny(1), |w| {
                w.policy.position_qty_max = dec("14");
                w.filled = dec("4");
                w.holds(265_598, "9", Some("189.5"));
            }),
            ("open buys count", Expect::Deny(1), |w| {
                w.policy.position_qty_max = dec("14");
                w.opens(265_598, Side::Buy, "5", Some("950"));
            }),
            ("open sells make no room", Expect::Deny(1), |w| {
                w.policy.position_qty_max = dec("14");
                w.holds(265_598, "5", Some("189.5"));
                w.opens(265_598, Side::Sell, "5", Some("950"));
            }),
            ("worth at the limit", Expect::Pass, |w| w.holds(265_598, "100", Some("481.05"))),
            ("worth just over, and its issuer's", Expect::Deny(2), |w| w.holds(265_598, "100", Some("481.06"))),
            ("a derivative of the issuer counts", Expect::Deny(1), |w| w.holds_of("AAPL", 7, "100", "481.06")),
            ("another issuer does not", Expect::Pass, |w| w.holds_of("MSFT", 7, "100", "481.06")),
            ("short positions have the same limit", Expect::Deny(1), |w| {
                w.policy.position_qty_max = dec("14");
                w.holds(265_598, "-5", Some("189.5"));
                w.side(Side::SellShort, "10");
            }),
        ],
    );
}

#[test]
fn currency_and_sector_have_limits_of_their_own() {
    check(
        &GATE,
        &[
            ("the account's own currency has none", Expect::Pass, |w| w.policy.currency_notional_max = dec("1")),
            ("another currency at the limit", Expect::Pass, |w| {
                w.account.base_currency = Some("EUR".parse().unwrap());
                w.policy.currency_notional_max = dec("1895");
            }),
            ("another currency just over", Expect::Deny(1), |w| {
                w.account.base_currency = Some("EUR".parse().unwrap());
                w.policy.currency_notional_max = dec("1894.99");
            }),
            ("a sector that is not known", Expect::Deny(1), |w| w.policy.sector_notional_max = Some(dec("1000000"))),
            ("a reduction needs no sector", Expect::Pass, |w| {
                w.policy.sector_notional_max = Some(dec("1000000"));
                w.holds(265_598, "10", Some("189.5"));
                w.side(Side::Sell, "10");
            }),
        ],
    );
}

#[test]
fn what_is_unknown_is_refused() {
    check(
        &GATE,
        &[
            ("the worth of the position", Expect::Deny(2), |w| w.holds(265_598, "1", None)),
            ("the worth of this order", Expect::Deny(2), |w| {
                w.types(OrderType::Market);
                w.quote = None;
            }),
        ],
    );
}
