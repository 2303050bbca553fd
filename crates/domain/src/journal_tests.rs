use super::*;
use crate::activity::{AccountMark, Breaker};
use crate::book::tests::{
    acknowledged, approval, asking, at, bracketing, canceling, change_denied, contract, executed, execution, filled,
    moved, order, principal, replacing, submitting,
};
use crate::broker::NotSentReason;
use crate::group::GroupFault;
use crate::holding::HeldPosition;
use crate::id::PermId;
use crate::live::{Arming, OtherPort};
use crate::mandate::MandateTerms;
use crate::money::Money;
use crate::order::Side;
use crate::policy::{LimitChange, PolicySet};
use crate::principal::PrincipalKind;
use crate::proof::DeathProof;
use crate::reconcile::tests::shown;
use crate::reconcile::{Difference, PositionGap};
use crate::restoration::CheckpointFound;
use std::collections::BTreeSet;

fn commission() -> Commission {
    Commission {
        amount: Money { amount: "1.00".parse().unwrap(), currency: "USD".parse().unwrap() },
        realized_pnl: None,
    }
}

fn reason() -> Reason {
    Reason {
        control: 13,
        code: "C13_MAX_QTY".to_owned(),
        message: "too many".to_owned(),
        observed: Some("10".to_owned()),
        limit: Some("5".to_owned()),
        hint: "ask for fewer".to_owned(),
    }
}

fn report() -> ReconciliationReport {
    ReconciliationReport {
        generation: Generation(2),
        taken_at: at(0),
        complete: false,
        incomplete: vec!["executions: timed out".to_owned()],
        scanned: 1,
        completed: 0,
        missing: 0,
        unresolved: 1,
        external: 0,
        proven_dead: 0,
        end_of_day: true,
        positions: vec![PositionGap {
            account: "DU1234567".parse().unwrap(),
            con_id: contract().con_id,
            symbol: "AAPL".to_owned(),
            expected: Decimal::TEN,
            broker: Decimal::ONE,
            since: at(0),
            confirmed: true,
        }],
        differences: vec![Difference { rule: 2, cl_ord_id: "o-1".parse().ok(), what: "adopted".to_owned() }],
    }
}

fn about_the_installation() -> Vec<JournalEvent> {
    vec![
        JournalEvent::Installed { installation: "abc".parse().unwrap() },
        JournalEvent::Started {
            version: "0.1.0".to_owned(),
            epoch: LeaseEpoch(3),
            trading: Trading::Paper,
            policy: "conservative".to_owned(),
            policy_hash: "aa".to_owned(),
            policy_text: "max_qty = 100".to_owned(),
            config_hash: "bb".to_owned(),
        },
        JournalEvent::Stopped,
        JournalEvent::LinkUp {
            generation: Generation(2),
            server_version: 226,
            accounts: vec!["DU1234567".parse().unwrap()],
            next_valid_id: 8,
            mode: Ok(Mode::Paper),
        },
        JournalEvent::LinkDown { generation: Generation(2), reason: "reset".to_owned() },
        JournalEvent::Notice { code: 2104, message: "farm is OK".to_owned() },
        JournalEvent::TradingStateSet {
            scope: KillScope::Account("DU1234567".parse().unwrap()),
            state: TradingState::Halted,
            by: principal(),
            reason: "drill".to_owned(),
        },
        JournalEvent::InstrumentHalted { con_id: contract().con_id, reason: "overfill".to_owned() },
        JournalEvent::InstrumentReleased { con_id: contract().con_id, by: principal(), reason: "looked".to_owned() },
        JournalEvent::Reconciled { report: Box::new(report()) },
        JournalEvent::Verified {
            walk: Box::new(Verification {
                began_at: at(0),
                records: 9,
                head_hash: "dd".to_owned(),
                findings_total: 1,
                findings: vec!["record 4 was changed".to_owned()],
            }),
        },
        JournalEvent::KeyCreated {
            key: KeyRecord {
                id: "agent".parse().unwrap(),
                kind: PrincipalKind::Agent,
                scopes: BTreeSet::new(),
                hash: "cc".to_owned(),
                expires_at: Some(at(60)),
                created_at: at(0),
                revoked_at: None,
            },
            by: None,
        },
        JournalEvent::KeyRevoked { id: "agent".parse().unwrap(), by: "operator".parse().unwrap() },
    ]
}

fn about_a_restore() -> Vec<JournalEvent> {
    vec![
        JournalEvent::Restored {
            restoration: Box::new(Restoration {
                source: "monday.tar".to_owned(),
                taken_at: at(0),
                head_seq: 7,
                head_hash: "ee".to_owned(),
                checkpoint: CheckpointFound::Ahead { seq: 9, hash: "ff".to_owned() },
                moved_aside: Some("/data.before".to_owned()),
            }),
            order_id_floor: 1_000_002,
        },
        JournalEvent::OrphanSeen { cl_ord_id: "o-9".parse().unwrap(), works: true },
    ]
}

fn about_orders() -> Vec<JournalEvent> {
    vec![
        JournalEvent::Previewed {
            id: "pv-1".parse().unwrap(),
            request_hash: "request-1".to_owned(),
            expires_at: at(300),
            by: Some(principal()),
        },
        JournalEvent::OrderDenied {
            intent: Box::new(order("o-1").intent),
            order: None,
            request_hash: "request-1".to_owned(),
            by: principal(),
            reasons: vec![reason()],
        },
        JournalEvent::OrderSimulated {
            order: Box::new(order("o-1")),
            request_hash: "request-1".to_owned(),
            by: principal(),
        },
        asking("ap-1", "o-1"),
        moved("ap-1", ApprovalStatus::Approved),
        submitting("o-1", 7),
        bracketing("o-2", 8),
        replacing("o-1", "r-1", 12, "190"),
        change_denied("o-1", "r-2", 2_000, "190", vec![reason()]),
        canceling("o-1"),
        JournalEvent::Order { cl_ord_id: "o-1".parse().unwrap(), event: acknowledged(900, 2) },
        JournalEvent::ExternalExecution { execution: Box::new(execution("x.01", 3, "by hand")) },
        JournalEvent::ExternalCommission { exec_id: "x.01".parse().unwrap(), commission: commission() },
        JournalEvent::ExternalBust { exec_id: "x.02".parse().unwrap() },
        JournalEvent::PositionsAdopted {
            account: "DU1234567".parse().unwrap(),
            positions: vec![HeldPosition { con_id: contract().con_id, qty: Decimal::TEN }],
        },
        JournalEvent::PositionAdopted {
            account: "DU1234567".parse().unwrap(),
            con_id: contract().con_id,
            qty: Decimal::ONE,
            expected: Decimal::TEN,
            by: principal(),
            reason: "a split".to_owned(),
        },
        JournalEvent::ExternalOrder { order: Box::new(shown("Submitted")) },
        JournalEvent::FlattenRequested {
            key: "f-1".parse().unwrap(),
            request_hash: "request-2".to_owned(),
            account: None,
            symbol: Some("AAPL".to_owned()),
            by: principal(),
            reason: "going home".to_owned(),
        },
    ]
}

fn change() -> LimitChange {
    LimitChange {
        section: "strategy.calm".to_owned(),
        key: "order_qty_max".to_owned(),
        old: serde_json::Value::Null,
        new: "10".into(),
        loosens: false,
    }
}

fn about_limits() -> Vec<JournalEvent> {
    let said = r#"{"order_qty_max": 10, "strategy": {"calm": {"order_qty_max": 5}}}"#;
    let policy = || Box::new(PolicySet::read(serde_json::from_str(said).unwrap()).unwrap());
    let (name, reason) = (|| "small".to_owned(), || "smaller for now".to_owned());
    vec![
        JournalEvent::PolicyApplied {
            name: name(),
            policy: policy(),
            changes: vec![change()],
            by: Some(principal()),
            reason: reason(),
        },
        JournalEvent::PolicyWished { name: name(), policy: policy(), changes: vec![], by: None, reason: reason() },
        JournalEvent::PolicyAccepted { hash: "ab".to_owned(), by: principal(), reason: reason() },
        JournalEvent::PolicyWithdrawn { hash: "ab".to_owned(), by: None, reason: reason() },
        JournalEvent::LimitsDrilled { passed: 66, total: 67, by: principal() },
        JournalEvent::TradingDayBegan { began_at: at(0), begins_week: true },
        JournalEvent::AccountMarked {
            account: "DU1234567".parse().unwrap(),
            mark: AccountMark {
                currency: "USD".parse().unwrap(),
                net_liquidation: "100000.5".parse().unwrap(),
                unrealized: Some(Decimal::ONE),
                realized: None,
            },
        },
        JournalEvent::BreakerTripped {
            breaker: Breaker::StrategyTrades("calm".parse().unwrap()),
            reason: "500 trades".to_owned(),
        },
        JournalEvent::BreakerReset { breaker: Breaker::Rejects, by: principal(), reason: "looked".to_owned() },
    ]
}

fn about_permits() -> Vec<JournalEvent> {
    let (id, account) = (|| "md-1".parse().unwrap(), || "DU1234567".parse().unwrap());
    vec![
        JournalEvent::MandateGranted {
            id: id(),
            terms: Box::new(MandateTerms {
                key: None,
                strategy: Some("calm".parse().unwrap()),
                account: account(),
                mode: Mode::Paper,
                symbols: BTreeSet::from(["AAPL".to_owned()]),
                sides: BTreeSet::from([Side::Buy]),
                order_notional_max: Decimal::ONE_HUNDRED,
                notional_max: Decimal::ONE_THOUSAND,
                orders_max: 5,
                expires_at: at(3_600),
            }),
            by: principal(),
            reason: "a week".to_owned(),
        },
        JournalEvent::MandateConfirmed { id: id(), by: principal() },
        JournalEvent::MandateUsed {
            id: id(),
            cl_ord_id: "o-1".parse().unwrap(),
            qty: Decimal::ONE,
            notional: Decimal::ONE_HUNDRED,
        },
        JournalEvent::MandateRevoked { id: id(), by: principal(), reason: "enough".to_owned() },
        JournalEvent::LiveArmed {
            arming: Box::new(Arming {
                account: account(),
                by: "operator".parse().unwrap(),
                at: at(0),
                expires_at: at(3_600),
                other_port: OtherPort::Refuses,
                reason: "monday".to_owned(),
            }),
            by: principal(),
        },
        JournalEvent::LiveDisarmed { by: principal(), reason: "enough".to_owned() },
        JournalEvent::ReferenceSurvived { account: account(), cl_ord_id: "o-1".parse().unwrap() },
    ]
}

/// All but what happens to an order.
pub(crate) fn examples() -> Vec<JournalEvent> {
    [about_the_installation(), about_a_restore(), about_orders(), about_limits(), about_permits(), about_the_loop()]
        .concat()
}

fn about_the_loop() -> Vec<JournalEvent> {
    let of = |event| JournalEvent::Loop { event, by: principal() };
    crate::looping::event::tests::examples().into_iter().map(of).collect()
}

pub(crate) fn order_events() -> Vec<OrderEvent> {
    let text = || "words".to_owned();
    vec![
        OrderEvent::Refused { reasons: vec![reason()] },
        OrderEvent::Killed,
        OrderEvent::NotSent { reason: NotSentReason::KillFile },
        OrderEvent::Written,
        OrderEvent::SendUnknown { detail: text() },
        OrderEvent::CancelRequested,
        OrderEvent::CancelUnsent,
        OrderEvent::ReplaceRequested,
        OrderEvent::ReplaceUnsent,
        OrderEvent::ReplaceTaken { key: "r-1".parse().unwrap() },
        OrderEvent::LinkLost,
        OrderEvent::NotFound,
        OrderEvent::ProvenDead {
            proof: DeathProof {
                looked_at: at(50_000),
                sent_at: at(0),
                executions_since: at(-30_000),
                day_closed_at: at(40_000),
                position: Decimal::TEN,
            },
        },
        OrderEvent::TwinSeen {
            perm_id: PermId::new(901).unwrap(),
            broker_order_id: BrokerOrderId::new(7).ok(),
            total: Some(Decimal::TEN),
            broker_status: "Submitted".to_owned(),
        },
        OrderEvent::TwinOver { perm_id: PermId::new(901).unwrap(), broker_status: "Cancelled".to_owned() },
        OrderEvent::ResolvedDead { reason: text() },
        OrderEvent::Held { broker_status: "PendingSubmit".to_owned() },
        acknowledged(900, 2),
        executed("e.01", 4),
        OrderEvent::Corrected { old: "e.01".parse().unwrap(), execution: Box::new(execution("e.02", 3, "tg:abc:o-1")) },
        OrderEvent::Busted { exec_id: "e.01".parse().unwrap() },
        OrderEvent::CommissionJoined { exec_id: "e.01".parse().unwrap(), commission: commission() },
        filled(10),
        OrderEvent::CancelPending,
        OrderEvent::Canceled { detail: Some(text()) },
        OrderEvent::Rejected { code: 201, message: text() },
        OrderEvent::Inactive { detail: None },
        OrderEvent::Expired,
        OrderEvent::CancelRefused { code: 10_147, message: text() },
        OrderEvent::ReplaceRefused { code: 104, message: text() },
        OrderEvent::GroupBroken { fault: GroupFault::Unprotected, reason: text() },
        OrderEvent::Informed { code: 399, message: text() },
    ]
}

#[test]
fn every_record_reads_back_as_it_was_written() {
    let orders =
        order_events().into_iter().map(|event| JournalEvent::Order { cl_ord_id: "o-1".parse().unwrap(), event });
    for event in examples().into_iter().chain(orders) {
        let text = serde_json::to_string(&event).unwrap();
        let back: JournalEvent = serde_json::from_str(&text).unwrap();
        assert_eq!(back, event, "{text}");
        assert!(text.contains(&format!("\"kind\":\"{}\"", event.kind())), "{text}");
    }
}

#[test]
fn the_shape_of_the_records_about_the_installation_is_permanent() {
    insta::assert_json_snapshot!(about_the_installation());
}

#[test]
fn the_shape_of_the_records_about_a_restore_is_permanent() {
    insta::assert_json_snapshot!(about_a_restore());
}

#[test]
fn the_shape_of_the_records_about_orders_is_permanent() {
    insta::assert_json_snapshot!(about_orders());
}

#[test]
fn the_shape_of_the_records_about_limits_is_permanent() {
    insta::assert_json_snapshot!(about_limits());
}

#[test]
fn the_shape_of_the_records_about_permits_is_permanent() {
    insta::assert_json_snapshot!(about_permits());
}

#[test]
fn the_shape_of_what_happens_to_an_order_is_permanent() {
    insta::assert_json_snapshot!(order_events());
}

#[test]
fn the_examples_cover_every_kind_of_record() {
    let examples = examples();
    let shown: BTreeSet<&str> = examples.iter().map(JournalEvent::kind).collect();
    // The words as the code has them: a kind that is new fails here until it has an example.
    let code = include_str!("journal/about.rs").split("pub fn kind(").nth(1).unwrap().split("pub fn").next().unwrap();
    let kinds: BTreeSet<&str> = code
        .lines()
        .filter_map(|line| line.split_once("=> \""))
        .map(|(_, word)| word.trim_end_matches("\","))
        .collect();
    assert_eq!(shown, kinds);
    assert_eq!(BTreeSet::from(JournalEvent::KINDS), kinds);
}

#[test]
fn the_words_of_what_happens_to_an_order_are_the_journal_s() {
    for event in order_events() {
        let written = serde_json::to_value(&event).unwrap();
        assert_eq!(written["event"], event.word());
        assert!(OrderEvent::WORDS.contains(&event.word()));
    }
    let shown: BTreeSet<&str> = order_events().iter().map(OrderEvent::word).collect();
    assert_eq!(shown, BTreeSet::from(OrderEvent::WORDS));
}

#[test]
fn a_record_names_its_order_and_its_asker() {
    for event in about_orders() {
        assert_eq!(event.correlation_id().is_some(), event.principal().is_some());
    }
    assert_eq!(submitting("o-1", 7).cl_ord_id().map(ClOrdId::as_str), Some("o-1"));
    assert_eq!(approval("ap-1", "o-1").cl_ord_id.as_str(), "o-1");
}
