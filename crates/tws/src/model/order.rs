//! The order as the wire carries it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::OrderCondition;

/// An order, in a request or in a report.
///
/// `client_id`, `order_id`, `perm_id`, `parent_perm_id` and `filled_quantity` are the server's to
/// fill in reports; what a client puts there is carried and means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Order {
    /// Client that owns the order.
    pub client_id: Option<i32>,
    /// The owner's id for it.
    pub order_id: Option<i32>,
    /// The broker's own id. `None` until assigned (0 on the wire).
    pub perm_id: Option<i64>,
    /// Order id of the bracket's parent. `None` for a parent or a lone order (0 on the wire).
    pub parent_id: Option<i32>,
    /// PermId of the bracket's parent.
    pub parent_perm_id: Option<i64>,
    /// `BUY`, `SELL`, `SSHORT`.
    pub action: String,
    /// Quantity; `None` when absent, as in an order by cash quantity.
    pub total_quantity: Option<Decimal>,
    /// Quantity in currency rather than shares.
    pub cash_qty: Option<Decimal>,
    /// Filled so far, in completed orders.
    pub filled_quantity: Option<Decimal>,
    /// `MKT`, `LMT`, `STP`, `STP LMT`, `TRAIL`, `TRAIL LIMIT`, `MOC`, `LOC`, `MIDPRICE` …
    pub order_type: String,
    /// Limit price.
    pub lmt_price: Option<Decimal>,
    /// Stop price, or the trailing amount.
    pub aux_price: Option<Decimal>,
    /// Time in force: `DAY`, `GTC`, `IOC`, `FOK`, `GTD`, `OPG`. Empty means `DAY`.
    pub tif: String,
    /// Account; empty means the only one.
    pub account: String,
    /// Name of the one-cancels-all group, empty for none.
    pub oca_group: String,
    /// 1 cancel with block, 2 reduce with block, 3 reduce without block.
    pub oca_type: Option<i32>,
    /// The client's own reference, kept everywhere.
    pub order_ref: String,
    /// Whether the order may go out; `false` holds it for its children.
    pub transmit: bool,
    /// A preview: margin and commission are answered, nothing is placed.
    pub what_if: bool,
    /// May also fill outside regular trading hours.
    pub outside_rth: bool,
    /// Not shown in the book.
    pub hidden: bool,
    /// All or none.
    pub all_or_none: bool,
    /// Block order.
    pub block_order: bool,
    /// Sweep to fill.
    pub sweep_to_fill: bool,
    /// Smallest acceptable fill.
    pub min_qty: Option<i32>,
    /// Quantity shown in the book.
    pub display_size: Option<i32>,
    /// Trailing percentage.
    pub trailing_percent: Option<Decimal>,
    /// Present stop of a trailing order.
    pub trail_stop_price: Option<Decimal>,
    /// Limit offset of a trailing stop-limit.
    pub lmt_price_offset: Option<Decimal>,
    /// Percent offset of a relative order.
    pub percent_offset: Option<Decimal>,
    /// Discretionary amount off the limit.
    pub discretionary_amt: Option<Decimal>,
    /// `YYYYMMDD HH:MM:SS zone`; empty for at once.
    pub good_after_time: String,
    /// `YYYYMMDD HH:MM:SS zone` for `GTD`; empty otherwise.
    pub good_till_date: String,
    /// Which price triggers a stop: 0 default, 1 double bid/ask, 2 last … 8 midpoint.
    pub trigger_method: Option<i32>,
    /// `O` open or `C` close, institutional accounts; empty otherwise.
    pub open_close: String,
    /// 0 customer, 1 firm.
    pub origin: Option<i32>,
    /// Institutional short sale: 1 own shares, 2 borrowed.
    pub short_sale_slot: Option<i32>,
    /// Where borrowed shares come from.
    pub designated_location: String,
    /// Short-sale exemption; `None` for none (-1 on the wire).
    pub exempt_code: Option<i32>,
    /// Rule 80A origin.
    pub rule_80a: String,
    /// Not held.
    pub not_held: bool,
    /// Fund-adviser model portfolio.
    pub model_code: String,
    /// Clearing account.
    pub clearing_account: String,
    /// Clearing intent: `IB`, `Away`, `PTA`.
    pub clearing_intent: String,
    /// Settling firm.
    pub settling_firm: String,
    /// CME operator tag.
    pub ext_operator: String,
    /// 1 manual, 0 automatic, CME tagging; `None` when not tagged.
    pub manual_order_indicator: Option<i32>,
    /// Override of advanced order rejections.
    pub advanced_error_override: String,
    /// Override of percentage and size constraints set in TWS.
    pub override_percentage_constraints: bool,
    /// Price management algorithm asked for.
    pub use_price_mgmt_algo: Option<i32>,
    /// Customer account, for brokers.
    pub customer_account: String,
    /// Professional customer.
    pub professional_customer: bool,
    /// Also during the overnight session.
    pub include_overnight: bool,
    /// Who entered the order.
    pub submitter: String,
    /// What the order waits for, or what cancels it; empty for none.
    pub conditions: Vec<OrderCondition>,
    /// Whether the conditions cancel the order instead of releasing it.
    pub conditions_cancel_order: bool,
    /// Whether the conditions are looked at outside regular trading hours too.
    pub conditions_ignore_rth: bool,
    /// Wire names of the fields that the client set to something other than their neutral value and
    /// that this model does not carry (algorithms, hedges, scales …). A server that goes
    /// on regardless would trade something other than what was asked: refuse instead.
    pub unsupported: Vec<String>,
}
