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
    CurrentTime, CurrentTimeInMillis, ErrorMessage, ManagedAccounts, NextValidId, SetServerLogLevelRequest,
    StartApiRequest, UserInfo,
};
pub(crate) use trade::{
    AutoOpenOrdersRequest, CancelOrderRequest, CommissionAndFeesReport, CompletedOrder, CompletedOrdersRequest,
    Execution, ExecutionDetails, ExecutionRequest, GlobalCancelRequest, OpenOrder, OrderState, OrderStatus,
    PlaceOrderRequest,
};

/// A message whose only content is a request id in field 1.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct ReqId {
    #[prost(int32, optional, tag = "1")]
    pub(crate) req_id: Option<i32>,
}

/// A message without content.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct Empty {}
