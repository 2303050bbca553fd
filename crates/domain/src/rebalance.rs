//! From target weights to orders: a pure plan that never overspends and explains each line.

use crate::id::ConId;
use crate::money::Qty;
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::ToZero;
use serde::{Deserialize, Serialize};

/// One instrument of the target or of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Contract.
    pub con_id: ConId,
    /// Symbol, for reading.
    pub symbol: String,
    /// Signed quantity held.
    pub held: Decimal,
    /// Target weight of the account's value, 0 to 1; nothing is said about what is not in the decision.
    pub weight: Decimal,
    /// Price to plan with; `None` refuses the line.
    pub price: Option<Decimal>,
    /// Smallest step of the quantity.
    pub lot: Decimal,
}

/// What the plan must keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanRules {
    /// Part of the account's value that stays cash, 0 to 1.
    pub cash_buffer: Decimal,
    /// A line whose value is below this is left alone.
    pub min_trade_value: Decimal,
    /// Largest sum of all trades as a part of the account's value.
    pub turnover_max: Decimal,
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineAction {
    /// Buy the quantity.
    Buy,
    /// Sell the quantity.
    Sell,
    /// Nothing to do.
    Keep,
    /// Not planned, for the reason in the note.
    Refused,
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanLine {
    /// Contract.
    pub con_id: ConId,
    /// Symbol.
    pub symbol: String,
    /// What it does.
    pub action: LineAction,
    /// How much; `None` unless it buys or sells.
    pub qty: Option<Qty>,
    /// Value of the trade.
    pub value: Decimal,
    /// Why, in a few words.
    pub note: String,
}

/// Orders the account towards its targets: sells first, buys within what cash and sells leave above the buffer, each
/// rounded towards zero to its lot. Planning at the target gives nothing.
///
/// `value` is the account's net liquidation and `cash` what may be spent, both in the currency of the prices.
pub fn plan(holdings: &[Holding], value: Decimal, cash: Decimal, rules: &PlanRules) -> Vec<PlanLine> {
    let investable = value * (Decimal::ONE - rules.cash_buffer);
    let mut lines: Vec<PlanLine> = holdings.iter().map(|holding| wish(holding, investable, rules)).collect();
    cap_turnover(&mut lines, holdings, value * rules.turnover_max);
    let sold: Decimal = lines.iter().filter(|line| line.action == LineAction::Sell).map(|line| line.value).sum();
    let buffer = value * rules.cash_buffer;
    cap_buys(&mut lines, holdings, (cash + sold - buffer).max(Decimal::ZERO));
    lines.sort_by_key(|line| match line.action {
        LineAction::Sell => 0,
        LineAction::Buy => 1,
        LineAction::Keep => 2,
        LineAction::Refused => 3,
    });
    lines
}

fn wish(holding: &Holding, investable: Decimal, rules: &PlanRules) -> PlanLine {
    let line = |action, qty: Option<Qty>, value, note: &str| PlanLine {
        con_id: holding.con_id,
        symbol: holding.symbol.clone(),
        action,
        qty,
        value,
        note: note.to_owned(),
    };
    let refused = |note: &str| line(LineAction::Refused, None, Decimal::ZERO, note);
    let Some(price) = holding.price.filter(|price| *price > Decimal::ZERO) else {
        return refused("market_data_error: no price");
    };
    if holding.weight < Decimal::ZERO || holding.weight > Decimal::ONE {
        return refused("the weight is not from 0 to 1");
    }
    if holding.lot <= Decimal::ZERO {
        return refused("the contract has no lot size");
    }
    // The target is rounded, not the difference: planning at the target again then finds nothing to do.
    let target = to_lot(investable * holding.weight / price, holding.lot);
    let difference = target - holding.held;
    let trade = difference.abs() * price;
    let Ok(qty) = Qty::new(to_lot(difference.abs(), holding.lot)) else {
        return line(LineAction::Keep, None, Decimal::ZERO, "at the target");
    };
    if trade < rules.min_trade_value {
        return line(LineAction::Keep, None, Decimal::ZERO, "below the smallest trade");
    }
    let action = if difference > Decimal::ZERO { LineAction::Buy } else { LineAction::Sell };
    line(action, Some(qty), qty.get() * price, "towards the target")
}

fn to_lot(qty: Decimal, lot: Decimal) -> Decimal {
    (qty / lot).round_dp_with_strategy(0, ToZero) * lot
}

fn cap_turnover(lines: &mut [PlanLine], holdings: &[Holding], most: Decimal) {
    let total: Decimal = lines.iter().map(|line| line.value).sum();
    if total > most && !total.is_zero() {
        scale(lines, holdings, most / total, "cut to the turnover cap", |_| true);
    }
}

fn cap_buys(lines: &mut [PlanLine], holdings: &[Holding], spendable: Decimal) {
    let bought: Decimal = lines.iter().filter(|line| line.action == LineAction::Buy).map(|line| line.value).sum();
    if bought > spendable && !bought.is_zero() {
        scale(lines, holdings, spendable / bought, "cut to the cash", |action| action == LineAction::Buy);
    }
}

/// Shrinks the trades that `which` names to `part` of their size, rounded towards zero.
fn scale(lines: &mut [PlanLine], holdings: &[Holding], part: Decimal, note: &str, which: impl Fn(LineAction) -> bool) {
    for (line, holding) in lines.iter_mut().zip(holdings) {
        let (Some(qty), Some(price), true) = (line.qty, holding.price, which(line.action)) else { continue };
        note.clone_into(&mut line.note);
        match Qty::new(to_lot(qty.get() * part, holding.lot)) {
            Ok(smaller) => {
                line.value = smaller.get() * price;
                line.qty = Some(smaller);
            }
            Err(_nothing_left) => {
                line.action = LineAction::Keep;
                line.qty = None;
                line.value = Decimal::ZERO;
            }
        }
    }
}

#[cfg(test)]
#[path = "rebalance_tests.rs"]
mod tests;
