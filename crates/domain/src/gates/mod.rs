//! The gates. Each control is one pure function in a file of its own; [`evaluate`] runs all that apply and reports
//! every reason. Missing or stale input denies.

mod c01_read_only;
mod c02_mode_proof;
mod c03_account_pin;
mod c04_live_arming;
mod c05_authorised;
mod c06_approval;
mod c07_preview;
mod c08_readiness;
mod c09_fresh_data;
mod c10_kill_clear;
mod c11_audit_writable;
mod c12_version;
mod c13_max_qty;
mod c14_max_notional;
mod c15_price_collar;
mod c16_market_guard;
mod c17_trigger;
mod c18_tick_and_lot;
mod c19_liquidity;
mod c20_allow_list;
mod c21_restricted;
mod c22_session;
mod c23_time_in_force;
mod c24_reduce_only;
mod c25_look_alike;
mod c26_self_match;
mod c27_capital;
mod c28_position;
mod c29_margin;
mod c30_open_orders;
mod c31_turnover;
mod c32_loss;
mod c33_drawdown;
mod c34_short_window;
mod c35_throttle;
mod c36_repeated;
mod c37_efficiency;
mod c38_cooldown;
mod c39_rejects;
mod c40_worst_case;
mod c43_flatten;
mod c46_dead_man;
mod c58_surveillance;
mod input;
mod lately;
mod table;
mod worst_after;

pub use c04_live_arming::{LiveAsk, live_faults};
pub use c06_approval::{Wanted, YesAsk, mandate_in_use, whether_asked};
pub use c12_version::is_older;
pub use c19_liquidity::volume_counts;
pub use c29_margin::sells_option;
pub use input::{
    AccountFacts, ApprovalFact, Dated, GateInput, Heartbeat, LinkState, LookAlike, PreviewFact, Readiness, Reference,
    Rules,
};
pub use lately::{Funds, Lately, Losses, WhatIfFact};
pub use table::{
    Decision, Evaluation, GATES, Gate, GateResult, Verdict, evaluate, reduces, worst_notional, worst_price,
};

#[cfg(test)]
#[path = "world_tests.rs"]
mod world;

#[cfg(test)]
#[path = "evaluate_tests.rs"]
mod properties;

#[cfg(test)]
#[path = "exits_tests.rs"]
mod exits;
