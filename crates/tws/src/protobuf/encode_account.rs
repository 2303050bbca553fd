//! Accounts, holdings, profit and loss.

use super::encode::{contract, some};
use super::schema as wire;
use crate::model::{
    AccountSummaryRow, AccountValue, AccountValueMulti, PnL, PnLSingle, PortfolioValue, Position, PositionMulti,
};
use crate::number::{double, text};

pub(super) fn summary(row: &AccountSummaryRow) -> wire::AccountSummary {
    wire::AccountSummary {
        req_id: Some(row.req_id),
        account: Some(row.account.clone()),
        tag: Some(row.tag.clone()),
        value: Some(row.value.clone()),
        currency: some(&row.currency),
    }
}

pub(super) fn value(row: &AccountValue) -> wire::AccountValue {
    wire::AccountValue {
        key: Some(row.key.clone()),
        value: Some(row.value.clone()),
        currency: some(&row.currency),
        account_name: Some(row.account.clone()),
    }
}

pub(super) fn value_multi(row: &AccountValueMulti) -> wire::AccountUpdateMulti {
    wire::AccountUpdateMulti {
        req_id: Some(row.req_id),
        account: Some(row.account.clone()),
        model_code: some(&row.model_code),
        key: Some(row.key.clone()),
        value: Some(row.value.clone()),
        currency: some(&row.currency),
    }
}

pub(super) fn portfolio_value(row: &PortfolioValue) -> wire::PortfolioValue {
    wire::PortfolioValue {
        contract: Some(contract(&row.contract)),
        position: Some(text(row.position)),
        market_price: Some(double(row.market_price)),
        market_value: Some(double(row.market_value)),
        average_cost: Some(double(row.average_cost)),
        unrealized_pnl: Some(double(row.unrealized_pnl)),
        realized_pnl: Some(double(row.realized_pnl)),
        account_name: Some(row.account.clone()),
    }
}

pub(super) fn position(row: &Position) -> wire::Position {
    wire::Position {
        account: Some(row.account.clone()),
        contract: Some(contract(&row.contract)),
        position: Some(text(row.position)),
        avg_cost: Some(double(row.avg_cost)),
    }
}

pub(super) fn position_multi(row: &PositionMulti) -> wire::PositionMulti {
    let holding = position(&row.position);
    wire::PositionMulti {
        req_id: Some(row.req_id),
        account: holding.account,
        contract: holding.contract,
        position: holding.position,
        avg_cost: holding.avg_cost,
        model_code: some(&row.model_code),
    }
}

pub(super) fn pnl(pnl: &PnL) -> wire::PnL {
    wire::PnL {
        req_id: Some(pnl.req_id),
        daily: pnl.daily.map(double),
        unrealized: pnl.unrealized.map(double),
        realized: pnl.realized.map(double),
    }
}

pub(super) fn pnl_single(pnl: &PnLSingle) -> wire::PnLSingle {
    wire::PnLSingle {
        req_id: Some(pnl.req_id),
        position: Some(text(pnl.position)),
        daily: pnl.daily.map(double),
        unrealized: pnl.unrealized.map(double),
        realized: pnl.realized.map(double),
        value: pnl.value.map(double),
    }
}
