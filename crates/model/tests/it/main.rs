//! The model against its promises, its bugs against the model, and its words against the code's.

mod bugs;
mod slice;
mod words;
