//! A policy: the owner's limits, named, with safe defaults for everything.

use crate::contract::SecType;
use crate::order::{OrderTypeKind, TifKind};
use crate::principal::PrincipalKind;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Every limit of the order path. Units stand last in each name; amounts are in the account's base currency.
///
/// A policy file may leave a limit out; then the built-in default's value holds. An unknown key is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default = "Policy::conservative")]
pub struct Policy {
    /// Controls that this policy leaves out, by number. Only the built-in policy `bench` may leave any out.
    #[serde(skip_deserializing)]
    pub off: BTreeSet<u8>,
    /// 13: largest quantity of one order.
    pub order_qty_max: Decimal,
    /// 14: largest worst-case notional of one order.
    pub order_notional_max: Decimal,
    /// 14: oldest FX rate that still counts.
    pub fx_age_ms_max: i64,
    /// 15: how far a limit price may lie on the wrong side of the reference, in percent, on live data.
    pub collar_live_percent: Decimal,
    /// 15: the same on delayed data.
    pub collar_delayed_percent: Decimal,
    /// 15: the same on a previous close.
    pub collar_close_percent: Decimal,
    /// 16: whether market orders are let through at all.
    pub market_orders_allowed: bool,
    /// 16: worst plausible price of a market or stop order, percent beyond the touch or trigger.
    pub market_order_slippage_percent: Decimal,
    /// 9: oldest live quote that still counts.
    pub quote_age_ms_max: i64,
    /// 9: whether limit orders may be checked against delayed data.
    pub delayed_data_allowed: bool,
    /// 8: largest difference between our clock and the broker's.
    pub clock_skew_ms_max: i64,
    /// 7: kinds of key that must preview first.
    pub preview_required_for: BTreeSet<PrincipalKind>,
    /// 6: kinds of key whose orders need a human's approval.
    pub approval_required_for: BTreeSet<PrincipalKind>,
    /// 6: how long an approval request lives.
    pub approval_ttl_s: i64,
    /// 6: how far the reference price may move until release, percent.
    pub approval_price_band_percent: Decimal,
    /// 20: security types that may be traded.
    pub sec_types_allowed: BTreeSet<SecType>,
    /// 20: order types that may be used.
    pub order_types_allowed: BTreeSet<OrderTypeKind>,
    /// 20: times in force that may be used.
    pub tifs_allowed: BTreeSet<TifKind>,
    /// 20: currencies that may be traded.
    pub currencies_allowed: BTreeSet<String>,
    /// 20: exchanges that may be routed to.
    pub exchanges_allowed: BTreeSet<String>,
    /// 20: symbols that may be traded; empty means all that are not denied.
    pub symbols_allowed: BTreeSet<String>,
    /// 20: symbols that may not.
    pub symbols_denied: BTreeSet<String>,
    /// 25: a similar order within this time is held for a human.
    pub look_alike_window_s: i64,
    /// 30: most open orders in all.
    pub open_orders_max: u32,
    /// 30: most open orders per instrument and side.
    pub open_orders_per_instrument_max: u32,
    /// 35: most order messages in one second.
    pub messages_per_second_max: u32,
    /// 35: most order messages in one day.
    pub messages_per_day_max: u32,
    /// 40: largest worst-case sum of everything open, in flight or unknown, this order included.
    pub open_notional_max: Decimal,
}

fn dec(value: i64) -> Decimal {
    Decimal::from_i64(value).unwrap_or(Decimal::ZERO)
}

impl Policy {
    /// Names of the policies that are built in.
    pub const BUILT_IN: [&'static str; 2] = ["default", "bench"];

    /// The built-in default: careful enough for a stranger's first day.
    pub fn conservative() -> Self {
        Self {
            off: BTreeSet::new(),
            order_qty_max: dec(1_000),
            order_notional_max: dec(25_000),
            fx_age_ms_max: 60_000,
            collar_live_percent: dec(5),
            collar_delayed_percent: dec(3),
            collar_close_percent: dec(2),
            market_orders_allowed: true,
            market_order_slippage_percent: dec(5),
            quote_age_ms_max: 15_000,
            delayed_data_allowed: true,
            clock_skew_ms_max: 2_000,
            preview_required_for: BTreeSet::new(),
            approval_required_for: BTreeSet::from([PrincipalKind::Agent]),
            approval_ttl_s: 900,
            approval_price_band_percent: dec(2),
            sec_types_allowed: BTreeSet::from([SecType::Stk, SecType::Etf]),
            order_types_allowed: BTreeSet::from([
                OrderTypeKind::Market,
                OrderTypeKind::Limit,
                OrderTypeKind::Stop,
                OrderTypeKind::StopLimit,
            ]),
            tifs_allowed: BTreeSet::from([TifKind::Day, TifKind::Gtc, TifKind::Ioc, TifKind::Fok]),
            currencies_allowed: BTreeSet::from(["USD".to_owned()]),
            exchanges_allowed: BTreeSet::from(["SMART".to_owned()]),
            symbols_allowed: BTreeSet::new(),
            symbols_denied: BTreeSet::new(),
            look_alike_window_s: 30,
            open_orders_max: 50,
            open_orders_per_instrument_max: 10,
            messages_per_second_max: 20,
            messages_per_day_max: 5_000,
            open_notional_max: dec(100_000),
        }
    }

    /// For measurements on the venue's accounts only: gates 1–12 and checks 18, 20–24 and 67 stay, human keys need
    /// neither approval nor preview, everything that limits size or pace is off.
    pub fn bench() -> Self {
        let mut policy = Self::conservative();
        policy.off = (13..=66).filter(|n| !matches!(n, 18 | 20..=24)).collect();
        policy
    }

    /// The built-in policy of that name.
    pub fn built_in(name: &str) -> Option<Self> {
        match name {
            "default" => Some(Self::conservative()),
            "bench" => Some(Self::bench()),
            _ => None,
        }
    }

    /// Hash of the effective policy: 64 hex digits of BLAKE3 over its canonical JSON.
    pub fn hash(&self) -> String {
        blake3::hash(self.text().as_bytes()).to_hex().to_string()
    }

    /// Canonical JSON text: field order is fixed, sets are sorted. For the record; policies are read from TOML.
    pub fn text(&self) -> String {
        // The encoder cannot fail on this shape; if it ever did, the text would still tell policies apart.
        serde_json::to_string(self).unwrap_or_else(|_| format!("{self:?}"))
    }

    /// Every value that makes no sense, as `key: rule`. A policy with one of these is refused when it is loaded.
    pub fn problems(&self) -> Vec<String> {
        let amounts = [
            ("order_qty_max", self.order_qty_max),
            ("order_notional_max", self.order_notional_max),
            ("open_notional_max", self.open_notional_max),
        ];
        let percents = [
            ("collar_live_percent", self.collar_live_percent),
            ("collar_delayed_percent", self.collar_delayed_percent),
            ("collar_close_percent", self.collar_close_percent),
            ("market_order_slippage_percent", self.market_order_slippage_percent),
            ("approval_price_band_percent", self.approval_price_band_percent),
        ];
        let durations = [
            ("fx_age_ms_max", self.fx_age_ms_max),
            ("quote_age_ms_max", self.quote_age_ms_max),
            ("clock_skew_ms_max", self.clock_skew_ms_max),
            ("approval_ttl_s", self.approval_ttl_s),
            ("look_alike_window_s", self.look_alike_window_s),
        ];
        let mut found = Vec::new();
        for (key, value) in amounts {
            if value < Decimal::ZERO {
                found.push(format!("{key}: must not be negative, it is {value}"));
            }
        }
        for (key, value) in percents {
            if value < Decimal::ZERO || value >= Decimal::ONE_HUNDRED {
                found.push(format!("{key}: must be from 0 to below 100 percent, it is {value}"));
            }
        }
        for (key, value) in durations {
            if value < 0 {
                found.push(format!("{key}: must not be negative, it is {value}"));
            }
        }
        found
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
