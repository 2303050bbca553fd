//! [`Reply`] to server frames.

use jiff::Timestamp;
use prost::Message;

use super::schema as wire;
use super::{encode_account as account, encode_data as data, encode_market as market, encode_trade as trade};
use crate::frame::write_frame;
use crate::model::{Contract, Notice, PastTicks, Reply};
use crate::msg_id::{PROTOBUF_OFFSET, reply as id};
use crate::number::double;

/// Appends one framed reply.
#[expect(clippy::too_many_lines, reason = "one arm per message: the table of the protocol, best read in one piece")]
pub(crate) fn encode_into(reply: &Reply, out: &mut Vec<u8>) {
    let mut to = Writer { out };
    match reply {
        Reply::ManagedAccounts { accounts } => {
            to.put(id::MANAGED_ACCOUNTS, &managed_accounts(accounts));
        }
        Reply::NextValidId { order_id } => to.put(id::NEXT_VALID_ID, &wire::NextValidId { order_id: Some(*order_id) }),
        Reply::Notice(notice) => to.put(id::NOTICE, &error_message(notice)),
        Reply::CurrentTime(now) => to.put(id::CURRENT_TIME, &current_time(*now)),
        Reply::CurrentTimeMillis(now) => to.put(id::CURRENT_TIME_MILLIS, &current_millis(*now)),
        Reply::UserInfo { req_id, white_branding_id } => {
            to.put(
                id::USER_INFO,
                &wire::UserInfo { req_id: Some(*req_id), white_branding_id: some(white_branding_id) },
            );
        }
        Reply::ContractData { req_id, details } => {
            let msg_id = if details.bond.is_some() { id::BOND_CONTRACT_DATA } else { id::CONTRACT_DATA };
            to.put(msg_id, &market::contract_data(*req_id, details));
        }
        Reply::ContractDataEnd { req_id } => to.put_id(id::CONTRACT_DATA_END, *req_id),
        Reply::SymbolSamples { req_id, samples } => {
            to.put(id::SYMBOL_SAMPLES, &market::symbol_samples(*req_id, samples));
        }
        Reply::SecDefOptParams(params) => {
            to.put(id::SEC_DEF_OPT_PARAMS, &market::sec_def_opt_params(params));
        }
        Reply::SecDefOptParamsEnd { req_id } => to.put_id(id::SEC_DEF_OPT_PARAMS_END, *req_id),
        Reply::MarketRule { market_rule_id, increments } => {
            to.put(id::MARKET_RULE, &market::market_rule(*market_rule_id, increments));
        }
        Reply::TickReqParams(tick) => to.put(id::TICK_REQ_PARAMS, &market::tick_req_params(tick)),
        Reply::TickPrice(tick) => to.put(id::TICK_PRICE, &market::tick_price(tick)),
        Reply::TickSize(tick) => to.put(id::TICK_SIZE, &market::tick_size(tick)),
        Reply::TickString(tick) => to.put(id::TICK_STRING, &market::tick_string(tick)),
        Reply::TickGeneric(tick) => to.put(id::TICK_GENERIC, &market::tick_generic(tick)),
        Reply::TickSnapshotEnd { req_id } => to.put_id(id::TICK_SNAPSHOT_END, *req_id),
        Reply::MarketDataType { req_id, kind } => to.put(
            id::MARKET_DATA_TYPE,
            &wire::MarketDataType { req_id: Some(*req_id), market_data_type: Some(kind.to_wire()) },
        ),
        Reply::HistoricalData(data) => to.put(id::HISTORICAL_DATA, &market::historical_data(data)),
        Reply::HistoricalDataEnd(end) => {
            to.put(id::HISTORICAL_DATA_END, &market::historical_data_end(end));
        }
        Reply::HistoricalDataUpdate { req_id, bar } => {
            to.put(id::HISTORICAL_DATA_UPDATE, &market::bar_update(*req_id, bar));
        }
        Reply::HeadTimestamp { req_id, time, as_unix_seconds } => {
            to.put(id::HEAD_TIMESTAMP, &market::head_timestamp(*req_id, *time, *as_unix_seconds));
        }
        Reply::HistoricalSchedule(schedule) => to.put(id::HISTORICAL_SCHEDULE, &data::schedule(schedule)),
        Reply::HistoricalTicks(message) => match &message.ticks {
            PastTicks::MidPoint(ticks) => {
                to.put(id::HISTORICAL_TICKS, &data::past_points(message.req_id, ticks, message.done));
            }
            PastTicks::BidAsk(ticks) => {
                to.put(id::HISTORICAL_TICKS_BID_ASK, &data::past_quotes(message.req_id, ticks, message.done));
            }
            PastTicks::Last(ticks) => {
                to.put(id::HISTORICAL_TICKS_LAST, &data::past_trades(message.req_id, ticks, message.done));
            }
        },
        Reply::Histogram(histogram) => to.put(id::HISTOGRAM_DATA, &data::histogram(histogram)),
        Reply::RealTimeBar(bar) => to.put(id::REAL_TIME_BAR, &data::real_time_bar(bar)),
        Reply::TickByTick(tick) => to.put(id::TICK_BY_TICK, &data::tick_by_tick(tick)),
        Reply::MarketDepth(row) => to.put(id::MARKET_DEPTH, &data::depth(row)),
        Reply::MarketDepthL2(row) => to.put(id::MARKET_DEPTH_L2, &data::depth_l2(row)),
        Reply::MarketDepthExchanges { exchanges } => {
            to.put(id::MARKET_DEPTH_EXCHANGES, &data::depth_exchanges(exchanges));
        }
        Reply::TickOptionComputation(tick) => to.put(id::TICK_OPTION_COMPUTATION, &data::option_computation(tick)),
        Reply::ScannerParameters { xml } => {
            to.put(id::SCANNER_PARAMETERS, &wire::ScannerParameters { xml: Some(xml.clone()) });
        }
        Reply::ScannerData(rows) => to.put(id::SCANNER_DATA, &data::scanner_data(rows)),
        Reply::OrderBound(bound) => to.put(id::ORDER_BOUND, &data::order_bound(bound)),
        Reply::FamilyCodes { codes } => to.put(id::FAMILY_CODES, &data::family_codes(codes)),
        Reply::SmartComponents { req_id, components } => {
            to.put(id::SMART_COMPONENTS, &data::smart_components(*req_id, components));
        }
        Reply::SoftDollarTiers { req_id, tiers } => {
            to.put(id::SOFT_DOLLAR_TIERS, &data::soft_dollar_tiers(*req_id, tiers));
        }
        Reply::NewsProviders { providers } => to.put(id::NEWS_PROVIDERS, &data::news_providers(providers)),
        Reply::OpenOrder(order) => to.put(id::OPEN_ORDER, &trade::open_order(order)),
        Reply::OpenOrdersEnd => to.put(id::OPEN_ORDERS_END, &wire::Empty {}),
        Reply::OrderStatus(status) => to.put(id::ORDER_STATUS, &trade::order_status(status)),
        Reply::CompletedOrder(order) => to.put(id::COMPLETED_ORDER, &trade::completed_order(order)),
        Reply::CompletedOrdersEnd => to.put(id::COMPLETED_ORDERS_END, &wire::Empty {}),
        Reply::ExecutionDetails(details) => {
            to.put(id::EXECUTION_DETAILS, &trade::execution_details(details));
        }
        Reply::ExecutionDetailsEnd { req_id } => to.put_id(id::EXECUTION_DETAILS_END, *req_id),
        Reply::CommissionReport(report) => {
            to.put(id::COMMISSION_REPORT, &trade::commission_report(report));
        }
        Reply::Position(row) => to.put(id::POSITION, &account::position(row)),
        Reply::PositionEnd => to.put(id::POSITION_END, &wire::Empty {}),
        Reply::PositionMulti(row) => to.put(id::POSITION_MULTI, &account::position_multi(row)),
        Reply::PositionMultiEnd { req_id } => to.put_id(id::POSITION_MULTI_END, *req_id),
        Reply::AccountSummary(row) => to.put(id::ACCOUNT_SUMMARY, &account::summary(row)),
        Reply::AccountSummaryEnd { req_id } => to.put_id(id::ACCOUNT_SUMMARY_END, *req_id),
        Reply::AccountValue(row) => to.put(id::ACCOUNT_VALUE, &account::value(row)),
        Reply::PortfolioValue(row) => to.put(id::PORTFOLIO_VALUE, &account::portfolio_value(row)),
        Reply::AccountUpdateTime(time) => {
            to.put(id::ACCOUNT_UPDATE_TIME, &wire::AccountUpdateTime { time_stamp: Some(time.clone()) });
        }
        Reply::AccountDownloadEnd { account } => {
            to.put(id::ACCOUNT_DOWNLOAD_END, &wire::AccountDataEnd { account_name: Some(account.clone()) });
        }
        Reply::AccountValueMulti(row) => {
            to.put(id::ACCOUNT_UPDATE_MULTI, &account::value_multi(row));
        }
        Reply::AccountUpdateMultiEnd { req_id } => to.put_id(id::ACCOUNT_UPDATE_MULTI_END, *req_id),
        Reply::PnL(pnl) => to.put(id::PNL, &account::pnl(pnl)),
        Reply::PnLSingle(pnl) => to.put(id::PNL_SINGLE, &account::pnl_single(pnl)),
    }
}

/// Writes frames behind one another.
struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn put(&mut self, msg_id: i32, message: &impl Message) {
        write_frame(self.out, |body| {
            body.extend_from_slice(&(msg_id + PROTOBUF_OFFSET).to_be_bytes());
            body.extend_from_slice(&message.encode_to_vec());
        });
    }

    fn put_id(&mut self, msg_id: i32, req_id: i32) {
        self.put(msg_id, &wire::ReqId { req_id: Some(req_id) });
    }
}

fn managed_accounts(accounts: &[String]) -> wire::ManagedAccounts {
    wire::ManagedAccounts { accounts_list: Some(accounts.join(",")) }
}

fn error_message(notice: &Notice) -> wire::ErrorMessage {
    wire::ErrorMessage {
        id: Some(notice.req_id),
        error_time: Some(notice.time.as_millisecond()),
        error_code: Some(notice.code),
        error_msg: Some(notice.message.clone()),
        advanced_order_reject_json: some(&notice.advanced_reject_json),
    }
}

fn current_time(now: Timestamp) -> wire::CurrentTime {
    wire::CurrentTime { current_time: Some(now.as_second()) }
}

fn current_millis(now: Timestamp) -> wire::CurrentTimeInMillis {
    wire::CurrentTimeInMillis { current_time_in_millis: Some(now.as_millisecond()) }
}

/// A contract of a report. What does not apply is left out.
pub(crate) fn contract(contract: &Contract) -> wire::Contract {
    wire::Contract {
        con_id: contract.con_id,
        symbol: some(&contract.symbol),
        sec_type: some(&contract.sec_type),
        last_trade_date_or_contract_month: some(&contract.last_trade_date_or_contract_month),
        strike: contract.strike.map(double),
        right: some(&contract.right),
        multiplier: contract.multiplier.map(double),
        exchange: some(&contract.exchange),
        primary_exch: some(&contract.primary_exchange),
        currency: some(&contract.currency),
        local_symbol: some(&contract.local_symbol),
        trading_class: some(&contract.trading_class),
        sec_id_type: some(&contract.sec_id_type),
        sec_id: some(&contract.sec_id),
        description: some(&contract.description),
        issuer_id: some(&contract.issuer_id),
        delta_neutral_contract: contract.delta_neutral.as_ref().map(|d| wire::DeltaNeutralContract {
            con_id: d.con_id,
            delta: d.delta.map(double),
            price: d.price.map(double),
        }),
        include_expired: contract.include_expired.then_some(true),
        combo_legs_descrip: some(&contract.combo_legs_description),
        combo_legs: contract.combo_legs.iter().map(combo_leg).collect(),
        last_trade_date: some(&contract.last_trade_date),
    }
}

fn combo_leg(leg: &crate::model::ComboLeg) -> wire::ComboLeg {
    wire::ComboLeg {
        con_id: leg.con_id,
        ratio: leg.ratio,
        action: some(&leg.action),
        exchange: some(&leg.exchange),
        open_close: leg.open_close,
        short_sales_slot: leg.short_sale_slot,
        designated_location: some(&leg.designated_location),
        exempt_code: leg.exempt_code,
        per_leg_price: leg.price.map(double),
    }
}

/// The wire leaves out a text that is empty.
pub(super) fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
