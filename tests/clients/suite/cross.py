"""After the checks: do the five and the venue tell the same story?"""

from decimal import Decimal

from .desk import LIVE, expect, expect_equal
from .venue import decimal


def leave(desk, table):
    """Leaves working orders behind, so that there is something to compare."""
    bid = desk.limit("BUY", table["quantity"], desk.price(table["limit"]), tif="GTC")
    stop = desk.place(
        action="SELL", quantity=table["quantity"], type="STP", stop=desk.price(table["stop"]), tif="GTC"
    )
    bid.until_status(*LIVE)
    stop.until_status(*LIVE)


def look(desk, _table):
    """Everything one client sees of all five."""
    return {
        "orders": desk.client.ask("all_open")["orders"],
        "positions": desk.client.ask("positions")["positions"],
        "executions": desk.client.ask("executions", client_id=0)["executions"],
        "completed": desk.client.ask("completed")["orders"],
    }


def order_rows(orders):
    return sorted(
        (o["perm_id"], o["client_id"], o["ref"], o["symbol"], o["action"], o["type"], o["status"]) for o in orders
    )


def venue_orders(state):
    return sorted(
        (
            o["perm_id"], o["client_id"], o["order_ref"], o["symbol"], o["side"].upper(), o["order_type"], o["status"]
        )
        for o in state["working_orders"]
    )


def position_rows(positions):
    rows = ((p["account"], p["con_id"], decimal(p["quantity"]), decimal(p["average_cost"])) for p in positions)
    # Clients carry the average cost as a binary fraction: a hundredth of a cent is beyond doubt.
    return sorted((account, con_id, qty, round(cost, 4)) for account, con_id, qty, cost in rows if qty)


def venue_positions(state):
    return sorted(
        (account["account"], held["con_id"], decimal(held["quantity"]), round(decimal(held["average_cost"]), 4))
        for account in state["accounts"]
        for held in account["positions"]
    )


def execution_rows(executions):
    return sorted(
        (e["exec_id"], e["perm_id"], e["client_id"], e["ref"], e["symbol"], e["side"], decimal(e["shares"]).normalize(),
         decimal(e["price"]).normalize(), round(decimal(e["commission"]), 4))
        for e in executions
    )


def venue_executions(ledger):
    return sorted(
        (e["exec_id"], o["perm_id"], o["client_id"], o["order_ref"], o["symbol"], o["side"].upper(),
         decimal(e["quantity"]).normalize(), decimal(e["price"]).normalize(), round(decimal(e["commission"]), 4))
        for o in ledger
        for e in o["executions"]
    )


def differences(found, wanted):
    missing = [row for row in wanted if row not in found]
    extra = [row for row in found if row not in wanted]
    return f"missing {missing[:3]} ({len(missing)}), extra {extra[:3]} ({len(extra)})"


def agree_on_orders(views, state, _ledger):
    wanted = venue_orders(state)
    expect(len(wanted) >= 2 * len(views), f"only {len(wanted)} working orders to compare")
    for name, view in views.items():
        found = order_rows(view["orders"])
        expect(found == wanted, f"{name}: {differences(found, wanted)}")


def agree_on_positions(views, state, _ledger):
    wanted = venue_positions(state)
    expect(len(wanted) >= len(views), f"only {len(wanted)} positions to compare")
    for name, view in views.items():
        found = position_rows(view["positions"])
        expect(found == wanted, f"{name}: {differences(found, wanted)}")


def agree_on_executions(views, _state, ledger):
    wanted = venue_executions(ledger)
    for name, view in views.items():
        found = execution_rows(view["executions"])
        expect(found == wanted, f"{name}: {differences(found, wanted)}")


def agree_on_completed(views, _state, ledger):
    """Ended orders; those refused by the broker are shown too, but were never accepted."""
    wanted = sorted((o["perm_id"], o["status"]) for o in ledger if o["status"] not in (*LIVE, "PendingSubmit"))
    accepted = {order["perm_id"] for order in ledger}
    refused = None
    for name, view in views.items():
        mine = [order for order in view["completed"] if order["perm_id"] not in accepted]
        expect(all(order["status"] == "Inactive" for order in mine), f"{name}: {mine} are not in the ledger")
        told = sorted((order["perm_id"], order["ref"]) for order in mine)
        refused = told if refused is None else refused
        expect(told == refused, f"{name}: refused orders: {differences(told, refused)}")
        found = sorted((o["perm_id"], o["status"]) for o in view["completed"] if o["perm_id"] in accepted)
        expect(found == wanted, f"{name}: {differences(found, wanted)}")


def books_balance(_views, state, ledger):
    """Cash is deposits less purchases plus sales less commissions, to the last digit."""
    # The first account holds dollars and stocks only; the audit of the venue examines all of them.
    for account in state["accounts"][:1]:
        cash, commissions = decimal(account["deposit"]), Decimal(0)
        for order in (o for o in ledger if o["account"] == account["account"]):
            sign = -1 if order["side"].upper() == "BUY" else 1
            for e in order["executions"]:
                cash += sign * decimal(e["quantity"]) * decimal(e["price"]) - decimal(e["commission"])
                commissions += decimal(e["commission"])
        expect_equal(cash, decimal(account["cash"]), f"cash of {account['account']}")
        expect_equal(commissions, decimal(account["commissions"]), "commissions")


def audit_passes(audit):
    expect(audit["executions"] > 0, f"{audit}")
    expect_equal(audit["violations"], [], "what does not balance")


def agree_on_answers(clients):
    """Answers that do not depend on who asks: bars, ticks, schedules of days that are over."""
    first, *_ = clients
    for asked in first.kept.get("same", {}):
        told = {client.name: client.kept["same"][asked] for client in clients if asked in client.kept.get("same", {})}
        expect(len(told) >= min(2, len(clients)), f"{asked}: answered only to {sorted(told)}")
        for name, answer in told.items():
            wanted = told[min(told)]
            expect(answer == wanted, f"{asked}: {name} got {str(answer)[:200]}, {min(told)} got {str(wanted)[:200]}")
