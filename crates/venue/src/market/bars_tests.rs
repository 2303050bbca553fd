use super::*;
use crate::market::{MarketConfig, Sessions};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn market(sessions: Sessions) -> Market {
    Market::new(MarketConfig {
        seed: 9,
        sessions,
        opened_on: jiff::civil::date(2026, 11, 21),
        last_close_on: jiff::civil::date(2026, 11, 20),
        intraday: crate::market::Intraday::Bridge,
    })
    .unwrap()
}

fn query(end: &str, duration: &str, size: &str, what: &str) -> BarQuery {
    BarQuery {
        instrument: 0,
        end: at(end),
        duration: Duration::parse(duration).unwrap(),
        size: BarSize::parse(size).unwrap(),
        what: What::parse(what).unwrap(),
        regular_only: true,
    }
}

#[test]
fn one_day_of_hourly_bars_is_seven_bars_and_the_first_is_half_an_hour() {
    let (_, bars) = market(Sessions::Exchange).bars(&query("2026-11-20T22:00:00Z", "1 D", "1 hour", "TRADES")).unwrap();
    assert_eq!(bars.len(), 7);
    assert_eq!(bars[0].start, at("2026-11-20T14:30:00Z").as_second());
    assert_eq!(bars[1].start, at("2026-11-20T15:00:00Z").as_second());
    assert_eq!(bars[6].close, Decimal::new(12567, 2));
}

#[test]
fn bars_hold_every_live_quote_of_their_period_and_their_extremes_are_reached() {
    let market = market(Sessions::Exchange);
    for what in ["TRADES", "BID", "ASK", "MIDPOINT"] {
        let (_, bars) = market.bars(&query("2026-11-23T15:30:00Z", "1800 S", "5 mins", what)).unwrap();
        assert_eq!(bars.len(), 7, "six whole ones and the second that has begun");
        for bar in &bars[..6] {
            let prices: Vec<Decimal> = (0..300)
                .map(|s| {
                    let q = market.quote(0, Timestamp::from_second(bar.start + s).unwrap()).unwrap();
                    match what {
                        "TRADES" => q.last,
                        "BID" => q.bid,
                        "ASK" => q.ask,
                        _ => (q.bid + q.ask) / Decimal::TWO,
                    }
                })
                .collect();
            assert_eq!(bar.open, prices[0]);
            assert_eq!(bar.close, prices[299]);
            assert_eq!(bar.high, *prices.iter().max().unwrap());
            assert_eq!(bar.low, *prices.iter().min().unwrap());
        }
    }
}

#[test]
fn volumes_of_minutes_add_up_to_the_day() {
    let market = market(Sessions::Exchange);
    let (_, minutes) = market.bars(&query("2026-11-20T21:00:00Z", "1 D", "1 min", "TRADES")).unwrap();
    let (_, day) = market.bars(&query("2026-11-20T21:00:00Z", "1 D", "1 day", "TRADES")).unwrap();
    assert_eq!((minutes.len(), day.len()), (390, 1));
    assert_eq!(minutes.iter().map(|b| b.volume).sum::<Decimal>(), day[0].volume);
    assert_eq!(minutes.iter().map(|b| b.high).max().unwrap(), day[0].high);
    assert_eq!(minutes.iter().map(|b| b.low).min().unwrap(), day[0].low);
}

#[test]
fn weeks_and_months_hold_their_days() {
    let market = market(Sessions::Exchange);
    let (_, days) = market.bars(&query("2026-10-30T21:00:00Z", "1 M", "1 day", "TRADES")).unwrap();
    let (_, months) = market.bars(&query("2026-10-30T21:00:00Z", "1 M", "1 month", "TRADES")).unwrap();
    assert_eq!(days.iter().map(|b| b.volume).sum::<Decimal>(), months.iter().map(|b| b.volume).sum::<Decimal>());
    let (_, weeks) = market.bars(&query("2026-10-30T21:00:00Z", "2 W", "1 week", "TRADES")).unwrap();
    assert_eq!(weeks.len(), 2, "they begin after the close of the Friday before");
    for bar in days.iter().chain(&months).chain(&weeks) {
        assert!(bar.low <= bar.open.min(bar.close) && bar.high >= bar.open.max(bar.close));
        assert!(bar.low <= bar.wap && bar.wap <= bar.high && bar.count > 0);
    }
}

#[test]
fn all_the_history_there_is_can_be_had_as_daily_bars() {
    let market = market(Sessions::Always);
    let (_, bars) = market.bars(&query("2026-11-22T02:00:00Z", "40 Y", "1 day", "TRADES")).unwrap();
    assert_eq!(bars.len(), 8314, "every real close and the day that is on");
    assert_eq!(market.head(0).unwrap().as_second(), bars[0].start);
    assert_eq!(market.bars(&query("2026-11-22T02:00:00Z", "40 Y", "1 min", "TRADES")).unwrap_err(), BarsError::TooLong);
}
