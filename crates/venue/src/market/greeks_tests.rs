use super::*;

fn option_at(right: Right, volatility: f64) -> Live {
    Live { strike: 100.0, right, years: 0.25, spot: 104.0, volatility }
}

#[test]
fn figures_are_the_slopes_of_the_price() {
    for right in [Right::Call, Right::Put] {
        let option = option_at(right, 0.3);
        let figures = option.figures().unwrap();
        let near = |figure: Decimal, slope: f64| {
            let figure = figure.to_f64().unwrap();
            assert!((figure - slope).abs() < 1.0e-4, "{right:?} {figure} {slope}");
        };
        let h = 1.0e-3;
        let moved = |d: f64| Live { spot: option.spot + d, ..option }.price();
        near(figures.delta, (moved(h) - moved(-h)) / (2.0 * h));
        near(figures.gamma, (moved(h) - 2.0 * moved(0.0) + moved(-h)) / (h * h));
        let shaken = |d: f64| Live { volatility: option.volatility + d, ..option }.price();
        near(figures.vega, (shaken(h) - shaken(-h)) / (2.0 * h) / 100.0);
        let later = Live { years: option.years - h / 365.0, ..option }.price();
        near(figures.theta, (later - option.price()) / h);
    }
}

#[test]
fn the_volatility_that_made_a_price_is_found_in_it() {
    for right in [Right::Call, Right::Put] {
        for volatility in [0.05, 0.2, 0.8, 3.0] {
            let price = option_at(right, volatility).price();
            let found = option_at(right, 0.5).implied(price).unwrap().volatility;
            assert!((found - volatility).abs() < 1.0e-6, "{right:?} {volatility} {found}");
        }
    }
}

#[test]
fn a_price_below_the_value_of_exercise_implies_no_volatility() {
    assert!(option_at(Right::Call, 0.3).implied(3.0).is_none());
    assert!(option_at(Right::Call, 0.3).implied(200.0).is_none());
}
