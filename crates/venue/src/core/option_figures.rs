//! Figures of options, told beside their quotes and computed on request.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{CalculateImpliedVolatility, CalculateOptionPrice, Reply, TickOptionComputation, tick};

use super::desk::{ConnId, Core, Step};
use crate::market::{OptionFigures, Quote, SecType};

/// Text of error 321 for figures that cannot be computed.
const CANNOT: &str = "Error validating request.-'bC' : cause - The option cannot be computed from these figures";

fn computation(req_id: i32, tick_type: i32, figures: &OptionFigures) -> TickOptionComputation {
    TickOptionComputation {
        req_id,
        tick_type,
        price_based: true,
        implied_vol: Some(figures.volatility),
        delta: Some(figures.delta),
        opt_price: Some(figures.price),
        // Prices here are adjusted ones: no dividends are ever paid.
        pv_dividend: Some(Decimal::ZERO),
        gamma: Some(figures.gamma),
        vega: Some(figures.vega),
        theta: Some(figures.theta),
        und_price: Some(figures.underlying),
    }
}

impl Core {
    /// Figures at bid, ask and last price and by the model; none for what is no option.
    pub(super) fn option_ticks(
        &self,
        req_id: i32,
        instrument: usize,
        quote: &Quote,
        two_sided: bool,
        delayed: bool,
        at: Timestamp,
    ) -> Vec<Reply> {
        if self.instrument(instrument).sec_type != SecType::Opt {
            return Vec::new();
        }
        let mut out = Vec::new();
        let mut tell = |tick_type: i32, figures: Option<OptionFigures>| {
            if let Some(figures) = figures {
                out.push(Reply::TickOptionComputation(Box::new(computation(req_id, tick_type, &figures))));
            }
        };
        let prices = [
            (tick::BID_OPTION, tick::DELAYED_BID_OPTION, two_sided.then_some(quote.bid)),
            (tick::ASK_OPTION, tick::DELAYED_ASK_OPTION, two_sided.then_some(quote.ask)),
            (tick::LAST_OPTION, tick::DELAYED_LAST_OPTION, Some(quote.last)),
        ];
        for (live, late, price) in prices {
            let price = price.filter(|p| !p.is_zero());
            let figures = price.and_then(|price| self.market.figures_at_price(instrument, at, price, None));
            // What is told is the price itself, not what the volatility found makes of it.
            let figures = figures.zip(price).map(|(figures, price)| OptionFigures { price, ..figures });
            tell(if delayed { late } else { live }, figures);
        }
        let model = if delayed { tick::DELAYED_MODEL_OPTION } else { tick::MODEL_OPTION };
        tell(model, self.market.option_figures(instrument, at));
        out
    }

    pub(super) fn calculate_implied_volatility(
        &self,
        conn: ConnId,
        asked: &CalculateImpliedVolatility,
        now: Timestamp,
        step: &mut Step,
    ) {
        let Some(instrument) = self.meant(conn, asked.req_id, &asked.contract, now, step) else {
            return;
        };
        let figures = asked
            .option_price
            .and_then(|price| self.market.figures_at_price(instrument, now, price, asked.under_price));
        Self::computed(conn, asked.req_id, figures, now, step);
    }

    pub(super) fn calculate_option_price(
        &self,
        conn: ConnId,
        asked: &CalculateOptionPrice,
        now: Timestamp,
        step: &mut Step,
    ) {
        let Some(instrument) = self.meant(conn, asked.req_id, &asked.contract, now, step) else {
            return;
        };
        let figures = asked
            .volatility
            .and_then(|volatility| self.market.figures_at_volatility(instrument, now, volatility, asked.under_price));
        Self::computed(conn, asked.req_id, figures, now, step);
    }

    fn computed(conn: ConnId, req_id: i32, figures: Option<OptionFigures>, now: Timestamp, step: &mut Step) {
        match figures {
            Some(figures) => {
                let tick = computation(req_id, tick::CUSTOM_OPTION, &figures);
                step.send(conn, Reply::TickOptionComputation(Box::new(tick)));
            }
            None => Self::notice(conn, req_id, 321, CANNOT, now, step),
        }
    }
}
