use super::{Trade, commission, completed_order, execution, open_order, status};
use domain::contract::{ContractTerms, Right};
use domain::id::{BrokerOrderId, ClientId, PermId};
use ibapi::contracts::SecurityType;
use ibapi::orders::{
    CommissionReport, Execution, ExecutionData, ExecutionSide, Order, OrderData, OrderState, OrderStatus,
    OrderStatusKind,
};
use rust_decimal::Decimal;

fn exact(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn open(order_id: i32) -> OrderData {
    let mut data = OrderData {
        order_id,
        order: Order {
            account: "DU1234567".to_owned(),
            client_id: 7,
            perm_id: 99,
            total_quantity: 10.0,
            order_type: "LMT".to_owned(),
            limit_price: Some(189.5),
            aux_price: Some(0.0),
            order_ref: "tg:demo:k-1".to_owned(),
            ..Order::default()
        },
        order_state: OrderState { status: OrderStatusKind::PreSubmitted, ..OrderState::default() },
        ..OrderData::default()
    };
    data.contract.contract_id = 265_598;
    data
}

#[test]
fn an_open_order_is_told_whole() {
    let order = open_order(&open(42));
    assert_eq!(order.broker_order_id.map(BrokerOrderId::get), Some(42));
    assert_eq!(order.client_id.map(ClientId::get), Some(7));
    assert_eq!(order.perm_id.map(PermId::get), Some(99));
    assert_eq!(order.total_qty, Some(exact("10")));
    assert_eq!((order.limit_price, order.aux_price), (Some(exact("189.5")), None));
    assert_eq!((order.order_ref.as_str(), order.status.as_str()), ("tg:demo:k-1", "PreSubmitted"));
    assert_eq!((order.tif.as_str(), order.action.as_str()), ("DAY", "BUY"));
}

#[test]
fn a_manual_order_is_shown_without_an_order_id() {
    for id in [0, -12, 1_500_000_000] {
        assert_eq!(open_order(&open(id)).broker_order_id, None, "{id}");
    }
}

#[test]
fn a_permanent_id_of_zero_is_none_yet() {
    let mut data = open(42);
    data.order.perm_id = 0;
    assert_eq!(open_order(&data).perm_id, None);
}

#[test]
fn a_completed_order_was_as_large_as_what_was_filled_and_what_remained() {
    let mut data = open(-1);
    data.order.total_quantity = 4.0;
    data.order.filled_quantity = 6.0;
    data.order_state.completed_status = "Cancelled by Trader".to_owned();
    let order = completed_order(&data);
    assert_eq!((order.total_qty, order.filled), (Some(exact("10")), Some(exact("6"))));
    assert_eq!((order.broker_order_id, order.client_id), (None, None));
    assert_eq!(order.detail.as_deref(), Some("Cancelled by Trader"));
}

#[test]
fn a_status_tells_zero_fills_and_no_average_price() {
    let wire = OrderStatus {
        order_id: 42,
        status: OrderStatusKind::Unknown("Strange".to_owned()),
        filled: 0.0,
        remaining: 10.0,
        average_fill_price: Some(0.0),
        client_id: 7,
        ..OrderStatus::default()
    };
    let report = status(&wire).unwrap();
    assert_eq!((report.filled, report.remaining), (Some(Decimal::ZERO), Some(exact("10"))));
    assert_eq!((report.avg_px, report.perm_id), (None, None));
    assert_eq!(report.status, "Strange", "the broker's own word is kept");
    assert_eq!(status(&OrderStatus { order_id: -5, ..wire }), None);
}

fn trade() -> ExecutionData {
    let mut data = ExecutionData {
        execution: Execution {
            order_id: 42,
            client_id: 7,
            execution_id: "0000e0d5.67.01.01".to_owned(),
            time: "20260413 15:27:04 US/Eastern".to_owned(),
            account_number: "DU1234567".to_owned(),
            exchange: "ISLAND".to_owned(),
            side: ExecutionSide::Sold,
            shares: 3.0,
            price: 189.51,
            perm_id: 99,
            order_reference: "tg:demo:k-1".to_owned(),
            ..Execution::default()
        },
        ..ExecutionData::default()
    };
    data.contract.contract_id = 265_598;
    data
}

#[test]
fn a_trade_is_told_whole() {
    let trade = execution(&trade()).unwrap();
    assert_eq!((trade.last_qty.get(), trade.last_px.get()), (exact("3"), exact("189.51")));
    assert!(!trade.is_buy);
    assert_eq!(trade.executed_at, Some("2026-04-13T19:27:04Z".parse().unwrap()));
    assert_eq!(trade.order_ref, "tg:demo:k-1");
    assert_eq!(trade.commission, None);
}

#[test]
fn a_later_version_of_a_trade_that_is_for_nothing_takes_it_back() {
    let mut data = trade();
    data.execution.shares = 0.0;
    assert!(super::trade(&data).is_err(), "the first version of a trade for nothing is unreadable");
    data.execution.execution_id = "0000e0d5.67.01.02".to_owned();
    let busted = super::trade(&data).unwrap();
    assert!(matches!(busted, Trade::Busted(exec_id) if exec_id.as_str() == "0000e0d5.67.01.02"));
    data.execution.shares = f64::MAX;
    assert!(super::trade(&data).is_err(), "an unset quantity is unknown, not nothing");
    assert!(matches!(super::trade(&trade()), Ok(Trade::Done(_))));
}

#[test]
fn an_exchange_of_currencies_is_told_apart() {
    let mut data = trade();
    assert!(!execution(&data).unwrap().is_cash);
    data.contract.security_type = SecurityType::ForexPair;
    assert!(execution(&data).unwrap().is_cash);
}

#[test]
fn a_trade_in_an_unknown_zone_has_no_time_but_counts() {
    let mut data = trade();
    data.execution.time = "20260413 15:27:04 BST".to_owned();
    assert_eq!(execution(&data).unwrap().executed_at, None);
}

#[test]
fn a_trade_without_price_quantity_account_or_contract_is_unreadable() {
    let break_it: [fn(&mut ExecutionData); 6] = [
        |data| data.execution.price = 0.0,
        |data| data.execution.price = f64::MAX,
        |data| data.execution.shares = 0.0,
        |data| data.execution.account_number = String::new(),
        |data| data.contract.contract_id = 0,
        |data| data.execution.execution_id = String::new(),
    ];
    for change in break_it {
        let mut data = trade();
        change(&mut data);
        assert!(execution(&data).unwrap_err().starts_with("execution"));
    }
}

fn fee(amount: f64, realized_pnl: Option<f64>) -> CommissionReport {
    CommissionReport {
        execution_id: "0000e0d5.67.01.01".to_owned(),
        commission: amount,
        currency: "USD".to_owned(),
        realized_pnl,
        ..CommissionReport::default()
    }
}

#[test]
fn a_commission_is_told_with_its_profit_or_none() {
    let (_, known) = commission(&fee(1.05, Some(-3.5))).unwrap();
    assert_eq!(known.amount.amount, exact("1.05"));
    assert_eq!(known.realized_pnl, Some(exact("-3.5")));
    let (_, rebate) = commission(&fee(-0.25, Some(f64::MAX))).unwrap();
    assert_eq!((rebate.amount.amount, rebate.realized_pnl), (exact("-0.25"), None));
}

#[test]
fn an_unset_or_zero_commission_is_not_known_yet() {
    for amount in [0.0, f64::MAX, f64::NAN] {
        assert_eq!(commission(&fee(amount, None)), None, "{amount}");
    }
    let nowhere = CommissionReport { currency: String::new(), ..fee(1.0, None) };
    assert_eq!(commission(&nowhere), None);
}

#[test]
fn a_trade_in_an_option_says_which_and_one_in_a_stock_says_nothing_of_the_kind() {
    let mut data = trade();
    assert_eq!(execution(&data).unwrap().terms, ContractTerms::NONE);
    // TWS appends the last trading time.
    data.contract.last_trade_date_or_contract_month = "20261218 16:00:00 US/Eastern".to_owned();
    data.contract.strike = 190.0;
    data.contract.right = Some(ibapi::contracts::OptionRight::Call);
    let terms = execution(&data).unwrap().terms;
    assert_eq!(
        (terms.expiry.as_deref(), terms.strike, terms.right),
        (Some("20261218"), Some("190".parse().unwrap()), Some(Right::Call))
    );
}
