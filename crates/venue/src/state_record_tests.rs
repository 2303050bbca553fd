use super::*;

const HEADER_LEN: usize = 12;

fn two_records() -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out, &"first").unwrap();
    append(&mut out, &"second").unwrap();
    out
}

fn bodies(mut bytes: &[u8]) -> (Vec<Vec<u8>>, Next<'_>) {
    let mut seen = Vec::new();
    loop {
        match next(bytes) {
            Next::Record { body, rest } => {
                seen.push(body.to_vec());
                bytes = rest;
            }
            end @ (Next::End | Next::Torn { .. } | Next::Corrupt { .. }) => return (seen, end),
        }
    }
}

#[test]
fn records_are_read_back_in_order() {
    let bytes = two_records();
    let (seen, end) = bodies(&bytes);
    assert_eq!(seen, [b"\"first\"".to_vec(), b"\"second\"".to_vec()]);
    assert_eq!(end, Next::End);
}

#[test]
fn a_file_cut_anywhere_keeps_its_whole_records_and_is_never_corrupt() {
    let bytes = two_records();
    let first_len = HEADER_LEN + b"\"first\"".len();
    for cut in 0..bytes.len() {
        let (seen, end) = bodies(&bytes[..cut]);
        assert_eq!(seen.len(), usize::from(cut >= first_len), "cut at {cut}");
        if cut == 0 || cut == first_len {
            assert_eq!(end, Next::End);
        } else {
            assert!(matches!(end, Next::Torn { .. }), "cut at {cut}: {end:?}");
        }
    }
}

#[test]
fn a_file_lengthened_with_zeros_ends_at_its_last_record() {
    let mut bytes = two_records();
    bytes.extend_from_slice(&[0; 100]);
    let (seen, end) = bodies(&bytes);
    assert_eq!((seen.len(), end), (2, Next::Torn { len: 100 }));
}

#[test]
fn any_changed_byte_before_the_last_record_is_corruption() {
    let bytes = two_records();
    let first_len = HEADER_LEN + b"\"first\"".len();
    for at in 0..first_len {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x40;
        let (seen, end) = bodies(&bytes);
        assert_eq!(seen.len(), 0, "byte {at}");
        assert!(matches!(end, Next::Corrupt { .. }), "byte {at}: {end:?}");
    }
}
