//! A world in which every gate is open, and one `check` that changes one thing at a time.

use super::input::{
    AccountFacts, ApprovalFact, Dated, GateInput, Heartbeat, LinkState, LookAlike, PreviewFact, Readiness, Reference,
    Rules,
};
use super::lately::{Funds, Lately, Losses};
use super::table::{Decision, Gate, Verdict, evaluate, reduces};
use crate::approval::{Approval, ApprovalBounds, ApprovalStatus};
use crate::approved::ResolvedOrder;
use crate::bracket::Bracket;
use crate::contract::{Contract, Instrument, PriceIncrement, SecType, SymbolSpec};
use crate::exposure::OpenRisk;
use crate::hours::Hours;
use crate::id::{ClOrdId, ConId, Generation};
use crate::live::LiveFacts;
use crate::mandate::{Mandate, MandateTerms};
use crate::market::{DataType, Quote};
use crate::mode::{Mode, ModeProof, Trading};
use crate::money::{Price, Qty};
use crate::order::{OrderIntent, OrderType, Side, Tif};
use crate::policy::Policy;
use crate::principal::{Face, Principal, PrincipalKind, Scope};
use crate::reason::Reason;
use crate::self_match::OwnOrder;
use crate::trading_state::{KillScope, StateEntry, TradingState, TradingStates};
use crate::worth::{Holding, View, Worth};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn price(text: &str) -> Price {
    text.parse().unwrap()
}

pub(super) fn con_id(number: i64) -> ConId {
    ConId::new(number).unwrap()
}

/// Everything that a `GateInput` borrows.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) order: ResolvedOrder,
    pub(super) request_hash: String,
    pub(super) principal: Principal,
    pub(super) policy: Policy,
    pub(super) policy_hash: String,
    pub(super) trading: Trading,
    pub(super) mode: Option<ModeProof>,
    pub(super) readiness: Readiness,
    pub(super) quote: Option<Quote>,
    pub(super) reference: Reference,
    pub(super) states: TradingStates,
    pub(super) kill_file: bool,
    pub(super) journal_fault: Option<String>,
    pub(super) account: AccountFacts,
    /// What is open on the instrument.
    pub(super) near: Vec<OpenRisk>,
    /// So many orders are open on others.
    pub(super) elsewhere: usize,
    pub(super) own: Vec<OwnOrder>,
    pub(super) look_alikes: Vec<LookAlike>,
    pub(super) messages_second: u32,
    pub(super) accepted_policy: Option<String>,
    pub(super) newest_version: Option<String>,
    pub(super) heartbeats: Vec<Heartbeat>,
    pub(super) worth: Worth,
    pub(super) view: View,
    pub(super) lately: Lately,
    pub(super) preview: PreviewFact,
    pub(super) approval: ApprovalFact,
    pub(super) mandates: Vec<Arc<Mandate>>,
    pub(super) live: LiveFacts,
    pub(super) first_use: bool,
    /// What of the order is filled: it is one that is changed.
    pub(super) filled: Decimal,
}

/// Nothing has happened yet today; the account is worth 100,000.
fn quiet(now: Timestamp) -> Lately {
    Lately {
        turnover_day: Some(Decimal::ZERO),
        orders_more: 1,
        qty_more: Decimal::TEN,
        funds: Some(Funds {
            net_liquidation: Some(dec("100000")),
            init_margin: Some(Decimal::ZERO),
            excess_liquidity: Some(dec("100000")),
            at: now,
        }),
        opened_unseen: Some(Decimal::ZERO),
        opened_since_estimate: Some(Decimal::ZERO),
        value: Some(Losses { at: now, ..Losses::default() }),
        ..Lately::default()
    }
}

impl World {
    /// A human buys 10 AAPL at 189.50 for the day on paper; the market is 189.48 to 189.52, live.
    pub(super) fn open_to_all() -> Self {
        let now: Timestamp = "2026-03-02T15:00:00Z".parse().unwrap();
        Self {
            now,
            order: order(),
            request_hash: "request-1".to_owned(),
            principal: Principal {
                key_id: "operator".parse().unwrap(),
                kind: PrincipalKind::Human,
                scopes: BTreeSet::from([Scope::Read, Scope::TradePaper]),
                face: Face::Rest,
                correlation_id: "c-1".parse().unwrap(),
            },
            policy: Policy::conservative(),
            policy_hash: "policy-1".to_owned(),
            trading: Trading::Paper,
            mode: Some(ModeProof {
                pinned: Some("DU1234567".parse().unwrap()),
                connected: vec!["DU1234567".parse().unwrap()],
                port: 7497,
                simulated: false,
                loopback: true,
            }),
            readiness: Readiness {
                link: LinkState::Up { generation: Generation(1) },
                reconciled: true,
                clock_skew_ms: Some(0),
                unknown_on_instrument: Vec::new(),
                instrument_halted: None,
                alarm: None,
                lease_held: true,
            },
            quote: Some(quote(now)),
            reference: Reference {
                hours: Hours::read(&order().contract).map(|hours| Dated { value: Arc::new(hours), at: now }),
                volume: Some(Dated { value: dec("50000000"), at: now }),
                what_if: None,
            },
            states: TradingStates::all_active(),
            kill_file: false,
            journal_fault: None,
            account: AccountFacts {
                base_currency: Some("USD".parse().unwrap()),
                held: Some(Decimal::ZERO),
                fx_to_base: Some(Dated { value: Decimal::ONE, at: now }),
            },
            near: Vec::new(),
            elsewhere: 0,
            own: Vec::new(),
            look_alikes: Vec::new(),
            messages_second: 0,
            accepted_policy: Some("policy-1".to_owned()),
            newest_version: Some("1.2.0".to_owned()),
            heartbeats: ["clock", "line", "comparison"].map(|part| Heartbeat { part, at: Some(now) }).to_vec(),
            worth: Worth::default(),
            view: View::default(),
            lately: quiet(now),
            preview: PreviewFact::NotNamed,
            approval: ApprovalFact::None,
            mandates: Vec::new(),
            live: LiveFacts::NONE,
            first_use: false,
            filled: Decimal::ZERO,
        }
    }

    pub(super) fn input(&self) -> GateInput<'_> {
        GateInput {
            now: self.now,
            order: &self.order,
            leaves: self.leaves(),
            request_hash: &self.request_hash,
            principal: &self.principal,
            policy: &self.policy,
            policy_hash: &self.policy_hash,
            trading: self.trading,
            mode: self.mode.as_ref(),
            readiness: &self.readiness,
            quote: self.quote.as_ref(),
            reference: &self.reference,
            trading_states: &self.states,
            kill_file: self.kill_file,
            journal_fault: self.journal_fault.as_deref(),
            account: &self.account,
            near: &self.near,
            open_count: self.near.len() + self.elsewhere,
            reduces: reduces(&self.order, self.leaves(), self.account.held, &self.near),
            own: &self.own,
            con_id: self.order.contract.con_id,
            look_alikes: &self.look_alikes,
            messages_second: self.messages_second,
            rules: Rules {
                accepted_policy: self.accepted_policy.as_deref(),
                running_version: "1.2.0",
                newest_version: self.newest_version.as_deref(),
            },
            heartbeats: &self.heartbeats,
            worth: &self.view,
            lately: &self.lately,
            preview: &self.preview,
            approval: &self.approval,
            mandates: &self.mandates,
            live: &self.live,
            first_use: self.first_use,
        }
    }

    fn leaves(&self) -> Decimal {
        self.order.intent.qty.get() - self.filled
    }

    /// A part has shown no life for so many seconds.
    pub(super) fn silent(&mut self, part: usize, seconds: i64) {
        self.heartbeats[part].at = self.now.checked_sub(SignedDuration::from_secs(seconds)).ok();
    }

    pub(super) fn types(&mut self, order_type: OrderType) {
        self.order.intent.order_type = order_type;
    }

    pub(super) fn limit(&mut self, limit: &str) {
        self.types(OrderType::Limit { limit: price(limit) });
    }

    pub(super) fn side(&mut self, side: Side, qty: &str) {
        self.order.intent.side = side;
        self.order.intent.qty = qty.parse::<Qty>().unwrap();
    }

    pub(super) fn bracket(&mut self, take_profit: &str, stop_loss: &str) {
        let bracket = Bracket { take_profit: price(take_profit), stop_loss: price(stop_loss) };
        self.order.intent.bracket = Some(bracket);
    }

    pub(super) fn quote(&mut self) -> &mut Quote {
        self.quote.as_mut().unwrap()
    }

    /// Makes the quote `age_ms` old; its type stays.
    pub(super) fn aged(&mut self, data_type: DataType, age_ms: i64) {
        let received_at = self.now.checked_sub(SignedDuration::from_millis(age_ms)).unwrap();
        let quote = self.quote();
        quote.data_type = data_type;
        quote.received_at = received_at;
    }

    pub(super) fn also_open(&mut self, side: Side, leaves: &str, notional: Option<&str>) {
        let (con_id, notional) = (self.order.contract.con_id, notional.map(dec));
        self.books(OpenRisk { con_id, side, leaves: dec(leaves), notional, unknown: false });
    }

    /// One more open order, of a key of its own.
    pub(super) fn books(&mut self, risk: OpenRisk) {
        let key = format!("open-{}", self.near.len() + self.elsewhere).parse().unwrap();
        self.open(&key, risk, "AAPL");
    }

    fn open(&mut self, key: &ClOrdId, risk: OpenRisk, issuer: &str) {
        self.worth.order(key, Some(&risk), &"USD".parse().unwrap(), issuer);
        if risk.con_id == self.order.contract.con_id {
            self.near.push(risk);
        } else {
            self.elsewhere += 1;
        }
        self.look();
    }

    /// Another order of ours on the instrument.
    pub(super) fn also_ours(&mut self, side: Side, versions: &[OrderType]) {
        self.own.push(OwnOrder {
            cl_ord_id: "k-0".parse().unwrap(),
            strategy: Some("other".parse().unwrap()),
            side,
            versions: versions.to_vec(),
        });
    }

    /// So much is held of a contract, a unit worth `unit` in base currency.
    pub(super) fn holds(&mut self, number: i64, qty: &str, unit: Option<&str>) {
        let issuer = if number == 265_598 { "AAPL".to_owned() } else { format!("S{number}") };
        self.hold(issuer, number, qty, unit);
    }

    pub(super) fn holds_of(&mut self, issuer: &str, number: i64, qty: &str, unit: &str) {
        self.hold(issuer.to_owned(), number, qty, Some(unit));
    }

    fn hold(&mut self, issuer: String, number: i64, qty: &str, unit: Option<&str>) {
        if con_id(number) == self.order.contract.con_id {
            self.account.held = Some(dec(qty));
        }
        let currency = "USD".parse().unwrap();
        let unit = unit.map(dec);
        self.worth.hold(con_id(number), Holding { currency, issuer, qty: dec(qty), unit, cheap: unit });
        self.look();
    }

    /// An order is open, of a key of its own for each contract and side.
    pub(super) fn opens(&mut self, number: i64, side: Side, leaves: &str, notional: Option<&str>) {
        let notional = notional.map(dec);
        let risk = OpenRisk { con_id: con_id(number), side, leaves: dec(leaves), notional, unknown: false };
        let issuer = if number == 265_598 { "AAPL".to_owned() } else { format!("S{number}") };
        let key = format!("open-{number}-{}", side.is_buy()).parse().unwrap();
        self.open(&key, risk, &issuer);
    }

    fn look(&mut self) {
        let (intent, contract) = (&self.order.intent, &self.order.contract);
        self.view = self.worth.view(&intent.cl_ord_id, contract.con_id, &contract.currency, &contract.symbol);
    }

    pub(super) fn state(&mut self, scope: KillScope, state: TradingState) {
        let entry =
            StateEntry { state, reason: "drill".to_owned(), by: "operator".to_owned(), at: self.now, cancels: true };
        self.states.set(scope, entry);
    }

    /// An agent asks, and a mandate covers what it asks for.
    pub(super) fn mandated(&mut self) -> &mut Mandate {
        self.principal.kind = PrincipalKind::Agent;
        self.principal.key_id = "agent".parse().unwrap();
        let operator = Principal { key_id: "operator".parse().unwrap(), ..self.principal.clone() };
        let mode = self.mode.as_ref().and_then(|proof| proof.mode().ok()).unwrap_or(Mode::Paper);
        let terms = MandateTerms {
            key: Some("agent".parse().unwrap()),
            strategy: None,
            account: self.order.account.clone(),
            mode,
            symbols: BTreeSet::from(["AAPL".to_owned()]),
            sides: BTreeSet::from([Side::Buy]),
            order_notional_max: dec("1895"),
            notional_max: dec("1895"),
            orders_max: 1,
            expires_at: self.now.checked_add(SignedDuration::from_secs(60)).unwrap(),
        };
        let mut mandate = Mandate::granted("m-1".parse().unwrap(), terms, &operator, "drill", self.now);
        mandate.confirmed = Some(("operator".parse().unwrap(), self.now));
        self.mandates = vec![Arc::new(mandate)];
        Arc::make_mut(self.mandates.first_mut().unwrap())
    }

    /// An agent asked, another person said yes, and everything fits.
    pub(super) fn approved(&mut self) -> &mut Approval {
        self.principal.kind = PrincipalKind::Agent;
        self.principal.key_id = "agent".parse().unwrap();
        let later = self.now.checked_add(SignedDuration::from_secs(60)).unwrap_or(Timestamp::MAX);
        self.approval = ApprovalFact::Granted(Box::new(Approval {
            id: "a-1".parse().unwrap(),
            cl_ord_id: self.order.intent.cl_ord_id.clone(),
            requested_by: "agent".parse().unwrap(),
            requested_at: self.now,
            expires_at: later,
            bounds: ApprovalBounds {
                con_id: self.order.contract.con_id,
                account: self.order.account.clone(),
                mode: Mode::Paper,
                request_hash: self.request_hash.clone(),
                policy_hash: self.policy_hash.clone(),
                price_low: price("185"),
                price_high: price("195"),
                notional_max: dec("1895"),
                margin_max: None,
                contract_terms: self.order.contract.terms(),
            },
            reasons: Vec::new(),
            status: ApprovalStatus::Approved,
            decided_by: Some("operator".parse().unwrap()),
            decided_at: Some(self.now),
            decision_reason: None,
        }));
        match &mut self.approval {
            ApprovalFact::Granted(approval) => approval,
            ApprovalFact::None | ApprovalFact::OfRun(_) => unreachable!("it was set one line above"),
        }
    }
}

fn order() -> ResolvedOrder {
    ResolvedOrder {
        intent: OrderIntent {
            cl_ord_id: "k-1".parse().unwrap(),
            account: None,
            instrument: Instrument::Spec(SymbolSpec {
                symbol: "AAPL".to_owned(),
                sec_type: SecType::Stk,
                exchange: "SMART".to_owned(),
                currency: "USD".parse().unwrap(),
                expiry: None,
                strike: None,
                right: None,
            }),
            side: Side::Buy,
            qty: "10".parse().unwrap(),
            order_type: OrderType::Limit { limit: price("189.50") },
            tif: Tif::Day,
            outside_rth: false,
            reduce_only: false,
            strategy: None,
            preview_id: None,
            bracket: None,
            oca_group: None,
            flatten: false,
        },
        account: "DU1234567".parse().unwrap(),
        contract: Contract {
            con_id: con_id(265_598),
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
            price_increments: vec![
                PriceIncrement { low_edge: Decimal::ZERO, increment: dec("0.0001") },
                PriceIncrement { low_edge: Decimal::ONE, increment: dec("0.01") },
            ],
            min_size: Decimal::ONE,
            size_increment: Decimal::ONE,
            long_name: "APPLE INC".to_owned(),
            order_types: Vec::new(),
            time_zone: Some("America/New_York".to_owned()),
            trading_hours: Some("20260302:0400-20260302:2000;20260303:0400-20260303:2000".to_owned()),
            liquid_hours: Some("20260302:0930-20260302:1600;20260303:0930-20260303:1600".to_owned()),
        },
    }
}

fn quote(received_at: Timestamp) -> Quote {
    Quote {
        con_id: con_id(265_598),
        bid: Some(price("189.48")),
        ask: Some(price("189.52")),
        last: Some(price("189.50")),
        bid_size: Some(Decimal::ONE_HUNDRED),
        ask_size: Some(Decimal::ONE_HUNDRED),
        last_size: None,
        volume: None,
        close: Some(price("188")),
        halted: None,
        shortable: None,
        data_type: DataType::Live,
        received_at,
    }
}

/// What a gate is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    Pass,
    /// So many reasons, closed.
    Deny(usize),
    /// So many reasons, for a human.
    Hold(usize),
}

pub(super) type Case = (&'static str, Expect, fn(&mut World));

/// Runs the cases of one gate, each on a world of its own, alone and through the whole table.
pub(super) fn check(gate: &Gate, cases: &[Case]) {
    let untouched = World::open_to_all();
    assert_eq!((gate.check)(&untouched.input()), Verdict::Pass, "{}: the untouched world passes", gate.code);
    for (name, expect, change) in cases {
        let mut world = World::open_to_all();
        change(&mut world);
        let verdict = (gate.check)(&world.input());
        let (said, reasons) = match &verdict {
            Verdict::Pass => (Expect::Pass, &[][..]),
            Verdict::Deny(reasons) => (Expect::Deny(reasons.len()), reasons.as_slice()),
            Verdict::Hold(reasons) => (Expect::Hold(reasons.len()), reasons.as_slice()),
        };
        assert_eq!(said, *expect, "{}: {name}: {reasons:#?}", gate.code);
        for reason in reasons {
            teaches(gate, name, reason);
        }
        through_the_table(gate, name, *expect, &world);
    }
}

/// Every refusal names what was seen, what is allowed and what to do.
fn teaches(gate: &Gate, case: &str, reason: &Reason) {
    assert_eq!((reason.control, reason.code.as_str()), (gate.number, gate.code), "{case}");
    let words = [Some(&reason.message), reason.observed.as_ref(), reason.limit.as_ref(), Some(&reason.hint)];
    for word in words {
        assert!(word.is_some_and(|word| !word.trim().is_empty()), "{}: {case}: {reason:?}", gate.code);
    }
    assert!(reason.message.ends_with('.') && reason.hint.ends_with('.'), "{}: {case}: {reason:?}", gate.code);
}

/// Fails when the control is not in the table, or when the table does not heed it.
fn through_the_table(gate: &Gate, case: &str, expect: Expect, world: &World) {
    let evaluation = evaluate(&world.input());
    let (decision, reasons) = match &evaluation.decision {
        Decision::Denied(reasons) => ("denied", reasons.as_slice()),
        Decision::NeedsApproval(reasons) => ("held", reasons.as_slice()),
        Decision::Approved(_) => ("approved", &[][..]),
    };
    let mine = reasons.iter().filter(|reason| reason.code == gate.code).count();
    match expect {
        Expect::Pass => assert_eq!(mine, 0, "{}: {case}: {reasons:#?}", gate.code),
        Expect::Deny(count) => {
            assert_eq!((decision, mine), ("denied", count), "{}: {case}", gate.code);
        }
        Expect::Hold(count) => {
            assert_eq!(mine, count, "{}: {case}", gate.code);
            assert_ne!(decision, "approved", "{}: {case}", gate.code);
        }
    }
}
