//! Parameters of option chains.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Reply, SecDefOptParams, SecDefOptParamsRequest};

use super::desk::{ConnId, Core, Step};
use crate::market::{Instrument, SecType};

impl Core {
    /// One row for each exchange on which options of the underlying are listed now.
    pub(super) fn option_chain(&self, conn: ConnId, asked: &SecDefOptParamsRequest, now: Timestamp, step: &mut Step) {
        let req_id = asked.req_id;
        let universe = self.market.universe();
        let underlying = asked.underlying_con_id.and_then(|con_id| universe.find_con_id(con_id)).filter(|u| {
            let of = universe.get(*u);
            of.symbol == asked.underlying_symbol && of.sec_type.as_str() == asked.underlying_sec_type
        });
        let Some(underlying) = underlying else {
            let text = "Error validating request.-'bZ' : cause - Invalid contract id";
            return Self::notice(conn, req_id, 321, text, now, step);
        };
        let options: Vec<&Instrument> = universe
            .derivatives(underlying)
            .filter(|(i, of)| of.sec_type == SecType::Opt && self.market.is_listed(*i, now))
            .map(|(_, of)| of)
            .collect();
        // An exchange is only named for options on futures, of which there are none.
        if let Some(first) = options.first().filter(|_| asked.fut_fop_exchange.is_empty()) {
            let expirations: BTreeSet<String> =
                options.iter().filter_map(|of| of.expiry).map(tws::time::format_date).collect();
            let strikes: BTreeSet<Decimal> = options.iter().filter_map(|of| of.strike).collect();
            for exchange in first.exchanges {
                step.send(
                    conn,
                    Reply::SecDefOptParams(SecDefOptParams {
                        req_id,
                        exchange: (*exchange).to_owned(),
                        underlying_con_id: universe.get(underlying).con_id,
                        trading_class: first.trading_class.clone(),
                        multiplier: first.multiplier.normalize().to_string(),
                        expirations: expirations.iter().cloned().collect(),
                        strikes: strikes.iter().copied().collect(),
                    }),
                );
            }
        }
        step.send(conn, Reply::SecDefOptParamsEnd { req_id });
    }
}
