use super::{Place, Places};
use domain::id::KeyId;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

fn key(name: &str) -> KeyId {
    name.parse().unwrap()
}

/// Everybody has sat long enough.
async fn grace_passes() {
    // tidy: sleep — the time is the runtime's own, which stands still
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// Leaves when asked to, the way a connection does.
fn leaves_when_asked(place: Place) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        tokio::select! {
            () = place.doing.is_cut() => {}
            () = place.doing.is_to_end() => {}
        }
        drop(place);
    })
}

fn peer(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

async fn sit(places: &Arc<Places>, last: u8) -> Option<Place> {
    let free = places.free().await.unwrap();
    places.sit(free, peer(last))
}

#[tokio::test]
async fn a_peer_holds_no_more_than_its_share_and_gets_it_back() {
    let places = Places::new(10, 2, 0);
    let (first, second) = (sit(&places, 1).await.unwrap(), sit(&places, 1).await.unwrap());
    assert!(sit(&places, 1).await.is_none());
    assert!(sit(&places, 2).await.is_some());
    drop(first);
    assert!(sit(&places, 1).await.is_some());
    drop(second);
    assert!(places.taken().by_peer.is_empty() && places.taken().open.is_empty());
}

#[tokio::test]
async fn addresses_of_one_site_of_version_6_are_one_peer() {
    let places = Places::new(10, 1, 0);
    let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
    let other: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
    let elsewhere: IpAddr = "2001:db8:1:3::1".parse().unwrap();
    let _sits = places.sit(places.free().await.unwrap(), one).unwrap();
    assert!(places.sit(places.free().await.unwrap(), other).is_none());
    assert!(places.sit(places.free().await.unwrap(), elsewhere).is_some());
}

#[tokio::test(start_paused = true)]
async fn when_all_are_taken_the_first_stranger_who_waits_goes_and_nobody_else() {
    let places = Places::new(3, 0, 0);
    let known = sit(&places, 1).await.unwrap();
    assert!(known.doing.shows(&key("agent")));
    let busy = sit(&places, 2).await.unwrap();
    busy.doing.begins();
    let leaves = leaves_when_asked(sit(&places, 3).await.unwrap());
    let next = sit(&places, 4).await.unwrap();
    leaves.await.unwrap();
    assert!(known.doing.waits_for_nothing() && !next.doing.is_reserve);
    drop((known, busy, next));
    places.all_left().await;
}

#[tokio::test(start_paused = true)]
async fn without_strangers_the_key_with_most_connections_gives_one_up_that_has_waited_longest() {
    let places = Places::new(4, 0, 0);
    let first = sit(&places, 1).await.unwrap();
    assert!(first.doing.shows(&key("operator")));
    let (mut many, mut leaving) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let place = sit(&places, 2).await.unwrap();
        assert!(place.doing.shows(&key("agent")));
        many.push(Arc::clone(&place.doing));
        leaving.push(leaves_when_asked(place));
    }
    grace_passes().await;
    many[0].begins();
    many[0].ends();
    many[1].begins();
    let next = sit(&places, 3).await.unwrap();
    assert!(!next.doing.is_reserve);
    let asked: Vec<bool> = leaving.iter().map(tokio::task::JoinHandle::is_finished).collect();
    assert_eq!(asked, [false, false, true], "the first has only just been answered, the second is at work");
    assert!(first.doing.waits_for_nothing(), "the operator's one connection stays");
}

#[tokio::test(start_paused = true)]
async fn while_all_are_at_work_there_is_the_reserve_and_what_streams_has_left_its_place() {
    let places = Places::new(2, 0, 0);
    let (one, other) = (sit(&places, 1).await.unwrap(), sit(&places, 2).await.unwrap());
    assert!(one.doing.shows(&key("agent")));
    one.doing.begins();
    other.doing.begins();
    let reserve = sit(&places, 3).await.unwrap();
    assert!(reserve.doing.is_reserve);
    one.seat.leave();
    one.doing.ends();
    let next = sit(&places, 4).await.unwrap();
    assert!(!next.doing.is_reserve, "a stream takes nobody's place");
    next.doing.begins();
    grace_passes().await;
    let last = sit(&places, 5).await.unwrap();
    assert!(last.doing.is_reserve && !one.doing.waits_for_nothing(), "and is not asked to go");
    drop((one, other, reserve, next, last));
    places.all_left().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_was_asked_and_does_not_go_keeps_nobody_waiting() {
    let places = Places::new(2, 0, 0);
    let slow = [sit(&places, 1).await.unwrap(), sit(&places, 1).await.unwrap()];
    assert!(slow.iter().all(|place| place.doing.shows(&key("agent"))));
    grace_passes().await;
    assert!(sit(&places, 2).await.unwrap().doing.is_reserve);
}

#[tokio::test]
async fn a_key_has_no_more_connections_than_one_may_and_gets_them_back() {
    let places = Places::new(10, 0, 2);
    let (first, second, third) =
        (sit(&places, 1).await.unwrap(), sit(&places, 2).await.unwrap(), sit(&places, 3).await.unwrap());
    let agent = key("agent");
    assert!(first.doing.shows(&agent) && second.doing.shows(&agent) && first.doing.shows(&agent));
    assert!(!third.doing.shows(&agent), "from wherever they come");
    assert!(third.doing.shows(&key("other")));
    second.doing.shows_nothing();
    assert!(third.doing.shows(&agent), "a key that counts no more frees its place");
    first.seat.leave();
    assert!(second.doing.shows(&agent), "streams are counted for themselves");
    drop((first, second, third));
    assert_eq!((places.by_key.count(&agent), places.by_key.count(&key("other"))), (0, 0));
}
