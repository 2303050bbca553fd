//! One message model for every encoding and server version of the TWS wire.
//!
//! [`Request`] is what a client sends, [`Reply`] what the server sends. The wire's sentinels never
//! reach the model: an unset double (1.7976931348623157E308) or unset integer (2147483647) is `None`,
//! and a non-finite number is a decode error. Open vocabularies (order types, times in force,
//! security types, generic ticks) stay strings: which words are served is the server's business, and
//! it answers with IBKR's own codes.

mod account;
mod condition;
mod contract;
mod contract_extra;
mod depth;
mod execution;
mod historical;
mod market;
mod notice;
mod option;
mod order;
mod order_state;
mod reference;
mod reply;
mod request;
mod scanner;
mod tick_by_tick;

pub use account::{
    AccountSummaryRow, AccountValue, AccountValueMulti, PnL, PnLSingle, PortfolioValue, Position, PositionMulti,
};
pub use condition::{Condition, OrderCondition};
pub use contract::{
    ComboLeg, Contract, ContractDetails, DeltaNeutralContract, PriceIncrement, SecDefOptParams, SymbolSample,
};
pub use contract_extra::{BondDetails, FundDetails};
pub use depth::{DepthExchange, DepthOperation, DepthRow, DepthSide, MarketDepthRequest};
pub use execution::{CommissionReport, ExecSide, Execution, ExecutionDetails, ExecutionFilter};
pub use historical::{
    BarTime, HeadTimestampRequest, HistoricalBar, HistoricalData, HistoricalDataEnd, HistoricalDataRequest,
    HistoricalSchedule, HistoricalSession, RealTimeBar, RealTimeBarsRequest,
};
pub use market::{
    MarketDataRequest, MarketDataType, TickAttrib, TickGeneric, TickPrice, TickReqParams, TickSize, TickString, tick,
};
pub use notice::{NO_REQ_ID, Notice};
pub use option::{CalculateImpliedVolatility, CalculateOptionPrice, TickOptionComputation};
pub use order::Order;
pub use order_state::{CompletedOrder, OpenOrder, OrderState, OrderStatus, Status};
pub use reference::{FamilyCode, NewsProvider, OrderBound, SmartComponent, SoftDollarTier};
pub use reply::Reply;
pub use request::{AccountScope, CancelOrder, PlaceOrder, PnLRequest, Request, SecDefOptParamsRequest};
pub use scanner::{ScannerData, ScannerRow, ScannerSubscription};
pub use tick_by_tick::{
    Histogram, HistogramEntry, HistogramRequest, HistoricalTicks, HistoricalTicksRequest, PastTicks, PointTick,
    QuoteTick, Tick, TickByTick, TickByTickRequest, TradeTick,
};
