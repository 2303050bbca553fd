//! Contracts: which one is meant, and what is known about it.

use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use tws::model::{Contract, ContractDetails, Notice, PriceIncrement, Reply, SymbolSample};

use super::desk::{ConnId, Core, Step};
use crate::market::{Instrument, Sessions, Universe};

/// IBKR's rule for US stocks: 0.0001 below one dollar, 0.01 from there on.
const MARKET_RULE: i32 = 26;
/// Text of error 200.
const NOT_FOUND: &str = "No security definition has been found for the request";

/// The one instrument a description names, if it names one.
pub(super) fn resolve(universe: &Universe, contract: &Contract) -> Option<usize> {
    let mut matching = universe.iter().filter(|(_, i)| is_meant(contract, i));
    let (first, _) = matching.next()?;
    // No symbol occurs twice in this universe: only an empty description names several.
    matching.next().is_none().then_some(first)
}

fn is_meant(contract: &Contract, instrument: &Instrument) -> bool {
    let unset_or = |text: &str, one_of: &[&str]| text.is_empty() || one_of.contains(&text);
    let sec_type = instrument.sec_type.as_str();
    let con_id = contract.con_id.filter(|id| *id != 0);
    let named = match con_id {
        Some(con_id) => con_id == instrument.con_id,
        None => {
            contract.sec_type == sec_type
                && (contract.symbol == instrument.symbol || contract.local_symbol == instrument.local_symbol)
        }
    };
    named
        && unset_or(&contract.symbol, &[&instrument.symbol])
        && unset_or(&contract.local_symbol, &[&instrument.local_symbol])
        && unset_or(&contract.sec_type, &[sec_type])
        && unset_or(&contract.currency, &[&instrument.currency])
        && unset_or(&contract.exchange, instrument.exchanges)
        && unset_or(&contract.primary_exchange, &[&instrument.primary_exchange, "SMART"])
        && unset_or(&contract.trading_class, &[&instrument.trading_class])
        && contract.sec_id.is_empty()
}

/// The complete contract.
pub(super) fn full(i: &Instrument, exchange: &str) -> Contract {
    Contract {
        con_id: Some(i.con_id),
        symbol: i.symbol.clone(),
        sec_type: i.sec_type.as_str().to_owned(),
        exchange: exchange.to_owned(),
        primary_exchange: i.primary_exchange.clone(),
        currency: i.currency.clone(),
        local_symbol: i.local_symbol.clone(),
        trading_class: i.trading_class.clone(),
        ..Contract::default()
    }
}

/// A contract as positions name it: at its listing exchange.
pub(super) fn listed(i: &Instrument) -> Contract {
    Contract { primary_exchange: String::new(), ..full(i, &i.primary_exchange) }
}

impl Core {
    /// The instrument a request means, or error 200 to its client.
    pub(super) fn meant(
        &self,
        conn: ConnId,
        req_id: i32,
        contract: &Contract,
        now: Timestamp,
        step: &mut Step,
    ) -> Option<usize> {
        let found = resolve(self.market.universe(), contract);
        if found.is_none() {
            step.send(conn, Reply::Notice(Notice::about(req_id, 200, NOT_FOUND, now)));
        }
        found
    }

    pub(super) fn contract_data(
        &self,
        conn: ConnId,
        req_id: i32,
        contract: &Contract,
        now: Timestamp,
        step: &mut Step,
    ) {
        let Some(instrument) = self.meant(conn, req_id, contract, now, step) else {
            return;
        };
        let exchange = if contract.exchange.is_empty() { "SMART" } else { &contract.exchange };
        let details = Box::new(self.details(instrument, exchange, now));
        step.send(conn, Reply::ContractData { req_id, details });
        step.send(conn, Reply::ContractDataEnd { req_id });
    }

    fn details(&self, instrument: usize, exchange: &str, now: Timestamp) -> ContractDetails {
        let i = self.instrument(instrument);
        let hours = self.hours(now);
        let [industry, category, subcategory] = i.sector.map(str::to_owned);
        ContractDetails {
            contract: full(i, exchange),
            market_name: i.trading_class.clone(),
            // The smallest step anywhere on the scale is 0.0001; IBKR reports the one above a dollar.
            min_tick: Decimal::new(1, 2),
            order_types: "ACTIVETIM,DAY,GTC,GTD,IOC,FOK,LMT,MKT,OCA,STP,STPLMT,WHATIF".to_owned(),
            valid_exchanges: i.exchanges.join(","),
            price_magnifier: 1,
            long_name: i.long_name.clone(),
            industry,
            category,
            subcategory,
            time_zone_id: tws::time::ZONE_NAME.to_owned(),
            trading_hours: hours.clone(),
            liquid_hours: hours,
            agg_group: Some(1),
            market_rule_ids: vec![i.market_rule.to_string(); i.exchanges.len()].join(","),
            stock_type: i.stock_type.to_owned(),
            min_size: Some(i.min_size),
            size_increment: Some(i.size_increment),
            suggested_size_increment: Some(Decimal::ONE_HUNDRED),
            ..ContractDetails::default()
        }
    }

    /// Sessions of today and the five days after it. There is no extended session here, so trading
    /// and liquid hours are the same.
    fn hours(&self, now: Timestamp) -> String {
        let today = tws::time::in_zone(now).date();
        let config = self.market.config();
        let mut days = Vec::with_capacity(6);
        for offset in 0..6 {
            let date = today.saturating_add(offset.days());
            let written = tws::time::format_date(date);
            if config.sessions == Sessions::Always && date >= config.opened_on {
                let next = tws::time::format_date(date.saturating_add(1.days()));
                days.push(format!("{written}:0000-{next}:0000"));
            } else {
                match self.market.calendar().session(date) {
                    Some(s) => {
                        let close = if s.early { "1300" } else { "1600" };
                        days.push(format!("{written}:0930-{written}:{close}"));
                    }
                    None => days.push(format!("{written}:CLOSED")),
                }
            }
        }
        days.join(";")
    }

    pub(super) fn matching_symbols(&self, req_id: i32, pattern: &str) -> Reply {
        let wanted = pattern.trim().to_uppercase();
        let matches =
            |i: &Instrument| !wanted.is_empty() && (i.symbol.starts_with(&wanted) || i.long_name.contains(&wanted));
        let samples = self
            .market
            .universe()
            .iter()
            .filter(|(_, i)| matches(i))
            .take(16)
            .map(|(_, i)| SymbolSample {
                contract: Contract {
                    exchange: String::new(),
                    local_symbol: String::new(),
                    trading_class: String::new(),
                    description: i.long_name.clone(),
                    ..full(i, "")
                },
                derivative_sec_types: Vec::new(),
            })
            .collect();
        Reply::SymbolSamples { req_id, samples }
    }

    pub(super) fn market_rule(conn: ConnId, market_rule_id: i32, now: Timestamp, step: &mut Step) {
        if market_rule_id != MARKET_RULE {
            let text = "Error validating request.-'bH' : cause - Incorrect market rule id";
            step.send(conn, Reply::Notice(Notice::general(321, text, now)));
            return;
        }
        let increments = vec![
            PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 4) },
            PriceIncrement { low_edge: Decimal::ONE, increment: Decimal::new(1, 2) },
        ];
        step.send(conn, Reply::MarketRule { market_rule_id, increments });
    }
}
