//! From a decision to orders: a plan that never overspends, sells first, and explains each line.

use super::decision::Amount;
use crate::id::ConId;
use crate::market::DataType;
use crate::money::Qty;
use jiff::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::{AwayFromZero, ToZero};
use serde::{Deserialize, Serialize};

/// A price to plan with, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPrice {
    /// Price per unit, above zero.
    pub price: Decimal,
    /// How fresh the broker says it is.
    pub source: DataType,
    /// When it was received.
    pub at: Timestamp,
}

/// One instrument of the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Contract.
    pub con_id: ConId,
    /// Symbol, for reading.
    pub symbol: String,
    /// Signed quantity held.
    pub held: Decimal,
    /// What is wanted.
    pub target: Amount,
    /// Price to plan with, or why there is none, which refuses the line.
    pub price: Result<PlanPrice, String>,
    /// Smallest step of the quantity.
    pub lot: Decimal,
    /// Smallest order.
    pub min_size: Decimal,
    /// Orders that work in it already: what they will do is not known, so the line is refused.
    pub working: usize,
}

/// What the plan must keep to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRules {
    /// Part of the account's value that stays cash, 0 to 1.
    pub cash_buffer: Decimal,
    /// A line whose value is below this is left alone.
    pub min_trade_value: Decimal,
    /// Largest sum of all trades as a part of the account's value.
    pub turnover_max: Decimal,
    /// How much worse than the price a trade may be, as a part of it: buys are paid for and sells counted at that.
    pub slippage: Decimal,
    /// Commission per unit, at most.
    pub commission_per_unit: Decimal,
    /// Commission of an order, at least.
    pub commission_min: Decimal,
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
    /// Not planned, for the reason that it says.
    Refused,
}

impl LineAction {
    /// Our word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
            Self::Keep => "keep",
            Self::Refused => "refused",
        }
    }

    /// Whether it leads to orders.
    pub fn trades(self) -> bool {
        match self {
            Self::Buy | Self::Sell => true,
            Self::Keep | Self::Refused => false,
        }
    }
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// Contract.
    pub con_id: ConId,
    /// Symbol.
    pub symbol: String,
    /// What it does.
    pub action: LineAction,
    /// Held now, signed.
    pub held: Decimal,
    /// Wanted; `None` where it could not be told.
    pub target: Option<Decimal>,
    /// How much to trade; `None` unless it buys or sells.
    pub qty: Option<Qty>,
    /// The price that it was planned with.
    pub price: Option<PlanPrice>,
    /// Value of the trade at that price.
    pub value: Decimal,
    /// Commission at most.
    pub cost: Decimal,
    /// Why, in a sentence that begins with a code.
    pub reason: String,
}

/// A plan and what it was made from, all in the currency of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlan {
    /// The account's net liquidation value.
    pub value: Decimal,
    /// Its cash.
    pub cash: Decimal,
    /// The rules.
    pub rules: PlanRules,
    /// Sells, then buys, then what stays, then what was refused.
    pub lines: Vec<PlanLine>,
}

impl PlanRules {
    /// What of them cannot be, as field and rule.
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let is_part = |part: Decimal| part >= Decimal::ZERO && part < Decimal::ONE;
        let rules = [
            (is_part(self.cash_buffer), "cash_buffer", "from 0 to below 1"),
            (self.turnover_max >= Decimal::ZERO && self.turnover_max <= Decimal::TWO, "turnover_max", "from 0 to 2"),
            (is_part(self.slippage), "slippage", "from 0 to below 1"),
            (self.min_trade_value >= Decimal::ZERO, "min_trade_value", "at least 0"),
            (self.commission_per_unit >= Decimal::ZERO, "commission_per_unit", "at least 0"),
            (self.commission_min >= Decimal::ZERO, "commission_min", "at least 0"),
        ];
        rules.into_iter().filter(|(holds, ..)| !holds).map(|(_, field, rule)| (field, rule)).collect()
    }

    /// Commission of an order at most.
    pub fn commission(&self, qty: Decimal) -> Decimal {
        (qty * self.commission_per_unit).max(self.commission_min)
    }

    /// What a buy takes out of the cash at worst.
    pub fn paid(&self, qty: Decimal, price: Decimal) -> Decimal {
        qty * price * (Decimal::ONE + self.slippage) + self.commission(qty)
    }

    /// What a sell brings at least.
    pub fn brought(&self, qty: Decimal, price: Decimal) -> Decimal {
        qty * price * (Decimal::ONE - self.slippage) - self.commission(qty)
    }

    /// What may be spent, given cash and what sells brought.
    pub fn spendable(&self, value: Decimal, cash: Decimal, brought: Decimal) -> Decimal {
        (cash + brought - value * self.cash_buffer).max(Decimal::ZERO)
    }
}

impl OrderPlan {
    /// Lines that lead to orders, each with the number of its step, from 1.
    pub fn steps(&self) -> impl Iterator<Item = (u16, &PlanLine)> {
        (1_u16..).zip(self.lines.iter().filter(|line| line.action.trades()))
    }

    /// One step.
    pub fn step(&self, number: u16) -> Option<&PlanLine> {
        self.steps().find(|(at, _)| *at == number).map(|(_, line)| line)
    }

    /// Sum of all trades.
    pub fn turnover(&self) -> Decimal {
        self.lines.iter().map(|line| line.value).sum()
    }

    /// Lines that could not be planned.
    pub fn refused(&self) -> impl Iterator<Item = &PlanLine> {
        self.lines.iter().filter(|line| line.action == LineAction::Refused)
    }
}

/// Plans the account towards its targets: sells first, buys within what cash and sells leave above the buffer, each
/// rounded towards zero to its lot. Planning at the target gives nothing.
///
/// `value` is the account's net liquidation and `cash` what may be spent, both in the currency of the prices.
pub fn plan(holdings: &[Holding], value: Decimal, cash: Decimal, rules: &PlanRules) -> OrderPlan {
    let investable = (value * (Decimal::ONE - rules.cash_buffer)).max(Decimal::ZERO);
    let mut lines: Vec<PlanLine> = holdings.iter().map(|holding| wish(holding, investable, rules)).collect();
    cap_turnover(&mut lines, holdings, value, rules);
    cap_buys(&mut lines, holdings, value, cash, rules);
    lines.sort_by_key(|line| match line.action {
        LineAction::Sell => 0,
        LineAction::Buy => 1,
        LineAction::Keep => 2,
        LineAction::Refused => 3,
    });
    OrderPlan { value, cash, rules: rules.clone(), lines }
}

/// Quantities that are worth more than a target may weigh, at the prices of the plan: what a weight is told when it is
/// decided, a quantity is told once there is a price.
pub fn too_large(holdings: &[Holding], value: Decimal, weight_max: Decimal) -> Vec<String> {
    let most = (value * weight_max).max(Decimal::ZERO);
    let worth = |holding: &Holding| match (holding.target, &holding.price) {
        (Amount::Qty(qty), Ok(price)) => qty.checked_mul(price.price).or(Some(Decimal::MAX)),
        (Amount::Qty(_), Err(_)) | (Amount::Weight(_), _) => None,
    };
    let told = |holding: &Holding| {
        let worth = worth(holding).filter(|worth| *worth > most)?;
        let (symbol, worth, most) = (&holding.symbol, worth.normalize(), most.normalize());
        Some(format!(
            "{symbol}: too large: the quantity is worth {worth}, at most {most} (weight_max {weight_max} of the account)"
        ))
    };
    holdings.iter().filter_map(told).collect()
}

fn wish(holding: &Holding, investable: Decimal, rules: &PlanRules) -> PlanLine {
    let mut line = PlanLine {
        con_id: holding.con_id,
        symbol: holding.symbol.clone(),
        action: LineAction::Refused,
        held: holding.held,
        target: None,
        qty: None,
        price: holding.price.as_ref().ok().cloned(),
        value: Decimal::ZERO,
        cost: Decimal::ZERO,
        reason: String::new(),
    };
    let price = match refusal(holding) {
        Ok(price) => price,
        Err(why) => return PlanLine { reason: why, ..line },
    };
    // The target is rounded, not the difference: planning at the target again then finds nothing to do.
    let (target, wanted) = match holding.target {
        Amount::Weight(weight) => (to_lot(investable * weight / price, holding.lot), format!("a weight of {weight}")),
        Amount::Qty(qty) => (to_lot(qty, holding.lot), format!("{qty} units")),
    };
    line.target = Some(target);
    line.action = LineAction::Keep;
    let difference = target - holding.held;
    let qty = to_lot(difference.abs(), holding.lot);
    let trade = qty * price;
    if qty.is_zero() {
        return PlanLine { reason: format!("at_target: {wanted} is {target}, and {} is held", holding.held), ..line };
    }
    if trade < rules.min_trade_value {
        let reason =
            format!("below_min_trade: the trade is worth {}, at least {}", trade.normalize(), rules.min_trade_value);
        return PlanLine { reason, ..line };
    }
    if qty < holding.min_size {
        let reason = format!("below_min_size: {qty} is less than the smallest order, {}", holding.min_size);
        return PlanLine { reason, ..line };
    }
    line.action = if difference > Decimal::ZERO { LineAction::Buy } else { LineAction::Sell };
    line.reason = format!("towards_target: {wanted} is {target}, and {} is held", holding.held);
    set_qty(&mut line, qty, price, rules);
    line
}

/// The price, or why the line cannot be planned.
fn refusal(holding: &Holding) -> Result<Decimal, String> {
    if holding.working > 0 {
        return Err(format!("orders_working: {} orders work in it already; cancel them or wait", holding.working));
    }
    if holding.lot <= Decimal::ZERO {
        return Err("no_lot: the contract has no lot size".to_owned());
    }
    match &holding.price {
        Ok(price) if price.price > Decimal::ZERO => Ok(price.price),
        Ok(price) => Err(format!("market_data_error: the price {} is not above zero", price.price)),
        Err(why) => Err(format!("market_data_error: {why}")),
    }
}

fn to_lot(qty: Decimal, lot: Decimal) -> Decimal {
    ((qty / lot).round_dp_with_strategy(0, ToZero) * lot).normalize()
}

/// Sets what a line trades; nothing left makes it a line that keeps.
fn set_qty(line: &mut PlanLine, qty: Decimal, price: Decimal, rules: &PlanRules) {
    match Qty::new(qty) {
        Ok(qty) => {
            line.qty = Some(qty);
            line.value = (qty.get() * price).normalize();
            line.cost = rules.commission(qty.get()).round_dp_with_strategy(2, AwayFromZero);
        }
        Err(_nothing) => {
            line.action = LineAction::Keep;
            line.qty = None;
            line.value = Decimal::ZERO;
            line.cost = Decimal::ZERO;
        }
    }
}

fn cap_turnover(lines: &mut [PlanLine], holdings: &[Holding], value: Decimal, rules: &PlanRules) {
    let most = (value * rules.turnover_max).max(Decimal::ZERO);
    let total: Decimal = lines.iter().map(|line| line.value).sum();
    if total > most && !total.is_zero() {
        let why = format!("cut_to_turnover: all trades are worth {}, at most {}", total.normalize(), most.normalize());
        scale(lines, holdings, most / total, &why, rules, LineAction::trades);
    }
}

fn cap_buys(lines: &mut [PlanLine], holdings: &[Holding], value: Decimal, cash: Decimal, rules: &PlanRules) {
    let each =
        |action: LineAction, money: fn(&PlanRules, Decimal, Decimal) -> Decimal, lines: &[PlanLine]| -> Decimal {
            let of = |line: &PlanLine| Some(money(rules, line.qty?.get(), line.price.as_ref()?.price));
            lines.iter().filter(|line| line.action == action).filter_map(of).sum()
        };
    let spendable = rules.spendable(value, cash, each(LineAction::Sell, PlanRules::brought, lines));
    let paid = each(LineAction::Buy, PlanRules::paid, lines);
    if paid <= spendable {
        return;
    }
    // The commission of a smaller order is at most its minimum and its rate together: what is left over for units is divided.
    let buys = lines.iter().filter(|line| line.action == LineAction::Buy).count();
    let floor = Decimal::from(buys) * rules.commission_min;
    let per_units: Decimal = lines
        .iter()
        .filter(|line| line.action == LineAction::Buy)
        .filter_map(|line| {
            Some(line.value * (Decimal::ONE + rules.slippage) + line.qty?.get() * rules.commission_per_unit)
        })
        .sum();
    let part = if per_units.is_zero() {
        Decimal::ZERO
    } else {
        ((spendable - floor) / per_units).clamp(Decimal::ZERO, Decimal::ONE)
    };
    let why = format!("cut_to_cash: the buys cost {}, and {} may be spent", paid.round_dp(2), spendable.round_dp(2));
    scale(lines, holdings, part, &why, rules, |action| action == LineAction::Buy);
}

/// Shrinks the trades that `which` names to `part` of their size, rounded towards zero; what would then be too small to
/// trade is left alone.
fn scale(
    lines: &mut [PlanLine],
    holdings: &[Holding],
    part: Decimal,
    why: &str,
    rules: &PlanRules,
    which: impl Fn(LineAction) -> bool,
) {
    for (line, holding) in lines.iter_mut().zip(holdings) {
        let (Some(qty), Ok(price), true) = (line.qty, &holding.price, which(line.action)) else { continue };
        let smaller = to_lot(qty.get() * part, holding.lot);
        let too_small = smaller * price.price < rules.min_trade_value || smaller < holding.min_size;
        line.reason = format!("{why}; {} was wanted", qty.get());
        set_qty(line, if too_small { Decimal::ZERO } else { smaller }, price.price, rules);
    }
}

#[cfg(test)]
#[path = "order_plan_tests.rs"]
mod tests;
