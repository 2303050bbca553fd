use super::*;

#[test]
fn the_bot_knows_its_words_and_no_other() {
    let cases = [
        ("/status", Some(Word::Status)),
        (" /Positions@tollgate_bot ", Some(Word::Positions)),
        ("/runs", Some(Word::Runs)),
        ("/kill", Some(Word::Kill(String::new()))),
        ("/kill the\nfeed is wrong", Some(Word::Kill("the feed is wrong".to_owned()))),
        ("/kill off", Some(Word::NotAKill)),
        ("/kill  status ", Some(Word::NotAKill)),
        ("/kill off the desk", Some(Word::Kill("off the desk".to_owned()))),
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

#[test]
fn a_server_that_asks_for_a_rest_gets_it_within_bounds() {
    let secs =
        |rest, asked: Option<i64>| pause(Duration::from_secs(rest), asked.map(SignedDuration::from_secs)).as_secs();
    assert_eq!(
        [secs(1, None), secs(1, Some(30)), secs(8, Some(3)), secs(1, Some(86_400)), secs(1, Some(-5))],
        [1, 30, 8, 900, 1]
    );
}

#[test]
fn who_spoke_is_told_by_number_and_name() {
    let user = |username: Option<&str>| User { id: 77, username: username.map(str::to_owned) };
    assert_eq!(who(Some(&user(Some("eve")))), "user 77 (eve)");
    assert_eq!(who(Some(&user(None))), "user 77");
    assert_eq!(who(None), "somebody");
}
