"""Every operation of the document against the real gateway, and what its answers are made of."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from test_contract import OPERATIONS, sample

import tollgate
from stage import Stage
from tollgate import Client, NewOrder, models
from tollgate._operations import TABLE

ACCOUNT = "DUV0000001"
Small = Callable[[], NewOrder]


def arguments(client: Client, small: Small) -> dict[str, tuple[list[Any], dict[str, Any]]]:
    """What operations are called with where a made-up argument would be refused."""
    con_id = client.market.quote("AAPL").con_id
    order = client.orders.submit(small(), key=f"walk-{datetime.now(UTC).timestamp():.0f}")
    key = order.cl_ord_id
    amendment = models.AmendOrder(qty=order.qty, order_type="limit", limit_price=Decimal("10.01"), tif="gtc")
    because = {"reason": "the walk"}
    return {
        "get_account_summary": ([ACCOUNT], {}),
        "get_account_capabilities": ([ACCOUNT], {}),
        "get_account_history": ([ACCOUNT], {"newest_first": True}),
        "get_pnl": ([ACCOUNT], {}),
        "list_positions": ([ACCOUNT], {}),
        "search_contracts": ([], {"search": "AAPL"}),
        "get_contract": ([con_id], {}),
        "get_option_chain": ([con_id], {}),
        "get_quote": ([], {"con_id": con_id}),
        "get_bars": ([], {"symbol": "AAPL", "size": "1h", "duration": "1d"}),
        "stream_quotes": ([], {"symbols": "AAPL"}),
        "list_orders": ([], {"open": True}),
        "list_audit": ([], {"kind": "started"}),
        "follow_events": ([], {"after": "0", "limit": 5}),
        "list_executions": ([], {"since": datetime.now(UTC) - timedelta(days=1)}),
        "export_audit": ([], {}),
        "list_approvals": ([], {"pending": False}),
        "get_limits": ([], {}),
        "submit_order": ([small()], {"key": f"{key}-2"}),
        "preview_order": ([small()], {}),
        "get_order": ([key], {"history": True}),
        "replace_order": ([key, amendment], {}),
        "cancel_order": ([f"{key}-2"], {}),
        "flatten_positions": ([], {"key": f"{key}-flat", **because}),
        "set_trading_state": ([], {"scope": "strategy", "id": "walk", "state": "reducing", **because}),
        "set_limits": ([], {"limits": {"strategy": {"walk": {"order_qty_max": "7"}}}, **because}),
        "create_key": ([], {"id": "walk", "kind": "agent", "scopes": ["read"]}),
        "revoke_key": (["walk"], {}),
        "disarm_live": ([], because),
        "grant_mandate": (
            [],
            {
                "account": ACCOUNT,
                "expires_at": datetime.now(UTC) + timedelta(hours=1),
                "strategy": "walk",
                "notional_max": "100",
                "order_notional_max": "10",
                "orders_max": 1,
                "sides": ["buy"],
                "symbols": ["KO"],
                **because,
            },
        ),
    }


# What must be asked of somebody else, of something else, or at another moment: the codes that say so.
REFUSED = {
    "accept_limits": {"not_found", "already_final", "invalid_request", "precondition_failed"},
    "approve_order": {"not_found"},
    "arm_live": {"invalid_request", "denied", "account_mismatch"},
    "confirm_mandate": {"not_found"},
    "deny_approval": {"not_found"},
    "drill_limits": {"forbidden_kind", "forbidden_scope"},
    "get_approval": {"not_found"},
    "get_session": {"not_found"},
    "release_instrument": {"invalid_request", "not_found"},
    "reset_breaker": {"invalid_request"},
    "resolve_order": {"not_found", "already_final"},
    "revoke_approval": {"not_found"},
    "revoke_mandate": {"not_found"},
    "sign_out": {"not_found"},
    "withdraw_limits": {"not_found", "invalid_request", "precondition_failed"},
}


def test_every_operation_is_answered(stage: Stage, client: Client, small: Small) -> None:
    """Each is answered in its shape, or refused for what it is about, by name."""
    given = arguments(client, small)
    agent = stage.client(key_file=stage.key_file("agent"))
    # A key before its end, and what is canceled after it was made.
    later = ["submit_order", "cancel_order", "create_key", "revoke_key", "cancel_all_orders"]
    for operation_id in [*sorted(set(OPERATIONS) - set(later)), *later]:
        group, method, _ = TABLE[operation_id]
        asked = agent if operation_id == "drill_limits" else client
        bound = getattr(getattr(asked, group) if group else asked, method)
        shown = inspect.signature(bound).parameters.items()
        place, named = given.get(operation_id, (None, None))
        if place is None or named is None:
            required = [(name, one) for name, one in shown if one.default is one.empty]
            place = [sample(name, str(one.annotation)) for name, one in required if one.kind is not one.KEYWORD_ONLY]
            named = {name: sample(name, str(one.annotation)) for name, one in required if one.kind is one.KEYWORD_ONLY}
        try:
            answer = bound(*place, **named)
            answer = list(answer) if operation_id == "export_audit" else answer
        except tollgate.Refusal as refusal:
            # One that is new, and in neither table, may refuse what is made up; its place must be there all the same.
            if operation_id in given or operation_id in REFUSED:
                known = REFUSED.get(operation_id, set())
                is_control = refusal.code.startswith("C") and "denied" in known
                assert refusal.code in known or is_control, f"{operation_id}: {refusal}"
            assert refusal.code != "method_not_allowed", operation_id
            assert not refusal.detail.startswith("there is no such path"), operation_id
        else:
            assert operation_id not in REFUSED, f"{operation_id} answered {answer!r}"
    agent.close()


def test_a_quote_and_bars_are_figures_and_times(client: Client) -> None:
    quote = client.market.quote("AAPL")
    assert isinstance(quote.bid, Decimal)
    assert isinstance(quote.ask, Decimal)
    assert quote.bid < quote.ask
    assert quote.received_at.utcoffset() == timedelta(0)
    # Two days: the newest may have begun a minute ago.
    bars = client.market.bars("AAPL", size="5m", duration="2d", end=quote.received_at)
    assert len(bars.items) > 10
    assert all(bar.low <= bar.open <= bar.high and bar.time.tzinfo is not None for bar in bars.items)
    assert bars.contract.symbol == "AAPL"


def test_an_order_s_life_is_told_by_models(client: Client, small: Small) -> None:
    order = small()
    answer = client.orders.submit(order, key="life")
    assert (answer.outcome, answer.status, answer.qty) == ("acknowledged", "working", order.qty)
    assert answer.meta is not None
    assert (answer.meta.status, answer.meta.replayed) == (201, False)
    again = client.orders.submit(order, key="life")
    assert again.meta is not None
    assert (again.meta.status, again.meta.replayed) == (200, True)
    # The broker says two words: pre-submitted, then submitted. What is seen before the second one is old after it.
    while (seen := client.orders.get("life", history=True)).broker_status != "Submitted":
        assert seen.status == "working"
    assert seen.meta is not None
    assert seen.meta.etag is not None
    assert [record.kind for record in seen.history or []][:1] == ["order_submitting"]
    amendment = models.AmendOrder(qty=order.qty, order_type="limit", limit_price=Decimal("9.99"), tif="gtc")
    changed = client.orders.replace("life", amendment, if_match=seen.meta.etag)
    assert changed.limit_price == Decimal("9.99")
    with pytest.raises(tollgate.PreconditionFailed):
        client.orders.cancel("life", if_match=seen.meta.etag)
    canceled = client.orders.cancel("life")
    assert canceled.proven
    assert canceled.status == "canceled"
    assert canceled == canceled.model_copy()


def test_a_market_order_fills_and_shows_in_positions_and_executions(client: Client) -> None:
    key = "fill"
    client.orders.submit(tollgate.buy(3, "MSFT", strategy="filler"), key=key)
    with client.events(kind="order.executed", cl_ord_id=key, after=0) as events:
        assert next(events).cl_ord_id == key
    order = client.orders.get(key)
    assert order.status == "filled"
    assert (order.cum_qty, order.leaves_qty) == (Decimal(3), Decimal(0))
    [execution] = client.executions.list(cl_ord_id=key).items
    assert execution.last_px == order.avg_px
    positions = {one.symbol: one.qty for one in client.accounts.each_position(ACCOUNT)}
    assert positions["MSFT"] == 3
    assert client.accounts.summary(ACCOUNT).net_liquidation is not None


def test_every_page_is_walked_and_nothing_comes_twice(client: Client, small: Small) -> None:
    keys = [f"page-{number}" for number in range(7)]
    for key in keys:
        client.orders.submit(small(), key=key)
    first = client.orders.list(limit=3)
    assert len(first) == 3
    assert first.next_cursor is not None
    walked = [order.cl_ord_id for order in client.orders.each(limit=3)]
    assert walked[:7] == keys[::-1]
    assert len(set(walked)) == len(walked)
    assert walked == [order.cl_ord_id for order in client.orders.each()]
    records = [record.seq for record in client.audit.each(limit=10)]
    assert records == list(range(1, len(records) + 1))
    exported = [record.seq for record in client.audit.export()]
    assert exported[: len(records)] == records
    assert client.orders.list(status="filled", limit=1).next_cursor in (None, "fill")


def test_a_ticket_reads_like_a_ticket() -> None:
    order = tollgate.buy(10, "AAPL", limit="189.50")
    assert order.body() == {
        "symbol": "AAPL",
        "sec_type": "stk",
        "exchange": "SMART",
        "currency": "USD",
        "side": "buy",
        "qty": "10",
        "order_type": "limit",
        "limit_price": "189.50",
        "tif": "day",
        "outside_rth": False,
        "reduce_only": False,
    }
    kinds: dict[str, dict[str, Any]] = {
        "market": {},
        "limit": {"limit": 1},
        "stop": {"stop": 1},
        "stop_limit": {"stop": 1, "limit": 1},
        "trail": {"trail_percent": "1.5"},
        "trail_limit": {"trail_amount": 1, "limit": 1},
    }
    assert {kind: tollgate.sell_short(1, "KO", **prices).order_type for kind, prices in kinds.items()} == {
        kind: kind for kind in kinds
    }
    by_id = tollgate.sell(1, con_id=265598, take_profit="9", stop_loss="11", order_type="moc").body()
    assert by_id["con_id"] == "265598"
    assert by_id["bracket"] == {"take_profit": "9", "stop_loss": "11"}
    assert "exchange" not in by_id


@pytest.mark.parametrize("qty", [0.1, True, "ten", "NaN", "Infinity", float("nan")])
def test_a_float_is_no_money(qty: Any) -> None:
    with pytest.raises(ValueError, match=r"must be a"):
        tollgate.buy(qty, "AAPL")


def test_small_and_large_figures_are_written_out(client: Client) -> None:
    order = tollgate.buy(Decimal("1E+1"), "AAPL", limit=Decimal("1E-7"))
    assert (order.body()["qty"], order.body()["limit_price"]) == ("10", "0.0000001")
    with pytest.raises(ValueError, match="no time zone"):
        client.market.bars("AAPL", size="1h", duration="1d", end=datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="names nothing"):
        client.orders.get("..")


def test_help_and_repr_are_for_people(client: Client) -> None:
    assert str(inspect.signature(client.orders.submit)) == "(order: 'NewOrder', *, key: 'str', wait: 'int | None' = None)"
    assert "POST /api/v1/orders" in (inspect.getdoc(client.orders.submit) or "")
    assert "submit" in repr(client.orders)
    assert "127.0.0.1" in repr(client)
    quote = client.market.quote("AAPL")
    assert f"bid={quote.bid}" in repr(quote)
    assert f"received_at={quote.received_at.isoformat().removesuffix('+00:00')}Z" in repr(quote)
    assert "cash={'USD': " in repr(client.accounts.summary(ACCOUNT))
