use super::*;

#[test]
fn a_text_of_somebody_else_moves_no_cursor_and_turns_nothing_round() {
    let at = Timestamp::UNIX_EPOCH;
    let news = News::new(AlertKind::Risk, Severity::Info, "a\tb", "sold\r\n\u{1b}[2Kbought \u{202e}LPAA\u{2028}x", at);
    assert_eq!((news.subject.as_str(), news.title.as_str()), ("a b", "sold   [2Kbought  LPAA x"));
    let said = news.saying(" one\n\u{7}two\u{2066}\u{85} ");
    assert_eq!(said.text, "one\n two");
    assert_eq!(said.saying("Grüße, 株式 ½").text, "Grüße, 株式 ½");
}
