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
mod schema;

pub(crate) use decode::decode;
pub(crate) use encode::encode_into;

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
