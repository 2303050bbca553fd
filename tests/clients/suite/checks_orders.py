"""Checks: the life of an order."""

from decimal import Decimal

from .desk import LIVE, expect, expect_equal, is_subsequence
from .venue import decimal


def what_if(desk, _table):
    ref = f"{desk.client.name}/what-if"
    order = {"action": "BUY", "quantity": 100, "type": "MKT", "tif": "DAY", "account": desk.account, "ref": ref}
    told = desk.client.ask("what_if", contract=desk.contract(), order=order)
    expect(decimal(told["init_margin_change"]) > 0, f"{told}")
    expect(decimal(told["equity_after"]) > 0, f"{told}")
    expect(decimal(told["commission"]) > 0, f"{told}")
    expect(ref not in desk.venue.ledger_refs(), "a what-if was placed")


def place(desk, table):
    price = desk.price(table["limit"])
    ticket = desk.limit("BUY", 10, price)
    ticket.until_status("Submitted")
    shown = ticket.until_open_order("open order", lambda event: event["perm_id"] > 0)
    expect_equal((shown["ref"], decimal(shown["limit"]), decimal(shown["quantity"])), (ticket.ref, price, 10), "terms")
    expect_equal(desk.in_ledger(ticket)["perm_id"], shown["perm_id"], "perm id")
    desk.client.kept["resting"] = (ticket, shown["perm_id"], price)


def modify(desk, table):
    ticket, perm_id, price = desk.client.kept["resting"]
    price += Decimal(table["by"])
    ticket.change(limit=str(price), quantity=table["quantity"])

    def is_changed(event):
        return event.get("limit") is not None and decimal(event["limit"]) == price

    shown = ticket.until_open_order(f"limit {price}", is_changed)
    expect_equal((shown["perm_id"], decimal(shown["quantity"])), (perm_id, table["quantity"]), "perm id, quantity")
    held = desk.in_ledger(ticket)
    expect_equal((decimal(held["limit_price"]), len(held["modifications"])), (price, 1), "in the ledger")


def cancel(desk, table):
    ticket, _, _ = desk.client.kept["resting"]
    ticket.cancel()
    ticket.until_status("Cancelled")
    ticket.until_notice(*table["codes"])
    expect(is_subsequence(table["statuses"], ticket.statuses()), f"statuses {ticket.statuses()}")
    expect_equal(desk.in_ledger(ticket)["status"], "Cancelled", "in the ledger")
    desk.client.kept["cancelled"] = ticket


def market_order(desk, _table):
    ticket = desk.market("BUY", 10)
    ticket.until_status("Filled")
    commission = 0
    for execution in ticket.until_executed(10):
        expect_equal((execution["ref"], execution["side"]), (ticket.ref, "BUY"), "execution")
        charge = desk.client.events("commission", exec_id=execution["exec_id"])[0]
        expect_equal(charge["currency"], "USD", "currency of the commission")
        commission += decimal(charge["commission"])
    # The least charge of an order falls on its first execution; a second may cost nothing more.
    expect(commission > 0, f"commission {commission}")
    expect_equal(decimal(desk.in_ledger(ticket)["filled_qty"]), 10, "filled in the ledger")
    desk.client.kept["filled"] = ticket


def partial_fill(desk, table):
    quantity = table["quantity"]
    ticket = desk.limit("BUY", quantity, desk.price(table["limit"]))
    part = ticket.until_report("partly filled", lambda event: 0 < decimal(event["filled"]) < quantity)
    expect_equal(decimal(part["filled"]) + decimal(part["remaining"]), quantity, "filled + remaining")
    expect_equal(part["status"], "Submitted", "status of the partly filled order")
    whole = ticket.until_status("Filled")
    executions = ticket.until_executed(quantity)
    expect(len(executions) >= 2, f"{len(executions)} executions")
    value = sum(decimal(e["shares"]) * decimal(e["price"]) for e in executions)
    expect(abs(value / quantity - decimal(whole["avg_price"])) < Decimal("0.0001"), f"{whole}: average price")


def bracket(desk, table):
    entry = desk.limit("BUY", 100, desk.price(1.01), transmit=False)
    parent = entry.order_id
    target = desk.limit("SELL", 100, desk.price(table["target"]), parent=parent, transmit=False)
    stop = desk.place(action="SELL", quantity=100, type="STP", stop=desk.price(table["stop"]), parent=parent)
    entry.until_status("Filled")
    target.until_status("Submitted")
    stop.until_status(*LIVE)
    desk.move_to(desk.price(table["move"]))
    target.until_status("Filled")
    stop.until_status("Cancelled")
    for ticket, filled in ((entry, 100), (target, 100), (stop, 0)):
        expect_equal(decimal(desk.in_ledger(ticket)["filled_qty"]), filled, f"{ticket.ref} filled in the ledger")
    target.until_executed(100)


def oca(desk, table):
    group = {"oca_group": f"{desk.client.name}-{desk.account}", "oca_type": 1}
    far = desk.limit("BUY", 20, desk.price(table["far"]), **group)
    near = desk.limit("BUY", 20, desk.price(table["near"]), **group)
    far.until_status(*LIVE)
    near.until_status(*LIVE)
    desk.move_to(desk.price(table["move"]))
    near.until_status("Filled")
    far.until_status("Cancelled")
    near.until_executed(20)
    expect_equal(decimal(desk.in_ledger(far)["filled_qty"]), 0, "filled of the cancelled one")


def ioc(desk, table):
    away = desk.limit("BUY", 10, desk.price(0.9), tif="IOC")
    away.until_status("Cancelled")
    expect(is_subsequence(table["unfilled"], away.statuses()), f"statuses {away.statuses()}")
    expect_equal(away.executions(), [], "executions of the unfilled one")
    some = desk.limit("BUY", table["quantity"], desk.price(table["limit"]), tif="IOC")
    some.until_status("Cancelled")
    filled = decimal(desk.in_ledger(some)["filled_qty"])
    expect(0 < filled < table["quantity"], f"{filled} of {table['quantity']} filled")
    some.until_executed(filled)


def fok(desk, table):
    away = desk.limit("BUY", 10, desk.price(0.9), tif="FOK")
    away.until_status(table["unfilled"])
    much = desk.limit("BUY", table["quantity"], desk.price(table["limit"]), tif="FOK")
    much.until_status(table["unfilled"])
    for ticket in (away, much):
        expect_equal(ticket.executions(), [], f"executions of {ticket.ref}")
        expect_equal(decimal(desk.in_ledger(ticket)["filled_qty"]), 0, "filled in the ledger")
    desk.next_quote()
    whole = desk.limit("BUY", 10, desk.price(1.01), tif="FOK")
    whole.until_status("Filled")
    whole.until_executed(10)


def trailing_stop(desk, table):
    start = desk.price(1)
    trail = desk.on_tick(start * Decimal(table["trail"]))
    ticket = desk.place(action="SELL", quantity=50, type="TRAIL", stop=trail)
    held = ticket.until_report("held", lambda event: event["status"] == "PreSubmitted" and event["why_held"])
    expect_equal(held["why_held"], "trigger", "why held")
    desk.move_to(desk.on_tick(start * Decimal(table["peak"])))
    expect_equal(ticket.executions(), [], "executions on the way up")
    # Below the trailed stop, yet above where the stop was at first.
    back = desk.on_tick(start * Decimal(table["back"]))
    expect(back > start - trail, "the table's figures")
    desk.move_to(back)
    ticket.until_status("Filled")
    ticket.until_executed(50)
