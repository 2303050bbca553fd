//! The one table of limits: each with its control, its type, its safe default, and the direction in which it tightens.

use super::tightness::{LimitValue, Tighter};
use super::words::{dec, list, said, symbols};
use crate::contract::SecType;
use crate::control::{Control, control};
use crate::order::{OrderTypeKind, TifKind};
use crate::principal::{Face, PrincipalKind};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One limit, for lists and documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitKey {
    /// Its name in policy files. Units stand last.
    pub key: &'static str,
    /// The control that it belongs to.
    pub control: u8,
    /// Which way it tightens.
    pub tighter: Tighter,
    /// Whether its value is a list.
    pub is_list: bool,
    /// What it says.
    pub doc: &'static str,
}

impl LimitKey {
    /// Whether anything asks for it: a limit of a control that is not built is read and shown, and refuses nothing.
    pub fn is_enforced(&self) -> bool {
        control(self.control).is_some_and(Control::is_built)
    }
}

macro_rules! limits {
    ($( $(#[doc = $doc:literal])+ $key:ident: $kind:ty = $default:expr, $control:literal, $tighter:ident; )+) => {
        /// Every limit of the order path, as it counts for one order. Amounts are in the account's base currency.
        ///
        /// What an older version's journal does not say has its safe default.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Policy {
            /// Controls that this policy leaves out, by number. Only the built-in policy `bench` may leave any out.
            pub off: BTreeSet<u8>,
            $( $(#[doc = $doc])+ pub $key: $kind, )+
        }

        /// Some of the limits: what a file, or one section of it, says.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Patch {
            $( $(#[doc = $doc])+ #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
            pub $key: Option<$kind>, )+
        }

        /// Every limit, in the order of the table.
        pub const LIMITS: &[LimitKey] = &[
            $( LimitKey {
                key: stringify!($key),
                control: $control,
                tighter: Tighter::$tighter,
                is_list: <$kind as LimitValue>::IS_LIST,
                doc: concat!($($doc),+),
            }, )+
        ];

        impl Default for Policy {
            fn default() -> Self {
                Self::conservative()
            }
        }

        impl Policy {
            /// The built-in default: careful enough for a stranger's first day.
            pub fn conservative() -> Self {
                Self { off: BTreeSet::new(), $( $key: $default, )+ }
            }

            /// What lets through only what this policy and the patch let through.
            pub fn tighten(&mut self, patch: &Patch) {
                $( if let Some(value) = &patch.$key {
                    self.$key = self.$key.tightest(value, Tighter::$tighter);
                } )+
            }

            /// What the file says instead of the defaults.
            pub(super) fn replace(&mut self, patch: &Patch) {
                $( if let Some(value) = &patch.$key { self.$key.clone_from(value); } )+
            }

            /// The limits that differ, by name.
            pub(super) fn differing(&self, other: &Self) -> Vec<&'static str> {
                let mut keys = Vec::new();
                $( if self.$key != other.$key { keys.push(stringify!($key)); } )+
                keys
            }

            /// What lets through only what both let through.
            pub(super) fn tightest(&self, other: &Self) -> Self {
                Self {
                    off: self.off.intersection(&other.off).copied().collect(),
                    $( $key: self.$key.tightest(&other.$key, Tighter::$tighter), )+
                }
            }
        }

        impl Patch {
            /// What lets through only what both let through.
            pub(super) fn tightest(&self, other: &Self) -> Self {
                Self { $( $key: match (&self.$key, &other.$key) {
                    (Some(one), Some(two)) => Some(one.tightest(two, Tighter::$tighter)),
                    (Some(one), None) | (None, Some(one)) => Some(one.clone()),
                    (None, None) => None,
                }, )+ }
            }

            /// The limits of `counts` that are said here, by name, where the top says something looser; and whether they
            /// are lists, which add up.
            pub(super) fn counting(&self, top: &Policy, counts: &Policy) -> Vec<(&'static str, bool)> {
                let mut keys = Vec::new();
                $( if top.$key != counts.$key
                    && let Some(said) = &self.$key
                    && (<$kind as LimitValue>::IS_LIST || *said == counts.$key)
                {
                    keys.push((stringify!($key), <$kind as LimitValue>::IS_LIST));
                } )+
                keys
            }

            /// Every value that makes no sense, as `key: rule`.
            pub(super) fn problems(&self) -> Vec<String> {
                let mut found = Vec::new();
                $( if let Some(rule) = self.$key.as_ref().and_then(|value| value.problem(stringify!($key))) {
                    found.push(format!("{}: {rule}", stringify!($key)));
                } )+
                found
            }
        }
    };
}

limits! {
    /// Accounts to which live orders may go; none may until it is named here.
    live_accounts_allowed: BTreeSet<String> = BTreeSet::new(), 4, Less;
    /// Clean comparisons of journal and broker in a row before live can be armed.
    live_clean_reconciliations_min: u32 = 20, 4, More;
    /// Oldest kill drill and limits drill that still count for live, in days.
    live_drill_age_d_max: i64 = 365, 4, Less;
    /// Kinds of key whose orders need a human's approval.
    approval_required_for: BTreeSet<PrincipalKind> = BTreeSet::from([PrincipalKind::Agent]), 6, More;
    /// Faces whose orders need a human's approval. `rest`, `cli` and `dashboard` are one door, since the caller says which of them it is:
    /// one of them stands for all three.
    approval_required_on: BTreeSet<Face> = BTreeSet::new(), 6, More;
    /// Strategies whose orders need a human's approval.
    approval_required_for_strategies: BTreeSet<String> = BTreeSet::new(), 6, More;
    /// From this worst-case notional on, an order needs a human's approval, whoever asks for it; left out, none needs it for its
    /// size.
    approval_notional_min: Option<Decimal> = None, 6, Less;
    /// The same in live mode, beside it.
    approval_live_notional_min: Option<Decimal> = Some(dec(10_000)), 6, Less;
    /// Whether the first order ever in an instrument needs a human's approval, whoever asks for it.
    approval_first_use: bool = false, 6, More;
    /// How long an approval request lives.
    approval_ttl_s: i64 = 900, 6, Less;
    /// How far the reference price may move until release, in percent.
    approval_price_band_percent: Decimal = dec(2), 6, Less;
    /// Kinds of key that must preview first.
    preview_required_for: BTreeSet<PrincipalKind> = BTreeSet::new(), 7, More;
    /// Largest difference between our clock and the broker's.
    clock_skew_ms_max: i64 = 2_000, 8, Less;
    /// Oldest live quote that still counts.
    quote_age_ms_max: i64 = 15_000, 9, Less;
    /// Whether limit orders may be checked against delayed data.
    delayed_data_allowed: bool = true, 9, Less;
    /// Largest quantity of one order.
    order_qty_max: Decimal = dec(1_000), 13, Less;
    /// Largest worst-case notional of one order.
    order_notional_max: Decimal = dec(25_000), 14, Less;
    /// Oldest FX rate that still counts.
    fx_age_ms_max: i64 = 60_000, 14, Less;
    /// How far a limit price may lie on the wrong side of the reference, in percent, on live data.
    collar_live_percent: Decimal = dec(5), 15, Less;
    /// The same on delayed data.
    collar_delayed_percent: Decimal = dec(3), 15, Less;
    /// The same on a previous close.
    collar_close_percent: Decimal = dec(2), 15, Less;
    /// Whether market orders are let through at all.
    market_orders_allowed: bool = true, 16, Less;
    /// Worst plausible price of a market or stop order, in percent beyond the touch or trigger.
    market_order_slippage_percent: Decimal = dec(5), 16, More;
    /// Least distance of a trigger from the market, in percent.
    stop_distance_percent_min: Decimal = Decimal::new(5, 2), 17, More;
    /// Largest order, in percent of the average daily volume.
    volume_percent_max: Decimal = dec(1), 19, Less;
    /// Oldest average volume that still counts.
    volume_age_h_max: i64 = 24 * 7, 19, Less;
    /// Widest spread of the quote, in percent of its middle.
    spread_percent_max: Decimal = dec(2), 19, Less;
    /// Security types that may be traded.
    sec_types_allowed: BTreeSet<SecType> = BTreeSet::from([SecType::Stk, SecType::Etf]), 20, Less;
    /// Order types that may be used.
    order_types_allowed: BTreeSet<OrderTypeKind> = list([
        OrderTypeKind::Market, OrderTypeKind::Limit, OrderTypeKind::Stop, OrderTypeKind::StopLimit,
    ]), 20, Less;
    /// Times in force that may be used.
    tifs_allowed: BTreeSet<TifKind> = list([TifKind::Day, TifKind::Gtc, TifKind::Ioc, TifKind::Fok]), 20, Less;
    /// Currencies that may be traded.
    currencies_allowed: BTreeSet<String> = symbols(&["USD"]), 20, Less;
    /// Exchanges that may be routed to.
    exchanges_allowed: BTreeSet<String> = symbols(&["SMART"]), 20, Less;
    /// Symbols that may be traded; left out, all that are not denied.
    symbols_allowed: Option<BTreeSet<String>> = None, 20, Less;
    /// Symbols that may not.
    symbols_denied: BTreeSet<String> = BTreeSet::new(), 20, More;
    /// Symbols on the restricted list: no new risk, what is held may be sold.
    symbols_restricted: BTreeSet<String> = BTreeSet::new(), 21, More;
    /// Whether short sales are let through.
    short_sales_allowed: bool = false, 21, Less;
    /// Whether orders may trade outside regular hours when they say so.
    outside_hours_allowed: bool = true, 22, Less;
    /// Minutes after the open in which nothing new is sent.
    open_blackout_min: i64 = 0, 22, More;
    /// Minutes before the close in which nothing new is sent, auctions excepted.
    close_blackout_min: i64 = 0, 22, More;
    /// Oldest trading hours that still count.
    hours_age_h_max: i64 = 24, 22, Less;
    /// Longest life of an order with an end date.
    gtd_days_max: i64 = 90, 23, Less;
    /// A similar order within this time is held for a human.
    look_alike_window_s: i64 = 30, 25, More;
    /// Whether an order may meet another of ours on the other side.
    self_match_allowed: bool = false, 26, Less;
    /// Largest sum of what is held and what is open, in absolute amounts.
    capital_gross_max: Decimal = dec(100_000), 27, Less;
    /// Largest difference between long and short, what is open included.
    capital_net_max: Decimal = dec(100_000), 27, Less;
    /// Largest position in one instrument, in quantity.
    position_qty_max: Decimal = dec(10_000), 28, Less;
    /// Largest position in one instrument, in worth.
    position_notional_max: Decimal = dec(50_000), 28, Less;
    /// Largest worth of all positions in one currency that is not the account's own.
    currency_notional_max: Decimal = dec(50_000), 28, Less;
    /// Largest worth of all positions in one sector; left out, none. A sector that is not known denies.
    sector_notional_max: Option<Decimal> = None, 28, Less;
    /// Largest worth of all positions in one issuer: its shares, and derivatives on them.
    issuer_notional_max: Decimal = dec(50_000), 28, Less;
    /// Largest gross exposure in multiples of the net liquidation value.
    leverage_max: Decimal = Decimal::TWO, 29, Less;
    /// Largest initial margin after the order, in percent of the net liquidation value.
    margin_use_percent_max: Decimal = dec(50), 29, Less;
    /// Least excess liquidity after the order.
    excess_liquidity_min: Decimal = dec(1_000), 29, More;
    /// Whether the broker's what-if is asked before each order; an absent answer denies.
    what_if_required: bool = false, 29, More;
    /// Most open orders in all.
    open_orders_max: u32 = 50, 30, Less;
    /// Most open orders per instrument and side.
    open_orders_per_instrument_max: u32 = 10, 30, Less;
    /// Largest sum of trades in one day.
    turnover_day_max: Decimal = dec(500_000), 31, Less;
    /// Most new orders in one day.
    orders_day_max: u32 = 500, 31, Less;
    /// Loss of one day from which on only reducing orders are let through.
    loss_day_reduce: Decimal = dec(2_500), 32, Less;
    /// Loss of one day from which on everything is halted.
    loss_day_halt: Decimal = dec(5_000), 32, Less;
    /// Loss of one week from which on only reducing orders are let through.
    loss_week_reduce: Decimal = dec(5_000), 32, Less;
    /// Loss of one week from which on everything is halted.
    loss_week_halt: Decimal = dec(10_000), 32, Less;
    /// Oldest word of what the account is worth by which losses and drawdown are still judged; beyond it only what reduces
    /// passes.
    loss_age_s_max: i64 = 900, 32, Less;
    /// Largest fall from the highest account value, deposits and withdrawals left out, in percent; latched until a human
    /// resets it.
    drawdown_percent_max: Decimal = dec(20), 33, Less;
    /// The time that the next limits look back.
    short_window_s: i64 = 60, 34, More;
    /// Largest sum of worst-case notionals within the short window.
    short_window_notional_max: Decimal = dec(100_000), 34, Less;
    /// Largest sum of quantities in one instrument within the short window.
    short_window_qty_max: Decimal = dec(5_000), 34, Less;
    /// Largest move of the reference price within the short window, in percent.
    short_window_move_percent_max: Decimal = dec(10), 34, Less;
    /// Most order messages in one second.
    messages_per_second_max: u32 = 20, 35, Less;
    /// Most order messages in one day.
    messages_per_day_max: u32 = 5_000, 35, Less;
    /// Most trades of one strategy until a human lets it go on.
    strategy_executions_max: u32 = 500, 36, Less;
    /// Most order messages per trade before a human has to look.
    efficiency_ratio_max: Decimal = dec(50), 37, Less;
    /// The ratio counts from so many messages of a day on.
    efficiency_messages_min: u32 = 100, 37, Less;
    /// So many losses, stops or rejects in a row make a pause.
    cooldown_after: u32 = 4, 38, Less;
    /// How long the pause lasts.
    cooldown_s: i64 = 900, 38, More;
    /// So many rejects in a row stop everything until a human resets it.
    rejects_max: u32 = 5, 39, Less;
    /// Largest worst-case sum of everything open, in flight or unknown, this order included.
    open_notional_max: Decimal = dec(100_000), 40, Less;
    /// Whether a human who flattens needs the yes of another human; a program always needs one.
    flatten_second_human: bool = false, 43, More;
    /// Silence of the engine's clock, of the line to the broker, of a comparison under way, of the report of trades, of the
    /// path of the alerts, or of the loop and the stream runner where there are any, after which new orders are refused.
    heartbeat_s_max: i64 = 60, 46, Less;
    /// Whether what works is canceled when the line was lost for longer than the next limit; what protects a position stays.
    cancel_on_disconnect: bool = false, 47, More;
    /// How long the line must have been lost for that.
    cancel_on_disconnect_s: i64 = 60, 47, Less;
    /// Largest share of orders canceled before they traded among a day's orders in one instrument before somebody has to look, in percent.
    cancel_percent_max: Decimal = dec(95), 58, Less;
    /// The share counts from so many orders of a day on.
    cancel_orders_min: u32 = 20, 58, Less;
    /// The time within which own orders on the other side count as back and forth, an hour at most.
    wash_window_s: i64 = 60, 58, More;
    /// How close to the order's price they traded, in percent of it.
    wash_price_percent: Decimal = Decimal::new(1, 1), 58, More;
    /// Most such orders before somebody has to look.
    wash_orders_max: u32 = 2, 58, Less;
}
