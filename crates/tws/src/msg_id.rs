//! Message ids of both directions. Protobuf bodies travel under the id plus [`PROTOBUF_OFFSET`].

/// What is added to a message id to say that its body is protobuf.
pub(crate) const PROTOBUF_OFFSET: i32 = 200;

macro_rules! ids {
    ($(#[$doc:meta])* $module:ident { $($name:ident = $id:literal),* $(,)? }) => {
        $(#[$doc])*
        pub(crate) mod $module {
            $(pub(crate) const $name: i32 = $id;)*
        }
    };
}

ids! {
    /// From client to server.
    request {
        MARKET_DATA = 1,
        CANCEL_MARKET_DATA = 2,
        PLACE_ORDER = 3,
        CANCEL_ORDER = 4,
        OPEN_ORDERS = 5,
        ACCOUNT_UPDATES = 6,
        EXECUTIONS = 7,
        IDS = 8,
        CONTRACT_DATA = 9,
        MARKET_DEPTH = 10,
        CANCEL_MARKET_DEPTH = 11,
        NEWS_BULLETINS = 12,
        CANCEL_NEWS_BULLETINS = 13,
        SET_SERVER_LOG_LEVEL = 14,
        AUTO_OPEN_ORDERS = 15,
        ALL_OPEN_ORDERS = 16,
        MANAGED_ACCOUNTS = 17,
        HISTORICAL_DATA = 20,
        SCANNER_SUBSCRIPTION = 22,
        CANCEL_SCANNER_SUBSCRIPTION = 23,
        SCANNER_PARAMETERS = 24,
        CANCEL_HISTORICAL_DATA = 25,
        CURRENT_TIME = 49,
        REAL_TIME_BARS = 50,
        CANCEL_REAL_TIME_BARS = 51,
        CALCULATE_IMPLIED_VOLATILITY = 54,
        CALCULATE_OPTION_PRICE = 55,
        CANCEL_CALCULATE_IMPLIED_VOLATILITY = 56,
        CANCEL_CALCULATE_OPTION_PRICE = 57,
        GLOBAL_CANCEL = 58,
        MARKET_DATA_TYPE = 59,
        POSITIONS = 61,
        ACCOUNT_SUMMARY = 62,
        CANCEL_ACCOUNT_SUMMARY = 63,
        CANCEL_POSITIONS = 64,
        START_API = 71,
        POSITIONS_MULTI = 74,
        CANCEL_POSITIONS_MULTI = 75,
        ACCOUNT_UPDATES_MULTI = 76,
        CANCEL_ACCOUNT_UPDATES_MULTI = 77,
        SEC_DEF_OPT_PARAMS = 78,
        SOFT_DOLLAR_TIERS = 79,
        FAMILY_CODES = 80,
        MATCHING_SYMBOLS = 81,
        MARKET_DEPTH_EXCHANGES = 82,
        SMART_COMPONENTS = 83,
        NEWS_PROVIDERS = 85,
        HEAD_TIMESTAMP = 87,
        HISTOGRAM_DATA = 88,
        CANCEL_HISTOGRAM_DATA = 89,
        CANCEL_HEAD_TIMESTAMP = 90,
        MARKET_RULE = 91,
        PNL = 92,
        CANCEL_PNL = 93,
        PNL_SINGLE = 94,
        CANCEL_PNL_SINGLE = 95,
        HISTORICAL_TICKS = 96,
        TICK_BY_TICK = 97,
        CANCEL_TICK_BY_TICK = 98,
        COMPLETED_ORDERS = 99,
        USER_INFO = 104,
        CURRENT_TIME_MILLIS = 105,
        CANCEL_CONTRACT_DATA = 106,
        CANCEL_HISTORICAL_TICKS = 107,
    }
}

ids! {
    /// From server to client.
    reply {
        TICK_PRICE = 1,
        TICK_SIZE = 2,
        ORDER_STATUS = 3,
        NOTICE = 4,
        OPEN_ORDER = 5,
        ACCOUNT_VALUE = 6,
        PORTFOLIO_VALUE = 7,
        ACCOUNT_UPDATE_TIME = 8,
        NEXT_VALID_ID = 9,
        CONTRACT_DATA = 10,
        EXECUTION_DETAILS = 11,
        MARKET_DEPTH = 12,
        MARKET_DEPTH_L2 = 13,
        MANAGED_ACCOUNTS = 15,
        HISTORICAL_DATA = 17,
        BOND_CONTRACT_DATA = 18,
        SCANNER_PARAMETERS = 19,
        SCANNER_DATA = 20,
        TICK_OPTION_COMPUTATION = 21,
        TICK_GENERIC = 45,
        TICK_STRING = 46,
        CURRENT_TIME = 49,
        REAL_TIME_BAR = 50,
        CONTRACT_DATA_END = 52,
        OPEN_ORDERS_END = 53,
        ACCOUNT_DOWNLOAD_END = 54,
        EXECUTION_DETAILS_END = 55,
        TICK_SNAPSHOT_END = 57,
        MARKET_DATA_TYPE = 58,
        COMMISSION_REPORT = 59,
        POSITION = 61,
        POSITION_END = 62,
        ACCOUNT_SUMMARY = 63,
        ACCOUNT_SUMMARY_END = 64,
        POSITION_MULTI = 71,
        POSITION_MULTI_END = 72,
        ACCOUNT_UPDATE_MULTI = 73,
        ACCOUNT_UPDATE_MULTI_END = 74,
        SEC_DEF_OPT_PARAMS = 75,
        SEC_DEF_OPT_PARAMS_END = 76,
        SOFT_DOLLAR_TIERS = 77,
        FAMILY_CODES = 78,
        SYMBOL_SAMPLES = 79,
        MARKET_DEPTH_EXCHANGES = 80,
        TICK_REQ_PARAMS = 81,
        SMART_COMPONENTS = 82,
        NEWS_PROVIDERS = 85,
        HEAD_TIMESTAMP = 88,
        HISTOGRAM_DATA = 89,
        HISTORICAL_DATA_UPDATE = 90,
        MARKET_RULE = 93,
        PNL = 94,
        PNL_SINGLE = 95,
        HISTORICAL_TICKS = 96,
        HISTORICAL_TICKS_BID_ASK = 97,
        HISTORICAL_TICKS_LAST = 98,
        TICK_BY_TICK = 99,
        ORDER_BOUND = 100,
        COMPLETED_ORDER = 101,
        COMPLETED_ORDERS_END = 102,
        HISTORICAL_SCHEDULE = 106,
        USER_INFO = 107,
        HISTORICAL_DATA_END = 108,
        CURRENT_TIME_MILLIS = 109,
    }
}

/// A message of the protocol that this codec does not read, and the version it came with.
pub(crate) struct Unread {
    /// Message id.
    pub(crate) id: i32,
    /// First server version that has it.
    pub(crate) since: i32,
    /// Whether its field 1 is a request (or order) id.
    pub(crate) has_req_id: bool,
}

/// The message of this id, if it is one that this codec knows of and does not read.
pub(crate) fn unread(id: i32) -> Option<Unread> {
    let (since, has_req_id) = match id {
        // Advisor data, exercise, fundamentals, display groups, news, calendars.
        19 | 21 | 52 | 53 | 67..=70 | 84 | 86 | 100..=103 => (0, true),
        // Advisor data and verification.
        18 | 65 | 66 | 72 | 73 => (0, false),
        108 => (219, true),
        109 => (221, true),
        _ => return None,
    };
    Some(Unread { id, since, has_req_id })
}
