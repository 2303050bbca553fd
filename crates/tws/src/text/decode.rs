//! Client frames to [`Request`].

use super::decode_contract::{self, into_model};
use super::decode_data as data;
use super::decode_order;
use super::fields::Fields;
use super::since;
use crate::error::DecodeError;
use crate::model::{AccountScope, CancelOrder, ExecutionFilter, PnLRequest, Request};
use crate::msg_id::{self, request as id};
use crate::version::ServerVersion;

type Read<T> = Result<T, DecodeError>;

/// Version of `startApi` from which it carries capabilities.
const START_API_WITH_CAPABILITIES: i32 = 2;

/// Reads one frame: the message id, then its fields.
pub(crate) fn decode(version: ServerVersion, frame: &[u8]) -> Read<Request> {
    let mut fields = Fields::new(version, frame)?;
    let msg_id = fields.int("msgId")?;
    let request = message(msg_id, &mut fields)?;
    // What is not read has no known end.
    if !matches!(request, Request::Unsupported { .. }) {
        fields.end(msg_id)?;
    }
    Ok(request)
}

fn message(msg_id: i32, f: &mut Fields<'_>) -> Read<Request> {
    match msg_id {
        id::START_API => start_api(f),
        id::CONTRACT_DATA => contract_data(f),
        id::MATCHING_SYMBOLS => Ok(Request::MatchingSymbols { req_id: f.int("reqId")?, pattern: f.text("pattern")? }),
        id::SEC_DEF_OPT_PARAMS => data::sec_def_opt_params(f),
        id::MARKET_RULE => Ok(Request::MarketRule { market_rule_id: f.int("marketRuleId")? }),
        id::MARKET_DATA => data::market_data(f),
        id::HISTORICAL_DATA => data::historical_data(f),
        id::HEAD_TIMESTAMP => data::head_timestamp(f),
        id::TICK_BY_TICK => data::tick_by_tick(f),
        id::CANCEL_TICK_BY_TICK => Ok(Request::CancelTickByTick { req_id: f.int("reqId")? }),
        id::HISTORICAL_TICKS => data::historical_ticks(f),
        id::HISTOGRAM_DATA => data::histogram(f),
        id::CANCEL_HISTOGRAM_DATA => Ok(Request::CancelHistogram { req_id: f.int("reqId")? }),
        id::SCANNER_SUBSCRIPTION => data::scanner_subscription(f),
        id::MARKET_DEPTH_EXCHANGES => Ok(Request::MarketDepthExchanges),
        id::SMART_COMPONENTS => data::smart_components(f),
        id::SOFT_DOLLAR_TIERS => Ok(Request::SoftDollarTiers { req_id: f.int("reqId")? }),
        id::FAMILY_CODES => Ok(Request::FamilyCodes),
        id::NEWS_PROVIDERS => Ok(Request::NewsProviders),
        id::PLACE_ORDER => decode_order::place_order(f),
        id::CANCEL_ORDER => cancel_order(f),
        id::GLOBAL_CANCEL => global_cancel(f),
        id::COMPLETED_ORDERS => Ok(Request::CompletedOrders { api_only: f.flag("apiOnly")? }),
        id::EXECUTIONS => executions(f),
        id::PNL => scope(f).map(Request::PnL),
        id::PNL_SINGLE => pnl_single(f),
        id::CANCEL_PNL => Ok(Request::CancelPnL { req_id: f.int("reqId")? }),
        id::CANCEL_PNL_SINGLE => Ok(Request::CancelPnLSingle { req_id: f.int("reqId")? }),
        id::CANCEL_HEAD_TIMESTAMP => Ok(Request::CancelHeadTimestamp { req_id: f.int("reqId")? }),
        id::USER_INFO if f.since(since::USER_INFO) => Ok(Request::UserInfo { req_id: f.int("reqId")? }),
        id::CURRENT_TIME_MILLIS if f.since(since::CURRENT_TIME_MILLIS) => Ok(Request::CurrentTimeMillis),
        _ => versioned(msg_id, f),
    }
}

/// The messages that begin with a version of their own, and those that this codec does not read.
fn versioned(msg_id: i32, f: &mut Fields<'_>) -> Read<Request> {
    let request: fn(&mut Fields<'_>) -> Read<Request> = match msg_id {
        id::CANCEL_MARKET_DATA => |f| Ok(Request::CancelMarketData { req_id: f.int("reqId")? }),
        id::MARKET_DEPTH => data::market_depth,
        id::CANCEL_MARKET_DEPTH => data::cancel_market_depth,
        id::REAL_TIME_BARS => data::real_time_bars,
        id::CANCEL_REAL_TIME_BARS => |f| Ok(Request::CancelRealTimeBars { req_id: f.int("reqId")? }),
        id::CALCULATE_IMPLIED_VOLATILITY => data::calculate_implied_volatility,
        id::CANCEL_CALCULATE_IMPLIED_VOLATILITY => {
            |f| Ok(Request::CancelCalculateImpliedVolatility { req_id: f.int("reqId")? })
        }
        id::CALCULATE_OPTION_PRICE => data::calculate_option_price,
        id::CANCEL_CALCULATE_OPTION_PRICE => |f| Ok(Request::CancelCalculateOptionPrice { req_id: f.int("reqId")? }),
        id::CANCEL_SCANNER_SUBSCRIPTION => |f| Ok(Request::CancelScannerSubscription { req_id: f.int("reqId")? }),
        id::SCANNER_PARAMETERS => |_| Ok(Request::ScannerParameters),
        id::NEWS_BULLETINS => |f| Ok(Request::NewsBulletins { all_messages: f.flag("allMessages")? }),
        id::CANCEL_NEWS_BULLETINS => |_| Ok(Request::CancelNewsBulletins),
        id::MARKET_DATA_TYPE => |f| Ok(Request::MarketDataType { market_data_type: f.int("marketDataType")? }),
        id::CANCEL_HISTORICAL_DATA => |f| Ok(Request::CancelHistoricalData { req_id: f.int("reqId")? }),
        id::OPEN_ORDERS => |_| Ok(Request::OpenOrders),
        id::ALL_OPEN_ORDERS => |_| Ok(Request::AllOpenOrders),
        id::AUTO_OPEN_ORDERS => |f| Ok(Request::AutoOpenOrders { auto_bind: f.flag("autoBind")? }),
        // How many ids are wanted is an old parameter without effect.
        id::IDS => |f| f.raw("numIds").map(|_| Request::Ids),
        id::CURRENT_TIME => |_| Ok(Request::CurrentTime),
        id::MANAGED_ACCOUNTS => |_| Ok(Request::ManagedAccounts),
        id::SET_SERVER_LOG_LEVEL => |f| Ok(Request::SetServerLogLevel { level: f.int("logLevel")? }),
        id::POSITIONS => |_| Ok(Request::Positions),
        id::CANCEL_POSITIONS => |_| Ok(Request::CancelPositions),
        id::POSITIONS_MULTI => |f| scope(f).map(Request::PositionsMulti),
        id::CANCEL_POSITIONS_MULTI => |f| Ok(Request::CancelPositionsMulti { req_id: f.int("reqId")? }),
        id::ACCOUNT_SUMMARY => account_summary,
        id::CANCEL_ACCOUNT_SUMMARY => |f| Ok(Request::CancelAccountSummary { req_id: f.int("reqId")? }),
        id::ACCOUNT_UPDATES => {
            |f| Ok(Request::AccountUpdates { subscribe: f.flag("subscribe")?, account: f.text("acctCode")? })
        }
        id::ACCOUNT_UPDATES_MULTI => {
            |f| Ok(Request::AccountUpdatesMulti { scope: scope(f)?, ledger_and_nlv: f.flag("ledgerAndNLV")? })
        }
        id::CANCEL_ACCOUNT_UPDATES_MULTI => |f| Ok(Request::CancelAccountUpdatesMulti { req_id: f.int("reqId")? }),
        _ => return unread(msg_id, f),
    };
    f.skip_version()?;
    request(f)
}

/// A message of the protocol that this codec does not read: its request id, so that it can be refused.
fn unread(msg_id: i32, f: &mut Fields<'_>) -> Read<Request> {
    let unknown = DecodeError::UnknownMessage { msg_id };
    let Some(unread) = msg_id::unread(msg_id).filter(|unread| f.since(unread.since)) else {
        return Err(unknown);
    };
    let req_id = match msg_id {
        // Event calendar.
        100..=103 if !f.since(since::EVENT_CALENDAR) => return Err(unknown),
        // The advisor's data comes before the request id.
        19 => {
            f.skip_version()?;
            f.raw("faDataType")?;
            f.raw("xml")?;
            Some(f.int("reqId")?)
        }
        21 | 52 | 53 | 67..=70 => {
            f.skip_version()?;
            Some(f.int("reqId")?)
        }
        _ if unread.has_req_id => Some(f.int("reqId")?),
        _ => None,
    };
    Ok(Request::Unsupported { msg_id, req_id })
}

fn start_api(f: &mut Fields<'_>) -> Read<Request> {
    let version = f.int("version")?;
    let client_id = f.int("clientId")?;
    let optional_capabilities =
        if version >= START_API_WITH_CAPABILITIES { f.text("optionalCapabilities")? } else { String::new() };
    Ok(Request::StartApi { client_id, optional_capabilities })
}

fn contract_data(f: &mut Fields<'_>) -> Read<Request> {
    f.skip_version()?;
    let req_id = f.int("reqId")?;
    let mut contract = decode_contract::named_with_expired(f)?;
    contract.sec_id_type = f.some_text("secIdType")?;
    contract.sec_id = f.some_text("secId")?;
    if f.since(since::BOND_ISSUER) {
        contract.issuer_id = f.some_text("issuerId")?;
    }
    Ok(Request::ContractData { req_id, contract: into_model(contract)? })
}

fn cancel_order(f: &mut Fields<'_>) -> Read<Request> {
    if !f.since(since::CME_TAGS) {
        f.skip_version()?;
    }
    let order_id = f.int("orderId")?;
    let manual_order_cancel_time =
        if f.since(since::MANUAL_ORDER_TIME) { f.text("manualOrderCancelTime")? } else { String::new() };
    let mut cancel = CancelOrder { order_id, manual_order_cancel_time, ..CancelOrder::default() };
    if f.since(since::RFQ_FIELDS) && !f.since(since::NO_RFQ_FIELDS) {
        f.raw("rfqCancelUser")?;
        f.raw("rfqCancelTime")?;
        f.some_int("rfqManualIndicator")?;
    }
    if f.since(since::CME_TAGS) {
        cancel.ext_operator = f.text("extOperator")?;
        cancel.manual_order_indicator = f.some_int("manualOrderIndicator")?;
    }
    Ok(Request::CancelOrder(cancel))
}

fn global_cancel(f: &mut Fields<'_>) -> Read<Request> {
    if f.since(since::CME_TAGS) {
        f.raw("extOperator")?;
        f.some_int("manualOrderIndicator")?;
    } else {
        f.skip_version()?;
    }
    Ok(Request::GlobalCancel)
}

fn executions(f: &mut Fields<'_>) -> Read<Request> {
    f.skip_version()?;
    let req_id = f.int("reqId")?;
    let mut filter = ExecutionFilter {
        client_id: f.some_int("clientId")?,
        account: f.text("acctCode")?,
        time: f.text("time")?,
        symbol: f.text("symbol")?,
        sec_type: f.text("secType")?,
        exchange: f.text("exchange")?,
        side: f.text("side")?,
        ..ExecutionFilter::default()
    };
    if f.since(since::EXECUTIONS_BY_DAY) {
        filter.last_n_days = f.some_int("lastNDays")?;
        for _ in 0..f.count("specificDatesCount")? {
            filter.specific_dates.push(f.int("specificDate")?);
        }
    }
    Ok(Request::Executions { req_id, filter })
}

fn account_summary(f: &mut Fields<'_>) -> Read<Request> {
    let req_id = f.int("reqId")?;
    let group = f.text("groupName")?;
    let tags = f.raw("tags")?.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    Ok(Request::AccountSummary { req_id, group, tags: tags.map(str::to_owned).collect() })
}

fn pnl_single(f: &mut Fields<'_>) -> Read<Request> {
    Ok(Request::PnLSingle(PnLRequest { scope: scope(f)?, con_id: f.int("conId")? }))
}

fn scope(f: &mut Fields<'_>) -> Read<AccountScope> {
    Ok(AccountScope { req_id: f.int("reqId")?, account: f.text("account")?, model_code: f.text("modelCode")? })
}
