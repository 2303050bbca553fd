//! The short run, one simulated day.

use jiff::SignedDuration;
use jiff::civil::date;

use super::{Plan, be_the_venue, run};

const TEST: &str = "soak::one_day::after_a_day_of_random_trading_by_five_clients_every_book_balances";

#[test]
fn after_a_day_of_random_trading_by_five_clients_every_book_balances() {
    if be_the_venue().unwrap() {
        return;
    }
    let plan = Plan {
        seed: 7,
        days: 1,
        first: date(2022, 6, 1),
        stride: SignedDuration::from_mins(30),
        deeds: 8,
        bytes_per_order: u64::MAX,
    };
    run(plan, &["--exact", "--nocapture", TEST], &mut std::io::stdout()).unwrap();
}
