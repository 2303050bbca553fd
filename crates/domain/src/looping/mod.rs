//! The closed loop's decisions in pure code: when it runs, what it wants, which orders that takes, and how a run goes on.
//! What runs it lives in `autopilot`; it is a client of the desk like any other.

pub mod book;
pub mod calendar;
pub mod cron;
pub mod decision;
pub mod event;
pub mod execution;
pub mod order_plan;
pub mod plan_approval;
pub mod run;
pub mod schedule;
pub mod schedule_text;
pub mod signal;
pub mod standing;
