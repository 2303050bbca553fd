"""Checks: depth, ticks, schedules, rules, scans, and the rarer terms of orders."""

from decimal import Decimal

from .desk import LIVE, expect, expect_equal, same_term
from .venue import decimal


def depth(desk, table):
    # SMART has no book of its own without smart depth: the listing exchange is asked.
    primary = desk.client.ask("details", contract=desk.contract())["found"][0]["primary"]
    book = desk.client.ask("depth", contract={**desk.contract(), "exchange": primary}, rows=table["rows"])
    bids, asks = ([decimal(price) for price, _ in book[side][: table["rows"]]] for side in ("bids", "asks"))
    expect(bids == sorted(set(bids), reverse=True) and asks == sorted(set(asks)), f"prices of {book}")
    expect(bids[0] < asks[0], f"crossed: {book}")
    expect(all(decimal(size) > 0 for side in ("bids", "asks") for _, size in book[side]), f"sizes of {book}")


def tick_by_tick(desk, _table):
    last = desk.client.ask("tick_by_tick", contract=desk.contract(), kind="Last")
    expect(decimal(last["price"]) > 0 and decimal(last["size"]) > 0, f"last {last}")
    sides = desk.client.ask("tick_by_tick", contract=desk.contract(), kind="BidAsk")
    expect(0 < decimal(sides["bid"]) < decimal(sides["ask"]), f"bid and ask {sides}")
    expect(decimal(sides["bid_size"]) > 0 and decimal(sides["ask_size"]) > 0, f"sizes {sides}")


def realtime_bars(desk, _table):
    bar = desk.client.ask("realtime_bar", contract=desk.contract())
    low, high = decimal(bar["low"]), decimal(bar["high"])
    expect(all(low <= decimal(bar[field]) <= high for field in ("open", "close")) and low > 0, f"{bar}")


def past_ticks(desk, table):
    ticks = desk.client.ask("past_ticks", **table["ask"])["ticks"]
    expect(len(ticks) >= table["ask"]["count"], f"{len(ticks)} ticks")
    times = [at for at, _, _ in ticks]
    expect(times == sorted(times) and all(decimal(price) > 0 for _, price, _ in ticks), f"{ticks[:3]}")
    desk.same_for_all(table["ask"], [(at, decimal(price), decimal(size)) for at, price, size in ticks])


def head_timestamp(desk, table):
    told = desk.client.ask("head_timestamp", **table["ask"])["time"]
    expect(int(told) < table["before"], f"{told}")
    desk.same_for_all(table["ask"], int(told))


def histogram(desk, table):
    rows = desk.client.ask("histogram", **table["ask"])["rows"]
    expect(rows and all(decimal(price) > 0 and decimal(size) > 0 for price, size in rows), f"{rows[:3]}")


def schedule(desk, table):
    told = desk.client.ask("schedule", **table["ask"])
    expect_equal((told["days"], told["zone"]), (table["days"], table["zone"]), "days of trading")


def market_rule(desk, table):
    steps = desk.client.ask("market_rule", rule=table["rule"])["steps"]
    expect_equal([[decimal(at), decimal(step)] for at, step in steps],
                 [[decimal(at), decimal(step)] for at, step in table["steps"]], "price increments")


def scan(desk, table):
    found = desk.client.ask("scan", code=table["code"], rows=table["rows"])["found"]
    expect_equal([rank for rank, _ in found], list(range(table["rows"])), "ranks")
    expect_equal(len({symbol for _, symbol in found}), table["rows"], f"symbols of {found}")


def option_chain(desk, table):
    chains = desk.client.ask("option_chain", **table["ask"])["chains"]
    expect(chains, "no chains")
    for chain in chains:
        expect(len(chain["expiries"]) >= table["expiries"] and len(chain["strikes"]) >= table["strikes"], f"{chain}")
        expect_equal(str(chain["multiplier"]), table["multiplier"], "multiplier")
    keys = ("exchange", "expiries", "strikes")
    desk.same_for_all(table["ask"], sorted(([chain[key] for key in keys] for chain in chains), key=str))


def order_terms(desk, table):
    """Every term comes back as it was given, read afresh after a reconnection."""
    tickets = []
    for case in table["orders"]:
        order = dict(case["order"])
        for field in ("limit", "stop", "trail_stop"):
            if field in order and str(order[field]).startswith("*"):
                order[field] = desk.price(order[field][1:])
        tickets.append((case, desk.place(**order)))
    for _, ticket in tickets:
        ticket.until_status(*LIVE)
    desk.client.ask("disconnect")
    desk.until_gone()
    desk.connect()
    shown = {order["ref"]: order for order in desk.client.ask("own_open")["orders"]}
    for case, ticket in tickets:
        expect(ticket.ref in shown, f"{case['name']}: not among the open orders")
        found = shown[ticket.ref]
        expect_equal(found["type"], ticket.order["type"], f"{case['name']}: type")
        for name, wanted in ticket.order.items():
            if name in found["terms"] and name not in case.get("may_differ", []):
                same_term(f"{case['name']}: {name}", found["terms"][name], wanted)
        ticket.since = desk.client.mark()
        ticket.cancel()
        ticket.until_notice(202)
    # The stream of quotes ended with the connection.
    desk.client.ask("quotes_start", sub=1, contract=desk.contract())


def conditional_order(desk, table):
    """An order waits for the price of its condition, and works once it is reached."""
    con_id = desk.client.ask("details", contract=desk.contract())["found"][0]["con_id"]
    start = desk.price(1)
    trigger = desk.on_tick(start * Decimal(table["trigger"]))
    condition = {"kind": "price", "con_id": con_id, "exchange": "SMART", "price": str(trigger), "more": True}
    ticket = desk.market("BUY", 10, conditions=[condition])
    ticket.until_status("PreSubmitted")
    expect_equal(ticket.executions(), [], "executions before the condition")
    desk.move_to(desk.on_tick(start * Decimal(table["move"])))
    ticket.until_status("Filled")
    for execution in ticket.until_executed(10):
        expect(decimal(execution["price"]) > trigger, f"filled at {execution['price']}, before {trigger}")


def security_types(desk, table):
    """One trade in each type of security: contract, order, execution and position tell the same contract."""
    for case in table["trades"]:
        found = desk.client.ask("details", contract=case["ask"])["found"]
        expect(found, f"{case['name']}: no contract")
        chosen = min(found, key=lambda row: (str(row.get("expiry") or ""), row["con_id"]))
        fields = ("con_id", "symbol", "sec_type", "exchange", "currency", "expiry", "strike", "right", "multiplier")
        contract = {field: chosen[field] for field in fields if chosen.get(field)}
        contract = {**contract, "multiplier": str(contract.get("multiplier", ""))}
        ticket = desk.market("BUY", case["quantity"], contract=contract, account=table["account"])
        ticket.until_status("Filled")
        for execution in ticket.until_executed(case["quantity"]):
            expect_equal(execution["con_id"], chosen["con_id"], f"{case['name']}: contract of the execution")
        held = [row for row in desk.client.ask("positions")["positions"] if row["con_id"] == chosen["con_id"]]
        expect(held and all(row["account"] == table["account"] for row in held), f"{case['name']}: position {held}")
