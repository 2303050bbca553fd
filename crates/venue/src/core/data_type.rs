//! Which market data an account has a right to, and which of it is delivered.

use jiff::{SignedDuration, Timestamp};
use tws::model::{MarketDataType, NO_REQ_ID};

use super::desk::{ConnId, Core, Step};

/// How late delayed data is, in minutes.
const DELAY_MINUTES: i64 = 15;
/// Text of error 10089.
pub(super) const NOT_SUBSCRIBED_FOR_API: &str = "Requested market data requires additional subscription for API. \
    See link in 'Market Data Connections' dialog for more details.";

/// The market data that the accounts of a venue have a right to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataRights {
    /// Live data. Delayed data is never delivered, even when it is asked for, as at IBKR.
    #[default]
    Live,
    /// Data fifteen minutes late.
    Delayed,
    /// No data at all.
    None,
}

/// What a subscription gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Kind, as told to the client.
    pub(super) kind: MarketDataType,
    /// Instant of which the data is.
    pub(super) at: Timestamp,
    /// Whether bid and ask are shown: always, but for a market that is shut and not frozen.
    pub(super) two_sided: bool,
}

impl Delivery {
    /// Whether ticks carry the numbers of delayed ones.
    pub(super) fn is_delayed(&self) -> bool {
        match self.kind {
            MarketDataType::Live | MarketDataType::Frozen => false,
            MarketDataType::Delayed | MarketDataType::DelayedFrozen => true,
        }
    }
}

/// IBKR's code and text.
pub(super) type Fault = (i32, &'static str);

/// Whether a subscription is granted, and with which warning.
///
/// A client that never asked for a kind of data is given what there is, with a warning; one that asked
/// for live data is refused where there is none.
pub(super) fn grant(rights: DataRights, wanted: Option<MarketDataType>) -> Result<Option<Fault>, Fault> {
    match (rights, wanted) {
        (DataRights::Live, _) => Ok(None),
        (DataRights::Delayed, None | Some(MarketDataType::Delayed | MarketDataType::DelayedFrozen)) => {
            Ok(Some((10167, "Requested market data is not subscribed. Displaying delayed market data.")))
        }
        (DataRights::Delayed, Some(MarketDataType::Live | MarketDataType::Frozen)) => {
            Err((10089, NOT_SUBSCRIBED_FOR_API))
        }
        (DataRights::None, None | Some(MarketDataType::Live | MarketDataType::Frozen)) => Err((
            354,
            "Requested market data is not subscribed. Check API status by selecting the Account menu then under \
             Management choose Market Data Subscription Manager and/or availability of delayed data.",
        )),
        (DataRights::None, Some(MarketDataType::Delayed | MarketDataType::DelayedFrozen)) => {
            Err((10168, "Requested market data is not subscribed. Delayed market data is not enabled."))
        }
    }
}

impl Core {
    /// What a subscription is delivered at an instant.
    pub(super) fn delivery(&self, instrument: usize, wanted: MarketDataType, now: Timestamp) -> Delivery {
        let late = self.data_rights == DataRights::Delayed;
        let at = if late { now - SignedDuration::from_mins(DELAY_MINUTES) } else { now };
        let trading = self.market.is_trading(instrument, at);
        let freezes = match wanted {
            MarketDataType::Frozen | MarketDataType::DelayedFrozen => !trading,
            MarketDataType::Live | MarketDataType::Delayed => false,
        };
        let kind = match (late, freezes) {
            (false, false) => MarketDataType::Live,
            (false, true) => MarketDataType::Frozen,
            (true, false) => MarketDataType::Delayed,
            (true, true) => MarketDataType::DelayedFrozen,
        };
        Delivery { kind, at, two_sided: trading || freezes }
    }

    pub(super) fn set_market_data_type(&mut self, conn: ConnId, number: i32, now: Timestamp, step: &mut Step) {
        let Some(kind) = MarketDataType::from_wire(number) else {
            let text = format!("Error validating request.-'bH' : cause - Unknown market data type: {number}");
            return Self::notice(conn, NO_REQ_ID, 321, &text, now, step);
        };
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.data.wanted = Some(kind);
        }
    }
}
