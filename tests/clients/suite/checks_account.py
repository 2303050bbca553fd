"""Checks: what an account shows, what is refused, and coming back."""

from .client import Refused
from .desk import expect, expect_equal
from .venue import decimal


def executions(desk, _table):
    client = desk.client
    told = client.ask("executions", client_id=client.client_id)["executions"]
    mine = [execution for execution in told if execution["client_id"] == client.client_id]
    seen = {event["exec_id"]: event for event in client.events("execution")}
    expect_equal(sorted(e["exec_id"] for e in mine), sorted(seen), "executions asked for and seen live")
    for execution in mine:
        live = seen[execution["exec_id"]]
        for field in ("shares", "price"):
            expect_equal(decimal(execution[field]), decimal(live[field]), f"{execution['exec_id']} {field}")
        expect_equal((execution["ref"], execution["side"]), (live["ref"], live["side"]), "reference, side")
        expect(decimal(execution["commission"]) >= 0, f"commission of {execution}")


def completed_orders(desk, _table):
    told = {order["ref"]: order for order in desk.client.ask("completed")["orders"]}
    for kept, status in (("filled", "Filled"), ("cancelled", "Cancelled")):
        ref = desk.client.kept[kept].ref
        expect(ref in told, f"{ref} is not among the completed orders")
        expect_equal(told[ref]["status"], status, f"status of {ref}")


def positions(desk, _table):
    told = desk.client.ask("positions")["positions"]
    mine = [position for position in told if position["symbol"] == desk.client.symbol and position["account"] == desk.account]
    expect_equal(len(mine), 1, f"positions in {desk.client.symbol}")
    expect_equal(decimal(mine[0]["quantity"]), desk.net_position(), "quantity")
    expect_equal(mine[0]["account"], desk.account, "account")
    expect(decimal(mine[0]["average_cost"]) > 0, f"{mine[0]}")


def pnl(desk, _table):
    told = desk.client.ask("pnl", account=desk.account)
    for field in ("daily", "unrealized", "realized"):
        expect(abs(decimal(told[field])) < 10**7, f"{field} {told[field]}")
    con_id = desk.client.ask("details", contract=desk.contract())["found"][0]["con_id"]
    single = desk.client.ask("pnl_single", account=desk.account, con_id=con_id)
    expect_equal(decimal(single["position"]), desk.net_position(), "position")
    expect(decimal(single["value"]) > 0, f"value {single['value']}")


def stopped(desk, case):
    """A library may know better than to send something only where the table says so."""
    expect(desk.client.name in case.get("stopped_by", []), f"{case['name']}: stopped by the library")


def errors(desk, table):
    refs = []
    for case in table["orders"]:
        contract = {**desk.contract(), **case.get("contract", {})}
        order = dict(case["order"])
        if "times" in order:
            order["limit"] = desk.price(order.pop("times"))
        try:
            ticket = desk.place(contract=contract, **order)
        except Refused:
            # The library knows better than to send it: there is nothing the venue could answer.
            stopped(desk, case)
            continue
        refs.append(ticket.ref)
        notice = ticket.until_notice(*case["codes"])
        if "text" in case:
            expect(case["text"] in notice["text"].lower(), f"{case['name']}: {notice['text']}")
    ledger = desk.venue.ledger_refs()
    expect(not set(refs) & set(ledger), f"accepted: {set(refs) & set(ledger)}")
    for case in table["cancels"]:
        order_id = desk.client.kept["filled"].order_id if case["of"] == "filled" else case["of"]
        since = desk.client.mark()
        desk.client.ask("cancel", order_id=order_id)
        desk.client.wait(
            f"{case['name']}: code {case['codes']}",
            lambda event: event["event"] == "notice" and event["code"] in case["codes"] and event["ref"] == order_id,
            since,
        )
    for case in table["bars"]:
        try:
            told = desk.client.ask("bars", **{"contract": desk.contract(), **case["ask"]})
        except Refused:
            stopped(desk, case)
            continue
        expect(set(told["codes"]) & set(case["codes"]), f"{case['name']}: {told}")


def reconnect(desk, table):
    client = desk.client
    ticket = desk.limit("BUY", 5, desk.price(0.7), tif="GTC")
    ticket.until_status("Submitted")
    perm_id = desk.in_ledger(ticket)["perm_id"]
    client.ask("disconnect")
    # A client id is free again as soon as the venue has seen the end of the connection.
    desk.until_gone()
    told = desk.connect()
    expect(told["next_order_id"] > ticket.order_id, f"next order id {told['next_order_id']} after {ticket.order_id}")
    mine = [order for order in client.ask("own_open")["orders"] if order["ref"] == ticket.ref]
    expect_equal([(o["perm_id"], o["order_id"]) for o in mine], [(perm_id, ticket.order_id)], "the order kept")
    ticket.since = client.mark()
    ticket.cancel()
    ticket.until_notice(202)
    told = client.ask("connect_twice", port=desk.venue.port, client_id=client.client_id)
    expect(set(told["codes"]) & set(table["codes"]), f"a second connection with the same id: {told}")
    expect("time" in client.ask("time"), "the first connection still works")
