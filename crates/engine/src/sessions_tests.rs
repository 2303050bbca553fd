use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn held(key: &str, second: i64) -> Held {
    let (key_id, now) = (key.parse().unwrap(), at(second));
    Held { key_id, key_hash: "h".to_owned(), began_at: now, used_at: now, kept_at: now, alive: Arc::default() }
}

fn rules() -> SessionRules {
    SessionRules {
        idle: SignedDuration::from_secs(10),
        lasts: SignedDuration::from_secs(30),
        per_key_max: 2,
        sessions_max: 3,
    }
}

fn names(sessions: &Sessions) -> Vec<String> {
    sessions.held.lock().unwrap().keys().cloned().collect()
}

#[test]
fn a_session_is_over_when_idle_when_old_and_when_the_clock_was_set_back() {
    let mut one = held("a", 0);
    assert!(!one.is_over(&rules(), at(9)));
    assert!(one.is_over(&rules(), at(10)), "idle");
    one.used_at = at(29);
    assert!(!one.is_over(&rules(), at(29)));
    assert!(one.is_over(&rules(), at(30)), "old, although just used");
    assert!(one.is_over(&rules(), at(-1)), "from the future");
}

#[test]
fn one_too_many_of_a_key_ends_its_own_stalest_and_no_other_key_s() {
    let sessions = Sessions::default();
    sessions.begin("other".to_owned(), held("b", 0), &rules(), at(0));
    sessions.begin("1".to_owned(), held("a", 1), &rules(), at(1));
    sessions.begin("2".to_owned(), held("a", 2), &rules(), at(2));
    sessions.used("1", at(3));
    sessions.begin("3".to_owned(), held("a", 4), &rules(), at(4));
    assert_eq!(names(&sessions), ["1", "3", "other"]);
}

#[test]
fn one_too_many_of_all_ends_the_stalest() {
    let sessions = Sessions::default();
    for (second, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
        let second = i64::try_from(second).unwrap();
        sessions.begin(key.to_owned(), held(key, second), &rules(), at(second));
    }
    assert_eq!(names(&sessions), ["b", "c", "d"]);
}

#[test]
fn what_is_over_makes_room_first() {
    let sessions = Sessions::default();
    for key in ["a", "b", "c"] {
        sessions.begin(key.to_owned(), held(key, 0), &rules(), at(0));
    }
    sessions.begin("d".to_owned(), held("d", 10), &rules(), at(10));
    assert_eq!(names(&sessions), ["d"]);
}

#[test]
fn a_session_whose_key_is_gone_is_taken_out() {
    let sessions = Sessions::default();
    sessions.begin("1".to_owned(), held("a", 0), &rules(), at(0));
    assert!(sessions.live("1", &rules(), at(1), |_| None).is_err());
    assert_eq!(names(&sessions), Vec::<String>::new());
}

#[test]
fn who_watches_a_session_hears_its_end_whichever_way_it_came() {
    let sessions = Sessions::default();
    let watched = |name: &str, key: &str, second: i64| {
        let held = held(key, second);
        let over = held.alive.subscribe();
        sessions.begin(name.to_owned(), held, &rules(), at(second));
        over
    };
    let [crowded_out, without_key, signed_out, stays] = [("1", "a", 0), ("2", "b", 1), ("3", "c", 2), ("4", "d", 3)]
        .map(|(name, key, second)| watched(name, key, second));
    let is_over = |over: &watch::Receiver<()>| over.has_changed().is_err();
    assert!(is_over(&crowded_out), "three at most");
    assert!(sessions.live("2", &rules(), at(3), |_| None).is_err());
    assert!(sessions.end("3"));
    assert!(is_over(&without_key) && is_over(&signed_out) && !is_over(&stays));
}

fn kept(sessions: &Sessions) -> Vec<KeptSession> {
    sessions.kept(<[KeptSession]>::to_vec)
}

#[test]
fn what_was_kept_is_taken_up_again_unless_it_is_over() {
    let before = Sessions::default();
    before.begin("1".to_owned(), held("a", 0), &rules(), at(0));
    before.begin("2".to_owned(), held("b", 8), &rules(), at(8));
    let after = Sessions::default();
    after.take_up(kept(&before), &rules(), at(9));
    assert_eq!(kept(&after), kept(&before));
    let late = Sessions::default();
    late.take_up(kept(&before), &rules(), at(10));
    assert_eq!(names(&late), ["2"], "the first was idle meanwhile");
    let set_back = Sessions::default();
    set_back.take_up(kept(&before), &rules(), at(7));
    assert_eq!(names(&set_back), ["1"], "the second is from the future");
}

#[test]
fn of_what_was_kept_no_more_is_taken_up_than_there_may_be() {
    let kept: Vec<KeptSession> = (0..5)
        .map(|second| {
            let Held { key_id, key_hash, began_at, used_at, .. } = held("a", second);
            KeptSession { hash: second.to_string(), key_id, key_hash, began_at, used_at }
        })
        .collect();
    let sessions = Sessions::default();
    sessions.take_up(kept, &rules(), at(6));
    assert_eq!(names(&sessions), ["3", "4"]);
}

#[test]
fn a_use_is_kept_once_it_is_far_enough_from_the_last_that_was() {
    let wide = SessionRules { idle: SignedDuration::from_mins(9), ..rules() };
    let sessions = Sessions::default();
    sessions.begin("1".to_owned(), held("a", 0), &wide, at(0));
    let lag = LAG.as_secs();
    assert_eq!(
        [lag - 1, lag, lag + 1, 2 * lag].map(|second| sessions.used("1", at(second))),
        [false, true, false, true]
    );
    assert!(!sessions.used("gone", at(9 * lag)));
}
