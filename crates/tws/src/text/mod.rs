//! The text encoding, served from version 157 to 200.
//!
//! A message is its id and its fields, each ended by a NUL; position is all that names a field. Orders,
//! contracts and their details have more fields than the model carries: both encodings pass through the
//! same records of the wire (`protobuf::schema`), so that a field means the same in either, and one that
//! the model does not carry is noticed in either.

mod body;
mod decode;
mod decode_contract;
mod decode_data;
mod decode_order;
mod encode;
mod encode_account;
mod encode_contract;
mod encode_data;
mod encode_market;
mod encode_order;
mod encode_trade;
mod fields;
mod since;

pub(crate) use decode::decode;
pub(crate) use encode::encode_into;

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
