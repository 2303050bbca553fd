//! Questions, each with its deadline; no answer in time is an error, never an empty answer.

mod answer;
mod contracts;
mod history;
mod positions;
mod quote;
mod snapshot;
mod values;
mod what_if;

pub(crate) use answer::answer;
