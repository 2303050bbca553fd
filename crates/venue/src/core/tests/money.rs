//! Money in every security type and several accounts: exact whatever is traded.

use super::rig::{CONN, Rig, dec, order};
use crate::core::{CoreConfig, Currency};
use crate::market::{Instrument, SecType};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use tws::model::{Contract, Order, PlaceOrder, Reply, Request};

/// The listed instrument of a type with the nearest expiry and strike, and one of a symbol if it is
/// not empty.
pub(super) fn listed(rig: &Rig, sec_type: SecType, symbol: &str) -> Instrument {
    let market = &rig.core.market;
    let all = market.universe().iter().filter(|(at, i)| {
        i.sec_type == sec_type
            && (symbol.is_empty() || i.symbol == symbol || i.local_symbol == symbol)
            && market.is_listed(*at, rig.now)
    });
    let distance = |i: &Instrument| {
        let under = i.underlying.and_then(|u| market.quote(u, rig.now)).map_or(Decimal::ZERO, |q| q.last);
        i.strike.map_or(Decimal::ZERO, |strike| (strike - under).abs())
    };
    all.map(|(_, i)| i.clone()).min_by_key(|i| (i.expiry, distance(i))).unwrap()
}

pub(super) fn place(order_id: i32, of: &Instrument, order: Order) -> Request {
    let contract = Contract { con_id: Some(of.con_id), exchange: of.exchanges[0].to_owned(), ..Contract::default() };
    Request::PlaceOrder(Box::new(PlaceOrder { order_id, contract, order }))
}

fn balances(rig: &Rig) -> BTreeMap<String, Decimal> {
    let view = rig.core.state_view(rig.now);
    view.accounts[0].balances.iter().map(|b| (b.currency.to_string(), b.cash)).collect()
}

#[track_caller]
fn assert_balanced(rig: &Rig) {
    let audit = rig.core.audit(rig.now);
    assert!(audit.violations.is_empty(), "{:#?}", audit.violations);
}

#[test]
fn every_currency_of_the_universe_has_a_rate() {
    let rig = Rig::always();
    let universe = rig.core.market.universe();
    let currencies: BTreeSet<&str> = universe.iter().map(|(_, i)| i.currency.as_str()).collect();
    assert!(currencies.len() > 3, "{currencies:?}");
    for code in currencies {
        assert_eq!(code.len(), 3, "{code}");
        assert!(rig.core.rate(Currency::of(code), rig.now) > Decimal::ZERO, "{code}");
    }
    assert_eq!(rig.core.rate(Currency::BASE, rig.now), Decimal::ONE);
    let yen = rig.core.rate(Currency::of("JPY"), rig.now);
    assert!(yen < dec("0.02") && yen.scale() <= 8, "{yen}");
}

#[test]
fn buying_euros_moves_two_balances_and_shows_a_virtual_position() {
    let mut rig = Rig::always();
    let pair = listed(&rig, SecType::Cash, "EUR.USD");
    rig.ask(place(1, &pair, order("BUY 60000 MKT")));
    let line = rig.line(1);
    let cost = dec("60000") * line.avg_price;
    assert_eq!(line.commission, dec("2"), "0.2 basis points are less than the minimum");
    assert_eq!(balances(&rig)["EUR"], dec("60000"));
    assert_eq!(balances(&rig)["USD"], dec("1000000") - cost - dec("2"));
    let replies = rig.ask_raw(CONN, Request::Positions);
    let Reply::Position(position) = &replies[0].1 else { panic!("{replies:?}") };
    assert_eq!((position.position, position.contract.sec_type.as_str()), (dec("60000"), "CASH"));
    assert_eq!(position.avg_cost, line.avg_price, "a currency's fee is no part of its cost");
    assert_balanced(&rig);
}

#[test]
fn yen_are_charged_in_dollars_and_their_profit_is_reported_in_them() {
    let mut rig = Rig::always();
    let pair = listed(&rig, SecType::Cash, "USD.JPY");
    rig.ask(place(1, &pair, order("BUY 30000 MKT")));
    rig.pass(600);
    let replies = rig.ask_raw(CONN, place(2, &pair, order("SELL 30000 MKT")));
    let reports: Vec<_> = replies
        .iter()
        .filter_map(|(_, r)| match r {
            Reply::CommissionReport(c) => Some(c),
            _ => None,
        })
        .collect();
    assert_eq!((reports[0].currency.as_str(), reports[0].commission), ("USD", dec("2")));
    let yen = (rig.line(2).avg_price - rig.line(1).avg_price) * dec("30000");
    assert_eq!(balances(&rig)["JPY"], yen);
    let rate = rig.core.rate(Currency::of("JPY"), rig.now);
    assert_eq!(reports[0].realized_pnl, Some(((yen * rate).round_dp(8) - dec("2")).normalize()));
    assert_balanced(&rig);
}

#[test]
fn an_option_costs_its_price_times_its_multiplier_and_a_future_its_commission() {
    let mut rig = Rig::always();
    let (option, future) = (listed(&rig, SecType::Opt, "AAPL"), listed(&rig, SecType::Fut, "ES"));
    rig.ask(place(1, &option, order("BUY 3 MKT")));
    let bought = rig.line(1);
    let paid = bought.avg_price * dec("300") + bought.commission;
    assert_eq!(balances(&rig)["USD"], dec("1000000") - paid);
    rig.ask(place(2, &future, order("BUY 2 MKT")));
    assert_eq!(rig.line(2).commission, dec("4.5"));
    assert_eq!(balances(&rig)["USD"], dec("1000000") - paid - dec("4.5"));
    let view = rig.core.state_view(rig.now);
    let held = |of: &Instrument| view.accounts[0].positions.iter().find(|p| p.con_id == of.con_id).unwrap();
    assert_eq!(held(&option).average_cost, (paid / dec("3")).round_dp(8).normalize());
    assert_eq!(held(&future).average_cost, rig.line(2).avg_price * dec("50") + dec("2.25"));
    assert_balanced(&rig);
}

#[test]
fn funds_and_crypto_are_bought_with_cash_alone_and_never_sold_short() {
    let mut rig = Rig::always();
    let (coin, fund) = (listed(&rig, SecType::Crypto, "BTC"), listed(&rig, SecType::Fund, ""));
    for (id, of) in [(1, &coin), (2, &fund)] {
        let told = rig.ask(place(id, of, order("SELL 1 MKT")));
        assert_eq!(told, [format!("error {id} 201")]);
    }
    // Most of the cash goes into shares: what they would lend buys no fund.
    let spy = listed(&rig, SecType::Stk, "SPY");
    let price = rig.core.market.quote(0, rig.now).map(|_| rig.core.mark(rig.core.of_symbol("SPY").unwrap(), rig.now));
    let shares = (dec("990000") / price.unwrap()).floor();
    let mut id = 10;
    while rig.core.state_view(rig.now).accounts[0].cash > dec("50000") && id < 200 {
        rig.ask(place(id, &spy, order(&format!("BUY {} MKT", (shares / dec("20")).floor()))));
        rig.pass(2);
        id += 1;
    }
    let told = rig.ask(place(300, &fund, order("BUY 1000 MKT")));
    assert_eq!(told.last().unwrap(), "error 300 201", "{told:?}");
    assert_balanced(&rig);
}

/// A linear congruential generator: the same trades in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn random_quantity(dice: &mut Dice, of: &Instrument) -> Decimal {
    let n = Decimal::from(1 + dice.below(30));
    match of.sec_type {
        SecType::Cash => n * dec("1000"),
        SecType::Stk | SecType::Cfd => n * dec("7"),
        SecType::Crypto => n * dec("0.00731"),
        SecType::Fund => n * dec("1.125"),
        SecType::Bond => n,
        SecType::Fut | SecType::Opt | SecType::Ind => Decimal::from(1 + dice.below(3)),
    }
}

fn trade_at_random(seed: u64) -> (Rig, BTreeMap<SecType, usize>) {
    let config = CoreConfig { accounts: 3, always: true, seed, ..CoreConfig::default() };
    let mut rig = Rig::with(config, "2026-11-18T15:00:00Z");
    let mut dice = Dice(seed);
    let mut of: Vec<Instrument> = ["AAPL", "KO", "SPY"].map(|s| listed(&rig, SecType::Stk, s)).to_vec();
    of.extend(["EUR.USD", "USD.JPY", "EUR.GBP", "USD.CHF"].map(|s| listed(&rig, SecType::Cash, s)));
    of.extend(["BTC", "ETH"].map(|s| listed(&rig, SecType::Crypto, s)));
    of.extend([SecType::Fut, SecType::Cfd, SecType::Bond, SecType::Fund].map(|t| listed(&rig, t, "")));
    of.extend(["AAPL", "SPY"].map(|s| listed(&rig, SecType::Opt, s)));
    for id in 1..500 {
        let one = &of[usize::try_from(dice.below(of.len() as u64)).unwrap()];
        let side = if dice.below(2) == 0 { "BUY" } else { "SELL" };
        let sent = Order {
            account: format!("DUV000000{}", 1 + dice.below(3)),
            total_quantity: Some(random_quantity(&mut dice, one)),
            ..order(&format!("{side} 1 MKT IOC"))
        };
        rig.ask(place(id, one, sent));
        rig.pass(i64::try_from(1 + dice.below(2_000)).unwrap());
        if id % 50 == 0 {
            assert_balanced(&rig);
        }
    }
    let mut executed = BTreeMap::new();
    for line in rig.core.ledger().iter().filter(|l| !l.executions.is_empty()) {
        let traded = of.iter().find(|i| i.con_id == line.con_id).unwrap();
        *executed.entry(traded.sec_type).or_default() += 1;
    }
    (rig, executed)
}

#[test]
fn the_books_balance_to_the_last_digit_whatever_is_traded_in_however_many_accounts() {
    for seed in [3, 11] {
        let (rig, executed) = trade_at_random(seed);
        assert_balanced(&rig);
        assert!(executed.len() == 8 && executed.values().all(|n| *n > 5), "{executed:?}");
        assert!(rig.core.audit(rig.now).executions > 200);
        let restored = rig.restored();
        assert!(restored.state == rig.core.state);
        assert_eq!(restored.audit(rig.now), rig.core.audit(rig.now));
    }
}

#[test]
fn an_audit_names_what_does_not_balance() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 100 MKT"));
    assert_balanced(&rig);
    let ledger = rig.core.state.accounts[0].ledgers.get_mut(&Currency::BASE).unwrap();
    ledger.cash += dec("0.00000001");
    let found: Vec<&str> = rig.core.audit(rig.now).violations.iter().map(|v| v.identity).collect();
    assert_eq!(
        found,
        [
            "cash = deposited + traded + converted - commissions",
            "cash + cost of holdings = deposited + converted + realized",
            "net liquidation = deposits + realized + unrealized",
        ]
    );
}

#[test]
fn figures_kept_for_a_second_are_those_worked_out_afresh() {
    let (mut rig, _) = trade_at_random(5);
    for account in 0..3 {
        rig.core.price_holdings(account, rig.now);
    }
    let of = listed(&rig, SecType::Stk, "AAPL");
    for (id, side) in [(900, "BUY"), (901, "SELL"), (902, "SELL")] {
        let sent = Order { account: "DUV0000002".into(), ..order(&format!("{side} 37 MKT IOC")) };
        rig.ask(place(id, &of, sent));
        let kept = rig.core.margin(1, rig.now);
        let mut afresh = rig.core.clone();
        afresh.parts.fill(None);
        assert_eq!(kept, afresh.margin(1, rig.now));
    }
}
