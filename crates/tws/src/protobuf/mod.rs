//! The protobuf encoding, served from version 213 on.

mod decode;
mod encode;
mod encode_account;
mod encode_market;
mod encode_trade;
mod order;
mod schema;

pub(crate) use decode::decode;
pub(crate) use encode::encode_into;

#[cfg(test)]
#[path = "decode_tests.rs"]
mod decode_tests;
#[cfg(test)]
#[path = "encode_tests.rs"]
mod encode_tests;
#[cfg(test)]
#[path = "garbage_tests.rs"]
mod garbage_tests;
