use super::*;

fn close_to(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn the_normal_distribution_has_its_known_values() {
    for (x, p) in [
        (0.0, 0.5),
        (1.0, 0.841_344_746_068_543),
        (1.96, 0.975_002_104_851_78),
        (-2.5, 0.006_209_665_325_776),
        (-8.0, 6.220_960_574_272e-16),
    ] {
        assert!((normal(x) - p).abs() < 1e-14, "{x}: {} {p}", normal(x));
        assert!((normal(x) + normal(-x) - 1.0).abs() < 1e-14);
    }
}

#[test]
fn an_option_has_the_price_of_the_textbook() {
    // S = K = 100, a volatility of 20 % over one year, no rate: 100 · (2 N(0.1) − 1).
    assert!(close_to(option(100.0, 100.0, Right::Call, 0.2), 7.965_567_455_405_804));
    assert!(close_to(option(100.0, 100.0, Right::Put, 0.2), 7.965_567_455_405_804));
    assert!(close_to(option(120.0, 100.0, Right::Call, 0.0), 20.0));
    assert!(close_to(option(120.0, 100.0, Right::Put, 0.0), 0.0));
}

#[test]
fn parity_and_bounds_hold_and_prices_rise_and_fall_with_the_underlying() {
    for sd in [0.0, 0.001, 0.02, 0.1, 0.5, 2.0] {
        let mut before = (0.0, f64::INFINITY);
        for n in 1..600 {
            let spot = f64::from(n);
            let (call, put) = (option(spot, 150.0, Right::Call, sd), option(spot, 150.0, Right::Put, sd));
            assert!(close_to(call - put, spot - 150.0), "{spot} {sd}");
            assert!(call >= (spot - 150.0).max(0.0) && call <= spot && put >= (150.0 - spot).max(0.0) && put <= 150.0);
            assert!(call >= before.0 - 1e-12 && put <= before.1 + 1e-12, "{spot} {sd}");
            before = (call, put);
        }
    }
}

#[test]
fn carry_ends_at_expiry_and_steps_while_globex_rests() {
    let expires = 1_800_000_000;
    let future = Pricing::Carried { root: 0, scale: 10.0, until: expires };
    assert_eq!(future.terms(expires + 5 * 86_400, 0.01), Terms::Scale(10.0));
    let Terms::Scale(early) = future.terms(expires - 90 * 86_400, 0.01) else { panic!("a future is a multiple") };
    assert!(early > 10.05 && early < 10.07);
    let second = expires - 86_400;
    let until = future.constant_until(second);
    assert_eq!(until.rem_euclid(86_400), 22 * 3600);
    assert_eq!(future.terms(until - 1, 0.01), future.terms(second, 0.01));
    assert_ne!(future.terms(until, 0.01), future.terms(second, 0.01));
}
