use serde_json::json;

use super::*;

#[test]
fn what_clients_wrote_is_text_and_never_markup() {
    let hostile = "<script>alert('1')</script>\"&";
    let page = html(&json!({
        "now": hostile,
        "clock": hostile,
        "accounts": [{"account": hostile, "positions": [{"symbol": hostile, "quantity": "1"}]}],
        "books": [{"symbol": hostile}],
        "working_orders": [{"order_ref": hostile}],
        "connections": [{"client_id": 1, "subscriptions": [hostile]}],
        "faults_active": [{"reject": {"message": hostile}}],
    }));
    assert!(!page.contains("<script") && !page.contains("alert('1')"), "{page}");
    assert!(page.matches("&lt;script&gt;").count() >= 8, "{page}");
}

#[test]
fn it_loads_nothing_and_refreshes_itself() {
    let page = html(&json!({}));
    assert!(page.contains("http-equiv=\"refresh\""));
    assert!(!page.contains("src=") && !page.contains("http://") && !page.contains("https://"), "{page}");
}

#[test]
fn orders_beyond_those_shown_are_counted() {
    let page = html(&json!({"working_orders": [{"perm_id": 1}], "working_orders_total": ORDERS_SHOWN_MAX + 3}));
    assert!(page.contains("and 3 more"), "{page}");
}
