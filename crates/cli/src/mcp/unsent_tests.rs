use super::*;
use std::borrow::Cow;

type Error = StreamableHttpError<std::io::Error>;

fn said(text: &'static str) -> Unsent {
    Unsent::from(Error::UnexpectedServerResponse(Cow::Borrowed(text)))
}

#[test]
fn a_refusal_keeps_its_code_and_its_hint() {
    let refused =
        said(r#"HTTP 413 Payload Too Large: {"code":"payload_too_large","detail":"too large","hint":"send less"}"#);
    let Unsent::Refused(problem) = &refused else { panic!("{refused:?}") };
    assert_eq!(problem["code"], "payload_too_large");
    let told = serde_json::to_value(refused.answer(RequestId::Number(7))).unwrap();
    assert_eq!((&told["id"], &told["error"]["data"]["hint"]), (&json!(7), &json!("send less")));
    assert_eq!(told["error"]["message"], "payload_too_large: too large; send less");
}

#[test]
fn what_may_have_happened_is_said_to_be_unknown() {
    for text in [
        "HTTP 502 Bad Gateway: <html>",
        r#"HTTP 503: {"code":"internal","detail":"x"}"#,
        r#"HTTP 400: {"code":"no code of ours"}"#,
        "HTTP 400: {",
    ] {
        let lost = said(text);
        assert!(matches!(lost, Unsent::Lost(_)), "{text}: {lost:?}");
        let told = serde_json::to_value(lost.answer(RequestId::Number(1))).unwrap();
        assert_eq!(told["error"]["data"]["code"], "outcome_unknown");
        assert!(told["error"]["message"].as_str().unwrap().contains("cl_ord_id"), "{told}");
    }
}
