//! A text frame at any version: the first byte picks the version.
//!
//! What is read is not only free of panics: a frame with another field behind its last one, or without the NUL
//! that ends it, is never read as the same request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tws::model::Request;
use tws::{ServerVersion, decode};

fuzz_target!(|data: &[u8]| {
    let Some((pick, frame)) = data.split_first() else { return };
    let number = 157 + i32::from(*pick) % 44;
    let version = ServerVersion::negotiate(number, number).expect("157 to 200 are served");
    let Ok(request) = decode(version, frame) else { return };
    // What is only refused by its id, and the options of calculations, have no fixed end.
    let open_ended = matches!(
        request,
        Request::Unsupported { .. } | Request::CalculateImpliedVolatility(_) | Request::CalculateOptionPrice(_)
    );
    if open_ended {
        return;
    }
    let longer = [frame, b"0\0"].concat();
    assert!(decode(version, &longer).is_err(), "a field too many: {request:?}");
    let unended = frame.strip_suffix(b"\0").expect("a request ends with a NUL");
    assert!(decode(version, unended).is_err(), "no NUL at the end: {request:?}");
});
