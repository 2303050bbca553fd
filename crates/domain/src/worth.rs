//! What an account holds and may come to hold at worst, in worth, kept up to date order by order and position by
//! position: a limit is checked without adding anything up.
//!
//! Of each instrument the worst counts of what is held alone, with all open buys filled, and with all open sells filled.
//! So an exit of a position adds nothing, and never makes room before it has traded. Orders close quantity, not money: what
//! they do more than close a position counts at the dearest of their prices. Every amount is in the account's base
//! currency, rounded away from zero to eight decimals, so that adding and taking away again is exact.

use crate::contract::Contract;
use crate::exposure::OpenRisk;
use crate::id::{ClOrdId, ConId};
use crate::money::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

/// Decimals of an amount.
const SCALE: u32 = 8;
/// What is worth more is unknown: a figure that no account has.
const WORTH_MAX: i64 = 1_000_000_000_000_000;

/// A position and what it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Currency of its price.
    pub currency: Currency,
    /// Whose paper it is: the symbol, which derivatives share with what they are on.
    pub issuer: String,
    /// Signed quantity.
    pub qty: Decimal,
    /// Worth of one unit in base currency, multiplier included; where two sources differ the dearer. `None` is unknown.
    pub unit: Option<Decimal>,
    /// The cheaper of them: what is held the other way may make up for no more.
    pub cheap: Option<Decimal>,
}

/// An open order's part.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    risk: OpenRisk,
    /// Rounded, in an absolute amount.
    notional: Option<Decimal>,
    /// Of one unit.
    unit: Option<Decimal>,
}

impl Part {
    fn of(risk: OpenRisk) -> Self {
        let notional = absolute(risk.notional);
        let unit = notional.and_then(|notional| notional.checked_div(risk.leaves.abs()));
        Self { risk, notional, unit }
    }
}

/// Open orders of one side in one instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Quantity.
    pub qty: Decimal,
    /// Worth of those whose worth is known.
    pub worth: Decimal,
    /// Of so many orders one unit is worth so much.
    units: BTreeMap<Decimal, u32>,
}

impl Open {
    fn flow(&self) -> Flow {
        let dearest = self.units.last_key_value().map_or(Decimal::ZERO, |(unit, _)| *unit);
        Flow { qty: self.qty, worth: self.worth, dearest }
    }
}

/// What may be bought or sold.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    qty: Decimal,
    worth: Decimal,
    /// Of one unit.
    dearest: Decimal,
}

impl Flow {
    fn with(self, qty: Decimal, notional: Decimal) -> Self {
        let unit = notional.checked_div(qty).unwrap_or_default();
        Self {
            qty: self.qty.saturating_add(qty),
            worth: self.worth.saturating_add(notional),
            dearest: self.dearest.max(unit),
        }
    }

    /// Worth of so much of it; of all of it what it is worth together.
    fn part(self, qty: Decimal) -> Option<Decimal> {
        if qty >= self.qty {
            return Some(self.worth);
        }
        let part = rounded(qty.checked_mul(self.dearest))?;
        Some(part.min(self.worth))
    }
}

/// What one instrument adds up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The position.
    pub held: Holding,
    /// Open buys.
    pub buys: Open,
    /// Open sells.
    pub sells: Open,
    /// Open orders of unknown worth.
    pub unpriced: u32,
}

impl Holding {
    fn range(&self, buys: Flow, sells: Flow) -> Option<Range> {
        let at = |unit: Option<Decimal>, qty: Decimal| {
            if qty.is_zero() { Some(qty) } else { rounded(unit.and_then(|unit| unit.checked_mul(qty))) }
        };
        let (qty, held) = (self.qty, self.qty.abs());
        // A position closed in part is worth the rest of it; beyond that the orders have opened one.
        let against = |flow: Flow| {
            let closed = held.min(flow.qty);
            let rest = at(self.cheap, held.saturating_sub(closed))?;
            Some(flow.part(flow.qty.saturating_sub(closed))?.saturating_sub(rest))
        };
        let along = |flow: Flow| Some(at(self.unit, held)?.saturating_add(flow.worth));
        let (high, low) =
            if qty.is_sign_negative() { (against(buys)?, along(sells)?) } else { (along(buys)?, against(sells)?) };
        Some(Range { now: at(self.unit, qty)?, low: -low, high })
    }
}

/// Range of the worth that a position may come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// As it is.
    pub now: Decimal,
    /// All open sells filled, no buy.
    pub low: Decimal,
    /// All open buys filled, no sell.
    pub high: Decimal,
}

impl Range {
    /// The largest absolute amount in it.
    pub fn worst(&self) -> Decimal {
        self.now.abs().max(self.low.abs()).max(self.high.abs())
    }

    /// With one more order.
    #[must_use]
    pub fn with(self, buys: bool, amount: Decimal) -> Self {
        let amount = amount.abs();
        if buys {
            Self { high: self.high.saturating_add(amount), ..self }
        } else {
            Self { low: self.low.saturating_sub(amount), ..self }
        }
    }
}

impl Place {
    fn empty(currency: Currency, issuer: String) -> Self {
        let held = Holding { currency, issuer, qty: Decimal::ZERO, unit: None, cheap: None };
        Self { held, buys: Open::default(), sells: Open::default(), unpriced: 0 }
    }

    /// Where nothing of a contract is held or open.
    pub fn nothing(contract: &Contract) -> Self {
        Self::empty(contract.currency.clone(), contract.symbol.clone())
    }

    /// In quantity.
    pub fn qty(&self) -> Range {
        Range {
            now: self.held.qty,
            low: self.held.qty.saturating_sub(self.sells.qty),
            high: self.held.qty.saturating_add(self.buys.qty),
        }
    }

    /// In worth; `None` where the worth of what is held, or of an open order, is unknown.
    pub fn worth(&self) -> Option<Range> {
        self.held.range(self.buys.flow(), self.sells.flow()).filter(|_| self.unpriced == 0)
    }

    /// The same with one more order.
    pub fn worth_with(&self, buys: bool, qty: Decimal, notional: Decimal) -> Option<Range> {
        let (mut bought, mut sold) = (self.buys.flow(), self.sells.flow());
        let side = if buys { &mut bought } else { &mut sold };
        *side = side.with(qty, notional.abs());
        self.held.range(bought, sold).filter(|_| self.unpriced == 0)
    }

    /// What is held with one order filled and nothing else, signed.
    pub fn filled_alone(&self, buys: bool, qty: Decimal, notional: Decimal) -> Option<Decimal> {
        let (order, nothing) = (Flow::default().with(qty, notional.abs()), Flow::default());
        if buys {
            self.held.range(order, nothing).map(|range| range.high)
        } else {
            self.held.range(nothing, order).map(|range| range.low)
        }
    }

    fn is_idle(&self) -> bool {
        self.held.qty.is_zero() && self.buys.qty.is_zero() && self.sells.qty.is_zero() && self.unpriced == 0
    }
}

/// Amounts of known worth, and how many are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Sum of what is known.
    pub known: Decimal,
    /// So many are not.
    pub unknown: u32,
}

impl Sum {
    fn replace(&mut self, before: Option<Decimal>, after: Option<Decimal>) {
        self.take(before);
        self.add(after);
    }

    /// The sum, if it is known.
    pub fn get(self) -> Option<Decimal> {
        (self.unknown == 0).then_some(self.known)
    }

    fn add(&mut self, amount: Option<Decimal>) {
        match amount {
            Some(amount) => self.known = self.known.saturating_add(amount),
            None => self.unknown = self.unknown.saturating_add(1),
        }
    }

    fn take(&mut self, amount: Option<Decimal>) {
        match amount {
            Some(amount) => self.known = self.known.saturating_sub(amount),
            None => self.unknown = self.unknown.saturating_sub(1),
        }
    }
}

/// Sums over all instruments of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Worst absolute worth of each instrument.
    pub gross: Sum,
    /// All open sells filled, no buy; signed.
    pub low: Sum,
    /// All open buys filled, no sell; signed.
    pub high: Sum,
    /// Gross by currency.
    pub currencies: BTreeMap<Currency, Sum>,
    /// Gross by issuer.
    pub issuers: BTreeMap<String, Sum>,
    /// Worst-case notionals of open orders, in absolute amounts.
    pub open: Sum,
    /// Absolute worth of what each instrument holds now.
    pub held: Sum,
}

/// What of an account counts for an order in one instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Worst absolute worth of each instrument, added up.
    pub gross: Sum,
    /// All open sells filled, no buy; signed.
    pub low: Sum,
    /// All open buys filled, no sell; signed.
    pub high: Sum,
    /// Gross in the currency of the instrument.
    pub currency: Sum,
    /// Gross in its issuer.
    pub issuer: Sum,
    /// Worst-case notionals of open orders.
    pub open: Sum,
    /// Absolute worth of what each instrument holds now: what `gross` is above it, open orders may add.
    pub held: Sum,
    /// The instrument itself; `None` when nothing is held or open in it.
    pub place: Option<Place>,
}

/// An account's worth at worst.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    places: BTreeMap<ConId, Place>,
    /// By instrument: what is asked of one looks at no order of another.
    parts: BTreeMap<ConId, BTreeMap<ClOrdId, Part>>,
    /// In which instrument each order is open.
    of: BTreeMap<ClOrdId, ConId>,
    totals: Totals,
}

impl Worth {
    /// The sums.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// One instrument; `None` when nothing is held or open in it.
    pub fn place(&self, con_id: ConId) -> Option<&Place> {
        self.places.get(&con_id)
    }

    /// What is open, in flight or unknown in one instrument, by key.
    pub fn open_in(&self, con_id: ConId) -> impl Iterator<Item = (&ClOrdId, &OpenRisk)> {
        self.parts.get(&con_id).into_iter().flatten().map(|(key, part)| (key, &part.risk))
    }

    /// How many orders are open, in flight or unknown in all instruments, without one order.
    pub fn open_count(&self, without: &ClOrdId) -> usize {
        self.of.len().saturating_sub(usize::from(self.of.contains_key(without)))
    }

    /// Open orders of unknown worth.
    pub fn unpriced(&self) -> impl Iterator<Item = &ClOrdId> {
        let places = self.places.iter().filter(|(_, place)| place.unpriced > 0);
        places
            .flat_map(|(con_id, _)| self.open_in(*con_id))
            .filter(|(_, risk)| risk.notional.is_none())
            .map(|(key, _)| key)
    }

    /// Books what is held of an instrument, instead of what was booked before.
    pub fn hold(&mut self, con_id: ConId, held: Holding) {
        self.change(con_id, &held.currency.clone(), &held.issuer.clone(), |place| place.held = held);
    }

    /// Forgets every position that is not in the list.
    pub fn keep_only(&mut self, held: impl Fn(ConId) -> bool) {
        let gone: Vec<ConId> = self
            .places
            .iter()
            .filter(|(id, place)| !place.held.qty.is_zero() && !held(**id))
            .map(|(id, _)| *id)
            .collect();
        for con_id in gone {
            self.change_known(con_id, |place| place.held.qty = Decimal::ZERO);
        }
    }

    /// Books an open order, instead of what was booked of it before; `None` once it cannot trade any more.
    pub fn order(&mut self, key: &ClOrdId, risk: Option<&OpenRisk>, currency: &Currency, issuer: &str) {
        let part = risk.map(|risk| Part::of(risk.clone()));
        if self.part(key) == part.as_ref() {
            return;
        }
        if let Some(old) = self.remove(key) {
            self.totals.open.take(old.notional);
            self.change_known(old.risk.con_id, |place| place.take(&old));
        }
        if let Some(part) = part {
            let con_id = part.risk.con_id;
            self.totals.open.add(part.notional);
            self.change(con_id, currency, issuer, |place| place.add(&part));
            self.of.insert(key.clone(), con_id);
            self.parts.entry(con_id).or_default().insert(key.clone(), part);
        }
    }

    fn part(&self, key: &ClOrdId) -> Option<&Part> {
        self.parts.get(self.of.get(key)?)?.get(key)
    }

    fn remove(&mut self, key: &ClOrdId) -> Option<Part> {
        let con_id = self.of.remove(key)?;
        let near = self.parts.get_mut(&con_id)?;
        let part = near.remove(key);
        if near.is_empty() {
            self.parts.remove(&con_id);
        }
        part
    }

    /// Books other worst-case notionals of what is open in one instrument, whose price has moved: what it adds up to is
    /// counted once for all of them. What is not open there is left as it is.
    pub fn revalue(&mut self, con_id: ConId, notionals: impl IntoIterator<Item = (ClOrdId, Option<Decimal>)>) {
        let Some(place) = self.places.get_mut(&con_id) else { return };
        let Some(near) = self.parts.get_mut(&con_id) else { return };
        self.totals.count(place, Sum::take);
        for (key, notional) in notionals {
            let Some(part) = near.get_mut(&key) else { continue };
            place.take(part);
            self.totals.open.take(part.notional);
            *part = Part::of(OpenRisk { notional, ..part.risk.clone() });
            self.totals.open.add(part.notional);
            place.add(part);
        }
        self.totals.count(place, Sum::add);
    }

    /// What counts for an order in one instrument, without one open order: that one is being changed, and its new version
    /// is judged.
    pub fn view(&self, without: &ClOrdId, con_id: ConId, currency: &Currency, issuer: &str) -> View {
        let of = |sum: Option<&Sum>| sum.copied().unwrap_or_default();
        let mut view = View {
            gross: self.totals.gross,
            low: self.totals.low,
            high: self.totals.high,
            currency: of(self.totals.currencies.get(currency)),
            issuer: of(self.totals.issuers.get(issuer)),
            open: self.totals.open,
            held: self.totals.held,
            place: self.places.get(&con_id).cloned(),
        };
        let (Some(part), Some(place)) = (self.parts.get(&con_id).and_then(|near| near.get(without)), &mut view.place)
        else {
            return view;
        };
        let before = place.worth();
        place.take(part);
        let after = place.worth();
        view.open.take(part.notional);
        view.low.replace(before.map(|range| range.low), after.map(|range| range.low));
        view.high.replace(before.map(|range| range.high), after.map(|range| range.high));
        view.held.replace(before.map(|range| range.now.abs()), after.map(|range| range.now.abs()));
        let (before, after) = (before.map(|range| range.worst()), after.map(|range| range.worst()));
        view.gross.replace(before, after);
        view.currency.replace(before, after);
        view.issuer.replace(before, after);
        view
    }

    fn change(&mut self, con_id: ConId, currency: &Currency, issuer: &str, change: impl FnOnce(&mut Place)) {
        self.places.entry(con_id).or_insert_with(|| Place::empty(currency.clone(), issuer.to_owned()));
        self.change_known(con_id, change);
    }

    fn change_known(&mut self, con_id: ConId, change: impl FnOnce(&mut Place)) {
        let Some(place) = self.places.get_mut(&con_id) else { return };
        self.totals.count(place, Sum::take);
        change(place);
        self.totals.count(place, Sum::add);
        if place.is_idle() {
            self.places.remove(&con_id);
        }
    }
}

impl Place {
    fn side(&mut self, part: &Part) -> &mut Open {
        if part.risk.side.is_buy() { &mut self.buys } else { &mut self.sells }
    }

    fn add(&mut self, part: &Part) {
        let side = self.side(part);
        side.qty = side.qty.saturating_add(part.risk.leaves.abs());
        side.worth = side.worth.saturating_add(part.notional.unwrap_or_default());
        if let Some(unit) = part.unit {
            *side.units.entry(unit).or_insert(0) += 1;
        }
        self.unpriced = self.unpriced.saturating_add(u32::from(part.notional.is_none()));
    }

    fn take(&mut self, part: &Part) {
        let side = self.side(part);
        side.qty = side.qty.saturating_sub(part.risk.leaves.abs());
        side.worth = side.worth.saturating_sub(part.notional.unwrap_or_default());
        if let Some(unit) = part.unit
            && let Some(count) = side.units.get_mut(&unit)
        {
            *count -= 1;
            if *count == 0 {
                side.units.remove(&unit);
            }
        }
        self.unpriced = self.unpriced.saturating_sub(u32::from(part.notional.is_none()));
    }
}

impl Totals {
    fn count(&mut self, place: &Place, book: fn(&mut Sum, Option<Decimal>)) {
        let worth = place.worth();
        let worst = worth.map(|range| range.worst());
        book(&mut self.gross, worst);
        book(&mut self.low, worth.map(|range| range.low));
        book(&mut self.high, worth.map(|range| range.high));
        book(&mut self.held, worth.map(|range| range.now.abs()));
        count_in(&mut self.currencies, &place.held.currency, worst, book);
        count_in(&mut self.issuers, &place.held.issuer, worst, book);
    }
}

fn count_in<K: Ord + Clone>(
    sums: &mut BTreeMap<K, Sum>,
    key: &K,
    worst: Option<Decimal>,
    book: fn(&mut Sum, Option<Decimal>),
) {
    let sum = sums.entry(key.clone()).or_default();
    book(sum, worst);
    if *sum == Sum::default() {
        sums.remove(key);
    }
}

fn absolute(notional: Option<Decimal>) -> Option<Decimal> {
    rounded(notional.map(|notional| notional.abs()))
}

/// Away from zero, so that nothing is lost; what no account is worth is unknown.
fn rounded(amount: Option<Decimal>) -> Option<Decimal> {
    let amount = amount?.round_dp_with_strategy(SCALE, RoundingStrategy::AwayFromZero);
    (amount.abs() <= Decimal::from(WORTH_MAX)).then_some(amount)
}

#[cfg(test)]
#[path = "worth_tests.rs"]
mod tests;
