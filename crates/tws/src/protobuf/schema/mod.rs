//! The protobuf messages this codec reads and writes, field for field as on the wire.
//!
//! A field the wire leaves out is `None`; unknown fields are skipped. Requests that consist of a
//! request id alone share [`ReqId`].
#![expect(clippy::struct_field_names, reason = "fields carry their names on the wire")]

mod account;
mod contract;
mod market;
mod order;
mod session;
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
pub(crate) use market::{
    HeadTimestamp, HeadTimestampRequest, HistoricalData, HistoricalDataBar, HistoricalDataEnd, HistoricalDataRequest,
    HistoricalDataUpdate, MarketDataRequest, MarketDataType, MarketDataTypeRequest, TickGeneric, TickPrice,
    TickReqParams, TickSize, TickString,
};
pub(crate) use order::{Order, SoftDollarTier};
pub(crate) use session::{
    CurrentTime, CurrentTimeInMillis, Empty, ErrorMessage, ManagedAccounts, NextValidId, ReqId,
    SetServerLogLevelRequest, StartApiRequest, UserInfo,
};
pub(crate) use trade::{
    AutoOpenOrdersRequest, CancelOrderRequest, CommissionAndFeesReport, CompletedOrder, CompletedOrdersRequest,
    Execution, ExecutionDetails, ExecutionRequest, GlobalCancelRequest, OpenOrder, OrderState, OrderStatus,
    PlaceOrderRequest,
};
