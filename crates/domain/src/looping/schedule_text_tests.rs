use super::*;

#[test]
fn what_the_journal_keeps_of_a_schedule_is_read_back_as_it_was() {
    for rule in ["daily", "weekly fri", "month-begin", "month-end", "cron 50 15 * * fri", "cron */5 10-14 1,15 jan mon"]
    {
        for at in ["open+30m", "close-20m", "15:40"] {
            for missed in ["skip", "late 60m"] {
                let expected = Schedule {
                    name: "weekly".to_owned(),
                    cadence: cadence(rule).unwrap(),
                    at: slot_time(at).unwrap(),
                    missed: missed_policy(missed).unwrap(),
                };
                assert_eq!(Schedule::of_spec("weekly", &spec(rule, at, missed)), Some(expected));
            }
        }
    }
}

#[test]
fn words_of_another_kind_are_no_schedule() {
    for text in ["", "weekly fri", "weekly fri at close-20m", "weekly sun at 15:40, missed: skip", "x at y, missed: z"]
    {
        assert_eq!(Schedule::of_spec("weekly", text), None, "{text}");
    }
}
