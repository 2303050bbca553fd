//! What is known about contracts: details, symbol search, price increments.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{BondDetails, Contract, ContractDetails, FundDetails, Notice, PriceIncrement, Reply, SymbolSample};

use super::contract::{Unresolved, candidates, destination, full, is_continuous};
use super::desk::{ConnId, Core, Step};
use crate::market::{Instrument, SecType, increments};

/// Most rows of a symbol search.
const SAMPLES_MAX: usize = 16;
/// Days of sessions in the details of a contract.
const SESSION_DAYS: i64 = 6;

impl Core {
    pub(super) fn contract_data(
        &self,
        conn: ConnId,
        req_id: i32,
        contract: &Contract,
        now: Timestamp,
        step: &mut Step,
    ) {
        let continuous = is_continuous(contract);
        let found = if continuous {
            self.front_future(contract, now).into_iter().collect()
        } else {
            candidates(&self.market, contract, now)
        };
        if found.is_empty() {
            let text = Unresolved::NotFound.text(contract);
            return step.send(conn, Reply::Notice(Notice::about(req_id, 200, text, now)));
        }
        for instrument in found {
            let exchange = destination(self.instrument(instrument), contract);
            let mut details = Box::new(self.details(instrument, &exchange, now));
            if continuous {
                "CONTFUT".clone_into(&mut details.contract.sec_type);
            }
            step.send(conn, Reply::ContractData { req_id, details });
        }
        step.send(conn, Reply::ContractDataEnd { req_id });
    }

    fn details(&self, instrument: usize, exchange: &str, now: Timestamp) -> ContractDetails {
        let i = self.instrument(instrument);
        // IBKR lists the sessions from today on, in the zone of the exchange.
        let today = now.to_zoned(i.hours.zone()).date();
        let hours = |regular_only| self.market.hours_text(instrument, today, SESSION_DAYS, regular_only);
        let [industry, category, subcategory] = i.sector.map(str::to_owned);
        let under = i.underlying.map(|u| self.instrument(u));
        let expiry = i.expiry.map(tws::time::format_date).unwrap_or_default();
        let derivative = i.wire_multiplier().is_some();
        ContractDetails {
            contract: full(i, exchange),
            market_name: i.trading_class.clone(),
            min_tick: min_tick(i),
            order_types: order_types(i).to_owned(),
            valid_exchanges: i.exchanges.join(","),
            price_magnifier: 1,
            under_con_id: under.filter(|_| derivative).map(|u| u.con_id),
            under_symbol: under.filter(|_| derivative).map(|u| u.symbol.clone()).unwrap_or_default(),
            under_sec_type: under.filter(|_| derivative).map_or("", |u| u.sec_type.as_str()).to_owned(),
            long_name: i.long_name.clone(),
            contract_month: if derivative { expiry.get(..6).unwrap_or_default().to_owned() } else { String::new() },
            real_expiration_date: if derivative { expiry } else { String::new() },
            industry,
            category,
            subcategory,
            time_zone_id: i.hours.zone_name().to_owned(),
            trading_hours: hours(false),
            liquid_hours: hours(true),
            sec_ids: if i.cusip.is_empty() { Vec::new() } else { vec![("CUSIP".to_owned(), i.cusip.to_owned())] },
            agg_group: Some(agg_group(i.sec_type)),
            market_rule_ids: vec![i.market_rule.to_string(); i.exchanges.len()].join(","),
            stock_type: i.stock_type.to_owned(),
            min_size: Some(i.min_size),
            size_increment: Some(i.size_increment),
            suggested_size_increment: Some(match i.sec_type {
                SecType::Stk | SecType::Cfd => Decimal::ONE_HUNDRED,
                SecType::Ind
                | SecType::Cash
                | SecType::Fut
                | SecType::Opt
                | SecType::Bond
                | SecType::Fund
                | SecType::Crypto => i.size_increment,
            }),
            settlement_method: match i.sec_type {
                SecType::Fut => "Cash",
                SecType::Opt => "Physical",
                SecType::Stk
                | SecType::Ind
                | SecType::Cash
                | SecType::Cfd
                | SecType::Bond
                | SecType::Fund
                | SecType::Crypto => "",
            }
            .to_owned(),
            bond: (i.sec_type == SecType::Bond).then(|| Box::new(bond(i))),
            fund: (i.sec_type == SecType::Fund).then(|| Box::new(fund(i))),
        }
    }

    pub(super) fn matching_symbols(&self, req_id: i32, pattern: &str) -> Reply {
        let wanted = pattern.trim().to_uppercase();
        let matches = |i: &Instrument| {
            let named = i.symbol.starts_with(&wanted) || i.long_name.to_uppercase().contains(&wanted);
            !wanted.is_empty() && i.wire_multiplier().is_none() && i.sec_type != SecType::Cfd && named
        };
        let universe = self.market.universe();
        let samples = universe
            .iter()
            .filter(|(_, i)| matches(i))
            .take(SAMPLES_MAX)
            .map(|(position, i)| {
                let kinds: BTreeSet<&str> = universe.derivatives(position).map(|(_, d)| d.sec_type.as_str()).collect();
                SymbolSample {
                    contract: Contract {
                        exchange: String::new(),
                        local_symbol: String::new(),
                        trading_class: String::new(),
                        description: i.long_name.clone(),
                        ..full(i, "")
                    },
                    derivative_sec_types: kinds.into_iter().map(str::to_owned).collect(),
                }
            })
            .collect();
        Reply::SymbolSamples { req_id, samples }
    }

    pub(super) fn market_rule(conn: ConnId, market_rule_id: i32, now: Timestamp, step: &mut Step) {
        let Some(bands) = increments(market_rule_id) else {
            let text = "Error validating request.-'bH' : cause - Incorrect market rule id";
            step.send(conn, Reply::Notice(Notice::general(321, text, now)));
            return;
        };
        let increments =
            bands.into_iter().map(|(low_edge, increment)| PriceIncrement { low_edge, increment }).collect();
        step.send(conn, Reply::MarketRule { market_rule_id, increments });
    }
}

/// IBKR reports the step of a stock above one dollar, of anything else the smallest.
fn min_tick(i: &Instrument) -> Decimal {
    let bands = increments(i.market_rule).unwrap_or_default();
    let band = if i.sec_type == SecType::Stk { bands.last() } else { bands.first() };
    band.map_or(Decimal::new(1, 2), |(_, step)| *step)
}

fn order_types(i: &Instrument) -> &'static str {
    match i.sec_type {
        SecType::Stk => {
            "ACTIVETIM,CASHQTY,COND,DAY,FOK,GAT,GTC,GTD,IOC,LIT,LMT,LOC,MIDPX,MIT,MKT,MOC,OCA,OPG,RTH,STP,STPLMT,\
             TRAIL,TRAILLMT,WHATIF"
        }
        SecType::Opt | SecType::Fut | SecType::Cfd | SecType::Bond => {
            "ACTIVETIM,COND,DAY,FOK,GAT,GTC,GTD,IOC,LIT,LMT,MIT,MKT,OCA,RTH,STP,STPLMT,TRAIL,TRAILLMT,WHATIF"
        }
        SecType::Cash | SecType::Crypto => {
            "ACTIVETIM,CASHQTY,COND,DAY,FOK,GAT,GTC,GTD,IOC,LIT,LMT,MIT,MKT,OCA,STP,STPLMT,TRAIL,TRAILLMT,WHATIF"
        }
        SecType::Fund => "ACTIVETIM,CASHQTY,DAY,GTC,MKT,WHATIF",
        SecType::Ind => "",
    }
}

/// Instruments whose data one farm aggregates.
fn agg_group(sec_type: SecType) -> i32 {
    match sec_type {
        SecType::Stk | SecType::Cfd | SecType::Fund => 1,
        SecType::Opt => 2,
        SecType::Cash => 4,
        SecType::Ind | SecType::Bond | SecType::Crypto => 5,
        SecType::Fut => 2_147_483_647,
    }
}

fn bond(i: &Instrument) -> BondDetails {
    BondDetails {
        cusip: i.cusip.to_owned(),
        bond_type: "GOVT".to_owned(),
        coupon_type: "FIXED".to_owned(),
        coupon: Decimal::from(4),
        issue_date: i.listed.map(tws::time::format_date).unwrap_or_default(),
        desc_append: i.local_symbol.clone(),
        ..BondDetails::default()
    }
}

fn fund(i: &Instrument) -> FundDetails {
    FundDetails {
        name: i.long_name.clone(),
        family: "Vanguard".to_owned(),
        fund_type: "Equity".to_owned(),
        asset_type: "002".to_owned(),
        ..FundDetails::default()
    }
}
