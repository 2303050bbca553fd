//! Faults of the venue's own, ordered over its control API.

use crate::market::SYMBOLS;
use crate::world::World;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BrokerFault {
    DropAt,
    LoseRequest,
    LoseAck,
    LoseReply,
    Duplicate,
    Late,
    Reorder,
    Corrupt,
    Reject,
    Restart,
    ConnectivityLost,
    NeverAnswers,
    NoExecutionEnd,
    Halt,
}

impl BrokerFault {
    /// How often each, relative to the others.
    pub(crate) const ALL: [(u32, Self); 14] = [
        (10, Self::DropAt),
        (6, Self::LoseRequest),
        (8, Self::LoseAck),
        (8, Self::LoseReply),
        (5, Self::Duplicate),
        (6, Self::Late),
        (5, Self::Reorder),
        (3, Self::Corrupt),
        (4, Self::Reject),
        (5, Self::Restart),
        (4, Self::ConnectivityLost),
        (3, Self::NeverAnswers),
        (3, Self::NoExecutionEnd),
        (6, Self::Halt),
    ];

    /// Its word in the summary.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::DropAt => "venue drops the connection at an order",
            Self::LoseRequest => "venue loses a request",
            Self::LoseAck => "venue loses an acknowledgement",
            Self::LoseReply => "venue loses a reply",
            Self::Duplicate => "venue says it twice",
            Self::Late => "venue answers late",
            Self::Reorder => "venue reorders replies",
            Self::Corrupt => "venue damages a reply",
            Self::Reject => "venue rejects",
            Self::Restart => "venue restarts and rolls back",
            Self::ConnectivityLost => "venue loses its own line (1100)",
            Self::NeverAnswers => "venue never answers",
            Self::NoExecutionEnd => "venue ends no list of executions",
            Self::Halt => "trading in a symbol is halted",
        }
    }

    /// Orders it. Whether the venue took the order.
    pub(crate) async fn happen(self, world: &World, randomness: &mut ChaCha8Rng) -> bool {
        world.control.fault(&self.words(randomness)).await.is_ok()
    }

    /// As the control API takes it.
    fn words(self, randomness: &mut ChaCha8Rng) -> Value {
        let times = randomness.random_range(1..=4);
        let order = json!({ "message": "place_order", "times": times });
        let some_request = ["place_order", "cancel_order"][randomness.random_range(0..2)];
        let replies = ["order_status", "open_order", "execution", "commission_report", "error"];
        let reply = json!({ "reply": replies[randomness.random_range(0..replies.len())], "times": times });
        let seconds = |randomness: &mut ChaCha8Rng, most: u32| format!("PT{}S", randomness.random_range(1..=most));
        match self {
            Self::DropAt => {
                let points = ["before_read", "after_accept", "before_ack", "between_status_and_execution"];
                json!({ "when": { "message": "place_order" },
                    "do": { "drop": points[randomness.random_range(0..points.len())] } })
            }
            Self::LoseRequest => json!({ "when": { "message": some_request, "times": 1 }, "do": "lose_request" }),
            Self::LoseAck => json!({ "when": order, "do": "lose_ack" }),
            Self::LoseReply => json!({ "when": reply, "do": "lose_reply" }),
            Self::Duplicate => json!({ "when": reply, "do": "duplicate" }),
            Self::Late => {
                json!({ "when": reply, "do": { "delay": { "by": seconds(randomness, 5) } } })
            }
            Self::Reorder => {
                json!({ "when": reply, "do": { "reorder": { "behind": randomness.random_range(1..=4) } } })
            }
            Self::Corrupt => {
                let ways = ["length", "body", "truncate"];
                json!({ "when": { "reply": "order_status" },
                    "do": { "corrupt": ways[randomness.random_range(0..ways.len())] } })
            }
            Self::Reject => json!({ "when": order, "do": { "reject": { "code": 201 } } }),
            Self::Restart => json!({ "do": { "restart":
                { "losing": seconds(randomness, 2), "down": seconds(randomness, 4) } } }),
            Self::ConnectivityLost => {
                let restored = if randomness.random_bool(0.5) { "data_kept" } else { "data_lost" };
                json!({ "do": { "connectivity_lost": { "for": seconds(randomness, 6), "restored": restored } } })
            }
            Self::NeverAnswers => json!({ "do": { "never_answers": { "for": seconds(randomness, 6) } } }),
            Self::NoExecutionEnd => json!({ "do": { "no_execution_end": { "for": seconds(randomness, 10) } } }),
            Self::Halt => {
                let symbol = SYMBOLS[randomness.random_range(0..SYMBOLS.len())];
                json!({ "do": { "halt": { "symbol": symbol, "for": seconds(randomness, 5) } } })
            }
        }
    }
}
