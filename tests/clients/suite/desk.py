"""What the checks are written with: a client, the venue, and orders followed by their events."""

import json
import time
from decimal import ROUND_HALF_EVEN, Decimal

from .lines import PATIENCE_SECONDS, Failed
from .venue import decimal

CENT = Decimal("0.01")
LIVE = ("PreSubmitted", "Submitted")


def expect(condition, what):
    """Fails with words unless the condition holds."""
    if not condition:
        raise Failed(what)


def expect_equal(found, wanted, what):
    expect(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def is_subsequence(wanted, found):
    """Whether `wanted` appears in `found`, in that order, other things between."""
    rest = iter(found)
    return all(any(word == other for other in rest) for word in wanted)


def same_term(what, found, wanted):
    if isinstance(wanted, list):
        expect_equal(len(found), len(wanted), what)
        for one, other in zip(found, wanted):
            for key in other:
                same_term(f"{what} {key}", one.get(key), other[key])
    elif isinstance(wanted, bool) or not is_number(wanted):
        expect_equal(found, wanted, what)
    else:
        expect(found is not None and decimal(found) == decimal(wanted), f"{what}: {found!r}, not {wanted!r}")


def is_number(value):
    try:
        decimal(value)
    except ArithmeticError:
        return False
    return True


class Ticket:
    """An order of this client, by its id and reference."""

    def __init__(self, desk, order_id, ref, contract, order, since):
        self.desk, self.order_id, self.ref = desk, order_id, ref
        self.contract, self.order, self.since = contract, order, since

    def _wait(self, what, kind, wanted):
        def is_wanted(event):
            return event["event"] == kind and event.get("order_id") == self.order_id and wanted(event)

        return self.desk.client.wait(f"order {self.ref}: {what}", is_wanted, self.since)

    def until_status(self, *statuses):
        """The first report with one of the statuses."""
        return self._wait("/".join(statuses), "status", lambda event: event["status"] in statuses)

    def until_report(self, what, wanted):
        return self._wait(what, "status", wanted)

    def until_open_order(self, what, wanted):
        return self._wait(what, "open_order", wanted)

    def until_notice(self, *codes):
        """The first notice about the order with one of the codes."""

        def is_wanted(event):
            return event["event"] == "notice" and event["ref"] == self.order_id and event["code"] in codes

        return self.desk.client.wait(f"order {self.ref}: code {codes}", is_wanted, self.since)

    def statuses(self):
        """Reported statuses without repetitions."""
        told = [event["status"] for event in self.desk.client.events("status", self.since, order_id=self.order_id)]
        return [status for at, status in enumerate(told) if at == 0 or told[at - 1] != status]

    def executions(self):
        return self.desk.client.executions(self.since, order_id=self.order_id)

    def until_executed(self, shares):
        """All executions, once they and their commissions sum up to so many shares."""
        client, shares = self.desk.client, decimal(shares)

        def is_whole(event):
            if event["event"] not in ("execution", "commission"):
                return False
            mine = self.executions()
            charged = {e["exec_id"] for e in client.events("commission", self.since)}
            total = sum((decimal(e["shares"]) for e in mine), Decimal(0))
            return total == shares and all(e["exec_id"] in charged for e in mine)

        client.wait(f"order {self.ref}: {shares} shares executed, each with its commission", is_whole, self.since)
        return self.executions()

    def change(self, **fields):
        """Sends the same order id again with other terms."""
        self.order = {**self.order, **fields}
        self.desk.client.ask("place", order_id=self.order_id, contract=self.contract, order=self.order)

    def cancel(self):
        self.desk.client.ask("cancel", order_id=self.order_id)


class Desk:
    """A client at the venue."""

    def __init__(self, client, venue, table):
        self.client, self.venue, self.table = client, venue, table
        self.account = table["accounts"][0]
        self.tickets = 0

    def contract(self):
        """The client's own stock, as a newcomer names it."""
        return {"symbol": self.client.symbol, "sec_type": "STK", "exchange": "SMART", "currency": "USD"}

    def connect(self):
        port, client_id = self.venue.port, self.client.client_id
        return self.client.ask("connect", host="127.0.0.1", port=port, client_id=client_id)

    def same_for_all(self, asked, told):
        """Keeps an answer that all clients must have got alike; compared when all are through."""
        self.client.kept.setdefault("same", {})[json.dumps(asked)] = told

    def until_gone(self):
        """Waits until the venue has seen that this client went away."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(seen["client_id"] == self.client.client_id for seen in self.venue.state()["connections"]):
            expect(time.monotonic() < deadline, "the venue still has the connection")

    def quote(self):
        """Bid, ask and last of the own stock, by a snapshot."""
        told = self.client.ask("snapshot", contract=self.contract())
        missing = [field for field in ("bid", "ask", "last") if not told.get(field)]
        expect(not missing, f"the snapshot lacks {missing}: {told}")
        return {field: decimal(told[field]) for field in ("bid", "ask", "last", "bid_size", "ask_size")}

    def price(self, factor):
        """So much of the middle of the market, on a tick."""
        quote = self.quote()
        return self.on_tick((quote["bid"] + quote["ask"]) / 2 * Decimal(str(factor)))

    @staticmethod
    def on_tick(price):
        return price.quantize(CENT, rounding=ROUND_HALF_EVEN)

    def move_to(self, price):
        """Moves the market and waits until this client has seen it there."""
        since = self.client.mark()
        self.venue.move_price(self.client.symbol, price)
        near = price * Decimal("0.004")

        def is_there(event):
            if event["event"] != "quote" or event.get("bid") is None or event.get("ask") is None:
                return False
            return decimal(event["bid"]) - near <= price <= decimal(event["ask"]) + near

        return self.client.wait(f"a quote near {price}", is_there, since)

    def next_quote(self):
        """Waits for the next quote: what was taken from the displayed sizes is shown anew by then."""
        # A quote that the venue told earlier may still be on its way: behind the answer to a question nothing old comes.
        self.client.ask("time")
        self.client.wait("the next quote", lambda event: event["event"] == "quote", self.client.mark())

    def place(self, contract=None, order_id=None, **order):
        """Places an order and returns at once."""
        self.tickets += 1
        ref = f"{self.client.name}/{self.tickets}"
        contract = contract or self.contract()
        order = {"tif": "DAY", "transmit": True, "account": self.account, "ref": ref, **order}
        order = {name: str(value) if isinstance(value, Decimal) else value for name, value in order.items()}
        order_id = order_id or self.client.ask("order_id")["order_id"]
        ticket = Ticket(self, order_id, ref, contract, order, self.client.mark())
        self.client.ask("place", order_id=order_id, contract=contract, order=order)
        return ticket

    def limit(self, action, quantity, price, **more):
        return self.place(action=action, quantity=quantity, type="LMT", limit=price, **more)

    def market(self, action, quantity, **more):
        return self.place(action=action, quantity=quantity, type="MKT", **more)

    def in_ledger(self, ticket):
        """The venue's own record of an order."""
        found = [order for order in self.venue.ledger() if order["order_ref"] == ticket.ref]
        expect_equal(len(found), 1, f"orders with reference {ticket.ref} in the ledger")
        return found[0]

    def net_position(self):
        """Shares of the own stock by everything this client has seen executed."""
        sign = {"BUY": 1, "SELL": -1}
        executions = self.client.executions(account=self.account)
        return sum((sign[e["side"]] * decimal(e["shares"]) for e in executions), Decimal(0))
