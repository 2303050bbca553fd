//! The protobuf encoding, served from version 213 on.

mod condition;
mod decode;
mod decode_data;
mod encode;
mod encode_account;
mod encode_data;
mod encode_market;
mod encode_trade;
mod order;
pub(crate) mod schema;

pub(crate) use decode::{contract, decode};
pub(crate) use encode::{contract as contract_to_wire, encode_into};
pub(crate) use encode_market::contract_details as details_to_wire;
pub(crate) use encode_trade::order_state as state_to_wire;
pub(crate) use order::{decode as order_from_wire, encode as order_to_wire};

#[cfg(test)]
#[path = "data_tests.rs"]
mod data_tests;
#[cfg(test)]
#[path = "decode_tests.rs"]
mod decode_tests;
#[cfg(test)]
#[path = "encode_tests.rs"]
mod encode_tests;
#[cfg(test)]
#[path = "garbage_tests.rs"]
mod garbage_tests;
