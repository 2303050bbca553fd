//! IBKR's fixed schedule for US stocks: 0.005 USD a share, at least 1.00 and at most 1 % of the trade
//! value, per order. Source: IBKR, "Commissions: Stocks, ETFs and Warrants", fixed pricing.

use rust_decimal::Decimal;

const PER_SHARE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);
const PERCENT_MAX: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Commission of an order that has filled `shares` for `value` in total. The cap beats the minimum.
pub(super) fn of_order(shares: Decimal, value: Decimal) -> Decimal {
    (shares * PER_SHARE).max(Decimal::ONE).min(value * PERCENT_MAX).round_dp(4).normalize()
}
