use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn rounded_prices_are_multiples_of_the_step_and_in_order() {
    for r in &RULES {
        let mut before = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        for n in 1..40_000 {
            let price = f64::from(n) * 0.000_37 * (1.0 + f64::from(n) / 300.0);
            let now = (r.floor(price, 0), r.round(price), r.ceil(price));
            assert!(now.0 <= now.1 && now.1 <= now.2, "{} {price} {now:?}", r.id);
            assert!(now.0 >= before.0 && now.1 >= before.1 && now.2 >= before.2, "{} {price} {now:?}", r.id);
            for rounded in [now.0, now.1, now.2] {
                assert!(rounded.is_zero() || r.admits(rounded), "{} {rounded}", r.id);
            }
            before = now;
        }
    }
}

#[test]
fn steps_per_unit_are_the_inverse_of_the_step() {
    for b in RULES.iter().flat_map(|r| r.bands) {
        let step = Decimal::new(b.step, b.scale);
        assert_eq!(step * Decimal::try_from(b.per_unit).unwrap(), Decimal::ONE);
    }
}

#[test]
fn each_class_steps_as_its_exchange_has_it() {
    for (id, price, step) in [
        (26, "0.5", "0.0001"),
        (26, "125", "0.01"),
        (32, "2.99", "0.01"),
        (32, "3", "0.05"),
        (59, "150", "0.005"),
        (67, "4000", "0.25"),
        (109, "12", "0.01"),
        (239, "1.08", "0.00005"),
        (9002, "98", "0.0078125"),
    ] {
        assert_eq!(rule(id).unwrap().step(dec(price)), dec(step), "{id} at {price}");
    }
    assert_eq!(increments(32).unwrap(), [(dec("0"), dec("0.01")), (dec("3"), dec("0.05"))]);
    assert!(rule(1).is_none());
}
