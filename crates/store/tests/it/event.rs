//! Events for journals: one whole session, and places to keep them.

use domain::approval::{Approval, ApprovalBounds, ApprovalStatus};
use domain::approved::ResolvedOrder;
use domain::contract::{Contract, Instrument, PriceIncrement, SecType};
use domain::event::OrderEvent;
use domain::execution::{Commission, Execution};
use domain::id::{BrokerOrderId, ConId, Generation, LeaseEpoch, PermId};
use domain::journal::{JournalEvent, Recorded};
use domain::mode::{Mode, Trading};
use domain::money::Money;
use domain::order::{Amendment, OrderIntent, OrderType, Side, Tif};
use domain::principal::{Face, Principal, PrincipalKind, Scope};
use domain::reason::Reason;
use domain::trading_state::{KillScope, TradingState};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::path::PathBuf;
use tempfile::TempDir;
use tollgate_store::{Journal, OpenOptions, SqliteJournal};

/// A data directory and a state directory that go with the test.
pub(crate) struct Place {
    pub(crate) root: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("journal.sqlite")
    }

    pub(crate) fn checkpoint(&self) -> PathBuf {
        self.state().join("checkpoint")
    }

    pub(crate) fn options(&self) -> OpenOptions {
        OpenOptions::new(self.data(), self.checkpoint(), at(0))
    }

    /// For a process that found the holder silent.
    pub(crate) fn seizing(&self) -> OpenOptions {
        OpenOptions { seize_lease: true, ..self.options() }
    }

    pub(crate) fn open(&self) -> SqliteJournal {
        SqliteJournal::open(&self.options()).unwrap()
    }

    /// Copies all files of another place as they are now, whoever writes there.
    pub(crate) fn take_over_from(&self, other: &Self) {
        for (from, to) in [(other.data(), self.data()), (other.state(), self.state())] {
            std::fs::create_dir_all(&to).unwrap();
            for entry in std::fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// The database without our code between.
    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.database()).unwrap()
    }
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::new(1_800_000_000 + second, 123_456_789).unwrap()
}

pub(crate) fn all(journal: &dyn Journal) -> Vec<Recorded> {
    let mut records = Vec::new();
    let mut keep = |record| {
        records.push(record);
        Ok(())
    };
    journal.replay(1, &mut keep).unwrap();
    records
}

pub(crate) fn human() -> Principal {
    Principal {
        key_id: "ann".parse().unwrap(),
        kind: PrincipalKind::Human,
        scopes: [Scope::Read, Scope::TradePaper].into(),
        face: Face::Rest,
        correlation_id: "req-1".parse().unwrap(),
    }
}

pub(crate) fn notice(code: i32) -> JournalEvent {
    JournalEvent::Notice { code, message: format!("farm {code} \u{2714} \"connected\"") }
}

fn contract() -> Contract {
    Contract {
        con_id: ConId::new(265_598).unwrap(),
        symbol: "AAPL".to_owned(),
        sec_type: SecType::Stk,
        exchange: "SMART".to_owned(),
        primary_exchange: Some("NASDAQ".to_owned()),
        currency: "USD".parse().unwrap(),
        local_symbol: "AAPL".to_owned(),
        trading_class: "NMS".to_owned(),
        expiry: None,
        strike: None,
        right: None,
        multiplier: Decimal::ONE,
        price_increments: vec![PriceIncrement { low_edge: Decimal::ZERO, increment: Decimal::new(1, 2) }],
        min_size: Decimal::ONE,
        size_increment: Decimal::ONE,
        long_name: "APPLE INC".to_owned(),
        order_types: vec!["LMT".to_owned()],
        time_zone: Some("America/New_York".to_owned()),
        trading_hours: None,
        liquid_hours: None,
    }
}

pub(crate) fn order(key: &str, qty: &str) -> Box<ResolvedOrder> {
    let contract = contract();
    Box::new(ResolvedOrder {
        intent: OrderIntent {
            cl_ord_id: key.parse().unwrap(),
            account: None,
            instrument: Instrument::ConId(contract.con_id),
            side: Side::Buy,
            qty: qty.parse().unwrap(),
            order_type: OrderType::Limit { limit: "189.50".parse().unwrap() },
            tif: Tif::Day,
            outside_rth: false,
            reduce_only: false,
            strategy: None,
            preview_id: None,
            bracket: None,
            oca_group: None,
            flatten: false,
        },
        account: "DUV000001".parse().unwrap(),
        contract,
    })
}

pub(crate) fn submitting(key: &str, broker_order_id: i64, approval: Option<&str>) -> JournalEvent {
    JournalEvent::OrderSubmitting {
        order: order(key, "10"),
        request_hash: format!("hash-{key}"),
        by: human(),
        broker_order_id: BrokerOrderId::new(broker_order_id).unwrap(),
        exits: None,
        generation: Generation(1),
        epoch: LeaseEpoch(1),
        approval: approval.map(|id| id.parse().unwrap()),
        gates_passed: vec!["C13_MAX_QTY".to_owned()],
        notional: None,
    }
}

pub(crate) fn denied(key: &str) -> JournalEvent {
    let order = order(key, "1000");
    JournalEvent::OrderDenied {
        intent: Box::new(order.intent.clone()),
        order: Some(order),
        request_hash: format!("hash-{key}"),
        by: human(),
        reasons: vec![Reason {
            control: 13,
            code: "C13_MAX_QTY".to_owned(),
            message: "too many".to_owned(),
            observed: Some("1000".to_owned()),
            limit: Some("100".to_owned()),
            hint: "ask for less".to_owned(),
        }],
    }
}

pub(crate) fn simulated(key: &str) -> JournalEvent {
    JournalEvent::OrderSimulated { order: order(key, "10"), request_hash: format!("hash-{key}"), by: human() }
}

pub(crate) fn asked(key: &str, approval: &str) -> JournalEvent {
    let order = order(key, "10");
    let approval = Approval {
        id: approval.parse().unwrap(),
        cl_ord_id: key.parse().unwrap(),
        requested_by: "bot".parse().unwrap(),
        requested_at: at(0),
        expires_at: at(600),
        bounds: ApprovalBounds {
            con_id: order.contract.con_id,
            account: order.account.clone(),
            mode: Mode::Paper,
            request_hash: format!("hash-{key}"),
            policy_hash: "policy".to_owned(),
            price_low: "180".parse().unwrap(),
            price_high: "200".parse().unwrap(),
            notional_max: Decimal::from(2_000),
            margin_max: None,
            contract_terms: String::new(),
        },
        reasons: Vec::new(),
        status: ApprovalStatus::Pending,
        decided_by: None,
        decided_at: None,
        decision_reason: None,
    };
    let approval = Box::new(approval);
    JournalEvent::ApprovalRequested { order, request_hash: format!("hash-{key}"), by: human(), approval }
}

pub(crate) fn approval_moved(approval: &str, status: ApprovalStatus) -> JournalEvent {
    let by = Some("ann".parse().unwrap());
    JournalEvent::ApprovalMoved { id: approval.parse().unwrap(), status, by, reason: Some("looks fine".to_owned()) }
}

pub(crate) fn happened(key: &str, event: OrderEvent) -> JournalEvent {
    JournalEvent::Order { cl_ord_id: key.parse().unwrap(), event }
}

pub(crate) fn acknowledged(key: &str, perm_id: i64) -> JournalEvent {
    happened(
        key,
        OrderEvent::Acknowledged {
            broker_status: "Submitted".to_owned(),
            perm_id: Some(PermId::new(perm_id).unwrap()),
            generation: Generation(1),
        },
    )
}

pub(crate) fn trade(exec_id: &str, qty: &str) -> Box<Execution> {
    Box::new(Execution {
        exec_id: exec_id.parse().unwrap(),
        account: "DUV000001".parse().unwrap(),
        con_id: ConId::new(265_598).unwrap(),
        symbol: "AAPL".to_owned(),
        terms: domain::contract::ContractTerms::NONE,
        is_buy: true,
        last_qty: qty.parse().unwrap(),
        last_px: "189.40".parse().unwrap(),
        is_cash: false,
        exchange: "NASDAQ".to_owned(),
        executed_at: Some(at(5)),
        broker_order_id: None,
        client_id: None,
        perm_id: None,
        order_ref: String::new(),
        commission: None,
    })
}

fn cost() -> Commission {
    Commission { amount: Money { amount: Decimal::new(-35, 2), currency: "USD".parse().unwrap() }, realized_pnl: None }
}

/// One session with every way that an order can go, in batches.
pub(crate) fn session() -> Vec<Vec<JournalEvent>> {
    let exec = |id: &str| id.parse().unwrap();
    let limit = OrderType::Limit { limit: "190".parse().unwrap() };
    vec![
        vec![
            JournalEvent::Installed { installation: "test1".parse().unwrap() },
            JournalEvent::Started {
                version: "0.1.0".to_owned(),
                epoch: LeaseEpoch(1),
                trading: Trading::Paper,
                policy: "default".to_owned(),
                policy_hash: "p".to_owned(),
                policy_text: "[gates]".to_owned(),
                config_hash: "c".to_owned(),
            },
        ],
        vec![JournalEvent::LinkUp {
            generation: Generation(1),
            server_version: 213,
            accounts: vec!["DUV000001".parse().unwrap()],
            next_valid_id: 1,
            mode: Err("not proven yet".to_owned()),
        }],
        vec![denied("d1"), simulated("s1"), asked("a1", "ap1")],
        vec![
            approval_moved("ap1", ApprovalStatus::Approved),
            submitting("a1", 1, Some("ap1")),
            submitting("b1", 2, None),
        ],
        vec![happened("a1", OrderEvent::Written), happened("b1", OrderEvent::Written)],
        vec![acknowledged("a1", 71), acknowledged("b1", 72)],
        vec![happened("a1", OrderEvent::Executed { execution: trade("e.01", "4") })],
        vec![happened("a1", OrderEvent::CommissionJoined { exec_id: exec("e.01"), commission: cost() })],
        vec![
            happened("a1", OrderEvent::Corrected { old: exec("e.01"), execution: trade("e.02", "3") }),
            happened("b1", OrderEvent::Executed { execution: trade("f.01", "1") }),
            happened("b1", OrderEvent::Busted { exec_id: exec("f.01") }),
        ],
        vec![JournalEvent::ExternalCommission { exec_id: exec("x.01"), commission: cost() }],
        vec![JournalEvent::ExternalExecution { execution: trade("x.01", "7") }],
        vec![JournalEvent::ReplaceSubmitting {
            cl_ord_id: "b1".parse().unwrap(),
            key: "b1-r".parse().unwrap(),
            request_hash: "hash-r".to_owned(),
            by: human(),
            amendment: Amendment { qty: "12".parse().unwrap(), order_type: limit, tif: Tif::Day },
            notional: None,
        }],
        vec![acknowledged("b1", 72)],
        vec![JournalEvent::CancelSubmitting {
            cl_ord_id: "b1".parse().unwrap(),
            key: Some("b1-c".parse().unwrap()),
            request_hash: "hash-c".to_owned(),
            by: human(),
        }],
        vec![happened("b1", OrderEvent::Canceled { detail: None })],
        vec![JournalEvent::TradingStateSet {
            scope: KillScope::Global,
            state: TradingState::Halted,
            by: human(),
            reason: "lunch".to_owned(),
        }],
        vec![JournalEvent::LinkDown { generation: Generation(1), reason: "end".to_owned() }, JournalEvent::Stopped],
    ]
}

/// Appends a session; gives back what the journal said it recorded.
pub(crate) fn append_session(journal: &mut dyn Journal) -> Vec<Recorded> {
    let mut records = Vec::new();
    for (second, batch) in (1..).zip(session()) {
        records.extend(journal.append(at(second), &batch).unwrap());
    }
    records
}
