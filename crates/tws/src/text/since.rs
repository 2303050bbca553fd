//! Every difference between the text versions 157 to 200, in one place.
//!
//! | version | what it changes |
//! |---|---|
//! | 158 | orders carry a duration |
//! | 160 | orders carry post-to-ATS |
//! | 161 | the event calendar's messages exist |
//! | 162 | orders carry auto-cancel-parent |
//! | 163 only | contract details carry one size step, which nobody reads any more |
//! | 164 | contract details lose their version and size multiplier, and gain three sizes |
//! | 165 | `SCHEDULE` may be asked for as bars |
//! | 166 | errors carry an advanced reject; new orders may override one |
//! | 167 | user information exists |
//! | 169 | orders and cancels carry a manual time |
//! | 170 | offsets of PEG BEST and PEG MID orders |
//! | 174 | times are written with their zone |
//! | 176 | the issuer of a bond, in searches and details |
//! | 177 | the profile of financial advisors is gone |
//! | 178 | executions say whether their price may be revised |
//! | 179 | details of funds |
//! | 180 | exercises carry a manual time |
//! | 182 | contract details carry the last trade date by itself |
//! | 183, 184 | customer account, professional customer |
//! | 185 | open orders carry accrued interest |
//! | 186 | contract details carry reasons of ineligibility |
//! | 187 to 189 | two (new order) or three (cancel) fields of requests for quotes, gone again at 190 |
//! | 188 | bond details carry trading hours |
//! | 189 | orders carry include-overnight |
//! | 192 | CME tags in new orders, cancels and the global cancel; the latter two lose their version |
//! | 193 | CME tags in open orders |
//! | 194 | errors lose their version and gain their time |
//! | 195 | the full block of a preview in open orders |
//! | 196 | the period of historical bars is a message of its own |
//! | 197 | the time in milliseconds exists |
//! | 198 | orders, completed orders and executions say who submitted them |
//! | 199 | new and open orders carry imbalance-only |
//! | 200 | executions can be asked for by day |
//!
//! Ids of orders outgrow 32 bits at 191, which changes nothing in text. Shares instead of lots (159, 175),
//! aggregated crypto trades (168), filters of the event calendar (171, 173), prices of new issues (172), AD
//! orders (181) change meanings or messages that this codec does not read.

pub(super) const DURATION: i32 = 158;
pub(super) const POST_TO_ATS: i32 = 160;
pub(super) const EVENT_CALENDAR: i32 = 161;
pub(super) const AUTO_CANCEL_PARENT: i32 = 162;
/// First of the versions, and the only one, with the step that [`SIZE_RULES`] replaced.
pub(super) const SIZE_STEP: i32 = 163;
pub(super) const SIZE_RULES: i32 = 164;
pub(super) const ADVANCED_REJECT: i32 = 166;
pub(super) const USER_INFO: i32 = 167;
pub(super) const MANUAL_ORDER_TIME: i32 = 169;
pub(super) const PEG_OFFSETS: i32 = 170;
pub(super) const ZONED_TIMES: i32 = 174;
pub(super) const BOND_ISSUER: i32 = 176;
pub(super) const NO_ADVISOR_PROFILE: i32 = 177;
pub(super) const PENDING_PRICE_REVISION: i32 = 178;
pub(super) const FUND_DETAILS: i32 = 179;
pub(super) const LAST_TRADE_DATE: i32 = 182;
pub(super) const CUSTOMER_ACCOUNT: i32 = 183;
pub(super) const PROFESSIONAL_CUSTOMER: i32 = 184;
pub(super) const BOND_ACCRUED_INTEREST: i32 = 185;
pub(super) const INELIGIBILITY_REASONS: i32 = 186;
pub(super) const RFQ_FIELDS: i32 = 187;
pub(super) const BOND_TRADING_HOURS: i32 = 188;
pub(super) const INCLUDE_OVERNIGHT: i32 = 189;
pub(super) const NO_RFQ_FIELDS: i32 = 190;
pub(super) const CME_TAGS: i32 = 192;
pub(super) const CME_TAGS_IN_OPEN_ORDERS: i32 = 193;
pub(super) const ERROR_TIME: i32 = 194;
pub(super) const FULL_PREVIEW: i32 = 195;
pub(super) const HISTORICAL_DATA_END: i32 = 196;
pub(super) const CURRENT_TIME_MILLIS: i32 = 197;
pub(super) const SUBMITTER: i32 = 198;
pub(super) const IMBALANCE_ONLY: i32 = 199;
pub(super) const EXECUTIONS_BY_DAY: i32 = 200;
