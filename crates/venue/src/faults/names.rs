//! Names of the messages of both directions, by their message id.

use serde::{Deserialize, Serialize};
use tws::ServerVersion;

/// What is added to a message id to say that its body is protobuf.
const PROTOBUF_OFFSET: i32 = 200;

/// First version whose frames begin with a binary message id.
const BINARY_ID_SINCE: i32 = 201;

/// From client to server.
pub(crate) const REQUESTS: &[(i32, &str)] = &[
    (1, "market_data"),
    (2, "cancel_market_data"),
    (3, "place_order"),
    (4, "cancel_order"),
    (5, "open_orders"),
    (6, "account_updates"),
    (7, "executions"),
    (8, "ids"),
    (9, "contract_data"),
    (10, "market_depth"),
    (11, "cancel_market_depth"),
    (14, "set_server_log_level"),
    (15, "auto_open_orders"),
    (16, "all_open_orders"),
    (17, "managed_accounts"),
    (20, "historical_data"),
    (21, "exercise_options"),
    (22, "scanner_subscription"),
    (23, "cancel_scanner_subscription"),
    (24, "scanner_parameters"),
    (25, "cancel_historical_data"),
    (49, "current_time"),
    (50, "realtime_bars"),
    (51, "cancel_realtime_bars"),
    (58, "global_cancel"),
    (59, "market_data_type"),
    (61, "positions"),
    (62, "account_summary"),
    (63, "cancel_account_summary"),
    (64, "cancel_positions"),
    (74, "positions_multi"),
    (75, "cancel_positions_multi"),
    (76, "account_updates_multi"),
    (77, "cancel_account_updates_multi"),
    (78, "option_parameters"),
    (81, "matching_symbols"),
    (87, "head_timestamp"),
    (88, "histogram_data"),
    (89, "cancel_histogram_data"),
    (90, "cancel_head_timestamp"),
    (91, "market_rule"),
    (92, "pnl"),
    (93, "cancel_pnl"),
    (94, "pnl_single"),
    (95, "cancel_pnl_single"),
    (96, "historical_ticks"),
    (97, "tick_by_tick"),
    (98, "cancel_tick_by_tick"),
    (99, "completed_orders"),
    (104, "user_info"),
    (105, "current_time_millis"),
    (106, "cancel_contract_data"),
];

/// From server to client.
pub(crate) const REPLIES: &[(i32, &str)] = &[
    (1, "tick_price"),
    (2, "tick_size"),
    (3, "order_status"),
    (4, "error"),
    (5, "open_order"),
    (6, "account_value"),
    (7, "portfolio_value"),
    (8, "account_update_time"),
    (9, "next_valid_id"),
    (10, "contract_data"),
    (11, "execution"),
    (12, "market_depth"),
    (13, "market_depth_l2"),
    (15, "managed_accounts"),
    (17, "historical_data"),
    (19, "scanner_parameters"),
    (20, "scanner_data"),
    (21, "tick_option_computation"),
    (45, "tick_generic"),
    (46, "tick_string"),
    (49, "current_time"),
    (50, "realtime_bar"),
    (52, "contract_data_end"),
    (53, "open_orders_end"),
    (54, "account_download_end"),
    (55, "executions_end"),
    (57, "tick_snapshot_end"),
    (58, "market_data_type"),
    (59, "commission_report"),
    (61, "position"),
    (62, "positions_end"),
    (63, "account_summary"),
    (64, "account_summary_end"),
    (71, "position_multi"),
    (72, "position_multi_end"),
    (73, "account_value_multi"),
    (74, "account_values_multi_end"),
    (75, "option_parameters"),
    (76, "option_parameters_end"),
    (79, "symbol_samples"),
    (81, "tick_req_params"),
    (88, "head_timestamp"),
    (89, "histogram_data"),
    (90, "historical_data_update"),
    (93, "market_rule"),
    (94, "pnl"),
    (95, "pnl_single"),
    (96, "historical_ticks"),
    (97, "historical_ticks_bid_ask"),
    (98, "historical_ticks_last"),
    (99, "tick_by_tick"),
    (100, "order_bound"),
    (101, "completed_order"),
    (102, "completed_orders_end"),
    (106, "historical_schedule"),
    (107, "user_info"),
    (108, "historical_data_end"),
    (109, "current_time_millis"),
];

/// The name of a message id in one of the tables above.
pub(crate) fn name_of(table: &'static [(i32, &'static str)], id: i32) -> Option<&'static str> {
    table.iter().find(|(of, _)| *of == id).map(|(_, name)| *name)
}

/// The message id at the front of a frame without its length, in any encoding; `None` if there is none.
pub(crate) fn peek_msg_id(version: ServerVersion, frame: &[u8]) -> Option<i32> {
    if version.number() >= BINARY_ID_SINCE {
        let id = i32::from_be_bytes(*frame.first_chunk()?);
        return Some(if id > PROTOBUF_OFFSET { id - PROTOBUF_OFFSET } else { id });
    }
    let len = frame.iter().position(|b| *b == 0)?;
    str::from_utf8(frame.get(..len)?).ok()?.parse().ok()
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $table:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        pub struct $name {
            pub(crate) id: i32,
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(name: String) -> Result<Self, String> {
                let found = $table.iter().find(|(_, n)| *n == name);
                found.map(|(id, _)| Self { id: *id }).ok_or_else(|| {
                    let all: Vec<&str> = $table.iter().map(|(_, n)| *n).collect();
                    format!("there is no {} `{name}`, expected one of: {}", $what, all.join(", "))
                })
            }
        }

        impl From<$name> for &'static str {
            fn from(name: $name) -> Self {
                name_of($table, name.id).unwrap_or_default()
            }
        }
    };
}

name!(
    /// A request by name.
    RequestName,
    REQUESTS,
    "message"
);
name!(
    /// A reply by name.
    ReplyName,
    REPLIES,
    "reply"
);
