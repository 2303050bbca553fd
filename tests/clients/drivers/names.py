"""What the Python libraries call the fields of the suite's orders and contracts."""
import sys

ORDER_FIELDS = {
    "action": ("action", str), "quantity": ("totalQuantity", float), "type": ("orderType", str),
    "limit": ("lmtPrice", float), "stop": ("auxPrice", float), "tif": ("tif", str), "ref": ("orderRef", str),
    "transmit": ("transmit", bool), "parent": ("parentId", int), "oca_group": ("ocaGroup", str),
    "oca_type": ("ocaType", int), "account": ("account", str), "outside_rth": ("outsideRth", bool),
    "good_till": ("goodTillDate", str), "trail_percent": ("trailingPercent", float),
    "trail_stop": ("trailStopPrice", float), "display_size": ("displaySize", int),
}
# What an order says of itself besides its everyday fields.
TERMS = ("tif", "stop", "outside_rth", "good_till", "trail_percent", "trail_stop", "display_size", "oca_group", "parent")
CONTRACT_FIELDS = {
    "con_id": "conId", "symbol": "symbol", "sec_type": "secType", "exchange": "exchange", "currency": "currency",
    "expiry": "lastTradeDateOrContractMonth", "strike": "strike", "right": "right", "multiplier": "multiplier",
    "primary": "primaryExchange", "local_symbol": "localSymbol", "trading_class": "tradingClass",
}
SIDES = {"BOT": "BUY", "SLD": "SELL"}
UNSET = sys.float_info.max
