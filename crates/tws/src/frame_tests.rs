use proptest::prelude::*;

use super::*;

fn framed(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_frame(&mut out, |b| b.extend_from_slice(body));
    out
}

#[test]
fn a_frame_comes_out_only_when_its_last_byte_is_there() {
    let bytes = framed(b"hello");
    let mut reader = FrameReader::new(16);
    for byte in &bytes[..bytes.len() - 1] {
        reader.push(&[*byte]);
        assert_eq!(reader.next_frame(), Ok(None));
    }
    reader.push(&bytes[bytes.len() - 1..]);
    assert_eq!(reader.next_frame().unwrap().unwrap(), "hello");
    assert_eq!(reader.pending_len(), 0);
}

#[test]
fn an_oversized_length_is_refused_before_its_bytes_come() {
    let mut reader = FrameReader::new(16);
    reader.push(&17_u32.to_be_bytes());
    assert_eq!(reader.next_frame(), Err(DecodeError::FrameTooLong { len: 17, len_max: 16 }));
}

#[test]
fn the_longest_length_is_accepted() {
    let mut reader = FrameReader::new(16);
    reader.push(&framed(&[7; 16]));
    assert_eq!(reader.next_frame().unwrap().unwrap(), vec![7; 16]);
}

proptest! {
    #[test]
    fn frames_survive_any_cut_of_the_stream(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..12),
        cuts in prop::collection::vec(1_usize..9, 1..60),
    ) {
        let stream: Vec<u8> = bodies.iter().flat_map(|b| framed(b)).collect();
        let mut reader = FrameReader::new(64);
        let mut seen = Vec::new();
        let (mut rest, mut cuts) = (stream.as_slice(), cuts.iter().cycle());
        while !rest.is_empty() {
            let (head, tail) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
            reader.push(head);
            rest = tail;
            while let Some(frame) = reader.next_frame().unwrap() {
                seen.push(frame.to_vec());
            }
        }
        prop_assert_eq!(seen, bodies);
        prop_assert_eq!(reader.pending_len(), 0);
    }

    #[test]
    fn random_bytes_never_make_a_frame_longer_than_allowed(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut reader = FrameReader::new(32);
        reader.push(&bytes);
        while let Ok(Some(frame)) = reader.next_frame() {
            prop_assert!(frame.len() <= 32);
        }
    }
}
