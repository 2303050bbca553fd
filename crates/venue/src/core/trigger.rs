//! What sets a waiting order off: stops, trailing stops, if-touched orders.
//!
//! Source of the methods: IBKR, "Modify the Stop Trigger Method". A buy looks at the bid, a sell at the
//! ask; two in a row are those of this second and of the one before.

use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;

use super::desk::{Core, Step};
use super::kind::TriggerMethod;
use super::order::OrderRecord;
use super::{Change, Kind, Side};
use crate::market::Quote;

/// Whether a quote is at or beyond a price, `above` it or below it.
pub(super) fn reaches(
    method: TriggerMethod,
    quote: &Quote,
    before: Option<&Quote>,
    price: Decimal,
    above: bool,
) -> bool {
    let beyond = |p: Decimal| if above { p >= price } else { p <= price };
    let near = |q: &Quote| beyond(if above { q.bid } else { q.ask });
    let traded = |q: &Quote| beyond(q.last);
    match method {
        TriggerMethod::Last => traded(quote),
        TriggerMethod::DoubleLast => traded(quote) && before.is_some_and(traded),
        TriggerMethod::BidAsk => near(quote),
        TriggerMethod::DoubleBidAsk => near(quote) && before.is_some_and(near),
        TriggerMethod::LastOrBidAsk => traded(quote) || near(quote),
        TriggerMethod::Midpoint => beyond((quote.bid + quote.ask) / Decimal::TWO),
    }
}

/// The price a trailing stop follows.
fn followed(record: &OrderRecord, quote: &Quote) -> Decimal {
    match record.terms.trigger {
        TriggerMethod::Last | TriggerMethod::DoubleLast | TriggerMethod::LastOrBidAsk => quote.last,
        TriggerMethod::BidAsk | TriggerMethod::DoubleBidAsk => match record.terms.side {
            Side::Buy => quote.bid,
            Side::Sell => quote.ask,
        },
        TriggerMethod::Midpoint => (quote.bid + quote.ask) / Decimal::TWO,
    }
}

impl Core {
    /// Sets an order off if the market has reached its trigger. Says whether it did.
    pub(super) fn trigger(&mut self, perm_id: i64, quote: &Quote, now: Timestamp, step: &mut Step) -> bool {
        let record = self.state.order(perm_id);
        let side = record.terms.side;
        let (price, above) = match (record.stop(), record.terms.kind.touch()) {
            (Some(stop), _) => (stop, side == Side::Buy),
            (None, Some(touch)) => (touch, side == Side::Sell),
            (None, None) => return false,
        };
        let method = record.terms.trigger;
        let before = method.is_double().then(|| self.market.quote(record.instrument, now - 1.seconds())).flatten();
        let reached = reaches(method, quote, before.as_ref(), price, above);
        if reached {
            self.commit(step, Change::Triggered { perm_id, at: now });
        }
        reached
    }

    /// Moves the stop of a trailing order after the market, if the market has moved in its favour.
    pub(super) fn trail(&mut self, perm_id: i64, quote: &Quote, now: Timestamp, step: &mut Step) {
        let record = self.state.order(perm_id);
        let Some(distance) = record.terms.kind.distance() else {
            return;
        };
        let price = followed(record, quote);
        let away = distance.at(price);
        let tick = self.market.tick(record.instrument, price);
        // To the tick, away from the market: a stop is never nearer than was asked.
        let (stop, is_better): (Decimal, fn(Decimal, Decimal) -> bool) = match record.terms.side {
            Side::Buy => (((price + away) / tick).ceil() * tick, |new, old| new < old),
            Side::Sell => (((price - away) / tick).floor() * tick, |new, old| new > old),
        };
        if stop <= Decimal::ZERO || record.stop().is_some_and(|old| !is_better(stop, old)) {
            return;
        }
        let limit = trailing_limit(record.terms.kind, record.terms.side, stop);
        self.commit(step, Change::Priced { perm_id, stop: Some(stop.normalize()), limit, at: now });
    }
}

/// The limit that goes with the stop of a trailing stop-limit order.
pub(super) fn trailing_limit(kind: Kind, side: Side, stop: Decimal) -> Option<Decimal> {
    match kind {
        Kind::TrailLimit { offset, .. } => Some((stop + side.signed(offset)).normalize()),
        Kind::Market
        | Kind::Limit { .. }
        | Kind::Stop { .. }
        | Kind::StopLimit { .. }
        | Kind::Trail { .. }
        | Kind::MarketIfTouched { .. }
        | Kind::LimitIfTouched { .. }
        | Kind::MarketOnClose
        | Kind::LimitOnClose { .. }
        | Kind::MidPrice { .. }
        | Kind::MarketToLimit => None,
    }
}
