//! The order message: every field, so that one this model does not carry is noticed.

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OrderCondition {
    #[prost(int32, optional, tag = "1")]
    pub(crate) kind: Option<i32>,
    #[prost(bool, optional, tag = "2")]
    pub(crate) is_conjunction_connection: Option<bool>,
    #[prost(bool, optional, tag = "3")]
    pub(crate) is_more: Option<bool>,
    #[prost(int32, optional, tag = "4")]
    pub(crate) con_id: Option<i32>,
    #[prost(string, optional, tag = "5")]
    pub(crate) exchange: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub(crate) symbol: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub(crate) sec_type: Option<String>,
    #[prost(int32, optional, tag = "8")]
    pub(crate) percent: Option<i32>,
    #[prost(double, optional, tag = "9")]
    pub(crate) change_percent: Option<f64>,
    #[prost(double, optional, tag = "10")]
    pub(crate) price: Option<f64>,
    #[prost(int32, optional, tag = "11")]
    pub(crate) trigger_method: Option<i32>,
    #[prost(string, optional, tag = "12")]
    pub(crate) time: Option<String>,
    #[prost(int32, optional, tag = "13")]
    pub(crate) volume: Option<i32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SoftDollarTier {
    #[prost(string, optional, tag = "1")]
    pub(crate) name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(crate) value: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) display_name: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Order {
    #[prost(int32, optional, tag = "1")]
    pub(crate) client_id: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) order_id: Option<i32>,
    #[prost(int64, optional, tag = "3")]
    pub(crate) perm_id: Option<i64>,
    #[prost(int32, optional, tag = "4")]
    pub(crate) parent_id: Option<i32>,
    #[prost(string, optional, tag = "5")]
    pub(crate) action: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub(crate) total_quantity: Option<String>,
    #[prost(int32, optional, tag = "7")]
    pub(crate) display_size: Option<i32>,
    #[prost(string, optional, tag = "8")]
    pub(crate) order_type: Option<String>,
    #[prost(double, optional, tag = "9")]
    pub(crate) lmt_price: Option<f64>,
    #[prost(double, optional, tag = "10")]
    pub(crate) aux_price: Option<f64>,
    #[prost(string, optional, tag = "11")]
    pub(crate) tif: Option<String>,
    #[prost(string, optional, tag = "12")]
    pub(crate) account: Option<String>,
    #[prost(string, optional, tag = "13")]
    pub(crate) settling_firm: Option<String>,
    #[prost(string, optional, tag = "14")]
    pub(crate) clearing_account: Option<String>,
    #[prost(string, optional, tag = "15")]
    pub(crate) clearing_intent: Option<String>,
    #[prost(bool, optional, tag = "16")]
    pub(crate) all_or_none: Option<bool>,
    #[prost(bool, optional, tag = "17")]
    pub(crate) block_order: Option<bool>,
    #[prost(bool, optional, tag = "18")]
    pub(crate) hidden: Option<bool>,
    #[prost(bool, optional, tag = "19")]
    pub(crate) outside_rth: Option<bool>,
    #[prost(bool, optional, tag = "20")]
    pub(crate) sweep_to_fill: Option<bool>,
    #[prost(double, optional, tag = "21")]
    pub(crate) percent_offset: Option<f64>,
    #[prost(double, optional, tag = "22")]
    pub(crate) trailing_percent: Option<f64>,
    #[prost(double, optional, tag = "23")]
    pub(crate) trail_stop_price: Option<f64>,
    #[prost(int32, optional, tag = "24")]
    pub(crate) min_qty: Option<i32>,
    #[prost(string, optional, tag = "25")]
    pub(crate) good_after_time: Option<String>,
    #[prost(string, optional, tag = "26")]
    pub(crate) good_till_date: Option<String>,
    #[prost(string, optional, tag = "27")]
    pub(crate) oca_group: Option<String>,
    #[prost(string, optional, tag = "28")]
    pub(crate) order_ref: Option<String>,
    #[prost(string, optional, tag = "29")]
    pub(crate) rule_80a: Option<String>,
    #[prost(int32, optional, tag = "30")]
    pub(crate) oca_type: Option<i32>,
    #[prost(int32, optional, tag = "31")]
    pub(crate) trigger_method: Option<i32>,
    #[prost(string, optional, tag = "32")]
    pub(crate) active_start_time: Option<String>,
    #[prost(string, optional, tag = "33")]
    pub(crate) active_stop_time: Option<String>,
    #[prost(string, optional, tag = "34")]
    pub(crate) fa_group: Option<String>,
    #[prost(string, optional, tag = "35")]
    pub(crate) fa_method: Option<String>,
    #[prost(string, optional, tag = "36")]
    pub(crate) fa_percentage: Option<String>,
    #[prost(double, optional, tag = "37")]
    pub(crate) volatility: Option<f64>,
    #[prost(int32, optional, tag = "38")]
    pub(crate) volatility_type: Option<i32>,
    #[prost(bool, optional, tag = "39")]
    pub(crate) continuous_update: Option<bool>,
    #[prost(int32, optional, tag = "40")]
    pub(crate) reference_price_type: Option<i32>,
    #[prost(string, optional, tag = "41")]
    pub(crate) delta_neutral_order_type: Option<String>,
    #[prost(double, optional, tag = "42")]
    pub(crate) delta_neutral_aux_price: Option<f64>,
    #[prost(int32, optional, tag = "43")]
    pub(crate) delta_neutral_con_id: Option<i32>,
    #[prost(string, optional, tag = "44")]
    pub(crate) delta_neutral_open_close: Option<String>,
    #[prost(bool, optional, tag = "45")]
    pub(crate) delta_neutral_short_sale: Option<bool>,
    #[prost(int32, optional, tag = "46")]
    pub(crate) delta_neutral_short_sale_slot: Option<i32>,
    #[prost(string, optional, tag = "47")]
    pub(crate) delta_neutral_designated_location: Option<String>,
    #[prost(int32, optional, tag = "48")]
    pub(crate) scale_init_level_size: Option<i32>,
    #[prost(int32, optional, tag = "49")]
    pub(crate) scale_subs_level_size: Option<i32>,
    #[prost(double, optional, tag = "50")]
    pub(crate) scale_price_increment: Option<f64>,
    #[prost(double, optional, tag = "51")]
    pub(crate) scale_price_adjust_value: Option<f64>,
    #[prost(int32, optional, tag = "52")]
    pub(crate) scale_price_adjust_interval: Option<i32>,
    #[prost(double, optional, tag = "53")]
    pub(crate) scale_profit_offset: Option<f64>,
    #[prost(bool, optional, tag = "54")]
    pub(crate) scale_auto_reset: Option<bool>,
    #[prost(int32, optional, tag = "55")]
    pub(crate) scale_init_position: Option<i32>,
    #[prost(int32, optional, tag = "56")]
    pub(crate) scale_init_fill_qty: Option<i32>,
    #[prost(bool, optional, tag = "57")]
    pub(crate) scale_random_percent: Option<bool>,
    #[prost(string, optional, tag = "58")]
    pub(crate) scale_table: Option<String>,
    #[prost(string, optional, tag = "59")]
    pub(crate) hedge_type: Option<String>,
    #[prost(string, optional, tag = "60")]
    pub(crate) hedge_param: Option<String>,
    #[prost(string, optional, tag = "61")]
    pub(crate) algo_strategy: Option<String>,
    #[prost(btree_map = "string, string", tag = "62")]
    pub(crate) algo_params: std::collections::BTreeMap<String, String>,
    #[prost(string, optional, tag = "63")]
    pub(crate) algo_id: Option<String>,
    #[prost(btree_map = "string, string", tag = "64")]
    pub(crate) smart_combo_routing_params: std::collections::BTreeMap<String, String>,
    #[prost(bool, optional, tag = "65")]
    pub(crate) what_if: Option<bool>,
    #[prost(bool, optional, tag = "66")]
    pub(crate) transmit: Option<bool>,
    #[prost(bool, optional, tag = "67")]
    pub(crate) override_percentage_constraints: Option<bool>,
    #[prost(string, optional, tag = "68")]
    pub(crate) open_close: Option<String>,
    #[prost(int32, optional, tag = "69")]
    pub(crate) origin: Option<i32>,
    #[prost(int32, optional, tag = "70")]
    pub(crate) short_sale_slot: Option<i32>,
    #[prost(string, optional, tag = "71")]
    pub(crate) designated_location: Option<String>,
    #[prost(int32, optional, tag = "72")]
    pub(crate) exempt_code: Option<i32>,
    #[prost(string, optional, tag = "73")]
    pub(crate) delta_neutral_settling_firm: Option<String>,
    #[prost(string, optional, tag = "74")]
    pub(crate) delta_neutral_clearing_account: Option<String>,
    #[prost(string, optional, tag = "75")]
    pub(crate) delta_neutral_clearing_intent: Option<String>,
    #[prost(double, optional, tag = "76")]
    pub(crate) discretionary_amt: Option<f64>,
    #[prost(bool, optional, tag = "77")]
    pub(crate) opt_out_smart_routing: Option<bool>,
    #[prost(double, optional, tag = "78")]
    pub(crate) starting_price: Option<f64>,
    #[prost(double, optional, tag = "79")]
    pub(crate) stock_ref_price: Option<f64>,
    #[prost(double, optional, tag = "80")]
    pub(crate) delta: Option<f64>,
    #[prost(double, optional, tag = "81")]
    pub(crate) stock_range_lower: Option<f64>,
    #[prost(double, optional, tag = "82")]
    pub(crate) stock_range_upper: Option<f64>,
    #[prost(bool, optional, tag = "83")]
    pub(crate) not_held: Option<bool>,
    #[prost(btree_map = "string, string", tag = "84")]
    pub(crate) order_misc_options: std::collections::BTreeMap<String, String>,
    #[prost(bool, optional, tag = "85")]
    pub(crate) solicited: Option<bool>,
    #[prost(bool, optional, tag = "86")]
    pub(crate) randomize_size: Option<bool>,
    #[prost(bool, optional, tag = "87")]
    pub(crate) randomize_price: Option<bool>,
    #[prost(int32, optional, tag = "88")]
    pub(crate) reference_contract_id: Option<i32>,
    #[prost(double, optional, tag = "89")]
    pub(crate) pegged_change_amount: Option<f64>,
    #[prost(bool, optional, tag = "90")]
    pub(crate) is_pegged_change_amount_decrease: Option<bool>,
    #[prost(double, optional, tag = "91")]
    pub(crate) reference_change_amount: Option<f64>,
    #[prost(string, optional, tag = "92")]
    pub(crate) reference_exchange_id: Option<String>,
    #[prost(string, optional, tag = "93")]
    pub(crate) adjusted_order_type: Option<String>,
    #[prost(double, optional, tag = "94")]
    pub(crate) trigger_price: Option<f64>,
    #[prost(double, optional, tag = "95")]
    pub(crate) adjusted_stop_price: Option<f64>,
    #[prost(double, optional, tag = "96")]
    pub(crate) adjusted_stop_limit_price: Option<f64>,
    #[prost(double, optional, tag = "97")]
    pub(crate) adjusted_trailing_amount: Option<f64>,
    #[prost(int32, optional, tag = "98")]
    pub(crate) adjustable_trailing_unit: Option<i32>,
    #[prost(double, optional, tag = "99")]
    pub(crate) lmt_price_offset: Option<f64>,
    #[prost(message, repeated, tag = "100")]
    pub(crate) conditions: Vec<OrderCondition>,
    #[prost(bool, optional, tag = "101")]
    pub(crate) conditions_cancel_order: Option<bool>,
    #[prost(bool, optional, tag = "102")]
    pub(crate) conditions_ignore_rth: Option<bool>,
    #[prost(string, optional, tag = "103")]
    pub(crate) model_code: Option<String>,
    #[prost(string, optional, tag = "104")]
    pub(crate) ext_operator: Option<String>,
    #[prost(message, optional, tag = "105")]
    pub(crate) soft_dollar_tier: Option<SoftDollarTier>,
    #[prost(double, optional, tag = "106")]
    pub(crate) cash_qty: Option<f64>,
    #[prost(string, optional, tag = "107")]
    pub(crate) mifid2_decision_maker: Option<String>,
    #[prost(string, optional, tag = "108")]
    pub(crate) mifid2_decision_algo: Option<String>,
    #[prost(string, optional, tag = "109")]
    pub(crate) mifid2_execution_trader: Option<String>,
    #[prost(string, optional, tag = "110")]
    pub(crate) mifid2_execution_algo: Option<String>,
    #[prost(bool, optional, tag = "111")]
    pub(crate) dont_use_auto_price_for_hedge: Option<bool>,
    #[prost(bool, optional, tag = "112")]
    pub(crate) is_oms_container: Option<bool>,
    #[prost(bool, optional, tag = "113")]
    pub(crate) discretionary_up_to_limit_price: Option<bool>,
    #[prost(string, optional, tag = "114")]
    pub(crate) auto_cancel_date: Option<String>,
    #[prost(string, optional, tag = "115")]
    pub(crate) filled_quantity: Option<String>,
    #[prost(int32, optional, tag = "116")]
    pub(crate) ref_futures_con_id: Option<i32>,
    #[prost(bool, optional, tag = "117")]
    pub(crate) auto_cancel_parent: Option<bool>,
    #[prost(string, optional, tag = "118")]
    pub(crate) shareholder: Option<String>,
    #[prost(bool, optional, tag = "119")]
    pub(crate) imbalance_only: Option<bool>,
    #[prost(int32, optional, tag = "120")]
    pub(crate) route_marketable_to_bbo: Option<i32>,
    #[prost(int64, optional, tag = "121")]
    pub(crate) parent_perm_id: Option<i64>,
    #[prost(int32, optional, tag = "122")]
    pub(crate) use_price_mgmt_algo: Option<i32>,
    #[prost(int32, optional, tag = "123")]
    pub(crate) duration: Option<i32>,
    #[prost(int32, optional, tag = "124")]
    pub(crate) post_to_ats: Option<i32>,
    #[prost(string, optional, tag = "125")]
    pub(crate) advanced_error_override: Option<String>,
    #[prost(string, optional, tag = "126")]
    pub(crate) manual_order_time: Option<String>,
    #[prost(int32, optional, tag = "127")]
    pub(crate) min_trade_qty: Option<i32>,
    #[prost(int32, optional, tag = "128")]
    pub(crate) min_compete_size: Option<i32>,
    #[prost(double, optional, tag = "129")]
    pub(crate) compete_against_best_offset: Option<f64>,
    #[prost(double, optional, tag = "130")]
    pub(crate) mid_offset_at_whole: Option<f64>,
    #[prost(double, optional, tag = "131")]
    pub(crate) mid_offset_at_half: Option<f64>,
    #[prost(string, optional, tag = "132")]
    pub(crate) customer_account: Option<String>,
    #[prost(bool, optional, tag = "133")]
    pub(crate) professional_customer: Option<bool>,
    #[prost(string, optional, tag = "134")]
    pub(crate) bond_accrued_interest: Option<String>,
    #[prost(bool, optional, tag = "135")]
    pub(crate) include_overnight: Option<bool>,
    #[prost(int32, optional, tag = "136")]
    pub(crate) manual_order_indicator: Option<i32>,
    #[prost(string, optional, tag = "137")]
    pub(crate) submitter: Option<String>,
    #[prost(bool, optional, tag = "138")]
    pub(crate) deactivate: Option<bool>,
    #[prost(bool, optional, tag = "139")]
    pub(crate) post_only: Option<bool>,
    #[prost(bool, optional, tag = "140")]
    pub(crate) allow_pre_open: Option<bool>,
    #[prost(bool, optional, tag = "141")]
    pub(crate) ignore_open_auction: Option<bool>,
    #[prost(int32, optional, tag = "142")]
    pub(crate) seek_price_improvement: Option<i32>,
    #[prost(int32, optional, tag = "143")]
    pub(crate) what_if_type: Option<i32>,
    #[prost(int32, optional, tag = "144")]
    pub(crate) hedge_max_size: Option<i32>,
    #[prost(bool, optional, tag = "145")]
    pub(crate) conditions_include_overnight: Option<bool>,
}
