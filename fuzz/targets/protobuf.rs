//! A protobuf frame at any version: the first byte picks the version.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tws::{ServerVersion, decode};

fuzz_target!(|data: &[u8]| {
    let Some((pick, frame)) = data.split_first() else { return };
    let number = 213 + i32::from(*pick) % 14;
    let version = ServerVersion::negotiate(number, number).expect("213 to 226 are served");
    if let Ok(request) = decode(version, frame) {
        // The same bytes are always the same request.
        assert_eq!(decode(version, frame), Ok(request));
    }
});
