use super::*;

fn fields(text: &str) -> Fields<'_> {
    Fields::new(ServerVersion::negotiate(178, 178).unwrap(), text.as_bytes()).unwrap()
}

#[test]
fn fields_are_read_one_after_another_and_then_there_are_none() {
    let mut f = fields("7\0\0text\0");
    assert!(f.end(1).is_err());
    assert_eq!(f.int("a"), Ok(7));
    assert_eq!(f.text("b"), Ok(String::new()));
    assert_eq!(f.text("c"), Ok("text".to_owned()));
    assert_eq!(f.end(1), Ok(()));
    assert_eq!(f.text("d"), Err(DecodeError::MissingField { field: "d" }));
}

#[test]
fn an_empty_field_and_the_wires_sentinels_are_unset() {
    let mut f = fields("\x002147483647\0\x001.7976931348623157E308\x001.7976931348623157e+308\0\0");
    assert_eq!((f.some_int("a"), f.some_int("b")), (Ok(None), Ok(None)));
    assert_eq!((f.some_double("c"), f.some_double("d"), f.some_double("e")), (Ok(None), Ok(None), Ok(None)));
    assert_eq!(f.some_flag("f"), Ok(None));
}

#[test]
fn what_is_not_what_is_due_is_an_error_and_never_a_default() {
    for bad in ["x", "1.5", "2147483648", " 1", "1 ", "0x1"] {
        assert_eq!(fields(&format!("{bad}\0")).some_int("n"), Err(DecodeError::NotInteger { field: "n" }), "{bad}");
    }
    for bad in ["x", "1,5", " 1", "--1"] {
        assert_eq!(fields(&format!("{bad}\0")).some_double("n"), Err(DecodeError::NotDecimal { field: "n" }), "{bad}");
    }
    for bad in ["NaN", "inf", "Infinity", "1e999"] {
        assert_eq!(fields(&format!("{bad}\0")).some_double("n"), Err(DecodeError::NotFinite { field: "n" }), "{bad}");
    }
    for bad in ["2", "true", "False", "-1"] {
        assert_eq!(fields(&format!("{bad}\0")).flag("n"), Err(DecodeError::NotFlag { field: "n" }), "{bad}");
    }
    assert_eq!(fields("\0").int("n"), Err(DecodeError::MissingField { field: "n" }));
    assert_eq!(fields("-1\0").count("n"), Err(DecodeError::NotInteger { field: "n" }));
}

#[test]
fn a_frame_that_is_no_text_or_does_not_end_is_refused() {
    let version = ServerVersion::negotiate(178, 178).unwrap();
    assert_eq!(Fields::new(version, b"\xff\0").unwrap_err(), DecodeError::NotText);
    assert_eq!(Fields::new(version, b"1\x002").unwrap_err(), DecodeError::Unterminated { len: 3 });
    assert_eq!(Fields::new(version, b"").unwrap_err(), DecodeError::Unterminated { len: 0 });
}
