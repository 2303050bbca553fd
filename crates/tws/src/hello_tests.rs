use proptest::prelude::*;

use super::*;

fn greeting(range: &str) -> Vec<u8> {
    let mut out = b"API\0".to_vec();
    write_frame(&mut out, |b| b.extend_from_slice(range.as_bytes()));
    out
}

fn read(bytes: &[u8]) -> Result<Option<Hello>, DecodeError> {
    let mut reader = HelloReader::new();
    reader.push(bytes);
    reader.next_hello()
}

#[test]
fn the_range_and_the_options_are_read() {
    let hello = read(&greeting("v100..226 +PACEAPI")).unwrap().unwrap();
    assert_eq!((hello.version_min, hello.version_max), (100, 226));
    assert_eq!(hello.options, "+PACEAPI");
    assert_eq!(hello.negotiate().unwrap().number(), 226);
}

#[test]
fn a_single_version_is_a_range_of_one() {
    let hello = read(&greeting("v213")).unwrap().unwrap();
    assert_eq!((hello.version_min, hello.version_max), (213, 213));
}

#[test]
fn ranges_that_cannot_be_read_are_refused() {
    for range in ["", "v", "213..226", "v226..213", "v-1..226", "v213..", "vx..y", "v1..99999999999"] {
        assert_eq!(read(&greeting(range)), Err(DecodeError::MalformedHello), "{range:?}");
    }
}

#[test]
fn other_protocols_are_refused_at_the_fourth_byte() {
    assert_eq!(read(b"GET"), Ok(None));
    assert_eq!(read(b"GET "), Err(DecodeError::NotApi));
}

#[test]
fn a_greeting_longer_than_the_limit_is_refused() {
    let mut bytes = b"API\0".to_vec();
    bytes.extend_from_slice(&u32::try_from(HELLO_LEN_MAX + 1).unwrap().to_be_bytes());
    assert!(matches!(read(&bytes), Err(DecodeError::FrameTooLong { .. })));
}

#[test]
fn bytes_behind_the_greeting_belong_to_the_session() {
    let mut bytes = greeting("v213..226");
    write_frame(&mut bytes, |b| b.extend_from_slice(&[1, 2, 3]));
    let mut reader = HelloReader::new();
    reader.push(&bytes);
    assert!(reader.next_hello().unwrap().is_some());
    let mut frames = reader.into_frames();
    assert_eq!(frames.next_frame().unwrap().unwrap(), vec![1, 2, 3]);
}

#[test]
fn the_answer_is_one_frame_of_two_texts() {
    let version = ServerVersion::negotiate(213, 226).unwrap();
    let bytes = encode_hello_ack(version, "2026-04-13T19:27:04Z".parse().unwrap());
    assert_eq!(&bytes[4..], b"226\x0020260413 15:27:04 US/Eastern\x00");
    assert_eq!(bytes[..4], 33_u32.to_be_bytes());
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = read(&bytes);
        let mut prefixed = b"API\0".to_vec();
        prefixed.extend_from_slice(&bytes);
        let _ = read(&prefixed);
    }
}
