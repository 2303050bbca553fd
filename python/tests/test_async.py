"""The awaited client, on asyncio and on trio: the same operations, answers and exceptions."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import pytest

import tollgate
from stage import Stage
from tollgate import AsyncClient, Client, NewOrder
from tollgate._operations import TABLE

Small = Callable[[], NewOrder]


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Callable[[Callable[[], Awaitable[None]]], None]:
    return partial(anyio.run, backend=request.param)


def door(stage: Stage) -> AsyncClient:
    return AsyncClient(stage.url, key_file=stage.key_file())


def test_it_has_every_operation_with_the_same_signature(stage: Stage, client: Client) -> None:
    other = door(stage)
    for group, method, each in TABLE.values():
        for name in filter(None, (method, each)):
            one = getattr(getattr(client, group) if group else client, name)
            two = getattr(getattr(other, group) if group else other, name)
            assert inspect.signature(one) == inspect.signature(two)


def test_it_asks_walks_and_is_refused(stage: Stage, small: Small, run: Callable[[Callable[[], Awaitable[None]]], None]) -> None:
    async def main() -> None:
        async with door(stage) as client:
            order = small()
            key = f"async-{order.qty}"
            answer = await client.orders.submit(order, key=key)
            assert answer.outcome == "acknowledged"
            assert [order.cl_ord_id async for order in client.orders.each(limit=2)][0] == key
            assert [record.seq async for record in client.audit.export()][:3] == [1, 2, 3]
            assert (await client.readiness()).ready
            assert (await client.metrics()).startswith("#")
            with pytest.raises(tollgate.NotFound):
                await client.orders.get("nosuch")

    run(main)


def test_it_makes_many_calls_at_a_time(stage: Stage) -> None:
    async def main() -> None:
        found = []
        async with door(stage) as client, anyio.create_task_group() as tasks:

            async def ask() -> None:
                found.append((await client.status()).version)

            for _ in range(20):
                tasks.start_soon(ask)
        assert [version.split("+")[0] for version in found] == [tollgate.__version__] * 20

    anyio.run(main)
