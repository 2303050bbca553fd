use super::*;
use proptest::prelude::*;

fn set(words: &[u32]) -> BTreeSet<u32> {
    words.iter().copied().collect()
}

#[test]
fn the_tighter_of_two_values() {
    use Tighter::{Less, More};
    assert_eq!((3_u32.tightest(&5, Less), 3_u32.tightest(&5, More)), (3, 5));
    assert_eq!((false.tightest(&true, Less), false.tightest(&true, More)), (false, true));
    assert_eq!(set(&[1, 2]).tightest(&set(&[2, 3]), Less), set(&[2]));
    assert_eq!(set(&[1, 2]).tightest(&set(&[2, 3]), More), set(&[1, 2, 3]));
    assert_eq!(Some(3_u32).tightest(&None, Less), Some(3), "no value is no limit");
    assert_eq!(Some(3_u32).tightest(&None, More), Some(3), "and no requirement");
    assert_eq!(Some(set(&[1])).tightest(&Some(set(&[2])), Less), Some(set(&[])), "nothing is left, which is not all");
}

proptest! {
    #[test]
    fn tightening_is_a_meet(a in any::<Option<u32>>(), b in any::<Option<u32>>(), c in any::<Option<u32>>(), more: bool) {
        let way = if more { Tighter::More } else { Tighter::Less };
        prop_assert_eq!(a.tightest(&a, way), a);
        prop_assert_eq!(a.tightest(&b, way), b.tightest(&a, way));
        prop_assert_eq!(a.tightest(&b, way).tightest(&c, way), a.tightest(&b.tightest(&c, way), way));
    }
}
