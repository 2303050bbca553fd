//! The broker itself: orders, matching, accounts, and what it answers.
//!
//! [`Core`] is pure: it reads no clock, does no input or output, draws no chance; the same calls give
//! the same answers. What must survive a crash changes only by applying a [`Change`]; the server makes
//! those durable before it lets the answers out, and [`Core::restore`] rebuilds the state from them.

mod account;
mod account_feeds;
mod account_values;
mod asset;
mod auction;
mod audit;
mod audit_told;
mod bracket;
mod cancel;
mod change;
mod commission;
mod conditions;
mod config;
mod contract;
mod contract_details;
mod data_feeds;
mod data_type;
mod depth;
mod desk;
mod execute;
mod expiry;
mod fx;
mod generic_ticks;
mod histogram;
mod historical_ticks;
mod history;
mod kind;
mod locate;
mod manual;
mod margin;
mod margin_rules;
mod operator;
mod option_chain;
mod option_figures;
mod order;
mod order_lists;
mod order_reports;
mod order_store;
mod pacing;
mod parts;
mod passing;
mod place;
mod pnl;
mod positions;
mod read;
mod realtime_bars;
mod reference;
mod replace;
mod retire;
mod scanner;
mod schedule;
mod session;
mod sizes;
mod snapshot;
mod state;
mod state_index;
mod tape;
mod terms;
mod tick_by_tick;
mod ticks;
mod trigger;
mod view;
mod view_book;

pub use account::{Account, CashLedger, Holding};
pub use asset::Currency;
pub use audit::{Audit, Violation};
pub use change::Change;
pub use commission::Commissions;
pub use config::{CoreConfig, CoreError};
pub use data_type::DataRights;
pub use desk::{ConnId, Core, Step};
pub use kind::{Distance, Kind, TriggerMethod};
pub use order::{Fill, LedgerExecution, LedgerModification, LedgerOrder};
pub use snapshot::Snapshot;
pub use terms::{Side, Terms, Tif};
pub use view::{AccountView, BalanceView, ConnectionView, HoldingView, StateView, WorkingOrderView};
pub use view_book::BookView;

#[cfg(test)]
#[expect(clippy::wildcard_enum_match_arm, reason = "a test picks the replies it is about")]
mod tests;
