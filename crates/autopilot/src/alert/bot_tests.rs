use super::*;

#[test]
fn the_bot_knows_its_words_and_no_other() {
    let cases = [
        ("/status", Some(Word::Status)),
        (" /Positions@tollgate_bot ", Some(Word::Positions)),
        ("/runs", Some(Word::Runs)),
        ("/kill", Some(Word::Kill(String::new()))),
        ("/kill the\nfeed is wrong", Some(Word::Kill("the feed is wrong".to_owned()))),
        ("/help", Some(Word::Help)),
        ("/start", Some(Word::Help)),
        ("/approve ap-1", None),
        ("/arm", None),
        ("/unkill", None),
        ("/resume", None),
        ("/killall", None),
        ("kill", None),
        ("please /kill", None),
        ("", None),
    ];
    for (text, word) in cases {
        assert_eq!(Word::read(text), word, "{text:?}");
    }
    let long = Word::read(&format!("/kill {}", "x".repeat(5_000)));
    assert_eq!(long, Some(Word::Kill("x".repeat(200))));
}
