//! What the details of a bond and of a fund have beside those of any contract.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Details that only a bond has (message 18). Its maturity is the last trade date of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BondDetails {
    /// CUSIP.
    pub cusip: String,
    /// Credit ratings as text.
    pub ratings: String,
    /// More of its description.
    pub desc_append: String,
    /// Kind of bond, for example `GOVT`.
    pub bond_type: String,
    /// `FIXED` …
    pub coupon_type: String,
    /// Coupon in percent a year.
    pub coupon: Decimal,
    /// Can be called by the issuer.
    pub callable: bool,
    /// Can be put to the issuer.
    pub puttable: bool,
    /// Can be converted.
    pub convertible: bool,
    /// `YYYYMMDD`.
    pub issue_date: String,
    /// `YYYYMMDD` of the next embedded option, empty for none.
    pub next_option_date: String,
    /// Kind of the next embedded option.
    pub next_option_type: String,
    /// Whether the next embedded option is for a part of the issue.
    pub next_option_partial: bool,
    /// Notes.
    pub notes: String,
}

/// Details that only a fund has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FundDetails {
    /// Name.
    pub name: String,
    /// Family.
    pub family: String,
    /// Type.
    pub fund_type: String,
    /// Front load.
    pub front_load: String,
    /// Back load.
    pub back_load: String,
    /// Interval of the back load.
    pub back_load_time_interval: String,
    /// Management fee.
    pub management_fee: String,
    /// Closed.
    pub closed: bool,
    /// Closed for new investors.
    pub closed_for_new_investors: bool,
    /// Closed for new money.
    pub closed_for_new_money: bool,
    /// Amount that must be announced.
    pub notify_amount: String,
    /// Smallest first purchase.
    pub minimum_initial_purchase: String,
    /// Smallest later purchase.
    pub minimum_subsequent_purchase: String,
    /// States it may be sold in.
    pub blue_sky_states: String,
    /// Territories it may be sold in.
    pub blue_sky_territories: String,
    /// `N` accumulation, `Y` income; empty for none.
    pub distribution_policy_indicator: String,
    /// Asset class as a three-digit code; empty for none.
    pub asset_type: String,
}
