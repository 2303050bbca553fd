use super::*;

fn day(number: i64, volume: Option<i64>) -> Bar {
    let price = Price::new(Decimal::TEN).unwrap();
    Bar {
        time: Timestamp::from_second(number * 86_400).unwrap(),
        open: price,
        high: price,
        low: price,
        close: price,
        volume: volume.map(Decimal::from),
        wap: None,
        count: None,
    }
}

#[test]
fn the_average_volume_is_that_of_whole_days() {
    let days = [day(1, Some(100)), day(2, None), day(3, Some(200)), day(4, Some(1))];
    assert_eq!(
        average_volume(&days),
        Some(Decimal::from(150)),
        "a day without a volume says nothing, the last is not over"
    );
    assert_eq!(average_volume(&days[3..]), None, "one day is not a whole one");
    assert_eq!(average_volume(&[day(1, None), day(2, Some(5))]), None);
    assert_eq!(average_volume(&[]), None);
    let huge = Bar { volume: Some(Decimal::MAX), ..day(1, None) };
    assert_eq!(average_volume(&[huge.clone(), huge.clone(), huge]), None);
}
