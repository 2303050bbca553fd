"""How the operations of openapi.json are called in Python: the only table in which a name is chosen.

An operation that is not here gets a name all the same: the first word of its path is its group, and its id its method.
"""

# Operation id: (group, method, method that walks over all pages or "").
# The empty group is the client itself.
NAMES: dict[str, tuple[str, str, str]] = {
    "get_status": ("", "status", ""),
    "get_health": ("", "health", ""),
    "get_readiness": ("", "readiness", ""),
    "get_metrics": ("", "metrics", ""),
    "list_accounts": ("accounts", "list", "each"),
    "get_account_summary": ("accounts", "summary", ""),
    "get_account_capabilities": ("accounts", "capabilities", ""),
    "get_account_history": ("accounts", "history", "each_mark"),
    "get_pnl": ("accounts", "pnl", ""),
    "list_positions": ("accounts", "positions", "each_position"),
    "list_alerts": ("alerts", "list", "each"),
    "ack_alert": ("alerts", "ack", ""),
    "list_approvals": ("approvals", "list", "each"),
    "get_approval": ("approvals", "get", ""),
    "approve_order": ("approvals", "approve", ""),
    "approve_plan": ("approvals", "approve_plan", ""),
    "deny_approval": ("approvals", "deny", ""),
    "revoke_approval": ("approvals", "revoke", ""),
    "list_audit": ("audit", "list", "each"),
    "verify_audit": ("audit", "verify", ""),
    "export_audit": ("audit", "export", ""),
    "verify_broker": ("broker", "verify", ""),
    "search_contracts": ("contracts", "search", "each_match"),
    "get_contract": ("contracts", "get", ""),
    "get_option_chain": ("contracts", "chain", ""),
    "follow_events": ("events", "page", ""),
    "get_configuration": ("", "configuration", ""),
    "get_venue": ("venue", "get", ""),
    "set_venue_speed": ("venue", "set_speed", ""),
    "move_venue_price": ("venue", "move_price", ""),
    "inject_fault": ("venue", "inject", ""),
    "remove_fault": ("venue", "remove", ""),
    "list_executions": ("executions", "list", "each"),
    "get_gates": ("gates", "list", ""),
    "release_instrument": ("instruments", "release", ""),
    "get_guard": ("guard", "get", ""),
    "evaluate_guard": ("guard", "evaluate", ""),
    "list_keys": ("keys", "list", "each"),
    "create_key": ("keys", "create", ""),
    "revoke_key": ("keys", "revoke", ""),
    "get_trading_states": ("kill", "get", ""),
    "set_trading_state": ("kill", "set", ""),
    "get_limits": ("limits", "get", ""),
    "set_limits": ("limits", "set", ""),
    "accept_limits": ("limits", "accept", ""),
    "withdraw_limits": ("limits", "withdraw", ""),
    "reset_breaker": ("limits", "reset", ""),
    "drill_limits": ("limits", "drill", ""),
    "get_limits_history": ("limits", "history", "each_change"),
    "get_live": ("live", "get", ""),
    "arm_live": ("live", "arm", ""),
    "disarm_live": ("live", "disarm", ""),
    "get_loop": ("loop", "status", ""),
    "list_decisions": ("loop", "decisions", "each_decision"),
    "propose_decision": ("loop", "propose", ""),
    "plan_loop": ("loop", "plan", ""),
    "list_runs": ("loop", "runs", "each_run"),
    "begin_run": ("loop", "begin", ""),
    "get_run": ("loop", "run", ""),
    "roll_back": ("loop", "roll_back", ""),
    "pause_loop": ("loop", "pause", ""),
    "resume_loop": ("loop", "resume", ""),
    "list_mandates": ("mandates", "list", "each"),
    "grant_mandate": ("mandates", "grant", ""),
    "confirm_mandate": ("mandates", "confirm", ""),
    "revoke_mandate": ("mandates", "revoke", ""),
    "get_quote": ("market", "quote", ""),
    "get_bars": ("market", "bars", ""),
    "get_streams": ("market", "streams", ""),
    "stream_quotes": ("market", "watched", ""),
    "list_orders": ("orders", "list", "each"),
    "get_order": ("orders", "get", ""),
    "preview_order": ("orders", "preview", ""),
    "submit_order": ("orders", "submit", ""),
    "replace_order": ("orders", "replace", ""),
    "cancel_order": ("orders", "cancel", ""),
    "cancel_all_orders": ("orders", "cancel_all", ""),
    "resolve_order": ("orders", "resolve", ""),
    "flatten_positions": ("orders", "flatten", ""),
    "get_session": ("session", "get", ""),
    "sign_in": ("session", "sign_in", ""),
    "sign_out": ("session", "sign_out", ""),
}

# Bodies that are given as one value; the fields of all others are arguments.
WHOLE_BODIES = {"NewOrder": "order", "AmendOrder": "amendment"}

# What is given by its place, though the gateway could do without it: `quote("AAPL")`.
BY_PLACE = {"get_quote": "symbol", "get_bars": "symbol", "search_contracts": "search", "stream_quotes": "symbols"}

# A cancel or a change under a new key does no harm where it repeats an old one; everything else must name its key.
KEY_MAY_BE_NEW = {"cancel_order", "replace_order"}

# Fields that are shown to nobody who does not ask for them.
SECRETS = {"secret", "csrf_token"}

# How long an answer may take where it is more than a minute, seconds.
SLOW_S = {"drill_limits": 300, "verify_audit": 300, "export_audit": 300}

# Groups that have more than what is made here: the class in `_streams.py` that they build on.
BASES = {"events": "EventStreams", "market": "QuoteStreams"}
