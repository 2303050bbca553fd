//! What the table of limits says of orders that only get out holds at the gates.

use super::table::{Decision, evaluate};
use super::world::World;
use crate::order::Side;
use crate::policy::{LIMITS, Policy};
use serde_json::{Value, json};

/// A world in which much was done already, with one limit as tight as it can be.
fn world(key: &str, value: &Value) -> World {
    let mut world = World::open_to_all();
    let mut policy = serde_json::to_value(Policy::conservative()).unwrap();
    policy[key] = value.clone();
    policy["efficiency_messages_min"] = 0.into();
    policy["cancel_orders_min"] = 1.into();
    world.policy = serde_json::from_value(policy).unwrap();
    world.lately.series.count = 1;
    world.lately.series.last_at = Some(world.now);
    world.lately.pattern.orders = 10;
    world.lately.pattern.withdrawn = 5;
    world.holds(265_598, "10", Some("189.5"));
    world
}

fn leaves(world: &World) -> bool {
    matches!(evaluate(&world.input()).decision, Decision::Approved(_))
}

#[test]
fn a_limit_meets_an_exit_or_lets_it_through_as_the_table_says() {
    let tight = [
        ("approval_notional_min", json!("0")),
        ("order_qty_max", json!("0")),
        ("order_notional_max", json!("0")),
        ("volume_percent_max", json!("0")),
        ("spread_percent_max", json!("0")),
        ("sec_types_allowed", json!([])),
        ("order_types_allowed", json!([])),
        ("tifs_allowed", json!([])),
        ("symbols_allowed", json!([])),
        ("symbols_restricted", json!(["AAPL"])),
        ("open_blackout_min", json!(600)),
        ("close_blackout_min", json!(600)),
        ("capital_gross_max", json!("0")),
        ("capital_net_max", json!("0")),
        ("position_qty_max", json!("0")),
        ("position_notional_max", json!("0")),
        ("sector_notional_max", json!("0")),
        ("issuer_notional_max", json!("0")),
        ("leverage_max", json!("0")),
        ("margin_use_percent_max", json!("0")),
        ("excess_liquidity_min", json!("1000000000")),
        ("what_if_required", json!(true)),
        ("open_orders_max", json!(0)),
        ("open_orders_per_instrument_max", json!(0)),
        ("turnover_day_max", json!("0")),
        ("orders_day_max", json!(0)),
        ("loss_day_reduce", json!("0")),
        ("loss_day_halt", json!("0")),
        ("loss_week_reduce", json!("0")),
        ("loss_week_halt", json!("0")),
        ("loss_age_s_max", json!(-1)),
        ("drawdown_percent_max", json!("0")),
        ("short_window_notional_max", json!("0")),
        ("short_window_qty_max", json!("0")),
        ("messages_per_second_max", json!(0)),
        ("messages_per_day_max", json!(0)),
        ("efficiency_ratio_max", json!("0")),
        ("cooldown_after", json!(1)),
        ("rejects_max", json!(0)),
        ("open_notional_max", json!("0")),
        ("heartbeat_s_max", json!(-1)),
        ("cancel_percent_max", json!("0")),
    ];
    for (key, value) in tight {
        let limit = LIMITS.iter().find(|limit| limit.key == key).unwrap();
        let mut world = world(key, &value);
        assert!(!leaves(&world), "{key}: nothing new leaves");
        world.side(Side::Sell, "10");
        assert_eq!(leaves(&world), !limit.meets_exits(), "{key}: a sell of what is held");
        world.side(Side::Sell, "11");
        assert!(!leaves(&world), "{key}: more than is held");
    }
    let mut world = world("order_qty_max", &json!("1000"));
    assert!(leaves(&world), "and else everything does");
    world.side(Side::Sell, "10");
    assert!(leaves(&world));
}
