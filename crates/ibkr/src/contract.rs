//! Contracts in both directions.

use crate::decimal;
use crate::zone;
use domain::contract::{Contract, ContractTerms, Instrument, PriceIncrement, Right, SecType};
use domain::id::ConId;
use domain::money::Currency;
use ibapi::contracts::{Contract as WireContract, ContractDetails, Exchange, OptionRight, SecurityType, Symbol};
use rust_decimal::Decimal;

/// What names a resolved contract on the wire: its id and where to route, and the few words that TWS checks them
/// against. No more, since any further word that disagrees makes TWS refuse the id.
pub(crate) fn to_wire(contract: &Contract) -> WireContract {
    WireContract {
        contract_id: contract.con_id.get(),
        symbol: Symbol::from(contract.symbol.as_str()),
        security_type: SecurityType::from_wire_word(contract.sec_type),
        exchange: Exchange::from(contract.exchange.as_str()),
        currency: ibapi::contracts::Currency::from(contract.currency.as_str()),
        ..WireContract::default()
    }
}

/// A contract question. `None` when a strike does not fit the wire.
pub(crate) fn question(instrument: &Instrument) -> Option<WireContract> {
    match instrument {
        Instrument::ConId(con_id) => Some(WireContract {
            contract_id: con_id.get(),
            // The library's defaults (stock, SMART, USD) would contradict any other contract.
            security_type: SecurityType::Other(String::new()),
            exchange: Exchange::from(""),
            currency: ibapi::contracts::Currency::from(""),
            ..WireContract::default()
        }),
        Instrument::Spec(spec) => Some(WireContract {
            symbol: Symbol::from(spec.symbol.as_str()),
            security_type: SecurityType::from_wire_word(spec.sec_type),
            exchange: Exchange::from(spec.exchange.as_str()),
            currency: ibapi::contracts::Currency::from(spec.currency.as_str()),
            last_trade_date_or_contract_month: spec.expiry.clone().unwrap_or_default(),
            strike: match spec.strike {
                Some(strike) => decimal::wire(strike.get())?,
                None => 0.0,
            },
            right: spec.right.map(|right| match right {
                Right::Call => OptionRight::Call,
                Right::Put => OptionRight::Put,
            }),
            ..WireContract::default()
        }),
    }
}

/// The library's type for our kinds.
trait FromWireWord {
    fn from_wire_word(kind: SecType) -> Self;
}

impl FromWireWord for SecurityType {
    fn from_wire_word(kind: SecType) -> Self {
        match kind {
            SecType::Stk | SecType::Etf => Self::Stock,
            SecType::Fut => Self::Future,
            SecType::Opt => Self::Option,
            SecType::Ind => Self::Index,
            SecType::Cash => Self::ForexPair,
            SecType::Cfd => Self::CFD,
            SecType::Bond => Self::Bond,
            SecType::Fund => Self::MutualFund,
            SecType::Crypto => Self::Crypto,
        }
    }
}

/// The library's type for our kind.
pub(crate) fn security_type(kind: SecType) -> SecurityType {
    SecurityType::from_wire_word(kind)
}

/// Our kind of a security. `None` for kinds that Tollgate does not trade (spreads, warrants, futures options).
fn sec_type(details: &ContractDetails) -> Option<SecType> {
    let word = details.contract.security_type.as_str();
    if word == "STK" && details.stock_type == "ETF" {
        return Some(SecType::Etf);
    }
    SecType::ALL.into_iter().find(|kind| kind.wire() == word)
}

/// The id of the market rule for the contract's own exchange: two lists of the same order.
pub(crate) fn market_rule_id(details: &ContractDetails) -> Option<i32> {
    let exchange = routing(details);
    let place = details.valid_exchanges.iter().position(|valid| valid == exchange)?;
    details.market_rule_ids.get(place)?.trim().parse().ok()
}

/// Where orders are routed: what the broker said, else its first valid exchange.
fn routing(details: &ContractDetails) -> &str {
    let said = details.contract.exchange.as_str();
    if said.is_empty() { details.valid_exchanges.first().map_or("", String::as_str) } else { said }
}

/// The steps of a market rule, ascending; entries that are no numbers make the rule unusable.
pub(crate) fn increments(rule: &ibapi::contracts::MarketRule) -> Option<Vec<PriceIncrement>> {
    let mut steps = rule
        .price_increments
        .iter()
        .map(|step| {
            Some(PriceIncrement {
                low_edge: decimal::decimal(step.low_edge)?,
                increment: decimal::nonzero(step.increment)?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    steps.sort_by_key(|step| step.low_edge);
    (!steps.is_empty()).then_some(steps)
}

/// The steps when there is no market rule: the contract's smallest tick at every price.
pub(crate) fn fallback_increments(details: &ContractDetails) -> Option<Vec<PriceIncrement>> {
    let increment = decimal::nonzero(details.min_tick)?;
    Some(vec![PriceIncrement { low_edge: Decimal::ZERO, increment }])
}

/// The contract that the broker describes.
///
/// # Errors
/// What cannot be understood, in words: such a contract is not offered at all.
pub(crate) fn from_details(
    details: &ContractDetails,
    price_increments: Vec<PriceIncrement>,
) -> Result<Contract, String> {
    let wire = &details.contract;
    let con_id = ConId::new(i64::from(wire.contract_id)).map_err(|error| error.to_string())?;
    let sec_type = sec_type(details).ok_or_else(|| format!("security type {} is not traded", wire.security_type))?;
    let currency: Currency = wire.currency.as_str().parse().map_err(|_| {
        let currency = &wire.currency;
        format!("currency {currency:?} of contract {con_id}")
    })?;
    let ContractTerms { expiry, strike, right } = terms(wire);
    let multiplier = match wire.multiplier.as_str() {
        "" | "0" => Decimal::ONE,
        text => decimal::text(text).ok_or_else(|| format!("multiplier {text:?} of contract {con_id}"))?,
    };
    // A broker that names no size rules for a contract trades it in whole units.
    let size_increment =
        decimal::optional(details.size_increment).filter(|step| !step.is_zero()).unwrap_or(Decimal::ONE);
    let min_size = decimal::optional(details.min_size).filter(|size| !size.is_zero()).unwrap_or(size_increment);
    Ok(Contract {
        con_id,
        symbol: wire.symbol.to_string(),
        sec_type,
        exchange: routing(details).to_owned(),
        primary_exchange: some_text(wire.primary_exchange.as_str()),
        currency,
        local_symbol: wire.local_symbol.clone(),
        trading_class: wire.trading_class.clone(),
        expiry,
        strike,
        right,
        multiplier,
        price_increments,
        min_size,
        size_increment,
        long_name: details.long_name.clone(),
        order_types: details.order_types.clone(),
        time_zone: zone::iana(&details.time_zone_id),
        trading_hours: some_text(&details.trading_hours.join(";")),
        liquid_hours: some_text(&details.liquid_hours.join(";")),
    })
}

/// What tells a future or an option from others of its symbol.
pub(crate) fn terms(wire: &WireContract) -> ContractTerms {
    let right = wire.right.map(|right| match right {
        OptionRight::Call => Right::Call,
        OptionRight::Put => Right::Put,
    });
    ContractTerms { expiry: expiry(wire), strike: decimal::price(wire.strike), right }
}

/// The day of expiry. The wire may append the last trading time behind a blank.
fn expiry(wire: &WireContract) -> Option<String> {
    let text = &wire.last_trade_date_or_contract_month;
    some_text(text.split(' ').next().unwrap_or_default())
}

pub(crate) fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
#[path = "contract_tests.rs"]
mod tests;
