//! Contracts: which one is meant.

use jiff::Timestamp;
use rust_decimal::Decimal;
use tws::model::{Contract, Notice, Reply};

use super::desk::{ConnId, Core, Step};
use crate::market::{Instrument, Market, Right, SecType};

/// Why a description names no one instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// There is none.
    NotFound,
    /// There are several.
    Ambiguous,
}

impl Unresolved {
    /// IBKR's text of error 200.
    pub(super) fn text(self, contract: &Contract) -> String {
        match self {
            Self::NotFound => "No security definition has been found for the request".to_owned(),
            Self::Ambiguous => {
                let named = if contract.symbol.is_empty() { &contract.local_symbol } else { &contract.symbol };
                format!("The contract description specified for {named} is ambiguous.")
            }
        }
    }
}

/// The one instrument a description names.
pub(super) fn resolve(market: &Market, contract: &Contract, now: Timestamp) -> Result<usize, Unresolved> {
    match candidates(market, contract, now)[..] {
        [] => Err(Unresolved::NotFound),
        [one] => Ok(one),
        [..] => Err(Unresolved::Ambiguous),
    }
}

/// The instruments that fit a description, by position. What is not listed yet fits none; an expired
/// future fits if expired ones are asked for, an expired option never, as IBKR has it.
pub(super) fn candidates(market: &Market, contract: &Contract, now: Timestamp) -> Vec<usize> {
    let universe = market.universe();
    let there = |i: &usize| {
        let of = universe.get(*i);
        let expired_too = contract.include_expired && of.sec_type == SecType::Fut;
        let listed = if expired_too { market.was_listed(*i, now) } else { market.is_listed(*i, now) };
        listed && fits(contract, of)
    };
    if let Some(con_id) = contract.con_id.filter(|id| *id != 0) {
        return universe.find_con_id(con_id).filter(there).into_iter().collect();
    }
    if !contract.sec_id.is_empty() {
        let named = contract.sec_id_type == "CUSIP";
        let by_cusip = universe.iter().filter(|(_, i)| named && i.cusip == contract.sec_id).map(|(i, _)| i);
        return by_cusip.filter(there).collect();
    }
    let Some(sec_type) = SecType::parse(&contract.sec_type) else {
        return Vec::new();
    };
    if contract.symbol.is_empty() {
        let named = universe.with_local_symbol(&contract.local_symbol).iter().copied();
        return named.filter(|i| universe.get(*i).sec_type == sec_type).filter(there).collect();
    }
    let mut found: Vec<usize> =
        universe.with_symbol(sec_type, &contract.symbol).iter().copied().filter(there).collect();
    if found.is_empty() && sec_type == SecType::Bond {
        // IBKR takes a CUSIP for the symbol of a bond.
        let plain = Contract { symbol: String::new(), ..contract.clone() };
        let by_cusip = universe.iter().filter(|(_, i)| !i.cusip.is_empty() && i.cusip == contract.symbol);
        found = by_cusip.filter(|(p, i)| fits(&plain, i) && market.is_listed(*p, now)).map(|(p, _)| p).collect();
    }
    found
}

/// Whether nothing in a description speaks against an instrument.
fn fits(contract: &Contract, i: &Instrument) -> bool {
    let unset_or = |text: &str, one_of: &[&str]| text.is_empty() || one_of.contains(&text);
    unset_or(&contract.symbol, &[&i.symbol])
        && unset_or(&contract.local_symbol, &[&i.local_symbol])
        && unset_or(&contract.sec_type, &[i.sec_type.as_str()])
        && unset_or(&contract.currency, &[&i.currency])
        && unset_or(&contract.exchange, i.exchanges)
        && unset_or(&contract.primary_exchange, &[&i.primary_exchange, "SMART"])
        && unset_or(&contract.trading_class, &[&i.trading_class])
        && fits_derivative(contract, i)
}

/// The same for expiry, strike, right and multiplier.
fn fits_derivative(contract: &Contract, i: &Instrument) -> bool {
    let month = &contract.last_trade_date_or_contract_month;
    let expiry = || i.expiry.map(tws::time::format_date).unwrap_or_default();
    let strike = contract.strike.filter(|s| !s.is_zero());
    let right = match contract.right.as_str() {
        "" | "0" | "?" => true,
        "C" | "CALL" => i.right == Some(Right::Call),
        "P" | "PUT" => i.right == Some(Right::Put),
        _ => false,
    };
    let dated = match month.len() {
        0 => true,
        6 | 8 => expiry().starts_with(month.as_str()),
        _ => false,
    };
    let multiplied =
        contract.multiplier.is_none_or(|m| m.is_zero() || i.wire_multiplier().unwrap_or(Decimal::ONE) == m);
    right && dated && multiplied && strike.is_none_or(|s| i.strike == Some(s))
}

/// The complete contract.
pub(super) fn full(i: &Instrument, exchange: &str) -> Contract {
    let expiry = i.expiry.map(tws::time::format_date).unwrap_or_default();
    Contract {
        con_id: Some(i.con_id),
        symbol: i.symbol.clone(),
        sec_type: i.sec_type.as_str().to_owned(),
        last_trade_date_or_contract_month: expiry.clone(),
        last_trade_date: expiry,
        strike: i.strike,
        right: i.right.map(|r| r.as_str().to_owned()).unwrap_or_default(),
        multiplier: i.wire_multiplier(),
        exchange: exchange.to_owned(),
        primary_exchange: i.primary_exchange.clone(),
        currency: i.currency.clone(),
        local_symbol: i.local_symbol.clone(),
        trading_class: i.trading_class.clone(),
        ..Contract::default()
    }
}

/// A contract as positions name it: at its listing exchange, and a future or an option at none.
pub(super) fn listed(i: &Instrument) -> Contract {
    let exchange = match i.sec_type {
        SecType::Fut | SecType::Opt => "",
        SecType::Stk
        | SecType::Ind
        | SecType::Cash
        | SecType::Cfd
        | SecType::Bond
        | SecType::Fund
        | SecType::Crypto => &i.primary_exchange,
    };
    Contract { primary_exchange: String::new(), ..full(i, exchange) }
}

/// Where an order or a request goes: where it says, else to the default destination.
pub(super) fn destination(i: &Instrument, contract: &Contract) -> String {
    if contract.exchange.is_empty() {
        i.exchanges.first().map_or_else(|| "SMART".to_owned(), |e| (*e).to_owned())
    } else {
        contract.exchange.clone()
    }
}

/// Whether a description is of a continuous future.
pub(super) fn is_continuous(contract: &Contract) -> bool {
    contract.sec_type == "CONTFUT"
}

impl Core {
    /// The instrument a request for data means, or error 200 to its client. A continuous future is the
    /// one that expires next.
    pub(super) fn meant(
        &self,
        conn: ConnId,
        req_id: i32,
        contract: &Contract,
        now: Timestamp,
        step: &mut Step,
    ) -> Option<usize> {
        let found = if is_continuous(contract) {
            self.front_future(contract, now).ok_or(Unresolved::NotFound)
        } else {
            resolve(&self.market, contract, now)
        };
        match found {
            Ok(instrument) => Some(instrument),
            Err(why) => {
                step.send(conn, Reply::Notice(Notice::about(req_id, 200, why.text(contract), now)));
                None
            }
        }
    }

    /// What a continuous future stands for.
    pub(super) fn front_future(&self, contract: &Contract, now: Timestamp) -> Option<usize> {
        let future = Contract { sec_type: "FUT".to_owned(), include_expired: false, ..contract.clone() };
        let candidates = candidates(&self.market, &future, now);
        candidates.into_iter().min_by_key(|i| self.instrument(*i).expiry)
    }
}
