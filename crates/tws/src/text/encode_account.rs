//! Accounts, holdings, profit and loss.

use super::body::{Body, UNSET_DOUBLE};
use super::encode_contract::{self, NO_RIGHT};
use crate::model::{
    AccountSummaryRow, AccountValue, AccountValueMulti, PnL, PnLSingle, PortfolioValue, Position, PositionMulti,
};
use crate::protobuf::contract_to_wire;

/// What the wire writes for the right of what is no option, in portfolios.
const NO_RIGHT_IN_PORTFOLIOS: &str = "0";

pub(super) fn position(body: &mut Body<'_>, row: &Position) {
    encode_contract::named(body, &contract_to_wire(&row.contract), NO_RIGHT);
    body.decimal(row.position).decimal(row.avg_cost);
}

pub(super) fn position_multi(body: &mut Body<'_>, row: &PositionMulti) {
    body.int(row.req_id).text(&row.position.account);
    position(body, &row.position);
    body.text(&row.model_code);
}

pub(super) fn summary(body: &mut Body<'_>, row: &AccountSummaryRow) {
    body.int(row.req_id).text(&row.account).text(&row.tag).text(&row.value).text(&row.currency);
}

pub(super) fn value(body: &mut Body<'_>, row: &AccountValue) {
    body.text(&row.key).text(&row.value).text(&row.currency).text(&row.account);
}

pub(super) fn value_multi(body: &mut Body<'_>, row: &AccountValueMulti) {
    body.int(row.req_id).text(&row.account).text(&row.model_code);
    body.text(&row.key).text(&row.value).text(&row.currency);
}

pub(super) fn portfolio_value(body: &mut Body<'_>, row: &PortfolioValue) {
    // Where other messages have the exchange, this one has the primary exchange.
    let mut contract = contract_to_wire(&row.contract);
    contract.exchange = contract.primary_exch.take();
    encode_contract::named(body, &contract, NO_RIGHT_IN_PORTFOLIOS);
    body.decimal(row.position)
        .decimal(row.market_price)
        .decimal(row.market_value)
        .decimal(row.average_cost)
        .decimal(row.unrealized_pnl)
        .decimal(row.realized_pnl)
        .text(&row.account);
}

pub(super) fn pnl(body: &mut Body<'_>, row: &PnL) {
    body.int(row.req_id)
        .decimal_or(row.daily, UNSET_DOUBLE)
        .decimal_or(row.unrealized, UNSET_DOUBLE)
        .decimal_or(row.realized, UNSET_DOUBLE);
}

pub(super) fn pnl_single(body: &mut Body<'_>, row: &PnLSingle) {
    body.int(row.req_id)
        .decimal(row.position)
        .decimal_or(row.daily, UNSET_DOUBLE)
        .decimal_or(row.unrealized, UNSET_DOUBLE)
        .decimal_or(row.realized, UNSET_DOUBLE)
        .decimal_or(row.value, UNSET_DOUBLE);
}
