//! Contracts in requests.

use super::fields::Fields;
use crate::error::DecodeError;
use crate::model::Contract;
use crate::protobuf::{contract, schema as wire};

/// Security type of a combination, whose legs follow.
const COMBINATION: &str = "BAG";

/// The twelve fields that every request of today names a contract by.
pub(super) fn named(f: &mut Fields<'_>) -> Result<wire::Contract, DecodeError> {
    Ok(wire::Contract {
        con_id: f.some_int("conId")?,
        symbol: f.some_text("symbol")?,
        sec_type: f.some_text("secType")?,
        last_trade_date_or_contract_month: f.some_text("lastTradeDateOrContractMonth")?,
        // Text has no way to leave a strike out but zero; a strike of zero came with version 202.
        strike: f.some_double("strike")?.filter(|strike| *strike != 0.0),
        right: f.some_text("right")?.filter(|right| right != "?" && right != "0"),
        multiplier: f.some_double("multiplier")?,
        exchange: f.some_text("exchange")?,
        primary_exch: f.some_text("primaryExch")?,
        currency: f.some_text("currency")?,
        local_symbol: f.some_text("localSymbol")?,
        trading_class: f.some_text("tradingClass")?,
        ..wire::Contract::default()
    })
}

/// The same, then whether expired contracts are wanted too.
pub(super) fn named_with_expired(f: &mut Fields<'_>) -> Result<wire::Contract, DecodeError> {
    let named = named(f)?;
    Ok(wire::Contract { include_expired: f.some_flag("includeExpired")?, ..named })
}

/// Whether the legs of a combination follow.
pub(super) fn is_combination(contract: &wire::Contract) -> bool {
    contract.sec_type.as_ref().is_some_and(|word| word.eq_ignore_ascii_case(COMBINATION))
}

/// The legs of a combination in a request for data: four fields each.
pub(super) fn data_legs(f: &mut Fields<'_>, contract: &mut wire::Contract) -> Result<(), DecodeError> {
    if !is_combination(contract) {
        return Ok(());
    }
    for _ in 0..f.count("comboLegsCount")? {
        contract.combo_legs.push(wire::ComboLeg {
            con_id: f.some_int("conId")?,
            ratio: f.some_int("ratio")?,
            action: f.some_text("action")?,
            exchange: f.some_text("exchange")?,
            ..wire::ComboLeg::default()
        });
    }
    Ok(())
}

/// The legs of a combination in an order: eight fields each.
pub(super) fn order_legs(f: &mut Fields<'_>, contract: &mut wire::Contract) -> Result<(), DecodeError> {
    for _ in 0..f.count("comboLegsCount")? {
        contract.combo_legs.push(wire::ComboLeg {
            con_id: f.some_int("conId")?,
            ratio: f.some_int("ratio")?,
            action: f.some_text("action")?,
            exchange: f.some_text("exchange")?,
            open_close: f.some_int("openClose")?,
            short_sales_slot: f.some_int("shortSaleSlot")?,
            designated_location: f.some_text("designatedLocation")?,
            exempt_code: f.some_int("exemptCode")?,
            per_leg_price: None,
        });
    }
    Ok(())
}

/// The underlying of a delta-neutral combination, behind a flag that says whether there is one.
pub(super) fn delta_neutral(f: &mut Fields<'_>, contract: &mut wire::Contract) -> Result<(), DecodeError> {
    if f.flag("deltaNeutralContract")? {
        contract.delta_neutral_contract = Some(wire::DeltaNeutralContract {
            con_id: f.some_int("conId")?,
            delta: f.some_double("delta")?,
            price: f.some_double("price")?,
        });
    }
    Ok(())
}

/// The contract of the model.
pub(super) fn into_model(named: wire::Contract) -> Result<Contract, DecodeError> {
    contract(Some(named))
}
