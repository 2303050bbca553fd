//! The gates: each is met by an order under a strategy of its own, whose section of the policy is too tight for it.

use super::orders::{answered_with, order, percent, submit};
use super::report::{Report, Seen};
use super::scratch::Scratch;
use crate::client::{Client, KeySource, Request, Trust};
use crate::failure::Failure;
use crate::run::private;
use crate::table::field;
use domain::control::{self, Control};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How a gate is met.
struct Bait {
    control: u8,
    provoked_by: &'static str,
    /// The strategy's section of the policy.
    section: &'static str,
    /// What is different about the order.
    order: fn(&Scratch) -> Value,
}

const fn limit(control: u8, provoked_by: &'static str, section: &'static str) -> Bait {
    Bait { control, provoked_by, section, order: |_| json!({}) }
}

const fn special(control: u8, provoked_by: &'static str, section: &'static str, order: fn(&Scratch) -> Value) -> Bait {
    Bait { control, provoked_by, section, order }
}

/// Sessions that touch are one, so that of a market that never closes is days old: a blackout of a day ends at midnight, and
/// the drill would find the control open (see the tests of control 22).
const YEAR_AFTER_OPEN: &str = "open_blackout_min = 525600";

const BAITS: &[Bait] = &[
    special(3, "an order for an account that is not the pinned one", "", |_| json!({"account": "DUV9999999"})),
    limit(7, "an order without the preview that is required", "preview_required_for = [\"human\"]"),
    special(
        9,
        "a market order in a symbol without data",
        "quote_age_ms_max = 0",
        |_| json!({"symbol": "WMT", "order_type": "market", "limit_price": null}),
    ),
    limit(13, "10 shares where 1 is the most", "order_qty_max = 1"),
    limit(14, "an order of more than 1 USD", "order_notional_max = 1"),
    special(15, "a limit price of ten times the ask", "", |s| json!({"limit_price": percent(s.ask, 1_000)})),
    special(
        16,
        "a market order where none is allowed",
        "market_orders_allowed = false",
        |_| json!({"order_type": "market", "limit_price": null}),
    ),
    special(
        17,
        "a buy stop at half the market",
        "",
        |s| json!({"order_type": "stop", "limit_price": null, "stop_price": percent(s.bid, 50)}),
    ),
    special(18, "a price between two ticks", "", |s| json!({"limit_price": format!("{}3", percent(s.ask, 101))})),
    limit(19, "an order where no spread is narrow enough", "spread_percent_max = 0"),
    limit(20, "an order in a denied symbol", "symbols_denied = [\"AAPL\"]"),
    limit(21, "a purchase of what is on the restricted list", "symbols_restricted = [\"AAPL\"]"),
    limit(22, "an order in the year after the open", YEAR_AFTER_OPEN),
    special(23, "an order that ends in 200 days", "tifs_allowed = [\"gtd\"]", |_| {
        let end = Timestamp::now().checked_add(SignedDuration::from_hours(200 * 24));
        json!({"tif": "gtd", "good_till": end.map(|end| end.to_string()).unwrap_or_default()})
    }),
    special(24, "a reduce-only purchase with nothing to reduce", "", |_| json!({"reduce_only": true})),
    limit(27, "an order beyond a capital of 1 USD", "capital_gross_max = 1"),
    limit(28, "an order beyond a position of 1 share", "position_qty_max = 1"),
    limit(29, "an order that needs leverage above 0", "leverage_max = 0"),
    limit(30, "an order where no open order is allowed", "open_orders_max = 0"),
    limit(31, "an order where none is allowed in a day", "orders_day_max = 0"),
    limit(32, "an order with no loss allowed", "loss_day_halt = 0\nloss_day_reduce = 0"),
    limit(33, "an order with no drawdown allowed", "drawdown_percent_max = 0"),
    limit(34, "an order beyond 1 USD in a minute", "short_window_notional_max = 1"),
    limit(35, "an order where no message is allowed in a day", "messages_per_day_max = 0"),
    limit(36, "an order of a strategy that may not trade once", "strategy_executions_max = 0"),
    limit(37, "an order with no message per trade allowed", "efficiency_ratio_max = 0\nefficiency_messages_min = 0"),
    limit(39, "an order where no reject is tolerated", "rejects_max = 0"),
    limit(40, "an order beyond 1 USD of open notional", "open_notional_max = 1"),
    limit(46, "an order where every part must show life at once", "heartbeat_s_max = 0"),
];

/// The section of a strategy that rests after the broker's first refusal.
const COOLDOWN: &str = "\n[strategy.c38]\ncooldown_after = 1\ncooldown_s = 3600\n";

/// The section of a strategy that may buy nothing back.
const BACK_AND_FORTH: &str = "\n[strategy.c58]\nwash_orders_max = 0\n";

/// The scratch gateway's policy: the built-in one, with a section for each strategy.
pub(crate) fn policy() -> String {
    let sections = BAITS.iter().filter(|bait| !bait.section.is_empty());
    // At the top, what no section could widen again.
    let mut text = "tifs_allowed = [\"day\", \"gtc\", \"ioc\", \"fok\", \"gtd\"]\n".to_owned();
    text.push_str(COOLDOWN);
    text.push_str(BACK_AND_FORTH);
    text.extend(sections.map(|bait| format!("\n[strategy.c{}]\n{}\n", bait.control, bait.section)));
    text
}

/// Meets every gate that an order can meet while the gateway is well.
pub(crate) async fn fire(scratch: &Scratch, report: &mut Report) {
    // First, for its yes takes the place of none of the others.
    let agents = submit(&scratch.agent, order(scratch, &json!({"strategy": "c6"}))).await;
    report.note(6, "an order of an agent", answered_with("C06_APPROVAL", agents));
    let frozen = json!({"when": {}, "do": {"freeze_data": {"symbol": "WMT"}}});
    let frozen = scratch.at_venue("/faults", &frozen).await;
    for bait in BAITS {
        let seen = match (control::control(bait.control), &frozen) {
            (None, _) => Err("there is no such control".to_owned()),
            (Some(_), Err(why)) if bait.control == 9 => Err(why.clone()),
            (Some(control), Ok(()) | Err(_)) => meet(scratch, control, bait).await,
        };
        report.note(bait.control, bait.provoked_by, seen);
    }
    report.note(5, "an order by a key for live only, on paper", other_scope(scratch).await);
    report.note(10, "an order of a strategy that was halted", killed(scratch).await);
    report.note(25, "the same order twice", twice(scratch).await);
    report.note(26, "a sale that would meet our own purchase", self_match(scratch).await);
}

async fn meet(scratch: &Scratch, control: &Control, bait: &Bait) -> Seen {
    let mut body = order(scratch, &(bait.order)(scratch));
    if let Some(fields) = body.as_object_mut() {
        fields.insert("strategy".to_owned(), Value::from(format!("c{}", bait.control)));
    }
    answered_with(control.code, submit(&scratch.operator, body).await)
}

async fn other_scope(scratch: &Scratch) -> Seen {
    let key = json!({"id": "drill-live", "kind": "human", "scopes": ["read", "trade:live"]});
    let made = scratch.operator.send(Request::post("/keys", Some(key))).await.map_err(Failure::human)?;
    let file = scratch.config().data_dir.join("drill-live.key");
    private::write(&file, &field(&made.body, "secret")).map_err(|error| error.to_string())?;
    let client = Client::new(&scratch.url, &KeySource::File(file), &Trust::default()).map_err(Failure::human)?;
    answered_with("C05_AUTHORISED", submit(&client, order(scratch, &json!({"strategy": "c5"}))).await)
}

async fn killed(scratch: &Scratch) -> Seen {
    let state = |state: &str| json!({"scope": "strategy", "id": "c10", "state": state, "reason": "drill"});
    let put = |state| scratch.operator.send(Request::put("/kill", state));
    put(state("halted")).await.map_err(Failure::human)?;
    let answer = submit(&scratch.operator, order(scratch, &json!({"strategy": "c10"}))).await;
    answered_with("C10_KILL_CLEAR", answer)
}

async fn twice(scratch: &Scratch) -> Seen {
    let resting = order(scratch, &json!({"strategy": "c25", "symbol": "MSFT", "qty": "1", "limit_price": "1"}));
    submit(&scratch.operator, resting.clone()).await.map_err(Failure::human)?;
    answered_with("C25_LOOK_ALIKE", submit(&scratch.operator, resting).await)
}

async fn self_match(scratch: &Scratch) -> Seen {
    let ours = json!({"strategy": "c26", "symbol": "KO", "qty": "1", "limit_price": "2"});
    submit(&scratch.operator, order(scratch, &ours)).await.map_err(Failure::human)?;
    let meeting = json!({"strategy": "c26", "symbol": "KO", "qty": "1", "limit_price": "2", "side": "sell"});
    answered_with("C26_SELF_MATCH", submit(&scratch.operator, order(scratch, &meeting)).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A drill over midnight found control 22 open: the day after the open of a market that never closes was over.
    #[test]
    fn the_blackout_outlasts_a_session_of_all_the_days_that_a_broker_tells() {
        let bait = BAITS.iter().find(|bait| bait.control == 22).unwrap();
        let minutes: i64 = bait.section.rsplit(' ').next().unwrap().parse().unwrap();
        let told = SignedDuration::from_hours(31 * 24);
        assert!(SignedDuration::from_mins(minutes) > told, "{}", bait.section);
    }
}
