use super::{nearest_limit, steps_between};

#[test]
fn words_are_as_far_apart_as_letters_were_changed() {
    for (left, right, steps) in [
        ("", "", 0),
        ("abc", "abc", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("abc", "abxc", 1),
        ("abxc", "abc", 1),
        ("abc", "xbc", 1),
        ("abc", "bc", 1),
        ("ab", "ba", 2),
        ("kitten", "sitting", 3),
        ("sitting", "kitten", 3),
        ("äbc", "abc", 1),
    ] {
        assert_eq!(steps_between(left, right), steps, "{left} {right}");
    }
}

#[test]
fn a_limit_is_meant_that_is_three_letters_away_or_begins_so() {
    for (name, meant) in [
        ("order_qty", Some("order_qty_max")),
        ("orderqtymx", Some("order_qty_max")),
        ("rderqtymx", None),
        ("margin", Some("margin_use_percent_max")),
        ("margi", None),
    ] {
        assert_eq!(nearest_limit(name), meant, "{name}");
    }
}
