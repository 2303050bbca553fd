use super::*;

fn at(text: &str) -> Timestamp {
    format!("2026-03-01T{text}Z").parse().unwrap()
}

fn calm() -> Facts {
    Facts {
        unknown_orders: Vec::new(),
        window: None,
        disk_free_bytes: Ok(10 << 30),
        signs: Vec::new(),
        stale: Some(BTreeMap::new()),
        journal_trouble: None,
    }
}

/// Looks and books; what somebody is told.
struct Told(Lookout, AlertBook);

impl Told {
    fn new() -> Self {
        Self(Lookout::new(512 << 20), AlertBook::default())
    }

    fn look(&mut self, facts: &Facts, now: &str) -> Vec<String> {
        let mut told = Vec::new();
        for news in self.0.look(facts, &self.1, at(now)) {
            if let Some(entry) = self.1.hear(&news, at(now), SignedDuration::ZERO) {
                self.1.apply(&entry);
                told.push(news.title);
            }
        }
        told
    }
}

#[test]
fn where_all_is_well_nothing_is_told() {
    assert_eq!(Told::new().look(&calm(), "10:00:00"), Vec::<String>::new());
}

#[test]
fn a_full_disk_is_told_and_its_end() {
    let mut told = Told::new();
    let full = Facts { disk_free_bytes: Ok((512 << 20) - 1), ..calm() };
    assert_eq!(told.look(&full, "10:00:00"), ["The disk of the data directory is nearly full"]);
    assert_eq!(told.look(&full, "10:00:10"), Vec::<String>::new());
    assert_eq!(told.look(&calm(), "10:00:20"), ["There is room on the disk again"]);
    let unknown = Facts { disk_free_bytes: Err("no such file".to_owned()), ..calm() };
    assert_eq!(told.look(&unknown, "10:00:30"), ["The disk of the data directory cannot be looked at"]);
}

#[test]
fn silence_is_told_after_its_time_whoever_is_silent() {
    let mut told = Told::new();
    let sign = |at: Option<Timestamp>| Facts {
        signs: vec![Sign { part: "loop".to_owned(), at, silence_max: SIGN_SILENCE_MAX }],
        ..calm()
    };
    let last = Some(at("10:00:00"));
    assert_eq!(told.look(&sign(last), "10:01:00"), Vec::<String>::new());
    assert_eq!(told.look(&sign(last), "10:01:01"), ["The loop shows no life"]);
    assert_eq!(told.look(&sign(last), "10:02:00"), Vec::<String>::new());
    assert_eq!(told.look(&sign(Some(at("10:03:00"))), "10:03:00"), ["The loop is not silent any more"]);
    assert_eq!(told.look(&sign(None), "10:04:00"), ["The loop shows no life"]);
    // After a restart by another configuration there is no loop.
    told.0 = Lookout::new(512 << 20);
    assert_eq!(told.look(&calm(), "10:05:00"), ["The loop is not silent any more"]);
}

#[test]
fn an_order_that_stays_unknown_for_a_minute_is_told() {
    let mut told = Told::new();
    let unknown = Facts { unknown_orders: vec!["k-1".parse().unwrap()], ..calm() };
    assert_eq!(told.look(&unknown, "10:00:00"), Vec::<String>::new());
    assert_eq!(told.look(&calm(), "10:00:30"), Vec::<String>::new());
    assert_eq!(told.look(&unknown, "10:00:40"), Vec::<String>::new());
    assert_eq!(told.look(&unknown, "10:01:30"), Vec::<String>::new());
    assert_eq!(told.look(&unknown, "10:01:40"), ["The fate of one order is unknown for more than a minute"]);
    assert_eq!(told.look(&calm(), "10:01:50"), ["The fate of every order is known again"]);
}

#[test]
fn prices_are_told_one_by_one_and_only_where_somebody_looks() {
    let mut told = Told::new();
    let stale = |symbols: &[&str]| Facts {
        stale: Some(symbols.iter().map(|symbol| ((*symbol).to_owned(), "70 s old".to_owned())).collect()),
        ..calm()
    };
    assert_eq!(told.look(&stale(&["AAPL"]), "10:00:00"), ["The price of AAPL is not fresh"]);
    assert_eq!(told.look(&stale(&["AAPL", "MSFT"]), "10:00:10"), ["The price of MSFT is not fresh"]);
    assert_eq!(told.look(&Facts { stale: None, ..calm() }, "10:00:15"), Vec::<String>::new());
    assert_eq!(told.look(&stale(&["MSFT"]), "10:00:20"), ["The price of AAPL is fresh again"]);
}

#[test]
fn a_window_is_told_half_an_hour_before_it_closes_trading_and_once() {
    let mut told = Told::new();
    let window = |name: &str| Facts {
        window: Some(WindowAhead {
            name: name.to_owned(),
            closes_at: at("05:55:00"),
            begins_at: at("06:00:00"),
            ends_at: at("06:30:00"),
        }),
        ..calm()
    };
    let log_in = window("the weekly log-in");
    assert_eq!(told.look(&log_in, "05:24:59"), Vec::<String>::new());
    assert_eq!(told.look(&log_in, "05:25:00"), ["Ahead: the weekly log-in"]);
    assert_eq!(told.1.alerts().last().unwrap().severity, Severity::Warning);
    assert_eq!(told.look(&log_in, "06:10:00"), Vec::<String>::new());
    let over = told.look(&window("the broker's daily reset"), "06:30:00");
    assert_eq!(over, ["Over: the weekly log-in 2026-03-01T06:00:00Z"]);
}

#[test]
fn a_journal_that_cannot_be_read_is_told() {
    let mut told = Told::new();
    let broken = Facts { journal_trouble: Some("disk I/O error".to_owned()), ..calm() };
    assert_eq!(told.look(&broken, "10:00:00"), ["The journal cannot be read"]);
    assert_eq!(told.look(&calm(), "10:00:10"), ["The journal can be read again"]);
}
