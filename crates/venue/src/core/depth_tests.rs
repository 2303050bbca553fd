use proptest::prelude::*;

use super::*;

fn level(price: i64, size: i64) -> Level {
    Level { price: price.into(), size: size.into(), exchange: "ARCA".into() }
}

/// What a client does with the changes it is told.
fn applied(mut rows: Vec<Level>, told: &[RowChange]) -> Vec<Level> {
    for (position, operation, level) in told {
        match operation {
            DepthOperation::Insert => rows.insert(*position, level.clone()),
            DepthOperation::Update => rows[*position] = level.clone(),
            DepthOperation::Delete => drop(rows.remove(*position)),
        }
    }
    rows
}

fn operations(known: &[Level], new: &[Level]) -> Vec<(usize, DepthOperation)> {
    changes(&mut known.to_vec(), new).into_iter().map(|(position, operation, _)| (position, operation)).collect()
}

#[test]
fn a_better_price_is_inserted_and_the_last_row_falls_off() {
    let known = [level(10, 1), level(11, 1), level(12, 1)];
    let new = [level(9, 5), level(10, 1), level(11, 1)];
    assert_eq!(operations(&known, &new), [(0, DepthOperation::Insert), (3, DepthOperation::Delete)]);
}

#[test]
fn a_price_that_is_taken_is_deleted_and_the_rows_move_up() {
    let known = [level(10, 1), level(11, 1), level(12, 1)];
    let new = [level(11, 1), level(12, 1), level(13, 4)];
    assert_eq!(operations(&known, &new), [(0, DepthOperation::Delete), (2, DepthOperation::Insert)]);
}

#[test]
fn another_size_is_an_update_and_the_same_book_is_silence() {
    let known = [level(10, 1), level(11, 1)];
    assert_eq!(operations(&known, &[level(10, 1), level(11, 7)]), [(1, DepthOperation::Update)]);
    assert_eq!(operations(&known, &known), []);
}

fn side() -> impl Strategy<Value = Vec<Level>> {
    prop::collection::btree_map(0_i64..12, 1_i64..4, 0..8)
        .prop_map(|rows| rows.into_iter().map(|(price, size)| level(price, size)).collect())
}

proptest! {
    #[test]
    fn a_client_that_follows_the_changes_has_the_book(known in side(), new in side()) {
        let mut ours = known.clone();
        let told = changes(&mut ours, &new);
        prop_assert_eq!(&applied(known, &told), &new);
        prop_assert_eq!(&ours, &new);
    }
}
