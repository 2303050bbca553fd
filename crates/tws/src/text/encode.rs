//! [`Reply`] to server frames.

use super::body::Body;
use super::since;
use super::{
    encode_account as account, encode_contract as contract, encode_data as data, encode_market as market,
    encode_order as order, encode_trade as trade,
};
use crate::frame::write_frame;
use crate::model::{HistoricalTicks, Notice, PastTicks, Reply};
use crate::msg_id::reply as id;
use crate::version::ServerVersion;

/// Appends one frame to `out`, or nothing where the version has no such message.
pub(crate) fn encode_into(version: ServerVersion, reply: &Reply, out: &mut Vec<u8>) {
    if version.at_least(first_version(reply)) {
        write_frame(out, |body| Writer { version, out: body }.write(reply));
    }
}

/// First version that has the message.
const fn first_version(reply: &Reply) -> i32 {
    if matches!(reply, Reply::HistoricalDataEnd(_)) {
        since::HISTORICAL_DATA_END
    } else if matches!(reply, Reply::CurrentTimeMillis(_)) {
        since::CURRENT_TIME_MILLIS
    } else if matches!(reply, Reply::UserInfo { .. }) {
        since::USER_INFO
    } else {
        0
    }
}

/// Writes one message.
struct Writer<'a> {
    version: ServerVersion,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    #[expect(clippy::too_many_lines, reason = "a table, one row per message")]
    fn write(mut self, reply: &Reply) {
        match reply {
            Reply::ManagedAccounts { accounts } => {
                self.versioned(id::MANAGED_ACCOUNTS, 1).text(&accounts.join(","));
            }
            Reply::NextValidId { order_id } => self.versioned_id(id::NEXT_VALID_ID, *order_id),
            Reply::Notice(notice) => self.notice(notice),
            Reply::CurrentTime(now) => {
                self.versioned(id::CURRENT_TIME, 1).int(now.as_second());
            }
            Reply::CurrentTimeMillis(now) => {
                self.begin(id::CURRENT_TIME_MILLIS).int(now.as_millisecond());
            }
            Reply::UserInfo { req_id, white_branding_id } => {
                self.begin(id::USER_INFO).int(*req_id).text(white_branding_id);
            }
            Reply::ContractData { req_id, details } if details.bond.is_some() => {
                contract::bond_details(&mut self.begin(id::BOND_CONTRACT_DATA), *req_id, details);
            }
            Reply::ContractData { req_id, details } => {
                contract::details(&mut self.begin(id::CONTRACT_DATA), *req_id, details);
            }
            Reply::ContractDataEnd { req_id } => self.versioned_id(id::CONTRACT_DATA_END, *req_id),
            Reply::SymbolSamples { req_id, samples } => {
                contract::symbol_samples(&mut self.begin(id::SYMBOL_SAMPLES), *req_id, samples);
            }
            Reply::SecDefOptParams(params) => {
                contract::option_params(&mut self.begin(id::SEC_DEF_OPT_PARAMS), params);
            }
            Reply::SecDefOptParamsEnd { req_id } => {
                self.begin(id::SEC_DEF_OPT_PARAMS_END).int(*req_id);
            }
            Reply::MarketRule { market_rule_id, increments } => {
                contract::market_rule(&mut self.begin(id::MARKET_RULE), *market_rule_id, increments);
            }
            Reply::TickReqParams(tick) => market::tick_req_params(&mut self.begin(id::TICK_REQ_PARAMS), tick),
            Reply::TickPrice(tick) => market::tick_price(&mut self.tick(id::TICK_PRICE), tick),
            Reply::TickSize(tick) => {
                self.tick(id::TICK_SIZE).int(tick.req_id).int(tick.tick_type).decimal(tick.size);
            }
            Reply::TickString(tick) => {
                self.tick(id::TICK_STRING).int(tick.req_id).int(tick.tick_type).text(&tick.value);
            }
            Reply::TickGeneric(tick) => {
                self.tick(id::TICK_GENERIC).int(tick.req_id).int(tick.tick_type).decimal(tick.value);
            }
            Reply::TickSnapshotEnd { req_id } => self.versioned_id(id::TICK_SNAPSHOT_END, *req_id),
            Reply::MarketDataType { req_id, kind } => {
                self.versioned(id::MARKET_DATA_TYPE, 1).int(*req_id).int(kind.to_wire());
            }
            Reply::HistoricalData(data) => market::historical_data(&mut self.begin(id::HISTORICAL_DATA), data),
            Reply::HistoricalDataEnd(end) => {
                self.begin(id::HISTORICAL_DATA_END).int(end.req_id).date_time(end.start).date_time(end.end);
            }
            Reply::HistoricalDataUpdate { req_id, bar } => {
                market::bar_update(self.begin(id::HISTORICAL_DATA_UPDATE).int(*req_id), bar);
            }
            Reply::HeadTimestamp { req_id, time, as_unix_seconds } => {
                market::head_timestamp(self.begin(id::HEAD_TIMESTAMP).int(*req_id), *time, *as_unix_seconds);
            }
            Reply::OpenOrder(open) => order::open_order(&mut self.begin(id::OPEN_ORDER), open),
            Reply::OpenOrdersEnd => {
                self.versioned(id::OPEN_ORDERS_END, 1);
            }
            Reply::OrderStatus(status) => trade::order_status(&mut self.begin(id::ORDER_STATUS), status),
            Reply::CompletedOrder(done) => order::completed_order(&mut self.begin(id::COMPLETED_ORDER), done),
            Reply::CompletedOrdersEnd => {
                self.begin(id::COMPLETED_ORDERS_END);
            }
            Reply::ExecutionDetails(details) => {
                trade::execution_details(&mut self.begin(id::EXECUTION_DETAILS), details);
            }
            Reply::ExecutionDetailsEnd { req_id } => self.versioned_id(id::EXECUTION_DETAILS_END, *req_id),
            Reply::CommissionReport(report) => {
                trade::commission_report(&mut self.versioned(id::COMMISSION_REPORT, 1), report);
            }
            Reply::Position(row) => account::position(self.versioned(id::POSITION, 3).text(&row.account), row),
            Reply::PositionEnd => {
                self.versioned(id::POSITION_END, 1);
            }
            Reply::PositionMulti(row) => account::position_multi(&mut self.versioned(id::POSITION_MULTI, 1), row),
            Reply::PositionMultiEnd { req_id } => self.versioned_id(id::POSITION_MULTI_END, *req_id),
            Reply::AccountSummary(row) => account::summary(&mut self.versioned(id::ACCOUNT_SUMMARY, 1), row),
            Reply::AccountSummaryEnd { req_id } => self.versioned_id(id::ACCOUNT_SUMMARY_END, *req_id),
            Reply::AccountValue(row) => account::value(&mut self.versioned(id::ACCOUNT_VALUE, 2), row),
            Reply::PortfolioValue(row) => {
                account::portfolio_value(&mut self.versioned(id::PORTFOLIO_VALUE, 8), row);
            }
            Reply::AccountUpdateTime(time) => {
                self.versioned(id::ACCOUNT_UPDATE_TIME, 1).text(time);
            }
            Reply::AccountDownloadEnd { account } => {
                self.versioned(id::ACCOUNT_DOWNLOAD_END, 1).text(account);
            }
            Reply::AccountValueMulti(row) => {
                account::value_multi(&mut self.versioned(id::ACCOUNT_UPDATE_MULTI, 1), row);
            }
            Reply::AccountUpdateMultiEnd { req_id } => self.versioned_id(id::ACCOUNT_UPDATE_MULTI_END, *req_id),
            Reply::PnL(row) => account::pnl(&mut self.begin(id::PNL), row),
            Reply::PnLSingle(row) => account::pnl_single(&mut self.begin(id::PNL_SINGLE), row),
            Reply::HistoricalSchedule(schedule) => data::schedule(&mut self.begin(id::HISTORICAL_SCHEDULE), schedule),
            Reply::HistoricalTicks(HistoricalTicks { req_id, ticks, done }) => match ticks {
                PastTicks::MidPoint(ticks) => {
                    data::past_points(&mut self.begin(id::HISTORICAL_TICKS), *req_id, ticks, *done);
                }
                PastTicks::BidAsk(ticks) => {
                    data::past_quotes(&mut self.begin(id::HISTORICAL_TICKS_BID_ASK), *req_id, ticks, *done);
                }
                PastTicks::Last(ticks) => {
                    data::past_trades(&mut self.begin(id::HISTORICAL_TICKS_LAST), *req_id, ticks, *done);
                }
            },
            Reply::Histogram(histogram) => data::histogram(&mut self.begin(id::HISTOGRAM_DATA), histogram),
            Reply::RealTimeBar(bar) => data::real_time_bar(&mut self.versioned(id::REAL_TIME_BAR, 3), bar),
            Reply::TickByTick(tick) => data::tick_by_tick(&mut self.begin(id::TICK_BY_TICK), tick),
            Reply::MarketDepth(row) => data::depth(&mut self.versioned(id::MARKET_DEPTH, 1), row),
            Reply::MarketDepthL2(row) => data::depth_l2(&mut self.versioned(id::MARKET_DEPTH_L2, 1), row),
            Reply::MarketDepthExchanges { exchanges } => {
                data::depth_exchanges(&mut self.begin(id::MARKET_DEPTH_EXCHANGES), exchanges);
            }
            Reply::TickOptionComputation(tick) => {
                data::option_computation(&mut self.begin(id::TICK_OPTION_COMPUTATION), tick);
            }
            Reply::ScannerParameters { xml } => {
                self.versioned(id::SCANNER_PARAMETERS, 1).text(xml);
            }
            Reply::ScannerData(rows) => data::scanner_data(&mut self.versioned(id::SCANNER_DATA, 3), rows),
            Reply::OrderBound(bound) => data::order_bound(&mut self.begin(id::ORDER_BOUND), bound),
            Reply::FamilyCodes { codes } => data::family_codes(&mut self.begin(id::FAMILY_CODES), codes),
            Reply::SmartComponents { req_id, components } => {
                data::smart_components(&mut self.begin(id::SMART_COMPONENTS), *req_id, components);
            }
            Reply::SoftDollarTiers { req_id, tiers } => {
                data::soft_dollar_tiers(&mut self.begin(id::SOFT_DOLLAR_TIERS), *req_id, tiers);
            }
            Reply::NewsProviders { providers } => {
                data::news_providers(&mut self.begin(id::NEWS_PROVIDERS), providers);
            }
        }
    }

    /// A message without a version of its own.
    fn begin(&mut self, msg_id: i32) -> Body<'_> {
        Body::begin(self.version, self.out, msg_id)
    }

    /// A message whose version of its own comes first.
    fn versioned(&mut self, msg_id: i32, version: i32) -> Body<'_> {
        let mut body = self.begin(msg_id);
        body.int(version);
        body
    }

    /// A message that consists of its own version and one id.
    fn versioned_id(&mut self, msg_id: i32, id: i32) {
        self.versioned(msg_id, 1).int(id);
    }

    /// A tick.
    fn tick(&mut self, msg_id: i32) -> Body<'_> {
        self.versioned(msg_id, 6)
    }

    fn notice(&mut self, notice: &Notice) {
        let mut body = if self.version.at_least(since::ERROR_TIME) {
            self.begin(id::NOTICE)
        } else {
            self.versioned(id::NOTICE, 2)
        };
        body.int(notice.req_id).int(notice.code).ascii(&notice.message);
        if body.since(since::ADVANCED_REJECT) {
            body.ascii(&notice.advanced_reject_json);
        }
        if body.since(since::ERROR_TIME) {
            body.int(notice.time.as_millisecond());
        }
    }
}
