//! The greeting and the frames behind it, in pieces of any size.
//!
//! The first byte says how the bytes are cut. Two readers get the same bytes, one all at once and one in
//! pieces, and must come to the same greeting, the same frames and the same error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tws::{DecodeError, FRAME_LEN_MAX, Hello, HelloReader};

type Seen = (Option<Hello>, Vec<Vec<u8>>, Option<DecodeError>);

fn read(pieces: &mut dyn Iterator<Item = &[u8]>) -> Seen {
    let mut reader = HelloReader::new();
    let hello = loop {
        match reader.next_hello() {
            Ok(Some(hello)) => break hello,
            Ok(None) => {}
            Err(e) => return (None, Vec::new(), Some(e)),
        }
        let Some(piece) = pieces.next() else { return (None, Vec::new(), None) };
        reader.push(piece);
    };
    assert!(hello.version_min <= hello.version_max);
    if let Some(version) = hello.negotiate() {
        assert!((hello.version_min..=hello.version_max).contains(&version.number()));
    }
    let mut frames = reader.into_frames();
    let mut seen = Vec::new();
    loop {
        match frames.next_frame() {
            Ok(Some(frame)) => {
                assert!(frame.len() <= FRAME_LEN_MAX);
                seen.push(frame.to_vec());
                continue;
            }
            Ok(None) => {}
            Err(e) => return (Some(hello), seen, Some(e)),
        }
        let Some(piece) = pieces.next() else { return (Some(hello), seen, None) };
        frames.push(piece);
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((cut, bytes)) = data.split_first() else { return };
    let whole = read(&mut std::iter::once(bytes));
    let cut = usize::from(*cut).max(1);
    assert_eq!(whole, read(&mut bytes.chunks(cut)), "pieces of {cut}");
});
