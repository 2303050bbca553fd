use super::{Place, Places};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn peer(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

async fn sit(places: &Arc<Places>, last: u8) -> Option<Place> {
    let free = places.free().await.unwrap();
    places.sit(free, peer(last))
}

#[tokio::test]
async fn a_peer_holds_no_more_than_its_share_and_gets_it_back() {
    let places = Places::new(10, 2);
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
    let places = Places::new(10, 1);
    let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
    let other: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
    let elsewhere: IpAddr = "2001:db8:1:3::1".parse().unwrap();
    let _sits = places.sit(places.free().await.unwrap(), one).unwrap();
    assert!(places.sit(places.free().await.unwrap(), other).is_none());
    assert!(places.sit(places.free().await.unwrap(), elsewhere).is_some());
}

#[tokio::test]
async fn when_all_are_taken_the_first_stranger_who_waits_goes_and_nobody_else() {
    let places = Places::new(3, 0);
    let known = sit(&places, 1).await.unwrap();
    known.doing.known.store(true, Ordering::Relaxed);
    let busy = sit(&places, 2).await.unwrap();
    busy.doing.busy.store(true, Ordering::Relaxed);
    let stranger = sit(&places, 3).await.unwrap();
    let doing = Arc::clone(&stranger.doing);
    let leaves = tokio::spawn(async move {
        doing.must_go().await;
        drop(stranger);
    });
    let next = sit(&places, 4).await.unwrap();
    leaves.await.unwrap();
    assert!(!known.doing.asked_to_go.load(Ordering::Relaxed) && !busy.doing.asked_to_go.load(Ordering::Relaxed));
    drop((known, busy, next));
    places.all_left().await;
}
