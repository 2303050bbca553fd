"""Orders as a ticket reads: `buy(10, "AAPL", limit="189.50")`. What is left out is filled in as by the command line, visibly."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec

from ._base import Amount, decimal
from .models import Bracket, NewOrder, OrderType, Right, SecType, Side, Tif

P = ParamSpec("P")

__all__ = ["buy", "buy_to_cover", "order", "sell", "sell_short"]


def order(
    side: Side,
    qty: Amount,
    symbol: str | None = None,
    *,
    con_id: str | int | None = None,
    limit: Amount | None = None,
    stop: Amount | None = None,
    trail_amount: Amount | None = None,
    trail_percent: Amount | None = None,
    take_profit: Amount | None = None,
    stop_loss: Amount | None = None,
    order_type: OrderType | None = None,
    tif: Tif = "day",
    good_till: datetime | None = None,
    sec_type: SecType = "stk",
    exchange: str = "SMART",
    currency: str = "USD",
    expiry: str | None = None,
    strike: Amount | None = None,
    right: Right | None = None,
    account: str | None = None,
    outside_rth: bool = False,
    reduce_only: bool = False,
    strategy: str | None = None,
    preview_id: str | None = None,
    oca_group: str | None = None,
) -> NewOrder:
    """An order. Nothing is sent.

    Args:
        side: `sell_short` and `buy_to_cover` state an intent that is checked against the position.
        qty: Quantity, above zero.
        symbol: The ticker; without more it is a stock at SMART in USD.
        con_id: IBKR's contract id, instead of the symbol and all that belongs to it.
        limit: Worst price.
        stop: Trigger.
        trail_amount: Trail by an amount of price.
        trail_percent: Trail by a percentage.
        take_profit: Limit price of an exit that is sent with it; needs `stop_loss`.
        stop_loss: Stop price of an exit that is sent with it; needs `take_profit`.
        order_type: Left out, what the prices say: `limit`, `stop`, `stop_limit`, `trail`, `trail_limit`, else `market`.
        tif: Time in force.
        good_till: End of a `gtd` order.
        sec_type, exchange, currency, expiry, strike, right: The rest of the contract.
        account: The account; the pinned one when left out.
        outside_rth: May fill outside regular hours.
        reduce_only: May only make the position smaller.
        strategy: Attribution.
        preview_id: The preview that it stands on.
        oca_group: The one-cancels-all group that it joins.

    Raises:
        ValueError: A figure that is none, such as a float; or half a bracket. Everything else is the gateway's to say.
    """
    if (take_profit is None) != (stop_loss is None):
        raise ValueError("a bracket needs take_profit and stop_loss")
    contract: dict[str, object] = {
        "symbol": symbol,
        "sec_type": sec_type,
        "exchange": exchange,
        "currency": currency,
        "expiry": expiry,
        "strike": strike,
        "right": right,
    }
    given: dict[str, object] = {
        **(contract if con_id is None else {"con_id": str(con_id), "symbol": symbol}),
        "side": side,
        "qty": qty,
        "order_type": order_type or _order_type(limit, stop, trail_amount, trail_percent),
        "limit_price": limit,
        "stop_price": stop,
        "trail_amount": trail_amount,
        "trail_percent": trail_percent,
        "tif": tif,
        "good_till": good_till,
        "account": account,
        "outside_rth": outside_rth or None,
        "reduce_only": reduce_only or None,
        "strategy": strategy,
        "preview_id": preview_id,
        "oca_group": oca_group,
    }
    if take_profit is not None and stop_loss is not None:
        given["bracket"] = Bracket(take_profit=decimal(take_profit), stop_loss=decimal(stop_loss))
    return NewOrder.model_validate({name: value for name, value in given.items() if value is not None})


def _order_type(
    limit: Amount | None, stop: Amount | None, trail_amount: Amount | None, trail_percent: Amount | None
) -> OrderType:
    if trail_amount is not None or trail_percent is not None:
        return "trail" if limit is None else "trail_limit"
    if stop is not None:
        return "stop" if limit is None else "stop_limit"
    return "market" if limit is None else "limit"


def _of(side: Side, make: Callable[Concatenate[Side, P], NewOrder]) -> Callable[P, NewOrder]:
    """The same with the side said by the name."""

    @functools.wraps(make)
    def ticket(*args: P.args, **kwargs: P.kwargs) -> NewOrder:
        return make(side, *args, **kwargs)

    shown = inspect.signature(make)
    ticket.__signature__ = shown.replace(parameters=list(shown.parameters.values())[1:])  # type: ignore[attr-defined]
    ticket.__name__ = ticket.__qualname__ = side
    ticket.__doc__ = f"An order to {side.replace('_', ' ')}: `order({side!r}, ...)`. Nothing is sent."
    return ticket


buy = _of("buy", order)
sell = _of("sell", order)
sell_short = _of("sell_short", order)
buy_to_cover = _of("buy_to_cover", order)
