//! Market scanners.

use rust_decimal::Decimal;

use super::Contract;

/// A request for the best rows of a scan (message 22).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScannerSubscription {
    /// Names the subscription.
    pub req_id: i32,
    /// Rows wanted; `None` and -1 leave it to the server.
    pub number_of_rows: Option<i32>,
    /// `STK`, `ETF.EQ.US`, `FUT.US` …
    pub instrument: String,
    /// `STK.US.MAJOR` …
    pub location_code: String,
    /// `TOP_PERC_GAIN`, `MOST_ACTIVE` …
    pub scan_code: String,
    /// Only prices above.
    pub above_price: Option<Decimal>,
    /// Only prices below.
    pub below_price: Option<Decimal>,
    /// Only volumes above.
    pub above_volume: Option<i64>,
    /// `ALL`, `STOCK`, `ETF` …
    pub stock_type_filter: String,
    /// Further filters as (name, value).
    pub filter_options: Vec<(String, String)>,
    /// Wire names of the filters that are set and that this model does not carry (ratings, market
    /// capitalisation, coupons …). A server that goes on regardless would answer something else than
    /// what was asked.
    pub unsupported: Vec<String>,
}

/// One row of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScannerRow {
    /// Rank, from 0.
    pub rank: i32,
    /// Contract.
    pub contract: Contract,
    /// Market name, for example `NMS`.
    pub market_name: String,
    /// Meaning varies with the scan, mostly empty.
    pub distance: String,
    /// The same.
    pub benchmark: String,
    /// The same.
    pub projection: String,
    /// Legs of a combination, empty for none.
    pub combo_key: String,
}

/// The rows of a scan (message 20).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannerData {
    /// Subscription.
    pub req_id: i32,
    /// Best first.
    pub rows: Vec<ScannerRow>,
}
