//! One message model for every encoding and server version of the TWS wire.
//!
//! [`Request`] is what a client sends, [`Reply`] what the server sends. The wire's sentinels never
//! reach the model: an unset double (1.7976931348623157E308) or unset integer (2147483647) is `None`,
//! and a non-finite number is a decode error. Open vocabularies (order types, times in force,
//! security types, generic ticks) stay strings: which words are served is the server's business, and
//! it answers with IBKR's own codes.

mod account;
mod contract;
mod execution;
mod historical;
mod market;
mod notice;
mod order;
mod order_state;
mod reply;
mod request;

pub use account::{
    AccountSummaryRow, AccountValue, AccountValueMulti, PnL, PnLSingle, PortfolioValue, Position, PositionMulti,
};
pub use contract::{
    ComboLeg, Contract, ContractDetails, DeltaNeutralContract, PriceIncrement, SecDefOptParams, SymbolSample,
};
pub use execution::{CommissionReport, ExecSide, Execution, ExecutionDetails, ExecutionFilter};
pub use historical::{
    BarTime, HeadTimestampRequest, HistoricalBar, HistoricalData, HistoricalDataEnd, HistoricalDataRequest,
};
pub use market::{
    MarketDataRequest, MarketDataType, TickAttrib, TickGeneric, TickPrice, TickReqParams, TickSize, TickString, tick,
};
pub use notice::{NO_REQ_ID, Notice};
pub use order::Order;
pub use order_state::{CompletedOrder, OpenOrder, OrderState, OrderStatus, Status};
pub use reply::Reply;
pub use request::{AccountScope, CancelOrder, PlaceOrder, PnLRequest, Request, SecDefOptParamsRequest};
