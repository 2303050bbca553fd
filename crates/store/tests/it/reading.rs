use crate::event::{Place, append_session, at, notice};
use tollgate_store::{Direction, Journal, JournalReader, KeyClaim, Page, RecordFilter};

fn forward(cursor: Option<u64>, limit: u32) -> Page {
    Page { cursor, limit, direction: Direction::Forward }
}

#[test]
fn pages_walk_over_everything_both_ways() {
    let place = Place::new();
    let mut journal = place.open();
    let appended = append_session(&mut journal);
    let reader = JournalReader::open(&place.data()).unwrap();
    for direction in [Direction::Forward, Direction::Backward] {
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = reader.records(&RecordFilter::default(), &Page { cursor, limit: 7, direction }).unwrap();
            let Some(last) = page.last() else { break };
            cursor = Some(last.recorded.seq);
            seen.extend(page.into_iter().map(|stored| stored.recorded));
        }
        if direction == Direction::Backward {
            seen.reverse();
        }
        assert_eq!(seen, appended);
    }
    let all = reader.records(&RecordFilter::default(), &forward(None, 1_000)).unwrap();
    assert!(all.windows(2).all(|pair| pair[1].prev_hash == pair[0].hash));
    assert_eq!(all.last().unwrap().hash, journal.head().hash);
}

#[test]
fn filters_pick_by_kind_order_and_request() {
    let place = Place::new();
    let mut journal = place.open();
    append_session(&mut journal);
    let reader = JournalReader::open(&place.data()).unwrap();
    let count = |filter: RecordFilter| reader.records(&filter, &forward(None, 1_000)).unwrap().len();
    assert_eq!(count(RecordFilter { kind: Some("order_submitting".to_owned()), ..RecordFilter::default() }), 2);
    assert_eq!(count(RecordFilter { kind: Some("nonsense".to_owned()), ..RecordFilter::default() }), 0);
    let of_request = RecordFilter { correlation_id: Some("req-1".parse().unwrap()), ..RecordFilter::default() };
    assert_eq!(count(of_request.clone()), 8);
    assert_eq!(count(RecordFilter { cl_ord_id: Some("b1".parse().unwrap()), ..of_request }), 3);
}

#[test]
fn the_history_of_an_order_tells_its_approval_too() {
    let place = Place::new();
    append_session(&mut place.open());
    let reader = JournalReader::open(&place.data()).unwrap();
    let history = reader.order_history(&"a1".parse().unwrap(), 100).unwrap();
    let kinds: Vec<_> = history.iter().map(|stored| stored.recorded.event.kind()).collect();
    assert_eq!(kinds[..3], ["approval_requested", "approval_moved", "order_submitting"]);
    assert_eq!(kinds.len(), 8);
    assert_eq!(history[0].principal.as_deref(), Some("ann"));
}

#[test]
fn a_key_tells_what_it_was_used_for() {
    let place = Place::new();
    append_session(&mut place.open());
    let reader = JournalReader::open(&place.data()).unwrap();
    let claim = |request_hash: &str, verb: &str| {
        Some(KeyClaim { request_hash: request_hash.to_owned(), cl_ord_id: "b1".to_owned(), verb: verb.to_owned() })
    };
    for (key, expected) in [
        ("b1", claim("hash-b1", "submit")),
        ("b1-r", claim("hash-r", "replace")),
        ("b1-c", claim("hash-c", "cancel")),
        ("unused", None),
    ] {
        assert_eq!(reader.key_claim(&key.parse().unwrap()).unwrap(), expected, "{key}");
    }
}

#[test]
fn a_reader_sees_each_commit_at_once() {
    let place = Place::new();
    let mut journal = place.open();
    let reader = JournalReader::open(&place.data()).unwrap();
    for seq in 1..5 {
        let appended = journal.append(at(1), &[notice(1)]).unwrap();
        assert_eq!(reader.record(seq).unwrap().unwrap().recorded, appended[0]);
        assert_eq!(reader.record(seq + 1).unwrap(), None);
    }
}

/// The recipe of docs/operations.md, written down a second time.
fn hash_of(record: &tollgate_store::SealedRecord, secret: &[u8; 32]) -> String {
    let mut hasher = blake3::Hasher::new_keyed(&blake3::derive_key("tollgate 2026 journal record v1", secret));
    hasher.update(&record.seq.to_le_bytes()).update(&record.at_ns.to_le_bytes());
    hasher.update(&hex::decode(&record.prev_hash).unwrap());
    let fields = [
        Some(&record.kind),
        record.cl_ord_id.as_ref(),
        record.correlation_id.as_ref(),
        record.principal.as_ref(),
        Some(&record.body),
    ];
    for field in fields {
        match field {
            None => hasher.update(&[0]),
            Some(text) => hasher.update(&[1]).update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes()),
        };
    }
    hasher.finalize().to_hex().to_string()
}

#[test]
fn an_outsider_with_the_key_can_check_what_was_exported() {
    let place = Place::new();
    append_session(&mut place.open());
    let mut secret = [0; 32];
    let text = std::fs::read_to_string(place.options().key_path()).unwrap();
    hex::decode_to_slice(text.trim_end(), &mut secret).unwrap();
    let mut before = "0".repeat(64);
    let mut seen = 0;
    let mut check = |record: tollgate_store::SealedRecord| {
        assert_eq!((&record.prev_hash, &record.hash), (&before, &hash_of(&record, &secret)), "record {}", record.seq);
        before.clone_from(&record.hash);
        seen += 1;
        Ok(())
    };
    JournalReader::open(&place.data()).unwrap().sealed(1, &mut check).unwrap();
    assert_eq!(seen, 27);
}

#[test]
fn what_is_damaged_is_shown_as_far_as_it_can_be_read_and_says_so() {
    let place = Place::new();
    append_session(&mut place.open());
    let damaged = "DROP TRIGGER records_never_change;
        UPDATE records SET body = x'7b22ff227d' WHERE seq = 5;
        UPDATE records SET hash = x'0a0b', kind = CAST(x'66ff' AS TEXT) WHERE seq = 7;";
    place.raw().execute_batch(damaged).unwrap();
    let reader = JournalReader::open(&place.data()).unwrap();
    let mut seen = Vec::new();
    let mut see = |record| {
        seen.push(record);
        Ok(())
    };
    reader.salvaged(1, &mut see).unwrap();
    assert_eq!(seen.len(), 27, "nothing behind it is lost");
    let damaged: Vec<_> = seen.iter().filter_map(|record| Some((record.seq, record.damage.as_deref()?))).collect();
    assert_eq!(damaged, [(5, "body is no text in UTF-8"), (7, "kind is no text in UTF-8; hash is not 32 bytes")]);
    assert_eq!((seen[4].body.as_str(), seen[6].hash.as_str()), ("{\"\u{fffd}\"}", "0a0b"));
    let mut whole = 0;
    let mut count = |_| {
        whole += 1;
        Ok(())
    };
    let refused = reader.sealed(1, &mut count).unwrap_err().to_string();
    assert_eq!((whole, refused.as_str()), (4, "record 5 cannot be read: body is no text in UTF-8"));
}
