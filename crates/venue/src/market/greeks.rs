//! Figures of options: volatility and sensitivities, by the model their prices are made with.

use jiff::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Market;
use super::instrument::Right;
use super::pricing::{Pricing, Terms, density, normal, option};

/// Decimals of the figures.
const SCALE: u32 = 8;
/// Halvings of the search for a volatility.
const HALVINGS: u32 = 60;
/// Highest yearly volatility that is searched for.
const VOLATILITY_MAX: f64 = 10.0;

/// Figures of an option at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionFigures {
    /// Yearly volatility, a fraction.
    pub volatility: Decimal,
    /// Price of the option.
    pub price: Decimal,
    /// Change of the price per unit of the underlying's.
    pub delta: Decimal,
    /// Change of the delta per unit of the underlying's price.
    pub gamma: Decimal,
    /// Change of the price per percent of volatility.
    pub vega: Decimal,
    /// Change of the price per day.
    pub theta: Decimal,
    /// Price of the underlying.
    pub underlying: Decimal,
}

/// An option before its expiry.
#[derive(Clone, Copy)]
struct Live {
    strike: f64,
    right: Right,
    years: f64,
    spot: f64,
    volatility: f64,
}

impl Live {
    fn price(&self) -> f64 {
        option(self.spot, self.strike, self.right, self.volatility * self.years.sqrt())
    }

    /// The same with the volatility that a price implies; `None` for a price that none does.
    fn implied(self, price: f64) -> Option<Self> {
        let at = |volatility: f64| Self { volatility, ..self };
        let (mut low, mut high) = (1.0e-4, VOLATILITY_MAX);
        // Deep in the money the price hardly depends on the volatility: one step of rounding decides.
        if price < at(low).price() || price > at(high).price() {
            return None;
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if at(middle).price() < price { low = middle } else { high = middle }
        }
        Some(at(f64::midpoint(low, high)))
    }

    fn figures(&self) -> Option<OptionFigures> {
        let sd = self.volatility * self.years.sqrt();
        let d1 = (self.spot / self.strike).ln() / sd + sd / 2.0;
        let delta = match self.right {
            Right::Call => normal(d1),
            Right::Put => normal(d1) - 1.0,
        };
        let bell = density(d1);
        let exact = |value: f64| Decimal::try_from(value).ok().map(|d| d.round_dp(SCALE).normalize());
        Some(OptionFigures {
            volatility: exact(self.volatility)?,
            price: exact(self.price())?,
            delta: exact(delta)?,
            gamma: exact(bell / (self.spot * sd))?,
            vega: exact(self.spot * bell * self.years.sqrt() / 100.0)?,
            theta: exact(-self.spot * bell * self.volatility / (2.0 * self.years.sqrt()) / 365.0)?,
            underlying: exact(self.spot)?,
        })
    }
}

impl Market {
    /// Figures of an option by the model, at the volatility the model uses; `None` for what is no
    /// option, or one that has expired.
    pub fn option_figures(&self, instrument: usize, at: Timestamp) -> Option<OptionFigures> {
        self.live_option(instrument, at)?.figures()
    }

    /// The same at the volatility that a price implies, and at another price of the underlying if one is
    /// given.
    pub fn figures_at_price(
        &self,
        instrument: usize,
        at: Timestamp,
        price: Decimal,
        underlying: Option<Decimal>,
    ) -> Option<OptionFigures> {
        self.live_option(instrument, at)?.with_spot(underlying)?.implied(price.to_f64()?)?.figures()
    }

    /// The same at a volatility.
    pub fn figures_at_volatility(
        &self,
        instrument: usize,
        at: Timestamp,
        volatility: Decimal,
        underlying: Option<Decimal>,
    ) -> Option<OptionFigures> {
        let option = self.live_option(instrument, at)?.with_spot(underlying)?;
        let volatility = volatility.to_f64().filter(|v| (1.0e-4..=VOLATILITY_MAX).contains(v))?;
        Live { volatility, ..option }.figures()
    }

    fn live_option(&self, instrument: usize, at: Timestamp) -> Option<Live> {
        let pricing = &self.pricing[instrument];
        let day = self.day_at(instrument, at.as_second())?;
        let second = at.as_second().min(day.trading.1);
        let years = pricing.years_left(second)?;
        let Terms::Option { strike, right, sd } = self.terms(instrument, second)? else {
            return None;
        };
        let root = match pricing {
            Pricing::Option { root, .. } => &self.roots[*root],
            Pricing::Scaled { .. } | Pricing::Carried { .. } | Pricing::Closing { .. } => return None,
        };
        let spot = self.source(pricing, second)? * self.own_factor(root.owner, at);
        Some(Live { strike, right, years, spot, volatility: sd / years.sqrt() })
    }
}

impl Live {
    fn with_spot(self, spot: Option<Decimal>) -> Option<Self> {
        match spot {
            None => Some(self),
            Some(price) => price.to_f64().filter(|p| *p > 0.0).map(|spot| Self { spot, ..self }),
        }
    }
}

#[cfg(test)]
#[path = "greeks_tests.rs"]
mod tests;
