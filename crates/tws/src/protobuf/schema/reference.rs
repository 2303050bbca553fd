//! Small reference data on the wire.

use super::order::SoftDollarTier;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FamilyCode {
    #[prost(string, optional, tag = "1")]
    pub(crate) account_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(crate) family_code: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FamilyCodes {
    #[prost(message, repeated, tag = "1")]
    pub(crate) family_codes: Vec<FamilyCode>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SmartComponentsRequest {
    #[prost(int32, optional, tag = "1")]
    pub(crate) req_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub(crate) bbo_exchange: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SmartComponent {
    #[prost(int32, optional, tag = "1")]
    pub(crate) bit_number: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub(crate) exchange: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) exchange_letter: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SmartComponents {
    #[prost(int32, optional, tag = "1")]
    pub(crate) req_id: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) smart_components: Vec<SmartComponent>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SoftDollarTiers {
    #[prost(int32, optional, tag = "1")]
    pub(crate) req_id: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) soft_dollar_tiers: Vec<SoftDollarTier>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NewsProvider {
    #[prost(string, optional, tag = "1")]
    pub(crate) provider_code: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(crate) provider_name: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NewsProviders {
    #[prost(message, repeated, tag = "1")]
    pub(crate) news_providers: Vec<NewsProvider>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NewsBulletinsRequest {
    #[prost(bool, optional, tag = "1")]
    pub(crate) all_messages: Option<bool>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OrderBound {
    #[prost(int64, optional, tag = "1")]
    pub(crate) perm_id: Option<i64>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) client_id: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) order_id: Option<i32>,
}
