use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn held(key: &str, second: i64) -> Held {
    let alive = Arc::new(watch::Sender::new(()));
    Held { key_id: key.parse().unwrap(), key_hash: "h".to_owned(), began_at: at(second), used_at: at(second), alive }
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
    sessions.begin("other".to_owned(), held("b", 0), &rules());
    sessions.begin("1".to_owned(), held("a", 1), &rules());
    sessions.begin("2".to_owned(), held("a", 2), &rules());
    sessions.used("1", at(3));
    sessions.begin("3".to_owned(), held("a", 4), &rules());
    assert_eq!(names(&sessions), ["1", "3", "other"]);
}

#[test]
fn one_too_many_of_all_ends_the_stalest() {
    let sessions = Sessions::default();
    for (second, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
        sessions.begin(key.to_owned(), held(key, i64::try_from(second).unwrap()), &rules());
    }
    assert_eq!(names(&sessions), ["b", "c", "d"]);
}

#[test]
fn what_is_over_makes_room_first() {
    let sessions = Sessions::default();
    for key in ["a", "b", "c"] {
        sessions.begin(key.to_owned(), held(key, 0), &rules());
    }
    sessions.begin("d".to_owned(), held("d", 10), &rules());
    assert_eq!(names(&sessions), ["d"]);
}

#[test]
fn a_session_whose_key_is_gone_is_taken_out() {
    let sessions = Sessions::default();
    sessions.begin("1".to_owned(), held("a", 0), &rules());
    assert!(sessions.live("1", &rules(), at(1), |_| None).is_none());
    assert_eq!(names(&sessions), Vec::<String>::new());
}

#[test]
fn who_watches_a_session_hears_its_end_whichever_way_it_came() {
    let sessions = Sessions::default();
    let watched = |name: &str, key: &str, second: i64| {
        let held = held(key, second);
        let over = held.alive.subscribe();
        sessions.begin(name.to_owned(), held, &rules());
        over
    };
    let [crowded_out, without_key, signed_out, stays] = [("1", "a", 0), ("2", "b", 1), ("3", "c", 2), ("4", "d", 3)]
        .map(|(name, key, second)| watched(name, key, second));
    let is_over = |over: &watch::Receiver<()>| over.has_changed().is_err();
    assert!(is_over(&crowded_out), "three at most");
    assert!(sessions.live("2", &rules(), at(3), |_| None).is_none());
    assert!(sessions.end("3"));
    assert!(is_over(&without_key) && is_over(&signed_out) && !is_over(&stays));
}
