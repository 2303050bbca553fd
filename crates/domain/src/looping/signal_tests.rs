use super::*;
use proptest::prelude::*;

fn closes(of: &[(&str, &[i64])]) -> BTreeMap<String, Vec<Decimal>> {
    of.iter()
        .map(|(symbol, closes)| ((*symbol).to_owned(), closes.iter().map(|one| Decimal::from(*one)).collect()))
        .collect()
}

fn told(targets: &[Wish]) -> Vec<String> {
    targets
        .iter()
        .map(|wish| format!("{} {}", wish.symbol, wish.amount.weight().unwrap().round_dp(4).normalize()))
        .collect()
}

#[test]
fn each_signal_does_what_it_is_named_after() {
    let closes =
        closes(&[("AAA", &[100, 101, 100, 120]), ("BBB", &[100, 90, 100, 110]), ("CCC", &[100, 100, 101, 99])]);
    let of = |signal: BuiltIn| told(&signal.targets(&closes).unwrap());
    assert_eq!(of(BuiltIn::EqualWeight), ["AAA 0.3333", "BBB 0.3333", "CCC 0.3333"]);
    assert_eq!(of(BuiltIn::Momentum { lookback: 3, top: 2 }), ["AAA 0.5", "BBB 0.5"]);
    assert_eq!(of(BuiltIn::Momentum { lookback: 1, top: 1 }), ["AAA 1"]);
    let fixed = [("AAA".to_owned(), "0.25".parse().unwrap())].into();
    assert_eq!(of(BuiltIn::Fixed(fixed)), ["AAA 0.25"]);
    // Deviations of the three daily returns: 0.115870, 0.118808, 0.015167.
    let calm = of(BuiltIn::InverseVolatility { lookback: 3 });
    assert_eq!(calm, ["AAA 0.104", "BBB 0.1014", "CCC 0.7946"]);
}

#[test]
fn what_closes_do_not_tell_is_refused_by_name() {
    let short = closes(&[("AAA", &[100, 101]), ("BBB", &[100])]);
    let told = BuiltIn::Momentum { lookback: 1, top: 1 }.targets(&short).unwrap_err();
    assert_eq!(told, ["BBB: 1 closes, 2 are needed"]);
    let still = closes(&[("AAA", &[100, 100, 100])]);
    assert!(BuiltIn::InverseVolatility { lookback: 2 }.targets(&still).unwrap_err()[0].contains("did not move"));
}

proptest! {
    #[test]
    fn weights_are_parts_of_one(
        days in prop::collection::vec(prop::collection::vec(1_i64..100_000, 12), 1..12),
        top in 1_usize..12,
    ) {
        let closes: BTreeMap<String, Vec<Decimal>> = days
            .iter()
            .enumerate()
            .map(|(at, closes)| (format!("S{at}"), closes.iter().map(|cents| Decimal::new(*cents, 2)).collect()))
            .collect();
        for signal in [
            BuiltIn::EqualWeight,
            BuiltIn::Momentum { lookback: 11, top },
            BuiltIn::InverseVolatility { lookback: 11 },
        ] {
            let Ok(targets) = signal.targets(&closes) else { continue };
            let sum: Decimal = targets.iter().filter_map(|wish| wish.amount.weight()).sum();
            prop_assert!(sum <= Decimal::ONE && sum > Decimal::new(999, 3), "{sum}");
        }
    }
}
