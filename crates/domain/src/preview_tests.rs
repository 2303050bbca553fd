use super::*;
use crate::book::tests::at;
use proptest::prelude::*;

fn id(number: u32) -> PreviewId {
    format!("pv-{number}").parse().unwrap()
}

fn key(number: u32) -> KeyId {
    format!("key-{number}").parse().unwrap()
}

fn record(end: i64, by: u32) -> PreviewRecord {
    PreviewRecord { request_hash: "hash".to_owned(), expires_at: at(end), by: (by > 0).then(|| key(by)) }
}

#[test]
fn a_key_has_enough_when_that_many_of_its_own_count() {
    let mut previews = Previews::default();
    for number in 0..3 {
        previews.note(&id(number), record(10 + i64::from(number), 1), at(0));
        previews.note(&id(100 + number), record(10, 0), at(0));
    }
    let enough = |most, second| previews.has_enough(&key(1), most, at(second));
    assert_eq!((enough(3, 9), enough(4, 9)), (true, false));
    assert!(!enough(3, 10), "the first has lapsed, though nothing was noted since");
    assert_eq!((enough(1, 11), enough(1, 12)), (true, false));
    assert!(!previews.has_enough(&key(2), 1, at(0)), "another key has its own");
}

proptest! {
    /// What is kept is what a look at all of them would keep, and it is the same out of a snapshot.
    #[test]
    fn lapsed_previews_go_when_one_is_noted(notes in prop::collection::vec((0_u32..20, 1_i64..30, 0_u32..3, 0_i64..100), 1..60)) {
        let (mut previews, mut all) = (Previews::default(), BTreeMap::new());
        for (number, lasts, by, second) in notes {
            let record = record(second + lasts, by);
            previews.note(&id(number), record.clone(), at(second));
            all.retain(|_, one: &mut PreviewRecord| one.expires_at > at(second));
            all.insert(id(number), record);
            prop_assert_eq!(BTreeMap::from(previews.clone()), all.clone());
            prop_assert_eq!(&previews, &Previews::from(all.clone()));
            prop_assert_eq!(previews.by_end.len(), all.len());
        }
    }
}
