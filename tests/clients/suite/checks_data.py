"""Checks: connection, contracts and market data."""

from decimal import Decimal

from .desk import expect, expect_equal, same_term
from .venue import decimal


def connect(desk, table):
    client = desk.client
    told = desk.connect()
    expect_equal(told["server_version"], client.spec["server_version"], "server version")
    expect_equal(told["accounts"], desk.table["accounts"], "managed accounts")
    expect(told["next_order_id"] >= 1, f"next order id {told['next_order_id']}")
    for code in table["codes"]:
        client.wait(f"notice {code}", lambda event, code=code: event["event"] == "notice" and event["code"] == code)
    seen = [connection["client_id"] for connection in desk.venue.state()["connections"]]
    expect(client.client_id in seen, f"the venue has clients {seen}")


def accounts(desk, table):
    client = desk.client
    summary = client.ask("summary", account=desk.account, tags=table["summary"])["values"]
    for tag in table["summary"]:
        # Cash may be below zero by now: the others buy on margin.
        expect(tag in summary and decimal(summary[tag]).is_finite(), f"summary {tag}: {summary.get(tag)}")
    updates = client.ask("account_updates", account=desk.account)["values"]
    for key in table["updates"]:
        expect(key in updates, f"account updates lack {key}; there are {sorted(updates)}")
    # The five trade in one account meanwhile, so the two are near, not equal.
    told, held = decimal(summary["NetLiquidation"]), decimal(desk.venue.state()["accounts"][0]["net_liquidation"])
    expect(abs(told / held - 1) < Decimal("0.05"), f"net liquidation {told}, the venue has {held}")


def contract_details(desk, table):
    for case in table["contracts"]:
        told = desk.client.ask("details", contract=case["ask"])
        codes = case.get("codes")
        if codes:
            expect_equal(told["found"], [], f"details of {case['ask']}")
            expect(set(codes) & set(told["codes"]), f"{case['ask']}: codes {told['codes']}, not {codes}")
            continue
        expect(len(told["found"]) >= case.get("at_least", 1), f"{case['ask']}: {told}")
        if "at_most" in case:
            expect(len(told["found"]) <= case["at_most"], f"{case['ask']}: {len(told['found'])} found")
        for field, wanted in case["expect"].items():
            for found in told["found"]:
                same_term(f"{case['ask']}: {field}", found.get(field), wanted)


def symbol_search(desk, table):
    told = desk.client.ask("symbols", pattern=table["pattern"])["found"]
    expect(any(hit["con_id"] == table["con_id"] for hit in told), f"found {told}")


def quote_stream(desk, table):
    client = desk.client
    client.ask("quotes_start", sub=1, contract=desk.contract())

    def is_whole(event):
        fields = ("bid", "ask", "last", "bid_size", "ask_size")
        return event["event"] == "quote" and all(event.get(field) is not None for field in fields)

    first = client.wait("a whole quote", is_whole)
    bid, ask = decimal(first["bid"]), decimal(first["ask"])
    expect(0 < bid < ask, f"bid {bid}, ask {ask}")
    expect(decimal(first["bid_size"]) > 0 and decimal(first["ask_size"]) > 0, f"sizes of {first}")
    for _ in range(table["quotes"]):
        desk.next_quote()
    # The stream stays: later checks watch the market through it.
    desk.move_to(desk.on_tick((bid + ask) / 2 * Decimal(table["move"])))


def quote_snapshot(desk, _table):
    quote = desk.quote()
    expect(0 < quote["bid"] < quote["ask"], f"{quote}")
    expect(abs(quote["last"] / quote["ask"] - 1) < Decimal("0.02"), f"{quote}")


def historical_bars(desk, table):
    for case in table["requests"]:
        bars = desk.client.ask("bars", **case["ask"])["bars"]
        expect_equal(len(bars), case["count"], f"bars of {case['ask']}")
        times = [bar["time"] for bar in bars]
        expect_equal(times, sorted(set(times)), "times of the bars")
        for bar in bars:
            low, high = decimal(bar["low"]), decimal(bar["high"])
            inside = all(low <= decimal(bar[field]) <= high for field in ("open", "close"))
            expect(0 < low and inside and decimal(bar["volume"]) > 0, f"bar {bar}")
        rows = [[decimal(bar[field]) for field in ("open", "high", "low", "close")] for bar in bars]
        desk.same_for_all(case["ask"], rows)
