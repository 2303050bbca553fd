//! Scanners on the wire.

use super::contract::Contract;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ScannerSubscription {
    #[prost(int32, optional, tag = "1")]
    pub(crate) number_of_rows: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub(crate) instrument: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) location_code: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(crate) scan_code: Option<String>,
    #[prost(double, optional, tag = "5")]
    pub(crate) above_price: Option<f64>,
    #[prost(double, optional, tag = "6")]
    pub(crate) below_price: Option<f64>,
    #[prost(int64, optional, tag = "7")]
    pub(crate) above_volume: Option<i64>,
    #[prost(double, optional, tag = "8")]
    pub(crate) market_cap_above: Option<f64>,
    #[prost(double, optional, tag = "9")]
    pub(crate) market_cap_below: Option<f64>,
    #[prost(string, optional, tag = "10")]
    pub(crate) moody_rating_above: Option<String>,
    #[prost(string, optional, tag = "11")]
    pub(crate) moody_rating_below: Option<String>,
    #[prost(string, optional, tag = "12")]
    pub(crate) sp_rating_above: Option<String>,
    #[prost(string, optional, tag = "13")]
    pub(crate) sp_rating_below: Option<String>,
    #[prost(string, optional, tag = "14")]
    pub(crate) maturity_date_above: Option<String>,
    #[prost(string, optional, tag = "15")]
    pub(crate) maturity_date_below: Option<String>,
    #[prost(double, optional, tag = "16")]
    pub(crate) coupon_rate_above: Option<f64>,
    #[prost(double, optional, tag = "17")]
    pub(crate) coupon_rate_below: Option<f64>,
    #[prost(bool, optional, tag = "18")]
    pub(crate) exclude_convertible: Option<bool>,
    #[prost(int64, optional, tag = "19")]
    pub(crate) average_option_volume_above: Option<i64>,
    #[prost(string, optional, tag = "20")]
    pub(crate) scanner_setting_pairs: Option<String>,
    #[prost(string, optional, tag = "21")]
    pub(crate) stock_type_filter: Option<String>,
    #[prost(btree_map = "string, string", tag = "22")]
    pub(crate) scanner_subscription_filter_options: std::collections::BTreeMap<String, String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ScannerSubscriptionRequest {
    #[prost(int32, optional, tag = "1")]
    pub(crate) req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(crate) scanner_subscription: Option<ScannerSubscription>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ScannerParameters {
    #[prost(string, optional, tag = "1")]
    pub(crate) xml: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ScannerDataElement {
    #[prost(int32, optional, tag = "1")]
    pub(crate) rank: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(crate) contract: Option<Contract>,
    #[prost(string, optional, tag = "3")]
    pub(crate) market_name: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(crate) distance: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub(crate) benchmark: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub(crate) projection: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub(crate) combo_key: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ScannerData {
    #[prost(int32, optional, tag = "1")]
    pub(crate) req_id: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) scanner_data_element: Vec<ScannerDataElement>,
}
