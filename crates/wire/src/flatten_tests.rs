use super::*;

#[test]
fn a_request_names_what_it_closes_and_why() {
    let read = |body: &str| FlattenPositions::parse(body.as_bytes());
    assert_eq!(read(r#"{"reason":"drill"}"#).unwrap(), (None, None, "drill".to_owned()));
    let (account, symbol, _) = read(r#"{"reason":"drill","account":"DU1234567","symbol":"brk b"}"#).unwrap();
    assert_eq!((account.unwrap().as_str(), symbol.as_deref()), ("DU1234567", Some("BRK B")));
    for wrong in [
        "{}",
        r#"{"reason":""}"#,
        r#"{"reason":"drill","symbol":""}"#,
        r#"{"reason":"drill","symbol":null}"#,
        r#"{"reason":"drill","symbol":"A\u0000"}"#,
        r#"{"reason":"drill","everything":true}"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
