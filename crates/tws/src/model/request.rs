//! What a client asks.

use super::{
    CalculateImpliedVolatility, CalculateOptionPrice, Contract, ExecutionFilter, HeadTimestampRequest,
    HistogramRequest, HistoricalDataRequest, HistoricalTicksRequest, MarketDataRequest, MarketDepthRequest, Order,
    RealTimeBarsRequest, ScannerSubscription, TickByTickRequest,
};

/// A message of a client. The number is its message id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// 71: begins the session.
    StartApi {
        /// Identifies the client among those of the account; its order ids are its own.
        client_id: i32,
        /// Capabilities the client would like.
        optional_capabilities: String,
    },
    /// 9: contracts that match a description.
    ContractData {
        /// Names the request.
        req_id: i32,
        /// Description, complete or partial.
        contract: Contract,
    },
    /// 106.
    CancelContractData {
        /// Request to end.
        req_id: i32,
    },
    /// 81: symbols that begin with or contain a text.
    MatchingSymbols {
        /// Names the request.
        req_id: i32,
        /// Text.
        pattern: String,
    },
    /// 78: option chain parameters.
    SecDefOptParams(SecDefOptParamsRequest),
    /// 91: price increments by rule.
    MarketRule {
        /// Rule.
        market_rule_id: i32,
    },
    /// 1: market data, streaming or a snapshot.
    MarketData(MarketDataRequest),
    /// 2.
    CancelMarketData {
        /// Subscription to end.
        req_id: i32,
    },
    /// 59: the kind of data wanted from now on, see [`super::MarketDataType::from_wire`].
    MarketDataType {
        /// Number as sent.
        market_data_type: i32,
    },
    /// 3: a new order, or a change to one of the same id.
    PlaceOrder(Box<PlaceOrder>),
    /// 4.
    CancelOrder(CancelOrder),
    /// 58: cancels every order of every client, manual ones too.
    GlobalCancel,
    /// 5: open orders of this client.
    OpenOrders,
    /// 16: open orders of every client.
    AllOpenOrders,
    /// 15: client 0 asks for manual orders.
    AutoOpenOrders {
        /// Whether to bind them to an order id of client 0.
        auto_bind: bool,
    },
    /// 99.
    CompletedOrders {
        /// Without those entered by hand.
        api_only: bool,
    },
    /// 7.
    Executions {
        /// Names the request.
        req_id: i32,
        /// Which.
        filter: ExecutionFilter,
    },
    /// 61: positions of all accounts, then changes.
    Positions,
    /// 64.
    CancelPositions,
    /// 74: positions of an account or model.
    PositionsMulti(AccountScope),
    /// 75.
    CancelPositionsMulti {
        /// Subscription to end.
        req_id: i32,
    },
    /// 62: account summary, then changes.
    AccountSummary {
        /// Names the subscription.
        req_id: i32,
        /// `All`, or a group of accounts.
        group: String,
        /// Tags wanted.
        tags: Vec<String>,
    },
    /// 63.
    CancelAccountSummary {
        /// Subscription to end.
        req_id: i32,
    },
    /// 6: account values and portfolio of one account.
    AccountUpdates {
        /// Begin or end.
        subscribe: bool,
        /// Account; empty means the only one.
        account: String,
    },
    /// 76: account values of an account or model.
    AccountUpdatesMulti {
        /// Which.
        scope: AccountScope,
        /// Ledger and net liquidation only.
        ledger_and_nlv: bool,
    },
    /// 77.
    CancelAccountUpdatesMulti {
        /// Subscription to end.
        req_id: i32,
    },
    /// 92: profit and loss of an account.
    PnL(AccountScope),
    /// 93.
    CancelPnL {
        /// Subscription to end.
        req_id: i32,
    },
    /// 94: profit and loss of one holding.
    PnLSingle(PnLRequest),
    /// 95.
    CancelPnLSingle {
        /// Subscription to end.
        req_id: i32,
    },
    /// 20.
    HistoricalData(HistoricalDataRequest),
    /// 25.
    CancelHistoricalData {
        /// Request to end.
        req_id: i32,
    },
    /// 87.
    HeadTimestamp(HeadTimestampRequest),
    /// 90.
    CancelHeadTimestamp {
        /// Request to end.
        req_id: i32,
    },
    /// 10: the rows of a book.
    MarketDepth(MarketDepthRequest),
    /// 11.
    CancelMarketDepth {
        /// Subscription to end.
        req_id: i32,
        /// Whether it is one of a `SMART` book.
        is_smart_depth: bool,
    },
    /// 82: exchanges that have market depth.
    MarketDepthExchanges,
    /// 97: every tick as it happens.
    TickByTick(TickByTickRequest),
    /// 98.
    CancelTickByTick {
        /// Subscription to end.
        req_id: i32,
    },
    /// 50: bars of five seconds as they complete.
    RealTimeBars(RealTimeBarsRequest),
    /// 51.
    CancelRealTimeBars {
        /// Subscription to end.
        req_id: i32,
    },
    /// 96: past ticks.
    HistoricalTicks(HistoricalTicksRequest),
    /// 107.
    CancelHistoricalTicks {
        /// Request to end.
        req_id: i32,
    },
    /// 88: a histogram of traded prices.
    Histogram(HistogramRequest),
    /// 89.
    CancelHistogram {
        /// Request to end.
        req_id: i32,
    },
    /// 22: the best rows of a scan.
    ScannerSubscription(Box<ScannerSubscription>),
    /// 23.
    CancelScannerSubscription {
        /// Subscription to end.
        req_id: i32,
    },
    /// 24: what can be scanned, as XML.
    ScannerParameters,
    /// 54.
    CalculateImpliedVolatility(CalculateImpliedVolatility),
    /// 56.
    CancelCalculateImpliedVolatility {
        /// Request to end.
        req_id: i32,
    },
    /// 55.
    CalculateOptionPrice(CalculateOptionPrice),
    /// 57.
    CancelCalculateOptionPrice {
        /// Request to end.
        req_id: i32,
    },
    /// 80: families of the accounts.
    FamilyCodes,
    /// 83: exchanges behind the letters of a best bid or offer.
    SmartComponents {
        /// Names the request.
        req_id: i32,
        /// Map code, see [`super::TickReqParams::bbo_exchange`].
        bbo_exchange: String,
    },
    /// 79.
    SoftDollarTiers {
        /// Names the request.
        req_id: i32,
    },
    /// 85.
    NewsProviders,
    /// 12: news bulletins of the exchanges.
    NewsBulletins {
        /// Those of today that went before, too.
        all_messages: bool,
    },
    /// 13.
    CancelNewsBulletins,
    /// 8: the next valid order id.
    Ids,
    /// 49.
    CurrentTime,
    /// 105.
    CurrentTimeMillis,
    /// 17.
    ManagedAccounts,
    /// 14.
    SetServerLogLevel {
        /// 1 system … 5 detail.
        level: i32,
    },
    /// 104.
    UserInfo {
        /// Names the request.
        req_id: i32,
    },
    /// A message of the protocol that this codec does not read.
    Unsupported {
        /// Its message id.
        msg_id: i32,
        /// Its request id, where the message has one.
        req_id: Option<i32>,
    },
}

/// A new or changed order (message 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceOrder {
    /// The client's id for it.
    pub order_id: i32,
    /// Its contract.
    pub contract: Contract,
    /// The order.
    pub order: Order,
}

/// A cancel (message 4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CancelOrder {
    /// Order to cancel.
    pub order_id: i32,
    /// When a manual cancel was decided; empty otherwise.
    pub manual_order_cancel_time: String,
    /// CME operator tag.
    pub ext_operator: String,
    /// CME manual/automatic tag.
    pub manual_order_indicator: Option<i32>,
}

/// Option parameters of an underlying (message 78).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecDefOptParamsRequest {
    /// Names the request.
    pub req_id: i32,
    /// Symbol of the underlying.
    pub underlying_symbol: String,
    /// Exchange, for options on futures.
    pub fut_fop_exchange: String,
    /// Security type of the underlying.
    pub underlying_sec_type: String,
    /// ConId of the underlying.
    pub underlying_con_id: Option<i32>,
}

/// A request about one account or model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountScope {
    /// Names the request.
    pub req_id: i32,
    /// Account; empty means the only one or all, as the message has it.
    pub account: String,
    /// Model portfolio, empty for none.
    pub model_code: String,
}

/// A request for the profit and loss of one holding (message 94).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PnLRequest {
    /// Names the request, the account and the model.
    pub scope: AccountScope,
    /// Holding.
    pub con_id: i32,
}
