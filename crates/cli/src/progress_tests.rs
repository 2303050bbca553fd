use super::words;
use std::time::Duration;

#[test]
fn what_is_known_of_the_work_is_told() {
    let told = |done, all| words("exporting", done, all, Duration::from_millis(2_900));
    assert_eq!(told(0, None), "exporting … 2 s");
    assert_eq!(told(0, Some(7)), "exporting, 7 records … 2 s");
    assert_eq!(told(3, Some(12)), "exporting: 3 of 12 records (25 %) … 2 s");
    assert_eq!(told(13, Some(12)), "exporting: 13 of 12 records (100 %) … 2 s");
    assert_eq!(told(5, None), "exporting: 5 records … 2 s");
}
