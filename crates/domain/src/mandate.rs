//! A mandate: a human's yes in advance, to orders of a strategy or a key, within a budget, until a day.
//!
//! The budget counts worst cases. An order takes its worst-case notional when its intent is booked, the larger version of
//! a change included, and keeps all of it for as long as it may trade. Only what provably cannot trade any more is given
//! back: what never left, and what is over and has stayed over through a complete look at the broker that began
//! afterwards. What traded stays taken, and so does the count of orders. The exits that are sent with an entry only close
//! what it opened: they are not counted again.

mod ledger;

use crate::id::{AccountId, ClOrdId, KeyId, MandateId, StrategyId};
use crate::mode::Mode;
use crate::order::Side;
use crate::policy::stood_before;
use crate::principal::Principal;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use ledger::{Mandates, OrderStanding};

/// The longest life of a mandate.
pub const LIFE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The second look of the same human comes so long after the first at the earliest; another human may confirm at once.
pub const SECOND_LOOK_AFTER: SignedDuration = SignedDuration::from_secs(10);
/// And so long at the latest: what nobody confirmed then is void.
pub const SECOND_LOOK_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// Most symbols of one mandate.
pub const SYMBOLS_MAX: usize = 100;
/// Digits of a price per unit that are kept; the rest is rounded up.
const UNIT_DIGITS: u32 = 10;

/// What a human grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandateTerms {
    /// The key whose orders it covers; `None`: any key that may trade.
    pub key: Option<KeyId>,
    /// The strategy that the orders must name; `None`: any. An order names its strategy itself: name a key too where that
    /// is not enough.
    pub strategy: Option<StrategyId>,
    /// The account, as the human typed it.
    pub account: AccountId,
    /// Paper or live. A mandate for live also arms what it covers.
    pub mode: Mode,
    /// Symbols in capitals.
    pub symbols: BTreeSet<String>,
    /// Sides.
    pub sides: BTreeSet<Side>,
    /// Largest worst-case notional of one order, base currency.
    pub order_notional_max: Decimal,
    /// Largest sum of them, base currency.
    pub notional_max: Decimal,
    /// Most orders.
    pub orders_max: u32,
    /// End of its life.
    pub expires_at: Timestamp,
}

impl MandateTerms {
    /// Every rule that the terms break, as field and rule.
    pub fn problems(&self, now: Timestamp) -> Vec<(&'static str, String)> {
        let latest = now.checked_add(LIFE_MAX).unwrap_or(Timestamp::MAX);
        let mut found = self.broken_rules();
        found.extend(must(self.expires_at > now, "expires_at", "in the future"));
        found.extend(must(self.expires_at <= latest, "expires_at", "at most 30 days ahead"));
        found
    }

    /// Those of them that no clock is needed for.
    pub fn broken_rules(&self) -> Vec<(&'static str, String)> {
        let is_symbol = |text: &String| !text.is_empty() && text.len() <= 20 && *text == text.to_ascii_uppercase();
        let by_account = crate::mode::mode_of_account(&self.account);
        let rules = [
            must(self.key.is_some() || self.strategy.is_some(), "strategy", "name a strategy, a key, or both"),
            must(!self.symbols.is_empty(), "symbols", "at least one"),
            must(self.symbols.len() <= SYMBOLS_MAX, "symbols", "at most 100"),
            must(self.symbols.iter().all(is_symbol), "symbols", "1 to 20 characters each, in capitals"),
            must(!self.sides.is_empty(), "sides", "at least one"),
            must(self.order_notional_max > Decimal::ZERO, "order_notional_max", "above 0"),
            must(self.notional_max >= self.order_notional_max, "notional_max", "at least order_notional_max"),
            must(self.orders_max > 0, "orders_max", "at least 1"),
            must(by_account == Some(self.mode), "account", "its prefix must say the mode: DU, DF paper; U, F live"),
        ];
        rules.into_iter().flatten().collect()
    }
}

fn must(holds: bool, field: &'static str, rule: &str) -> Option<(&'static str, String)> {
    (!holds).then(|| (field, rule.to_owned()))
}

/// Where a mandate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateStatus {
    /// Waits for the second look.
    Pending,
    /// Orders may use it.
    Active,
    /// Nobody looked again in time.
    Lapsed,
    /// Its time is over.
    Expired,
    /// A human took it back.
    Revoked,
    /// A kill ended it.
    Fallen,
}

impl MandateStatus {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Lapsed => "lapsed",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Fallen => "fallen",
        }
    }
}

/// How a mandate ended before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MandateEnd {
    /// `Revoked` or `Fallen`.
    pub status: MandateStatus,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// How far an order that uses a mandate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum UseStage {
    /// It may trade.
    Open,
    /// It is over by the broker's word; a late trade may still come.
    Over {
        /// Since when.
        since: Timestamp,
    },
    /// It provably trades no more.
    Settled,
}

/// What one order takes from a mandate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MandateUse {
    /// Worst-case notional per unit: the highest of all its versions.
    pub unit: Decimal,
    /// Largest quantity of all its versions.
    pub qty: Decimal,
    /// What has traded.
    pub traded: Decimal,
    /// How far it is.
    pub stage: UseStage,
    /// When it was first booked.
    pub at: Timestamp,
}

impl MandateUse {
    /// What it takes. A product too large counts as everything.
    pub fn charge(&self) -> Decimal {
        let qty = match self.stage {
            UseStage::Open | UseStage::Over { .. } => self.qty.max(self.traded),
            UseStage::Settled => self.traded,
        };
        self.unit.checked_mul(qty).unwrap_or(Decimal::MAX)
    }
}

/// What an order asks of a mandate.
#[derive(Clone, Copy, Debug)]
pub struct MandateAsk<'a> {
    /// The order.
    pub cl_ord_id: &'a ClOrdId,
    /// Its total quantity.
    pub qty: Decimal,
    /// Its worst-case notional, base currency.
    pub notional: Decimal,
}

/// A mandate and what was used of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// Its id.
    pub id: MandateId,
    /// What was granted.
    pub terms: MandateTerms,
    /// Who granted it.
    pub granted_by: KeyId,
    /// When.
    pub granted_at: Timestamp,
    /// Why.
    pub reason: String,
    /// The second look: who and when.
    pub confirmed: Option<(KeyId, Timestamp)>,
    /// How it ended before its time.
    pub ended: Option<MandateEnd>,
    /// What each order takes.
    pub uses: BTreeMap<ClOrdId, MandateUse>,
    /// Sum of what they take, kept incrementally.
    pub taken: Decimal,
}

impl Mandate {
    /// A mandate that waits for the second look.
    pub fn granted(id: MandateId, terms: MandateTerms, by: &Principal, reason: &str, at: Timestamp) -> Self {
        Self {
            id,
            terms,
            granted_by: by.key_id.clone(),
            granted_at: at,
            reason: reason.to_owned(),
            confirmed: None,
            ended: None,
            uses: BTreeMap::new(),
            taken: Decimal::ZERO,
        }
    }

    /// Where it stands.
    pub fn status(&self, now: Timestamp) -> MandateStatus {
        if let Some(end) = &self.ended {
            return end.status;
        }
        if now >= self.terms.expires_at {
            return MandateStatus::Expired;
        }
        match &self.confirmed {
            Some(_) => MandateStatus::Active,
            None if now < self.confirm_until() => MandateStatus::Pending,
            None => MandateStatus::Lapsed,
        }
    }

    /// Whether it can never be used again.
    pub fn is_over(&self, now: Timestamp) -> bool {
        match self.status(now) {
            MandateStatus::Pending | MandateStatus::Active => false,
            MandateStatus::Lapsed | MandateStatus::Expired | MandateStatus::Revoked | MandateStatus::Fallen => true,
        }
    }

    /// Until when somebody may look again.
    pub fn confirm_until(&self) -> Timestamp {
        self.granted_at.checked_add(SECOND_LOOK_WITHIN).unwrap_or(Timestamp::MAX)
    }

    /// Whether it is a key's own: granted and looked at again by it. Nobody says yes to himself.
    pub fn is_own(&self, key: &KeyId) -> bool {
        self.granted_by == *key && self.confirmed.as_ref().is_none_or(|(second, _)| second == key)
    }

    /// Why this person may not confirm it now. `made_at` is when the person's key was made: one that was made for the occasion
    /// waits like the first.
    ///
    /// # Errors
    /// The rule, in words.
    pub fn may_confirm(&self, by: &Principal, made_at: Option<Timestamp>, now: Timestamp) -> Result<(), String> {
        if !by.is_human() {
            return Err("only a human confirms a mandate".to_owned());
        }
        match self.status(now) {
            MandateStatus::Pending => {}
            status @ (MandateStatus::Active
            | MandateStatus::Lapsed
            | MandateStatus::Expired
            | MandateStatus::Revoked
            | MandateStatus::Fallen) => return Err(format!("the mandate is {}", status.word())),
        }
        let from = self.granted_at.checked_add(SECOND_LOOK_AFTER).unwrap_or(Timestamp::MAX);
        let is_second = by.key_id != self.granted_by && stood_before(made_at, self.granted_at);
        if !is_second && now < from {
            return Err(format!("look again: the same key confirms from {from} on, another human's key at once"));
        }
        Ok(())
    }

    /// Whether it speaks of orders of this key and strategy.
    pub fn is_for(&self, key: &KeyId, strategy: Option<&StrategyId>) -> bool {
        self.terms.key.as_ref().is_none_or(|held| held == key)
            && self.terms.strategy.as_ref().is_none_or(|held| Some(held) == strategy)
    }

    /// What an order would take on top of what is taken. `None` when that is too large to be counted.
    fn taken_with(&self, ask: &MandateAsk<'_>, at: Timestamp) -> Option<(Decimal, MandateUse)> {
        let before = self.uses.get(ask.cl_ord_id);
        let unit = unit_of(ask.notional, ask.qty)?;
        let after = match before {
            None => MandateUse { unit, qty: ask.qty, traded: Decimal::ZERO, stage: UseStage::Open, at },
            Some(held) => MandateUse {
                unit: held.unit.max(unit),
                qty: held.qty.max(ask.qty),
                traded: held.traded,
                stage: UseStage::Open,
                at: held.at,
            },
        };
        let held = before.map_or(Decimal::ZERO, MandateUse::charge);
        // A charge of `Decimal::MAX` never fits: the sum overflows or stands above every budget.
        let taken = self.taken.checked_sub(held)?.checked_add(after.charge())?;
        Some((taken, after))
    }

    /// What of the budget an order breaks, as what, observed, limit; empty when it fits.
    pub fn budget_faults(&self, ask: &MandateAsk<'_>) -> Vec<(&'static str, String, String)> {
        let terms = &self.terms;
        let mut faults = Vec::new();
        if ask.notional > terms.order_notional_max {
            let observed = ask.notional.normalize().to_string();
            faults.push(("notional of one order", observed, terms.order_notional_max.to_string()));
        }
        let orders = self.uses.len() + usize::from(!self.uses.contains_key(ask.cl_ord_id));
        if u32::try_from(orders).map_or(true, |orders| orders > terms.orders_max) {
            faults.push(("number of orders", orders.to_string(), terms.orders_max.to_string()));
        }
        match self.taken_with(ask, self.granted_at) {
            Some((taken, _)) if taken <= terms.notional_max => {}
            Some((taken, _)) => {
                let observed = taken.normalize().to_string();
                faults.push(("notional in total", observed, terms.notional_max.to_string()));
            }
            None => {
                faults.push((
                    "notional in total",
                    "more than can be counted".to_owned(),
                    terms.notional_max.to_string(),
                ));
            }
        }
        faults
    }

    /// What is left of the sum.
    pub fn left(&self) -> Decimal {
        self.terms.notional_max.saturating_sub(self.taken).max(Decimal::ZERO)
    }

    /// The sum of all charges, counted anew: what `taken` must be.
    pub fn recounted(&self) -> Decimal {
        self.uses.values().fold(Decimal::ZERO, |sum, one| sum.saturating_add(one.charge()))
    }
}

/// Notional per unit, rounded up so that quantity times unit never falls below the notional.
fn unit_of(notional: Decimal, qty: Decimal) -> Option<Decimal> {
    if notional < Decimal::ZERO || qty <= Decimal::ZERO {
        return None;
    }
    let unit = notional.checked_div(qty)?.round_dp_with_strategy(UNIT_DIGITS, RoundingStrategy::AwayFromZero);
    let short = unit.checked_mul(qty)? < notional;
    if short { unit.checked_add(Decimal::new(1, UNIT_DIGITS)) } else { Some(unit) }
}

#[cfg(test)]
#[path = "mandate_tests.rs"]
mod tests;
