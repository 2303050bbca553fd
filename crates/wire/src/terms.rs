//! Order type, prices and time in force: which belong together, said once for new orders and for changes.

use crate::fields::{FieldError, Fields};
use crate::word::{OrderType, Tif};
use domain::money::Price;
use domain::order::{self, Trail};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// The fields that say when and at what price, each checked alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the order body")]
pub struct Terms {
    pub order_type: OrderType,
    pub limit_price: Option<Decimal>,
    pub stop_price: Option<Decimal>,
    pub trail_amount: Option<Decimal>,
    pub trail_percent: Option<Decimal>,
    pub tif: Tif,
    pub good_till: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    Forbidden,
}

/// What each order type needs: limit price, stop price, a trail.
fn needs(order_type: OrderType) -> (Need, Need, Need) {
    use Need::{Forbidden, Optional, Required};
    match order_type {
        OrderType::Market | OrderType::Moc | OrderType::Moo => (Forbidden, Forbidden, Forbidden),
        OrderType::Limit | OrderType::Loc | OrderType::Loo => (Required, Forbidden, Forbidden),
        OrderType::Stop => (Forbidden, Required, Forbidden),
        OrderType::StopLimit => (Required, Required, Forbidden),
        OrderType::Trail => (Forbidden, Forbidden, Required),
        OrderType::TrailLimit => (Required, Required, Required),
        OrderType::Midprice => (Optional, Forbidden, Forbidden),
    }
}

/// What is missing and what is too much, by presence alone.
pub fn rules(has: &dyn Fn(&str) -> bool, order_type: Option<OrderType>, tif: Option<Tif>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(order_type) = order_type {
        let (limit, stop, trail) = needs(order_type);
        let word = order_type.word();
        let mut one = |name: &str, need: Need| match (need, has(name)) {
            (Need::Required, false) => {
                errors.push(FieldError::new(name, &format!("is required for order_type {word}")));
            }
            (Need::Forbidden, true) => {
                errors.push(FieldError::new(name, &format!("must be left out for order_type {word}")));
            }
            (Need::Required | Need::Optional, true) | (Need::Optional | Need::Forbidden, false) => {}
        };
        one("limit_price", limit);
        one("stop_price", stop);
        if trail == Need::Forbidden {
            one("trail_amount", trail);
            one("trail_percent", trail);
        } else if has("trail_amount") == has("trail_percent") {
            let rule = format!("exactly one of trail_amount and trail_percent is required for order_type {word}");
            errors.push(FieldError::new("trail_amount", &rule));
        }
    }
    match (tif, has("good_till")) {
        (Some(Tif::Gtd), false) => errors.push(FieldError::new("good_till", &"is required for tif gtd")),
        (Some(tif @ (Tif::Day | Tif::Gtc | Tif::Ioc | Tif::Fok | Tif::Opg)), true) => {
            errors.push(FieldError::new("good_till", &format!("must be left out for tif {}", tif.word())));
        }
        (Some(Tif::Gtd) | None, true) | (Some(Tif::Day | Tif::Gtc | Tif::Ioc | Tif::Fok | Tif::Opg) | None, false) => {}
    }
    errors
}

impl Terms {
    /// Takes them out of a body; `None` when one that is always required is missing or wrong. Rules are checked in
    /// either case.
    pub fn take(fields: &mut Fields) -> Option<Self> {
        fields.require("order_type");
        fields.require("tif");
        let order_type = fields.text("order_type");
        let limit_price = fields.decimal("limit_price");
        let stop_price = fields.decimal("stop_price");
        let trail_amount = fields.decimal("trail_amount");
        let trail_percent = fields.decimal("trail_percent");
        let tif = fields.text("tif");
        let good_till = fields.take("good_till", |value| {
            let rule = "must be a time in RFC 3339, such as \"2026-03-02T21:00:00Z\"";
            value.as_str().and_then(|text| text.parse::<Timestamp>().ok()).ok_or_else(|| rule.to_owned())
        });
        let errors = rules(&|name| fields.has(name), order_type, tif);
        fields.refuse_all(errors);
        Some(Self {
            order_type: order_type?,
            limit_price,
            stop_price,
            trail_amount,
            trail_percent,
            tif: tif?,
            good_till,
        })
    }

    fn has(&self, name: &str) -> bool {
        match name {
            "limit_price" => self.limit_price.is_some(),
            "stop_price" => self.stop_price.is_some(),
            "trail_amount" => self.trail_amount.is_some(),
            "trail_percent" => self.trail_percent.is_some(),
            "good_till" => self.good_till.is_some(),
            _ => false,
        }
    }

    /// As the domain says it.
    ///
    /// # Errors
    /// Every field that is missing, too much or out of range.
    pub fn domain(&self) -> Result<(order::OrderType, order::Tif), Vec<FieldError>> {
        let mut errors = rules(&|name| self.has(name), Some(self.order_type), Some(self.tif));
        let mut price = |name: &str, value: Option<Decimal>| {
            let checked = value.map(Price::new)?;
            checked.map_err(|error| errors.push(FieldError::new(name, &format!("must be {}", error.rule)))).ok()
        };
        let limit = price("limit_price", self.limit_price);
        let stop = price("stop_price", self.stop_price);
        let amount = price("trail_amount", self.trail_amount);
        let percent = price("trail_percent", self.trail_percent);
        let trail = amount.map(Trail::Amount).or(percent.map(Trail::Percent));
        let built = order_type(self.order_type, limit, stop, trail).zip(time_in_force(self.tif, self.good_till));
        match built {
            Some(built) if errors.is_empty() => Ok(built),
            Some(_) | None => Err(errors),
        }
    }

    /// As a domain order says it.
    pub fn of(order_type: &order::OrderType, tif: &order::Tif) -> Self {
        let trail = match order_type {
            order::OrderType::Trail { trail } | order::OrderType::TrailLimit { trail, .. } => Some(*trail),
            order::OrderType::Market
            | order::OrderType::Limit { .. }
            | order::OrderType::Stop { .. }
            | order::OrderType::StopLimit { .. }
            | order::OrderType::Midprice { .. }
            | order::OrderType::Moc
            | order::OrderType::Loc { .. }
            | order::OrderType::Moo
            | order::OrderType::Loo { .. } => None,
        };
        let (trail_amount, trail_percent) = match trail {
            Some(Trail::Amount(amount)) => (Some(amount.get()), None),
            Some(Trail::Percent(percent)) => (None, Some(percent.get())),
            None => (None, None),
        };
        Self {
            order_type: order_type.kind().into(),
            limit_price: order_type.limit_price().map(Price::get),
            stop_price: order_type.stop_price().map(Price::get),
            trail_amount,
            trail_percent,
            tif: tif.kind().into(),
            good_till: match tif {
                order::Tif::Gtd { until } => Some(*until),
                order::Tif::Day | order::Tif::Gtc | order::Tif::Ioc | order::Tif::Fok | order::Tif::Opg => None,
            },
        }
    }
}

fn order_type(
    word: OrderType,
    limit: Option<Price>,
    stop: Option<Price>,
    trail: Option<Trail>,
) -> Option<order::OrderType> {
    Some(match word {
        OrderType::Market => order::OrderType::Market,
        OrderType::Limit => order::OrderType::Limit { limit: limit? },
        OrderType::Stop => order::OrderType::Stop { stop: stop? },
        OrderType::StopLimit => order::OrderType::StopLimit { stop: stop?, limit: limit? },
        OrderType::Trail => order::OrderType::Trail { trail: trail? },
        OrderType::TrailLimit => order::OrderType::TrailLimit { trail: trail?, stop: stop?, limit: limit? },
        OrderType::Midprice => order::OrderType::Midprice { cap: limit },
        OrderType::Moc => order::OrderType::Moc,
        OrderType::Loc => order::OrderType::Loc { limit: limit? },
        OrderType::Moo => order::OrderType::Moo,
        OrderType::Loo => order::OrderType::Loo { limit: limit? },
    })
}

fn time_in_force(word: Tif, good_till: Option<Timestamp>) -> Option<order::Tif> {
    Some(match word {
        Tif::Day => order::Tif::Day,
        Tif::Gtc => order::Tif::Gtc,
        Tif::Ioc => order::Tif::Ioc,
        Tif::Fok => order::Tif::Fok,
        Tif::Gtd => order::Tif::Gtd { until: good_till? },
        Tif::Opg => order::Tif::Opg,
    })
}
