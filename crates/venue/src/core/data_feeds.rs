//! The data a client follows, beside quotes and historical bars.

use std::collections::BTreeMap;

use tws::model::MarketDataType;

use super::depth::DepthFeed;
use super::pacing::Pacing;
use super::realtime_bars::RealTimeFeed;
use super::scanner::ScanFeed;
use super::tick_by_tick::TapeFeed;

/// The data subscriptions of one client.
#[derive(Clone, Debug, Default)]
pub(super) struct DataFeeds {
    /// Kind of data asked for; `None` before the client asked for any.
    pub(super) wanted: Option<MarketDataType>,
    pub(super) tape: BTreeMap<i32, TapeFeed>,
    pub(super) real_time: BTreeMap<i32, RealTimeFeed>,
    pub(super) depth: BTreeMap<i32, DepthFeed>,
    pub(super) scans: BTreeMap<i32, ScanFeed>,
    pub(super) pacing: Pacing,
}

impl DataFeeds {
    /// Ends every subscription. What was asked for, and how often, stays.
    pub(super) fn drop_feeds(&mut self) {
        self.tape.clear();
        self.real_time.clear();
        self.depth.clear();
        self.scans.clear();
    }
}
