//! Which messages belong to which farm, and which are live data.

use tws::model::{Reply, Request};

use super::FarmName;

/// Whether a reply of this message id is streaming live data.
pub(crate) const fn is_live_data(msg_id: i32) -> bool {
    matches!(msg_id, 1 | 2 | 12 | 13 | 21 | 45 | 46 | 50 | 99)
}

/// Whether a reply of this message id is streaming data of a farm.
pub(crate) const fn is_of_farm(farm: FarmName, msg_id: i32) -> bool {
    match farm {
        FarmName::MarketData => is_live_data(msg_id),
        FarmName::Historical => msg_id == 90,
        FarmName::Contracts => false,
    }
}

/// Whether a request of this message id needs a farm.
pub(crate) const fn needs_farm(farm: FarmName, msg_id: i32) -> bool {
    match farm {
        FarmName::MarketData => matches!(msg_id, 1 | 10 | 50 | 97),
        FarmName::Historical => matches!(msg_id, 20 | 87 | 88 | 96),
        FarmName::Contracts => matches!(msg_id, 9 | 78 | 81 | 91),
    }
}

/// Whether the Gateway answers a request of this message id by itself, without the broker: ids, times,
/// account names, and the ends of subscriptions.
pub(crate) const fn is_local(msg_id: i32) -> bool {
    matches!(msg_id, 2 | 8 | 11 | 14 | 17 | 23 | 25 | 49 | 51 | 59 | 63 | 64 | 71 | 75 | 77 | 89 | 90 | 93 | 95 | 98)
        || matches!(msg_id, 104..=109)
}

/// Whether a request of this message id orders, changes or cancels.
pub(crate) const fn is_order(msg_id: i32) -> bool {
    matches!(msg_id, 3 | 4 | 21 | 58)
}

/// The subscription of live data that a request begins.
pub(crate) fn subscribed(request: &Request) -> Option<i32> {
    if let Request::MarketData(asked) = request { Some(asked.req_id) } else { None }
}

/// The subscription a reply of live data belongs to.
pub(crate) fn stream_of(reply: &Reply) -> Option<i32> {
    if let Reply::TickPrice(tick) = reply {
        Some(tick.req_id)
    } else if let Reply::TickSize(tick) = reply {
        Some(tick.req_id)
    } else if let Reply::TickString(tick) = reply {
        Some(tick.req_id)
    } else if let Reply::TickGeneric(tick) = reply {
        Some(tick.req_id)
    } else {
        None
    }
}
