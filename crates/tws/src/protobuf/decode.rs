//! Client frames to [`Request`].

use prost::Message;

use super::schema as wire;
use super::{decode_data as data, order};
use crate::error::DecodeError;
use crate::model::{
    AccountScope, CancelOrder, ComboLeg, Contract, DeltaNeutralContract, ExecutionFilter, PlaceOrder, PnLRequest,
    Request, SecDefOptParamsRequest,
};
use crate::msg_id::{self, PROTOBUF_OFFSET, request as id};
use crate::number::{decimal, integer};
use crate::version::ServerVersion;

/// First version in which past ticks can be cancelled.
const CANCEL_HISTORICAL_TICKS_SINCE: i32 = 215;

/// Reads one frame: a big-endian message id, then the body.
pub(crate) fn decode(version: ServerVersion, frame: &[u8]) -> Result<Request, DecodeError> {
    let Some((raw_id, body)) = frame.split_first_chunk::<4>() else {
        return Err(DecodeError::FrameTooShort { len: frame.len() });
    };
    let raw_id = i32::from_be_bytes(*raw_id);
    if raw_id <= PROTOBUF_OFFSET {
        return Err(DecodeError::NotProtobuf { msg_id: raw_id });
    }
    decode_body(version, Body { msg_id: raw_id - PROTOBUF_OFFSET, bytes: body })
}

/// A body under its message id.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    msg_id: i32,
    bytes: &'a [u8],
}

impl Body<'_> {
    pub(super) fn read<M: Message + Default>(self) -> Result<M, DecodeError> {
        M::decode(self.bytes).map_err(|e| DecodeError::MalformedBody { msg_id: self.msg_id, reason: e.to_string() })
    }

    pub(super) fn empty(self, request: Request) -> Result<Request, DecodeError> {
        self.read::<wire::Empty>().map(|_| request)
    }

    pub(super) fn req_id(self) -> Result<i32, DecodeError> {
        required(self.read::<wire::ReqId>()?.req_id, "reqId")
    }
}

fn decode_body(version: ServerVersion, body: Body<'_>) -> Result<Request, DecodeError> {
    match body.msg_id {
        id::START_API => start_api(body),
        id::CONTRACT_DATA => contract_data(body),
        id::MATCHING_SYMBOLS => matching_symbols(body),
        id::SEC_DEF_OPT_PARAMS => sec_def_opt_params(body),
        id::MARKET_RULE => market_rule(body),
        id::MARKET_DATA => data::market_data(body),
        id::MARKET_DATA_TYPE => data::market_data_type(body),
        id::HISTORICAL_DATA => data::historical_data(body),
        id::HEAD_TIMESTAMP => data::head_timestamp(body),
        id::MARKET_DEPTH => data::market_depth(body),
        id::CANCEL_MARKET_DEPTH => data::cancel_market_depth(body),
        id::MARKET_DEPTH_EXCHANGES => body.empty(Request::MarketDepthExchanges),
        id::TICK_BY_TICK => data::tick_by_tick(body),
        id::REAL_TIME_BARS => data::real_time_bars(body),
        id::HISTORICAL_TICKS => data::historical_ticks(body),
        id::HISTOGRAM_DATA => data::histogram(body),
        id::SCANNER_SUBSCRIPTION => data::scanner_subscription(body),
        id::SCANNER_PARAMETERS => body.empty(Request::ScannerParameters),
        id::CALCULATE_IMPLIED_VOLATILITY => data::calculate_implied_volatility(body),
        id::CALCULATE_OPTION_PRICE => data::calculate_option_price(body),
        id::FAMILY_CODES => body.empty(Request::FamilyCodes),
        id::SMART_COMPONENTS => data::smart_components(body),
        id::NEWS_PROVIDERS => body.empty(Request::NewsProviders),
        id::NEWS_BULLETINS => {
            Ok(Request::NewsBulletins { all_messages: flag(body.read::<wire::NewsBulletinsRequest>()?.all_messages) })
        }
        id::CANCEL_NEWS_BULLETINS => body.empty(Request::CancelNewsBulletins),
        id::PLACE_ORDER => place_order(body),
        id::CANCEL_ORDER => cancel_order(body),
        id::GLOBAL_CANCEL => body.read::<wire::GlobalCancelRequest>().map(|_| Request::GlobalCancel),
        id::OPEN_ORDERS => body.empty(Request::OpenOrders),
        id::ALL_OPEN_ORDERS => body.empty(Request::AllOpenOrders),
        id::AUTO_OPEN_ORDERS => {
            Ok(Request::AutoOpenOrders { auto_bind: flag(body.read::<wire::AutoOpenOrdersRequest>()?.auto_bind) })
        }
        id::COMPLETED_ORDERS => {
            Ok(Request::CompletedOrders { api_only: flag(body.read::<wire::CompletedOrdersRequest>()?.api_only) })
        }
        id::EXECUTIONS => executions(body),
        id::IDS => body.empty(Request::Ids),
        id::CURRENT_TIME => body.empty(Request::CurrentTime),
        id::CURRENT_TIME_MILLIS => body.empty(Request::CurrentTimeMillis),
        id::MANAGED_ACCOUNTS => body.empty(Request::ManagedAccounts),
        id::SET_SERVER_LOG_LEVEL => Ok(Request::SetServerLogLevel {
            level: required(body.read::<wire::SetServerLogLevelRequest>()?.log_level, "logLevel")?,
        }),
        id::POSITIONS => body.empty(Request::Positions),
        id::CANCEL_POSITIONS => body.empty(Request::CancelPositions),
        id::POSITIONS_MULTI => positions_multi(body),
        id::ACCOUNT_SUMMARY => account_summary(body),
        id::ACCOUNT_UPDATES => account_updates(body),
        id::ACCOUNT_UPDATES_MULTI => account_updates_multi(body),
        id::PNL => pnl(body),
        id::PNL_SINGLE => pnl_single(body),
        _ => cancel_or_unread(version, body),
    }
}

/// The messages that consist of a request id, and those that this codec does not read.
fn cancel_or_unread(version: ServerVersion, body: Body<'_>) -> Result<Request, DecodeError> {
    let msg_id = body.msg_id;
    Ok(match msg_id {
        id::CANCEL_MARKET_DATA => Request::CancelMarketData { req_id: body.req_id()? },
        id::CANCEL_HISTORICAL_DATA => Request::CancelHistoricalData { req_id: body.req_id()? },
        id::CANCEL_HEAD_TIMESTAMP => Request::CancelHeadTimestamp { req_id: body.req_id()? },
        id::CANCEL_TICK_BY_TICK => Request::CancelTickByTick { req_id: body.req_id()? },
        id::CANCEL_REAL_TIME_BARS => Request::CancelRealTimeBars { req_id: body.req_id()? },
        id::CANCEL_HISTOGRAM_DATA => Request::CancelHistogram { req_id: body.req_id()? },
        id::CANCEL_SCANNER_SUBSCRIPTION => Request::CancelScannerSubscription { req_id: body.req_id()? },
        id::CANCEL_CALCULATE_IMPLIED_VOLATILITY => Request::CancelCalculateImpliedVolatility { req_id: body.req_id()? },
        id::CANCEL_CALCULATE_OPTION_PRICE => Request::CancelCalculateOptionPrice { req_id: body.req_id()? },
        id::CANCEL_HISTORICAL_TICKS if version.number() >= CANCEL_HISTORICAL_TICKS_SINCE => {
            Request::CancelHistoricalTicks { req_id: body.req_id()? }
        }
        id::SOFT_DOLLAR_TIERS => Request::SoftDollarTiers { req_id: body.req_id()? },
        id::CANCEL_ACCOUNT_SUMMARY => Request::CancelAccountSummary { req_id: body.req_id()? },
        id::CANCEL_POSITIONS_MULTI => Request::CancelPositionsMulti { req_id: body.req_id()? },
        id::CANCEL_ACCOUNT_UPDATES_MULTI => Request::CancelAccountUpdatesMulti { req_id: body.req_id()? },
        id::CANCEL_PNL => Request::CancelPnL { req_id: body.req_id()? },
        id::CANCEL_PNL_SINGLE => Request::CancelPnLSingle { req_id: body.req_id()? },
        id::CANCEL_CONTRACT_DATA => Request::CancelContractData { req_id: body.req_id()? },
        id::USER_INFO => Request::UserInfo { req_id: body.req_id()? },
        _ => match msg_id::unread(msg_id) {
            Some(unread) if unread.since <= version.number() => Request::Unsupported {
                msg_id: unread.id,
                req_id: if unread.has_req_id { body.read::<wire::ReqId>()?.req_id } else { None },
            },
            _ => return Err(DecodeError::UnknownMessage { msg_id }),
        },
    })
}

fn start_api(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::StartApiRequest = body.read()?;
    Ok(Request::StartApi {
        client_id: required(m.client_id, "clientId")?,
        optional_capabilities: m.optional_capabilities.unwrap_or_default(),
    })
}

fn contract_data(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::ContractDataRequest = body.read()?;
    Ok(Request::ContractData { req_id: required(m.req_id, "reqId")?, contract: contract(m.contract)? })
}

fn matching_symbols(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::MatchingSymbolsRequest = body.read()?;
    Ok(Request::MatchingSymbols { req_id: required(m.req_id, "reqId")?, pattern: m.pattern.unwrap_or_default() })
}

fn sec_def_opt_params(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::SecDefOptParamsRequest = body.read()?;
    Ok(Request::SecDefOptParams(SecDefOptParamsRequest {
        req_id: required(m.req_id, "reqId")?,
        underlying_symbol: m.underlying_symbol.unwrap_or_default(),
        fut_fop_exchange: m.fut_fop_exchange.unwrap_or_default(),
        underlying_sec_type: m.underlying_sec_type.unwrap_or_default(),
        underlying_con_id: con_id(m.underlying_con_id),
    }))
}

fn market_rule(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::MarketRuleRequest = body.read()?;
    Ok(Request::MarketRule { market_rule_id: required(m.market_rule_id, "marketRuleId")? })
}

fn place_order(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::PlaceOrderRequest = body.read()?;
    let mut order = order::decode(required(m.order, "order")?)?;
    if m.attached_orders.is_some() {
        order.unsupported.push("attachedOrders".to_owned());
    }
    Ok(Request::PlaceOrder(Box::new(PlaceOrder {
        order_id: required(m.order_id, "orderId")?,
        contract: contract(m.contract)?,
        order,
    })))
}

fn cancel_order(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::CancelOrderRequest = body.read()?;
    let cancel = m.order_cancel.unwrap_or_default();
    Ok(Request::CancelOrder(CancelOrder {
        order_id: required(m.order_id, "orderId")?,
        manual_order_cancel_time: cancel.manual_order_cancel_time.unwrap_or_default(),
        ext_operator: cancel.ext_operator.unwrap_or_default(),
        manual_order_indicator: integer(cancel.manual_order_indicator),
    }))
}

fn executions(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::ExecutionRequest = body.read()?;
    let filter = m.execution_filter.unwrap_or_default();
    Ok(Request::Executions {
        req_id: required(m.req_id, "reqId")?,
        filter: ExecutionFilter {
            client_id: integer(filter.client_id),
            account: filter.acct_code.unwrap_or_default(),
            time: filter.time.unwrap_or_default(),
            symbol: filter.symbol.unwrap_or_default(),
            sec_type: filter.sec_type.unwrap_or_default(),
            exchange: filter.exchange.unwrap_or_default(),
            side: filter.side.unwrap_or_default(),
            last_n_days: integer(filter.last_n_days),
            specific_dates: filter.specific_dates,
        },
    })
}

fn positions_multi(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::PositionsMultiRequest = body.read()?;
    scope(m.req_id, m.account, m.model_code).map(Request::PositionsMulti)
}

fn account_summary(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::AccountSummaryRequest = body.read()?;
    let tags = m.tags.unwrap_or_default();
    Ok(Request::AccountSummary {
        req_id: required(m.req_id, "reqId")?,
        group: m.group.unwrap_or_default(),
        tags: tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
    })
}

fn account_updates(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::AccountDataRequest = body.read()?;
    Ok(Request::AccountUpdates { subscribe: flag(m.subscribe), account: m.acct_code.unwrap_or_default() })
}

fn account_updates_multi(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::AccountUpdatesMultiRequest = body.read()?;
    Ok(Request::AccountUpdatesMulti {
        scope: scope(m.req_id, m.account, m.model_code)?,
        ledger_and_nlv: flag(m.ledger_and_nlv),
    })
}

fn pnl(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::PnLRequest = body.read()?;
    scope(m.req_id, m.account, m.model_code).map(Request::PnL)
}

fn pnl_single(body: Body<'_>) -> Result<Request, DecodeError> {
    let m: wire::PnLSingleRequest = body.read()?;
    Ok(Request::PnLSingle(PnLRequest {
        scope: scope(m.req_id, m.account, m.model_code)?,
        con_id: required(m.con_id, "conId")?,
    }))
}

fn scope(
    req_id: Option<i32>,
    account: Option<String>,
    model_code: Option<String>,
) -> Result<AccountScope, DecodeError> {
    Ok(AccountScope {
        req_id: required(req_id, "reqId")?,
        account: account.unwrap_or_default(),
        model_code: model_code.unwrap_or_default(),
    })
}

/// A contract of a request.
pub(crate) fn contract(message: Option<wire::Contract>) -> Result<Contract, DecodeError> {
    let m = required(message, "contract")?;
    Ok(Contract {
        con_id: con_id(m.con_id),
        symbol: m.symbol.unwrap_or_default(),
        sec_type: m.sec_type.unwrap_or_default(),
        last_trade_date_or_contract_month: m.last_trade_date_or_contract_month.unwrap_or_default(),
        strike: decimal(m.strike, "strike")?,
        right: m.right.unwrap_or_default(),
        multiplier: decimal(m.multiplier, "multiplier")?,
        exchange: m.exchange.unwrap_or_default(),
        primary_exchange: m.primary_exch.unwrap_or_default(),
        currency: m.currency.unwrap_or_default(),
        local_symbol: m.local_symbol.unwrap_or_default(),
        trading_class: m.trading_class.unwrap_or_default(),
        sec_id_type: m.sec_id_type.unwrap_or_default(),
        sec_id: m.sec_id.unwrap_or_default(),
        description: m.description.unwrap_or_default(),
        issuer_id: m.issuer_id.unwrap_or_default(),
        include_expired: flag(m.include_expired),
        combo_legs_description: m.combo_legs_descrip.unwrap_or_default(),
        combo_legs: m.combo_legs.into_iter().map(combo_leg).collect::<Result<_, _>>()?,
        delta_neutral: m.delta_neutral_contract.as_ref().map(delta_neutral).transpose()?,
        last_trade_date: m.last_trade_date.unwrap_or_default(),
    })
}

fn combo_leg(m: wire::ComboLeg) -> Result<ComboLeg, DecodeError> {
    Ok(ComboLeg {
        con_id: con_id(m.con_id),
        ratio: integer(m.ratio),
        action: m.action.unwrap_or_default(),
        exchange: m.exchange.unwrap_or_default(),
        open_close: integer(m.open_close),
        short_sale_slot: integer(m.short_sales_slot),
        designated_location: m.designated_location.unwrap_or_default(),
        exempt_code: integer(m.exempt_code),
        price: decimal(m.per_leg_price, "perLegPrice")?,
    })
}

fn delta_neutral(m: &wire::DeltaNeutralContract) -> Result<DeltaNeutralContract, DecodeError> {
    Ok(DeltaNeutralContract {
        con_id: con_id(m.con_id),
        delta: decimal(m.delta, "delta")?,
        price: decimal(m.price, "price")?,
    })
}

/// The wire writes 0 for a contract that is not named by its id.
pub(super) fn con_id(value: Option<i32>) -> Option<i32> {
    integer(value).filter(|v| *v != 0)
}

pub(super) fn required<T>(value: Option<T>, field: &'static str) -> Result<T, DecodeError> {
    value.ok_or(DecodeError::MissingField { field })
}

/// The wire leaves a flag out to say that it is not set.
pub(super) fn flag(value: Option<bool>) -> bool {
    value.unwrap_or(false)
}
