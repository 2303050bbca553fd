//! The words of our faces. Each list is closed, permanent, and tied to its domain enum by exhaustive matches.

use serde::{Deserialize, Serialize};

macro_rules! words {
    () => {};
    (
        $(#[$doc:meta])* $name:ident: $domain:ty { $($variant:ident $word:literal),+ $(,)? } $($rest:tt)*
    ) => {
        words! { $(#[$doc])* $name { $($variant $word),+ } }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                type Domain = $domain;
                match value {
                    $(Domain::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for $domain {
            fn from(word: $name) -> Self {
                type Domain = $domain;
                match word {
                    $($name::$variant => Domain::$variant,)+
                }
            }
        }

        words! { $($rest)* }
    };
    ($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal),+ $(,)? } $($rest:tt)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each word is told at its domain type")]
        pub enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word with its value, in the order of the schema.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant),)+];

            /// The word.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Reads a word.
            pub fn from_word(text: &str) -> Option<Self> {
                Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::from_word(text).ok_or_else(|| UnknownWord::among(Self::WORDS.iter().map(|(word, _)| *word)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }

        words! { $($rest)* }
    };
}

/// A text that is none of the words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of: {0}")]
pub struct UnknownWord(String);

impl UnknownWord {
    fn among(words: impl Iterator<Item = &'static str>) -> Self {
        Self(words.collect::<Vec<_>>().join(", "))
    }
}

words! {
    /// Buy or sell.
    Side: domain::order::Side { Buy "buy", Sell "sell", SellShort "sell_short", BuyToCover "buy_to_cover", }

    /// Where a mandate stands.
    MandateStatus: domain::mandate::MandateStatus {
        Pending "pending", Active "active", Lapsed "lapsed", Expired "expired", Revoked "revoked", Fallen "fallen",
    }

    /// Kind of security.
    SecType: domain::contract::SecType {
        Stk "stk", Etf "etf", Fut "fut", Opt "opt", Ind "ind", Cash "cash", Cfd "cfd", Bond "bond", Fund "fund",
        Crypto "crypto",
    }

    /// Call or put.
    Right: domain::contract::Right { Call "call", Put "put", }

    /// Kind of order.
    OrderType: domain::order::OrderTypeKind {
        Market "market", Limit "limit", Stop "stop", StopLimit "stop_limit", Trail "trail", TrailLimit "trail_limit",
        Midprice "midprice", Moc "moc", Loc "loc", Moo "moo", Loo "loo",
    }

    /// Time in force.
    Tif: domain::order::TifKind { Day "day", Gtc "gtc", Ioc "ioc", Fok "fok", Gtd "gtd", Opg "opg", }

    /// State of an order.
    OrderStatus: domain::lifecycle::OrdStatus {
        PendingApproval "pending_approval", Denied "denied", Simulated "simulated", Submitting "submitting",
        Unconfirmed "unconfirmed", Missing "missing", Working "working", PendingCancel "pending_cancel",
        PendingReplace "pending_replace", Filled "filled", Canceled "canceled", Rejected "rejected", Expired "expired",
    }

    /// Which order of a bracket.
    Leg: domain::id::Leg { Entry "entry", TakeProfit "take_profit", StopLoss "stop_loss", }

    /// In which way the orders of a group do not stand together.
    GroupFaultKind: domain::group::GroupFault { Unprotected "unprotected", OverExited "over_exited", }

    /// How fresh the broker says its data is.
    DataType: domain::market::DataType {
        Live "live", Frozen "frozen", Delayed "delayed", DelayedFrozen "delayed_frozen", Close "close",
    }

    /// Which price a bar is made of.
    WhatToShow: domain::market::WhatToShow { Trades "trades", Midpoint "midpoint", Bid "bid", Ask "ask", }

    /// Length of a bar.
    BarSize: domain::market::BarSize {
        Sec1 "1s", Sec5 "5s", Sec15 "15s", Sec30 "30s", Min1 "1m", Min2 "2m", Min5 "5m", Min15 "15m", Min30 "30m",
        Hour1 "1h", Day1 "1d", Week1 "1w", Month1 "1mo",
    }

    /// Where an approval stands.
    ApprovalStatus: domain::approval::ApprovalStatus {
        Pending "pending", Approved "approved", Consumed "consumed", Denied "denied", Revoked "revoked",
        Expired "expired", Void "void",
    }

    /// What may be sent.
    TradingState: domain::trading_state::TradingState { Active "active", Reducing "reducing", Halted "halted", }

    /// Paper or live money.
    Mode: domain::mode::Mode { Paper "paper", Live "live", }

    /// The owner's setting.
    Trading: domain::mode::Trading { Off "off", Paper "paper", Live "live", }

    /// What stands behind a key.
    KeyKind: domain::principal::PrincipalKind { Human "human", Agent "agent", }

    /// What a key may do.
    Scope: domain::principal::Scope {
        Read "read", Preview "preview", TradePaper "trade:paper", TradeLive "trade:live", Approve "approve",
        Kill "kill", Admin "admin",
    }

    /// The door that a request came through.
    Face: domain::principal::Face {
        Rest "rest", Cli "cli", Mcp "mcp", Dashboard "dashboard", Loop "loop", File "file", Engine "engine",
    }

    /// What the stream runner does.
    StreamState: domain::stream::StreamState {
        Off "off", LockedOut "locked_out", Waiting "waiting", Streaming "streaming", Degraded "degraded", Stopped "stopped",
    }

    /// Where a price comes from.
    PriceSource: domain::stream::Source { Stream "stream", Snapshot "snapshot", LastClose "last_close", None "none", }

    /// Why an instrument is streamed.
    WantedBy: domain::stream::Reason { Decision "decision", Position "position", WatchList "watch_list", }

    /// What the guard looks at.
    GuardRule: domain::guard::GuardRule {
        Drawdown "drawdown", DailyLoss "daily_loss", Exposure "exposure", StaleData "stale_data",
        PositionDrift "position_drift", OrderStuck "order_stuck", Heartbeat "heartbeat",
    }

    /// What the guard does where a rule is broken.
    GuardAction: domain::guard::GuardAction { Alert "alert", Reduce "reduce", Halt "halt", }

    /// How a rule of the guard stands.
    GuardVerdict: domain::guard::Verdict { Holds "holds", Broken "broken", Unknown "unknown", Nothing "nothing", }

    /// What can be made to go wrong at the embedded venue.
    VenueTrouble: domain::trouble::Trouble {
        RejectOrder "reject_order", LoseAck "lose_ack", DropAfterAccept "drop_after_accept",
        DropConnections "drop_connections", Restart "restart", ConnectivityLost "connectivity_lost",
        FarmOutage "farm_outage", FreezeData "freeze_data", Halt "halt", NeverAnswers "never_answers",
    }

    /// How much an alert matters.
    Severity: domain::alert::Severity { Info "info", Warning "warning", Critical "critical", }

    /// What an alert is about.
    AlertKind: domain::alert::AlertKind {
        Gateway "gateway", Link "link", OrderDenied "order_denied", OrderRejected "order_rejected",
        OrderUnknown "order_unknown", Fill "fill", FillChanged "fill_changed", External "external",
        Approval "approval", Risk "risk", Guard "guard", Run "run", SlotMissed "slot_missed", DataStale "data_stale",
        Window "window", Audit "audit", Disk "disk", Silence "silence", Permit "permit", Stranger "stranger",
    }

    /// How an order stands towards its caller.
    Outcome {
        Acknowledged "acknowledged", NeedsApproval "needs_approval", Simulated "simulated", Denied "denied",
        Rejected "rejected", Canceled "canceled", Unknown "unknown",
    }

    /// Since when profit and loss are counted.
    PnlPeriod { Day "day", Week "week", Peak "peak", }

    /// Whether something is proven.
    Proof { Proven "proven", Rejected "rejected", Unknown "unknown", }

    /// Where a trading state holds.
    ScopeOfState { Global "global", Account "account", Strategy "strategy", }

    /// What one gate said about one order; `off` when the policy leaves it out.
    GateVerdict { Pass "pass", Deny "deny", Hold "hold", Off "off", }
}
