//! What a limit counts, and whether it meets an order that only gets out of a position.

use super::limits::LimitKey;

/// Over what a limit counts. A section chooses the orders of which a limit is asked, never what is counted for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// The order alone.
    Order,
    /// Everything that the account holds or does in the order's instrument, whoever asked for it.
    Instrument,
    /// Everything that the account holds or does.
    Account,
    /// What orders of the strategy did.
    Strategy,
    /// Everything that this gateway does.
    Gateway,
}

impl Counts {
    /// Our word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Instrument => "instrument",
            Self::Account => "account",
            Self::Strategy => "strategy",
            Self::Gateway => "gateway",
        }
    }
}

impl LimitKey {
    /// Over what it counts.
    pub fn counts(&self) -> Counts {
        match (self.control, self.key) {
            (28, "position_qty_max" | "position_notional_max")
            | (30, "open_orders_per_instrument_max")
            | (34, "short_window_qty_max" | "short_window_move_percent_max")
            | (25 | 26 | 58, _) => Counts::Instrument,
            (27..=34 | 37 | 38 | 40, _) | (35, "messages_per_day_max") => Counts::Account,
            (36, _) => Counts::Strategy,
            (4 | 8 | 35 | 39 | 46, _) => Counts::Gateway,
            _ => Counts::Order,
        }
    }

    /// Whether it can refuse or hold an order that only makes a position smaller, open orders counted.
    pub fn meets_exits(&self) -> bool {
        match (self.control, self.key) {
            // A halt for losses is for everything.
            (32, "loss_day_halt" | "loss_week_halt") => true,
            (21 | 27..=29 | 32 | 33 | 37 | 38 | 58, _) => false,
            _ => true,
        }
    }
}
