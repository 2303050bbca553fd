use super::rig::{CONN, Rig, dec, order, place};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use tws::model::{AccountScope, Order, PnLRequest, Reply, Request};

fn summary(rig: &mut Rig) -> BTreeMap<String, Decimal> {
    let tags = ["NetLiquidation", "TotalCashValue", "BuyingPower", "GrossPositionValue", "AvailableFunds"];
    let asked = Request::AccountSummary { req_id: 5, group: "All".into(), tags: tags.map(str::to_owned).to_vec() };
    let replies = rig.ask_raw(CONN, asked);
    assert!(matches!(replies.last(), Some((_, Reply::AccountSummaryEnd { req_id: 5 }))));
    rig.ask(Request::CancelAccountSummary { req_id: 5 });
    replies
        .into_iter()
        .filter_map(|(_, r)| match r {
            Reply::AccountSummary(row) => Some((row.tag, dec(&row.value))),
            _ => None,
        })
        .collect()
}

#[test]
fn a_summary_has_the_tags_asked_for_and_its_figures_agree() {
    let mut rig = Rig::always();
    rig.price("100");
    let before = summary(&mut rig);
    assert_eq!(before.len(), 5);
    assert_eq!(before["NetLiquidation"], dec("1000000"));
    assert_eq!(before["BuyingPower"], dec("2000000"));
    rig.place(1, order("BUY 100 MKT"));
    let after = summary(&mut rig);
    assert_eq!(after["NetLiquidation"], after["TotalCashValue"] + after["GrossPositionValue"]);
    assert_eq!(after["AvailableFunds"], after["NetLiquidation"] - after["GrossPositionValue"] / dec("2"));
}

#[test]
fn positions_are_listed_and_then_told_as_they_change() {
    let mut rig = Rig::always();
    assert_eq!(rig.ask(Request::Positions), ["position end"]);
    let told = rig.place(1, order("BUY 5 MKT"));
    assert_eq!(told.last().unwrap(), "position AAPL 5");
    let told = rig.place(2, order("SELL 8 MKT"));
    assert_eq!(told.last().unwrap(), "position AAPL -3");
    rig.ask(Request::CancelPositions);
    assert_eq!(rig.place(3, order("BUY 1 MKT")).last().unwrap(), "commission 1");
    assert_eq!(rig.ask(Request::Positions), ["position AAPL -2", "position end"]);
}

#[test]
fn account_updates_hold_values_then_holdings_then_the_end() {
    let mut rig = Rig::always();
    rig.place(1, order("BUY 5 MKT"));
    let told = rig.ask(Request::AccountUpdates { subscribe: true, account: String::new() });
    let kinds: Vec<&str> = {
        let mut kinds: Vec<&str> = told.iter().map(String::as_str).collect();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds, ["AccountValue", "PortfolioValue", "AccountUpdateTime", "AccountDownloadEnd"]);
    let told = rig.place(2, order("BUY 5 MKT"));
    assert!(told.iter().any(|t| t == "PortfolioValue"), "a trade is told at once");
    assert!(rig.pass(60).is_empty());
    assert!(rig.pass(180).iter().any(|t| t == "AccountValue"), "the market's moves every three minutes");
    rig.ask(Request::AccountUpdates { subscribe: false, account: String::new() });
    assert!(rig.pass(400).is_empty());
}

#[test]
fn profit_and_loss_streams_agree_with_the_holding() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 100 MKT"));
    let scope = AccountScope { req_id: 3, account: "DUV0000001".into(), model_code: String::new() };
    rig.ask(Request::PnL(scope.clone()));
    rig.ask(Request::PnLSingle(PnLRequest { scope: AccountScope { req_id: 4, ..scope }, con_id: 265_598 }));
    rig.now += jiff::Span::new().seconds(1);
    let step = rig.core.move_price("AAPL", dec("110"), rig.now).unwrap();
    let (mut whole, mut single) = (None, None);
    for (_, reply) in step.out {
        match reply {
            Reply::PnL(p) => whole = Some(p),
            Reply::PnLSingle(p) => single = Some(p),
            _ => {}
        }
    }
    let (whole, single) = (whole.unwrap(), single.unwrap());
    let cost = rig.core.state_view(rig.now).accounts[0].positions[0].cost;
    assert_eq!(single.value, Some(dec("11000")));
    assert_eq!(single.unrealized, Some((dec("11000") - cost).normalize()));
    assert_eq!(whole.unrealized, single.unrealized);
    assert_eq!(whole.daily, whole.unrealized, "all of it came today");
}

#[test]
fn a_new_day_starts_daily_profit_anew() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 100 MKT"));
    rig.place(2, order("SELL 50 MKT"));
    rig.pass(24 * 3600);
    let scope = AccountScope { req_id: 3, account: String::new(), model_code: String::new() };
    let replies = rig.ask_raw(CONN, Request::PnL(scope));
    let Some((_, Reply::PnL(pnl))) = replies.first() else { panic!("{replies:?}") };
    assert_eq!(pnl.realized, Some(dec("0")));
    assert_ne!(pnl.daily, pnl.unrealized);
}

#[test]
fn the_books_balance_to_the_last_digit_after_much_trading() {
    let config = crate::core::CoreConfig { accounts: 2, always: true, ..Default::default() };
    let mut rig = Rig::with(config, "2026-11-21T15:00:00Z");
    for id in 1..400 {
        let symbol = ["AAPL", "MSFT", "RRC", "KO"][usize::try_from(id % 4).unwrap()];
        let side = if id % 3 == 0 { "SELL" } else { "BUY" };
        let account = if id % 5 < 2 { "DUV0000001" } else { "DUV0000002" };
        let quantity = 1 + id * 37 % 900;
        let sent = Order { account: account.into(), ..order(&format!("{side} {quantity} MKT")) };
        rig.ask(place(id, symbol, sent));
        rig.pass(3);
    }
    let view = rig.core.state_view(rig.now);
    let ledger = rig.core.ledger();
    for account in &view.accounts {
        let cost: Decimal = account.positions.iter().map(|p| p.cost).sum();
        assert_eq!(account.cash + cost, account.deposit + account.realized_pnl);
        let fills = ledger.iter().filter(|o| o.account == account.account);
        let (mut cash, mut commissions) = (account.deposit, Decimal::ZERO);
        for order in fills {
            for e in &order.executions {
                let sign = if order.side == crate::core::Side::Buy { dec("-1") } else { dec("1") };
                cash += sign * e.quantity * e.price - e.commission;
                commissions += e.commission;
            }
        }
        assert_eq!((account.cash, account.commissions), (cash, commissions));
    }
    assert!(ledger.iter().filter(|o| !o.executions.is_empty()).count() > 300);
}

#[test]
fn a_short_of_margin_account_may_still_close() {
    let mut rig = Rig::always();
    rig.price("100");
    rig.place(1, order("BUY 12000 LMT 100.05 GTC"));
    for _ in 0..120 {
        rig.price("100");
    }
    let held = rig.core.state_view(rig.now).accounts[0].positions[0].quantity;
    assert_eq!(held, dec("12000"));
    rig.ask(Request::GlobalCancel);
    rig.price("20");
    assert_eq!(rig.place(90, order("BUY 100 MKT")).last().unwrap(), "error 90 201");
    let told = rig.place(91, order("SELL 100 MKT"));
    assert!(told.contains(&"exec 91 SLD 100".to_owned()), "{told:?}");
}
