//! How the snapshot stores an order: fields by their place instead of by name, times as numbers, each id once. A start reads
//! every order that ever was, and names were most of what it read.
//!
//! The shapes here name every field of the domain's: one that is added there must be met here. No field may be left out when
//! it says nothing, as the journal's own JSON does: then the places would not fit.

use domain::bracket::Bracket;
use domain::change::ChangeFate;
use domain::contract::{Contract, ContractTerms, Instrument, Right};
use domain::execution::{Commission, Execution};
use domain::group::GroupFault;
use domain::id::{
    AccountId, ApprovalId, BrokerOrderId, ClOrdId, ClientId, ConId, ExecId, Generation, OcaGroup, PermId, PreviewId,
    StrategyId,
};
use domain::lifecycle::OrdStatus;
use domain::money::{Price, Qty};
use domain::order::{OrderIntent, OrderType, Side, Tif};
use domain::order_record::{Attempt, OrderRecord, PendingReplace};
use domain::principal::Principal;
use domain::reason::Reason;
use domain::twin::Twin;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An order; its contract is stored beside all orders.
#[derive(Serialize)]
pub(super) struct Row<'a>(#[serde(with = "OrderRow")] pub(super) &'a OrderRecord);

/// See [`Row`].
#[derive(Deserialize)]
pub(super) struct OwnRow(#[serde(with = "OrderRow")] pub(super) OrderRecord);

#[derive(Serialize, Deserialize)]
#[serde(remote = "OrderRecord")]
struct OrderRow {
    #[serde(with = "IntentRow")]
    intent: OrderIntent,
    account: Option<AccountId>,
    #[serde(skip)]
    contract: Option<Arc<Contract>>,
    request_hash: String,
    by: Principal,
    status: OrdStatus,
    broker_status: Option<String>,
    reasons: Vec<Reason>,
    broker_messages: Vec<(i32, String)>,
    #[serde(with = "attempts")]
    attempts: Vec<Attempt>,
    perm_id: Option<PermId>,
    #[serde(with = "trades")]
    executions: BTreeMap<ExecId, Box<Execution>>,
    busts: BTreeSet<ExecId>,
    twins: BTreeMap<PermId, Twin>,
    ended_as: Option<OrdStatus>,
    declared_dead: bool,
    reported_filled: Option<Decimal>,
    reported_avg_px: Option<Decimal>,
    approval_id: Option<ApprovalId>,
    cancel_wanted: bool,
    acknowledged_in: Option<Generation>,
    #[serde(with = "instant::maybe")]
    acknowledged_at: Option<Timestamp>,
    pending_replace: Option<PendingReplace>,
    group_faults: BTreeMap<GroupFault, String>,
    changes: BTreeMap<ClOrdId, ChangeFate>,
    denied_changes: BTreeMap<ClOrdId, Vec<Reason>>,
    version: u32,
    #[serde(with = "instant")]
    created_at: Timestamp,
    #[serde(with = "instant")]
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OrderIntent")]
struct IntentRow {
    cl_ord_id: ClOrdId,
    account: Option<AccountId>,
    instrument: Instrument,
    side: Side,
    qty: Qty,
    order_type: OrderType,
    tif: Tif,
    outside_rth: bool,
    reduce_only: bool,
    strategy: Option<StrategyId>,
    preview_id: Option<PreviewId>,
    bracket: Option<Bracket>,
    oca_group: Option<OcaGroup>,
    flatten: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Execution")]
struct TradeRow {
    exec_id: ExecId,
    account: AccountId,
    con_id: ConId,
    symbol: String,
    #[serde(with = "TermsRow")]
    terms: ContractTerms,
    is_buy: bool,
    last_qty: Qty,
    last_px: Price,
    is_cash: bool,
    exchange: String,
    #[serde(with = "instant::maybe")]
    executed_at: Option<Timestamp>,
    broker_order_id: Option<BrokerOrderId>,
    client_id: Option<ClientId>,
    perm_id: Option<PermId>,
    order_ref: String,
    commission: Option<Commission>,
}

/// By place: what is left out in the journal must not be left out here.
#[derive(Serialize, Deserialize)]
#[serde(remote = "ContractTerms")]
struct TermsRow {
    expiry: Option<String>,
    strike: Option<Price>,
    right: Option<Right>,
}

/// Trades by their own ids.
mod trades {
    use super::{BTreeMap, Deserialize, ExecId, Execution, Serialize, TradeRow};
    use serde::{Deserializer, Serializer};

    #[derive(Serialize)]
    struct Row<'a>(#[serde(with = "TradeRow")] &'a Execution);

    #[derive(Deserialize)]
    struct OwnRow(#[serde(with = "TradeRow")] Execution);

    pub(super) fn serialize<S: Serializer>(
        trades: &BTreeMap<ExecId, Box<Execution>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(trades.values().map(|trade| Row(trade)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ExecId, Box<Execution>>, D::Error> {
        let rows = Vec::<OwnRow>::deserialize(deserializer)?;
        Ok(rows.into_iter().map(|OwnRow(trade)| (trade.exec_id.clone(), Box::new(trade))).collect())
    }
}

/// Tries to send: id, connection, time.
mod attempts {
    use super::{Attempt, BrokerOrderId, Deserialize, Generation, Timestamp, instant};
    use serde::{Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Row(BrokerOrderId, Generation, #[serde(with = "instant")] Timestamp);

    pub(super) fn serialize<S: Serializer>(attempts: &[Attempt], serializer: S) -> Result<S::Ok, S::Error> {
        let row = |attempt: &Attempt| {
            let Attempt { broker_order_id, generation, at } = *attempt;
            Row(broker_order_id, generation, at)
        };
        serializer.collect_seq(attempts.iter().map(row))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Attempt>, D::Error> {
        let rows = Vec::<Row>::deserialize(deserializer)?;
        let attempt = |Row(broker_order_id, generation, at)| Attempt { broker_order_id, generation, at };
        Ok(rows.into_iter().map(attempt).collect())
    }
}

/// Seconds since 1970 and nanoseconds.
mod instant {
    use super::{Deserialize, Serialize, Timestamp};
    use serde::{Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        (at.as_second(), at.subsec_nanosecond()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let (seconds, nanoseconds) = Deserialize::deserialize(deserializer)?;
        Timestamp::new(seconds, nanoseconds).map_err(de::Error::custom)
    }

    pub(super) mod maybe {
        use super::{Deserialize, Deserializer, Serialize, Serializer, Timestamp};

        #[derive(Serialize, Deserialize)]
        struct Row(#[serde(with = "super")] Timestamp);

        #[expect(clippy::ref_option, reason = "serde hands out references")]
        pub(in super::super) fn serialize<S: Serializer>(
            at: &Option<Timestamp>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            at.map(Row).serialize(serializer)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Timestamp>, D::Error> {
            Ok(Option::<Row>::deserialize(deserializer)?.map(|Row(at)| at))
        }
    }
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
