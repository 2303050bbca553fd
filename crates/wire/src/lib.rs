//! The versioned JSON shapes of our own faces and their conversions from and to the domain. What a request says is
//! parsed here, once, into checked types; what an answer says has one shape for every face. No shape is ever narrowed:
//! fields are added, words and codes are permanent.

pub mod account;
pub mod alert;
pub mod amendment;
pub mod approval;
pub mod audit;
pub mod code;
pub mod configuration;
pub mod contract;
pub mod event;
pub mod fields;
pub mod flatten;
pub mod gates;
pub mod group;
pub mod guard;
pub mod instrument;
pub mod key;
pub mod kill;
pub mod limits;
pub mod looping;
pub mod market;
pub mod new_order;
pub mod option_chain;
pub mod order;
pub mod page;
pub mod permit;
pub mod preview;
pub mod problem;
pub mod schema;
pub mod session;
pub mod status;
pub mod stream;
pub mod terms;
pub mod venue;
pub mod verification;
pub mod word;

pub use code::Code;
pub use fields::{FieldError, ParseError};
pub use new_order::NewOrder;
pub use page::Page;
pub use problem::Problem;
