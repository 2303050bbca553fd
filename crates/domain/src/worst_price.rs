//! The worst plausible price of an order, one for the order that is judged and for those that are open.

use crate::money::Price;
use crate::order::{OrderType, Side, Trail};
use crate::order_record::OrderRecord;
use rust_decimal::Decimal;

/// The worst plausible price per unit, in the contract's currency. `touch` is the price at which the order would meet the
/// other side now; `slippage_percent` is how much a market may slip.
///
/// - A buy with a limit: the limit. A sell with one: the market if that is higher, for a sell limit far below the
///   market trades at the market.
/// - A stop: the trigger or the touch, whichever is higher, plus the slippage: a buy stop below the market triggers at once
///   and trades at the market, not at its stop.
/// - A trailing buy: its first trigger, the touch plus the distance, plus slippage; the trigger only falls from there.
/// - Anything else: the touch plus slippage. A sell is valued upwards too: its notional is what leaves the position.
///
/// `None` when no such price is known.
pub fn worst_price(
    order_type: &OrderType,
    side: Side,
    touch: Option<Decimal>,
    slippage_percent: Decimal,
) -> Option<Decimal> {
    if let Some(limit) = order_type.limit_price() {
        return Some(if side.is_buy() {
            limit.get()
        } else {
            touch.map_or(limit.get(), |price| price.max(limit.get()))
        });
    }
    let touch = touch?;
    let base = match order_type {
        OrderType::Stop { stop } => touch.max(stop.get()),
        OrderType::Trail { trail } if side.is_buy() => match trail {
            Trail::Amount(distance) => touch.checked_add(distance.get())?,
            Trail::Percent(percent) => widened(touch, percent.get())?,
        },
        OrderType::Market
        | OrderType::Trail { .. }
        | OrderType::Midprice { .. }
        | OrderType::Moc
        | OrderType::Moo
        | OrderType::Limit { .. }
        | OrderType::StopLimit { .. }
        | OrderType::TrailLimit { .. }
        | OrderType::Loc { .. }
        | OrderType::Loo { .. } => touch,
    };
    widened(base, slippage_percent)
}

/// `price` plus `percent` of it; `None` on overflow or for a negative percentage, which would shrink a worst case.
fn widened(price: Decimal, percent: Decimal) -> Option<Decimal> {
    if percent < Decimal::ZERO {
        return None;
    }
    price.checked_mul(Decimal::ONE.checked_add(percent / Decimal::ONE_HUNDRED)?)
}

impl OrderRecord {
    /// The highest limit that it may stand under, with a change under way counted in; `None` where a version has none.
    pub fn worst_limit(&self) -> Option<Decimal> {
        self.versions().map(|order_type| order_type.limit_price().map(Price::get)).reduce(higher)?
    }

    /// The lowest one: what a sell brings at least.
    pub fn least_limit(&self) -> Option<Decimal> {
        self.versions().map(|order_type| order_type.limit_price().map(Price::get)).reduce(lower)?
    }

    /// The worst plausible price of what may still trade, with a change under way counted in; see [`worst_price`]. `touch` is
    /// where it would meet the other side now. A buy stop whose market nobody knows is as dear as its trigger; a sell trades
    /// at its price or better, and what is better nobody knows without a market. `None` where nothing is known.
    pub fn worst_price(&self, touch: Option<Decimal>, slippage_percent: Decimal) -> Option<Decimal> {
        let side = self.intent.side;
        if !side.is_buy() && touch.is_none() {
            return None;
        }
        let one = |order_type: &OrderType| {
            let touch = touch.or_else(|| order_type.stop_price().map(Price::get));
            worst_price(order_type, side, touch, slippage_percent)
        };
        self.versions().map(one).reduce(higher)?
    }

    /// What it was sent as, and what it may have been changed to.
    fn versions(&self) -> impl Iterator<Item = &OrderType> {
        let asked = self.unsettled_changes().map(|(_, asked)| &asked.order_type);
        std::iter::once(&self.intent.order_type).chain(asked)
    }
}

/// The higher of two prices; what is not known is not bounded.
fn higher(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    one.zip(other).map(|(one, other)| one.max(other))
}

fn lower(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    one.zip(other).map(|(one, other)| one.min(other))
}
