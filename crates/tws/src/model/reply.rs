//! What the server answers and reports.

use jiff::Timestamp;

use super::{
    AccountSummaryRow, AccountValue, AccountValueMulti, CommissionReport, CompletedOrder, ContractDetails,
    DepthExchange, DepthRow, ExecutionDetails, FamilyCode, Histogram, HistoricalBar, HistoricalData, HistoricalDataEnd,
    HistoricalSchedule, HistoricalTicks, MarketDataType, NewsProvider, Notice, OpenOrder, OrderBound, OrderStatus, PnL,
    PnLSingle, PortfolioValue, Position, PositionMulti, PriceIncrement, RealTimeBar, ScannerData, SecDefOptParams,
    SmartComponent, SoftDollarTier, SymbolSample, TickByTick, TickGeneric, TickOptionComputation, TickPrice,
    TickReqParams, TickSize, TickString,
};

/// A message of the server. The number is its message id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// 15.
    ManagedAccounts {
        /// Accounts the session may use.
        accounts: Vec<String>,
    },
    /// 9.
    NextValidId {
        /// Lowest order id that is free for this client.
        order_id: i32,
    },
    /// 4: an error, a warning or a notice.
    Notice(Notice),
    /// 49, whole seconds.
    CurrentTime(Timestamp),
    /// 109, milliseconds.
    CurrentTimeMillis(Timestamp),
    /// 107.
    UserInfo {
        /// Request answered.
        req_id: i32,
        /// White-branding id, empty for none.
        white_branding_id: String,
    },
    /// 10; 18 when [`ContractDetails::bond`] is there.
    ContractData {
        /// Request answered.
        req_id: i32,
        /// Details, the contract among them.
        details: Box<ContractDetails>,
    },
    /// 52.
    ContractDataEnd {
        /// Request answered.
        req_id: i32,
    },
    /// 79.
    SymbolSamples {
        /// Request answered.
        req_id: i32,
        /// Matches.
        samples: Vec<SymbolSample>,
    },
    /// 75.
    SecDefOptParams(SecDefOptParams),
    /// 76.
    SecDefOptParamsEnd {
        /// Request answered.
        req_id: i32,
    },
    /// 93.
    MarketRule {
        /// Rule.
        market_rule_id: i32,
        /// Bands, lowest first.
        increments: Vec<PriceIncrement>,
    },
    /// 81.
    TickReqParams(TickReqParams),
    /// 1.
    TickPrice(TickPrice),
    /// 2.
    TickSize(TickSize),
    /// 46.
    TickString(TickString),
    /// 45.
    TickGeneric(TickGeneric),
    /// 57.
    TickSnapshotEnd {
        /// Request answered.
        req_id: i32,
    },
    /// 58.
    MarketDataType {
        /// Subscription.
        req_id: i32,
        /// Kind of data it delivers.
        kind: MarketDataType,
    },
    /// 5.
    OpenOrder(Box<OpenOrder>),
    /// 53.
    OpenOrdersEnd,
    /// 3.
    OrderStatus(OrderStatus),
    /// 101.
    CompletedOrder(Box<CompletedOrder>),
    /// 102.
    CompletedOrdersEnd,
    /// 11.
    ExecutionDetails(Box<ExecutionDetails>),
    /// 55.
    ExecutionDetailsEnd {
        /// Request answered.
        req_id: i32,
    },
    /// 59.
    CommissionReport(CommissionReport),
    /// 61.
    Position(Position),
    /// 62.
    PositionEnd,
    /// 71.
    PositionMulti(PositionMulti),
    /// 72.
    PositionMultiEnd {
        /// Request answered.
        req_id: i32,
    },
    /// 63.
    AccountSummary(AccountSummaryRow),
    /// 64.
    AccountSummaryEnd {
        /// Request answered.
        req_id: i32,
    },
    /// 6.
    AccountValue(AccountValue),
    /// 7.
    PortfolioValue(PortfolioValue),
    /// 8: `HH:MM`.
    AccountUpdateTime(String),
    /// 54.
    AccountDownloadEnd {
        /// Account whose first download is complete.
        account: String,
    },
    /// 73.
    AccountValueMulti(AccountValueMulti),
    /// 74.
    AccountUpdateMultiEnd {
        /// Request answered.
        req_id: i32,
    },
    /// 94.
    PnL(PnL),
    /// 95.
    PnLSingle(PnLSingle),
    /// 17.
    HistoricalData(HistoricalData),
    /// 108.
    HistoricalDataEnd(HistoricalDataEnd),
    /// 90: an update of the last bar.
    HistoricalDataUpdate {
        /// Request answered.
        req_id: i32,
        /// The bar as it stands.
        bar: HistoricalBar,
    },
    /// 88.
    HeadTimestamp {
        /// Request answered.
        req_id: i32,
        /// Earliest data.
        time: Timestamp,
        /// Unix seconds (date format 2) rather than `YYYYMMDD-HH:MM:SS`.
        as_unix_seconds: bool,
    },
    /// 106.
    HistoricalSchedule(HistoricalSchedule),
    /// 96, 97 or 98.
    HistoricalTicks(HistoricalTicks),
    /// 89.
    Histogram(Histogram),
    /// 50.
    RealTimeBar(RealTimeBar),
    /// 99.
    TickByTick(TickByTick),
    /// 12: a row of an exchange's book.
    MarketDepth(DepthRow),
    /// 13: a row of a book that names its makers or exchanges.
    MarketDepthL2(DepthRow),
    /// 80.
    MarketDepthExchanges {
        /// Exchanges.
        exchanges: Vec<DepthExchange>,
    },
    /// 21.
    TickOptionComputation(Box<TickOptionComputation>),
    /// 19: what can be scanned.
    ScannerParameters {
        /// XML.
        xml: String,
    },
    /// 20.
    ScannerData(ScannerData),
    /// 100.
    OrderBound(OrderBound),
    /// 78.
    FamilyCodes {
        /// One per account.
        codes: Vec<FamilyCode>,
    },
    /// 82.
    SmartComponents {
        /// Request answered.
        req_id: i32,
        /// Exchanges.
        components: Vec<SmartComponent>,
    },
    /// 77.
    SoftDollarTiers {
        /// Request answered.
        req_id: i32,
        /// Tiers.
        tiers: Vec<SoftDollarTier>,
    },
    /// 85.
    NewsProviders {
        /// Providers.
        providers: Vec<NewsProvider>,
    },
}
