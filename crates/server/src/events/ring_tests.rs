use super::*;

fn frame(seq: u64, kind: &'static str) -> Frame {
    Frame { seq, kind, of_order: None, order: None, moves_position: false, bytes: Bytes::from(vec![b'x'; 10]) }
}

fn ring(records_max: usize, bytes_max: usize, places: std::ops::RangeInclusive<u64>) -> Ring {
    let mut ring = Ring::new(records_max, bytes_max);
    ring.restart(places.start() - 1);
    places.for_each(|seq| ring.push(frame(seq, if seq % 2 == 0 { "even" } else { "odd" })));
    ring
}

fn places(ring: &Ring, mut after: u64, wanted: &Wanted) -> Vec<u64> {
    let mut places = Vec::new();
    while let Next::Frame(seq, _) = ring.next(after, wanted) {
        places.push(seq);
        after = seq;
    }
    places
}

#[test]
fn a_reader_gets_every_record_behind_its_place_once_and_then_nothing() {
    let ring = ring(10, 1_000, 5..=9);
    assert_eq!(places(&ring, 4, &Wanted::default()), [5, 6, 7, 8, 9]);
    assert_eq!(places(&ring, 7, &Wanted::default()), [8, 9]);
    assert_eq!(ring.next(9, &Wanted::default()), Next::Nothing(9));
    assert_eq!(ring.next(12, &Wanted::default()), Next::Nothing(12), "the ring may be behind the journal");
}

#[test]
fn what_is_not_wanted_is_passed_over_and_the_place_moves_on() {
    let ring = ring(10, 1_000, 5..=9);
    let wanted = Wanted { kinds: ["even"].into(), ..Wanted::default() };
    assert_eq!(places(&ring, 4, &wanted), [6, 8]);
    assert_eq!(ring.next(8, &wanted), Next::Nothing(9));
    let none = Wanted { kinds: ["none"].into(), ..Wanted::default() };
    assert_eq!(ring.next(4, &none), Next::Nothing(9));
}

#[test]
fn of_what_becomes_of_orders_only_what_is_named_comes_beside_the_kinds() {
    let mut ring = Ring::new(10, 1_000);
    for (seq, kind, of_order) in
        [(1, "order", Some("acknowledged")), (2, "order", Some("executed")), (3, "link_up", None), (4, "stopped", None)]
    {
        ring.push(Frame { of_order, ..frame(seq, kind) });
    }
    let fills = Wanted { of_orders: ["executed"].into(), ..Wanted::default() };
    assert_eq!(places(&ring, 0, &fills), [2]);
    assert_eq!(places(&ring, 0, &Wanted { kinds: ["link_up"].into(), ..fills.clone() }), [2, 3]);
    assert_eq!(places(&ring, 0, &Wanted { kinds: ["order"].into(), ..fills }), [1, 2]);
}

#[test]
fn it_holds_no_more_records_and_no_more_bytes_than_it_may() {
    let by_number = ring(3, 1_000, 1..=9);
    assert_eq!(places(&by_number, 6, &Wanted::default()), [7, 8, 9]);
    assert_eq!(by_number.next(5, &Wanted::default()), Next::Older);
    let by_bytes = ring(100, 25, 1..=9);
    assert_eq!(places(&by_bytes, 7, &Wanted::default()), [8, 9]);
    assert_eq!(by_bytes.next(6, &Wanted::default()), Next::Older);
    let too_large = ring(100, 5, 1..=9);
    assert_eq!(too_large.next(8, &Wanted::default()), Next::Older, "it is read from the journal");
    assert_eq!((too_large.upto(), too_large.next(9, &Wanted::default())), (9, Next::Nothing(9)));
}

#[test]
fn a_record_that_does_not_follow_makes_it_begin_anew() {
    let mut ring = ring(10, 1_000, 1..=3);
    ring.push(frame(7, "odd"));
    assert_eq!(ring.next(3, &Wanted::default()), Next::Older);
    assert_eq!(places(&ring, 6, &Wanted::default()), [7]);
}
