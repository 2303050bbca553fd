//! The protobuf messages this codec reads and writes, field for field as on the wire.
//!
//! A field the wire leaves out is `None`; unknown fields are skipped. Requests that consist of a
//! request id alone share [`ReqId`].
#![expect(clippy::struct_field_names, reason = "fields carry their names on the wire")]

mod account;
mod contract;
mod data;
mod market;
mod order;
mod reference;
mod scanner;
mod session;
mod ticks;
mod trade;

pub(crate) use account::{
    AccountDataEnd, AccountDataRequest, AccountSummary, AccountSummaryRequest, AccountUpdateMulti, AccountUpdateTime,
    AccountUpdatesMultiRequest, AccountValue, PnL, PnLRequest, PnLSingle, PnLSingleRequest, PortfolioValue, Position,
    PositionMulti, PositionsMultiRequest,
};
pub(crate) use contract::{
    ComboLeg, Contract, ContractData, ContractDataRequest, ContractDescription, ContractDetails, DeltaNeutralContract,
    MarketRule, MarketRuleRequest, MatchingSymbolsRequest, PriceIncrement, SecDefOptParameter, SecDefOptParamsRequest,
    SymbolSamples,
};
pub(crate) use data::{
    CalculateImpliedVolatilityRequest, CalculateOptionPriceRequest, CancelMarketDepth, DepthMarketDataDescription,
    HistogramData, HistogramDataEntry, HistogramDataRequest, HistoricalSchedule, HistoricalSession, MarketDepth,
    MarketDepthData, MarketDepthExchanges, MarketDepthRequest, RealTimeBarTick, RealTimeBarsRequest,
    TickOptionComputation,
};
pub(crate) use market::{
    HeadTimestamp, HeadTimestampRequest, HistoricalData, HistoricalDataBar, HistoricalDataEnd, HistoricalDataRequest,
    HistoricalDataUpdate, MarketDataRequest, MarketDataType, MarketDataTypeRequest, TickGeneric, TickPrice,
    TickReqParams, TickSize, TickString,
};
pub(crate) use order::{Order, OrderCondition, SoftDollarTier};
pub(crate) use reference::{
    FamilyCode, FamilyCodes, NewsBulletinsRequest, NewsProvider, NewsProviders, OrderBound, SmartComponent,
    SmartComponents, SmartComponentsRequest, SoftDollarTiers,
};
pub(crate) use scanner::{
    ScannerData, ScannerDataElement, ScannerParameters, ScannerSubscription, ScannerSubscriptionRequest,
};
pub(crate) use session::{
    CurrentTime, CurrentTimeInMillis, Empty, ErrorMessage, ManagedAccounts, NextValidId, ReqId,
    SetServerLogLevelRequest, StartApiRequest, UserInfo,
};
pub(crate) use ticks::{
    HistoricalTick, HistoricalTickBidAsk, HistoricalTickLast, HistoricalTicks, HistoricalTicksBidAsk,
    HistoricalTicksLast, HistoricalTicksRequest, TickAttribBidAsk, TickAttribLast, TickByTickData, TickByTickRequest,
};
pub(crate) use trade::{
    AutoOpenOrdersRequest, CancelOrderRequest, CommissionAndFeesReport, CompletedOrder, CompletedOrdersRequest,
    Execution, ExecutionDetails, ExecutionRequest, GlobalCancelRequest, OpenOrder, OrderState, OrderStatus,
    PlaceOrderRequest,
};
