use jiff::Timestamp;
use rust_decimal::Decimal;

use super::wire::{line, versions};
use crate::model::{
    BondDetails, Contract, ContractDetails, DepthExchange, DepthOperation, DepthRow, DepthSide, FamilyCode, Histogram,
    HistogramEntry, HistoricalSchedule, HistoricalSession, HistoricalTicks, NewsProvider, OrderBound, PastTicks,
    PointTick, QuoteTick, RealTimeBar, Reply, ScannerData, ScannerRow, SmartComponent, SoftDollarTier, Tick,
    TickByTick, TickOptionComputation, TradeTick,
};

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn at() -> Timestamp {
    Timestamp::from_second(1_776_108_424).unwrap()
}

fn trade() -> TradeTick {
    TradeTick {
        time: at(),
        price: dec("257.95"),
        size: dec("100"),
        exchange: "NASDAQ".into(),
        special_conditions: String::new(),
        past_limit: false,
        unreported: true,
    }
}

fn quote() -> QuoteTick {
    QuoteTick {
        time: at(),
        bid: dec("257.94"),
        ask: dec("257.96"),
        bid_size: dec("3"),
        ask_size: dec("4"),
        bid_past_low: true,
        ask_past_high: false,
    }
}

fn depth() -> DepthRow {
    DepthRow {
        req_id: 1,
        position: 2,
        operation: DepthOperation::Update,
        side: DepthSide::Bid,
        price: dec("257.94"),
        size: dec("300"),
        market_maker: "ARCA".into(),
        is_smart_depth: true,
    }
}

fn ticks(ticks: PastTicks) -> Reply {
    Reply::HistoricalTicks(HistoricalTicks { req_id: 1, ticks, done: true })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row per message")]
fn data_reads_the_same_at_every_version() {
    let point = PointTick { time: at(), price: dec("257.95"), size: dec("0") };
    let tick = |tick| Reply::TickByTick(TickByTick { req_id: 1, tick });
    let bar = RealTimeBar {
        req_id: 1,
        time: at(),
        open: dec("1"),
        high: dec("4"),
        low: dec("0.5"),
        close: dec("2"),
        volume: Some(dec("10")),
        wap: None,
        count: Some(3),
    };
    let (open, close) =
        (jiff::civil::date(2026, 4, 13).at(9, 30, 0, 0), jiff::civil::date(2026, 4, 13).at(16, 0, 0, 0));
    let schedule = HistoricalSchedule {
        req_id: 1,
        start: open,
        end: close,
        time_zone: "US/Eastern".into(),
        sessions: vec![HistoricalSession { start: open, end: close, ref_date: open.date() }],
    };
    let computed = TickOptionComputation {
        req_id: 1,
        tick_type: 13,
        price_based: true,
        implied_vol: Some(dec("0.25")),
        gamma: Some(dec("0.02")),
        ..TickOptionComputation::default()
    };
    let scan = ScannerRow {
        rank: 0,
        contract: Contract {
            con_id: Some(265_598),
            symbol: "AAPL".into(),
            sec_type: "STK".into(),
            ..Contract::default()
        },
        market_name: "NMS".into(),
        ..ScannerRow::default()
    };
    let exchange = DepthExchange {
        exchange: "ARCA".into(),
        sec_type: "STK".into(),
        service_data_type: "Deep".into(),
        ..DepthExchange::default()
    };
    let table = [
        (tick(Tick::Last(trade())), "99|1|1|1776108424|257.95|100|2|NASDAQ|"),
        (tick(Tick::AllLast(trade())), "99|1|2|1776108424|257.95|100|2|NASDAQ|"),
        (tick(Tick::BidAsk(quote())), "99|1|3|1776108424|257.94|257.96|3|4|1"),
        (tick(Tick::MidPoint(point.clone())), "99|1|4|1776108424|257.95"),
        (ticks(PastTicks::MidPoint(vec![point])), "96|1|1|1776108424|0|257.95|0|1"),
        (ticks(PastTicks::BidAsk(vec![quote()])), "97|1|1|1776108424|2|257.94|257.96|3|4|1"),
        (
            ticks(PastTicks::Last(vec![trade(), trade()])),
            "98|1|2|1776108424|2|257.95|100|NASDAQ||1776108424|2|257.95|100|NASDAQ||1",
        ),
        (Reply::MarketDepth(depth()), "12|1|1|2|1|1|257.94|300"),
        (Reply::MarketDepthL2(depth()), "13|1|1|2|ARCA|1|1|257.94|300|1"),
        (Reply::MarketDepthExchanges { exchanges: vec![exchange] }, "80|1|ARCA|STK||Deep|2147483647"),
        (Reply::RealTimeBar(bar), "50|3|1|1776108424|1|4|0.5|2|10|-1|3"),
        (
            Reply::Histogram(Histogram {
                req_id: 1,
                entries: vec![HistogramEntry { price: dec("257.9"), size: dec("7") }],
            }),
            "89|1|1|257.9|7",
        ),
        (
            Reply::HistoricalSchedule(schedule),
            "106|1|20260413-09:30:00|20260413-16:00:00|US/Eastern|1|20260413-09:30:00|20260413-16:00:00|20260413",
        ),
        (Reply::TickOptionComputation(Box::new(computed)), "21|1|13|1|0.25|-2|-1|-1|0.02|-2|-2|-1"),
        (Reply::ScannerParameters { xml: "<x/>".into() }, "19|1|<x/>"),
        (Reply::ScannerData(ScannerData { req_id: 1, rows: vec![scan] }), "20|3|1|1|0|265598|AAPL|STK||0|||||NMS|||||"),
        (Reply::OrderBound(OrderBound { perm_id: 9_000_000_001, client_id: 2, order_id: 3 }), "100|9000000001|2|3"),
        (Reply::FamilyCodes { codes: vec![FamilyCode { account: "A".into(), family_code: String::new() }] }, "78|1|A|"),
        (
            Reply::SmartComponents {
                req_id: 1,
                components: vec![SmartComponent {
                    bit_number: 0,
                    exchange: "ARCA".into(),
                    exchange_letter: "P".into(),
                }],
            },
            "82|1|1|0|ARCA|P",
        ),
        (Reply::SoftDollarTiers { req_id: 1, tiers: vec![SoftDollarTier::default()] }, "77|1|1|||"),
        (
            Reply::NewsProviders { providers: vec![NewsProvider { code: "BRFG".into(), name: "Briefing".into() }] },
            "85|1|BRFG|Briefing",
        ),
    ];
    for number in versions() {
        for (reply, expected) in &table {
            assert_eq!(&line(number, reply), expected, "version {number}");
        }
    }
}

#[test]
fn a_bond_has_a_message_of_its_own_which_changes_at_164_and_188() {
    let details = ContractDetails {
        contract: Contract {
            con_id: Some(5),
            symbol: "US-T".into(),
            sec_type: "BOND".into(),
            exchange: "SMART".into(),
            currency: "USD".into(),
            trading_class: "US-T".into(),
            last_trade_date_or_contract_month: "20360215".into(),
            ..Contract::default()
        },
        market_name: "US-T".into(),
        min_tick: dec("0.001"),
        time_zone_id: "US/Eastern".into(),
        min_size: Some(dec("1000")),
        market_rule_ids: "2".into(),
        bond: Some(Box::new(BondDetails { cusip: "91282".into(), coupon: dec("4.25"), ..BondDetails::default() })),
        ..ContractDetails::default()
    };
    let reply = Reply::ContractData { req_id: 1, details: Box::new(details) };
    let start = "1|US-T|BOND|91282|4.25|20360215|||||0|0|0||SMART|USD|US-T|US-T|5|0.001|";
    let middle = "||||0|||";
    assert_eq!(line(163, &reply), format!("18|6|{start}1|{middle}||0||2"));
    assert_eq!(line(164, &reply), format!("18|{start}{middle}||0||2|1000||"));
    assert_eq!(line(188, &reply), format!("18|{start}{middle}US/Eastern|||||0||2|1000||"));
}
