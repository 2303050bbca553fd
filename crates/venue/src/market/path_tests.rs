use super::*;

fn path(len: i64, key: u64) -> Path {
    Path { from: 100.0, to: 101.5, len, sd: 1.2, key, held: false }
}

#[test]
fn a_path_begins_and_ends_at_its_closes() {
    let path = path(23_400, 7);
    assert!((path.at(0) - 100.0).abs() < f64::EPSILON);
    assert!((path.at(23_400) - 101.5).abs() < f64::EPSILON);
    assert!((path.at(99_999) - 101.5).abs() < f64::EPSILON);
}

#[test]
fn extremes_are_those_of_every_single_node() {
    for key in 0..20 {
        let path = path(5_000, key);
        for (first, last) in [(0, 5_000), (17, 17), (100, 160), (4_321, 5_000), (0, 1)] {
            let values: Vec<f64> = (first..=last).map(|n| path.at(n)).collect();
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let found = path.extremes(first, last);
            assert!((found.0 - low).abs() == 0.0 && (found.1 - high).abs() == 0.0, "{key} {first}..={last}");
        }
    }
}

#[test]
fn two_keys_give_two_paths_and_one_key_always_the_same() {
    assert!((path(1000, 1).at(333) - path(1000, 2).at(333)).abs() > 0.0);
    assert!((path(1000, 1).at(333) - path(1000, 1).at(333)).abs() == 0.0);
}
