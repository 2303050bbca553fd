//! The records of the venue's changes file: what a crash or a failing disk leaves of it.
//!
//! Any bytes read to an end. What was written reads back; cut anywhere it is torn; with a bit turned it is
//! never taken for a record.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/venue/src/state_record.rs"]
mod state_record;

use state_record::{Next, append, next};

fuzz_target!(|data: &[u8]| {
    let mut left = data;
    while let Next::Record { rest, .. } = next(left) {
        assert!(rest.len() < left.len());
        left = rest;
    }

    let Some((&[a, b], text)) = data.split_first_chunk() else { return };
    let pick = usize::from(u16::from_be_bytes([a, b]));
    let mut written = Vec::new();
    append(&mut written, &String::from_utf8_lossy(text)).expect("a text is a record");
    let Next::Record { body, rest: [] } = next(&written) else { panic!("{written:?}") };
    assert_eq!(serde_json::from_slice::<String>(body).expect("JSON"), String::from_utf8_lossy(text));

    let cut = pick % written.len();
    let expected = if cut == 0 { Next::End } else { Next::Torn { len: cut } };
    assert_eq!(next(&written[..cut]), expected);

    let len = written.len();
    written[pick % len] ^= 1 << (pick / len % 8);
    assert!(!matches!(next(&written), Next::Record { .. }), "a turned bit at {}", pick % len);
});
