"""Events and quotes over every break: nothing is missed, nothing comes twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

import tollgate
from stage import Stage
from tollgate import AsyncClient, Client, NewOrder
from tollgate._sse import Block, Decoder
from tollgate._streams import FollowEvents

Small = Callable[[], NewOrder]


class Comeback:
    """What stands for the pause between two connections: the gateway comes back meanwhile."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.pauses, self.wanted = stage, 0, False

    def __call__(self, seconds: float) -> None:
        assert 0 < seconds <= 15
        self.pauses += 1
        if self.wanted:
            self.wanted = False
            self.stage.serve()

    async def later(self, seconds: float) -> None:
        self(seconds)


def told(records: list[tollgate.models.AuditRecord], key: str) -> bool:
    """Whether the broker has said something of the order."""
    return any(record.kind == "order" and record.cl_ord_id == key for record in records)


def test_a_reader_misses_nothing_over_ends_and_kills_of_the_gateway(own_stage: Stage, small: Small) -> None:
    comeback = Comeback(own_stage)
    with own_stage.client(sleep=comeback) as client, own_stage.client() as trader, client.events(after=0) as events:
        seen: list[tollgate.models.AuditRecord] = []
        for round_, stop in enumerate((own_stage_end, own_stage_kill, own_stage_kill)):
            trader.orders.submit(small(), key=f"round-{round_}")
            while not told(seen, f"round-{round_}"):
                seen.append(next(events))
                assert events.place == str(seen[-1].seq)
            # These come while nobody reads.
            trader.orders.submit(small(), key=f"unread-{round_}")
            stop(own_stage)
            comeback.wanted = True
            while not told(seen, f"unread-{round_}"):
                seen.append(next(events))
            while comeback.wanted:
                seen.append(next(events))
        assert comeback.pauses >= 3
        assert [record.seq for record in seen] == list(range(1, len(seen) + 1)), "no gap, no double"
        journal = {record.seq: record for record in trader.audit.each(limit=500)}
        assert all(record == journal[record.seq] for record in seen)


def own_stage_end(stage: Stage) -> None:
    assert stage.gateway.end() == 0


def own_stage_kill(stage: Stage) -> None:
    stage.gateway.kill()


def test_a_place_is_kept_over_an_end_of_the_script(client: Client, small: Small) -> None:
    with client.events(after=0) as events:
        first = [next(events).seq for _ in range(3)]
        place = events.place
    assert place == "3"
    with client.events(after=place) as events:
        assert [*first, next(events).seq] == [1, 2, 3, 4]


def test_a_stream_without_a_place_begins_at_the_present(client: Client, small: Small) -> None:
    with client.events(kind=["order_submitting", "order.acknowledged"]) as events:
        assert events.place is None
        # The stream is open once it is read; what its first block says is its place.
        client.orders.submit(small(), key="before-the-present")
        page = client.events.page()
        assert page.items == []
    with client.events(after=page.next_cursor, kind="order_submitting") as events:
        client.orders.submit(small(), key="the-present")
        assert next(events).cl_ord_id == "the-present"


def test_a_revoked_key_ends_the_stream_for_good(stage: Stage, client: Client, tmp_path: Path) -> None:
    made = client.keys.create(id="watcher", kind="human", scopes=["read"])
    file = tmp_path / "watcher.key"
    file.write_text(made.secret.get_secret_value(), encoding="ascii")
    with stage.client(key_file=file) as watcher, watcher.events(after=0) as events:
        next(events)
        client.keys.revoke("watcher")
        with pytest.raises(tollgate.StreamEnded, match="revoked") as caught:
            for _ in events:
                continue
    assert caught.value.end.reason == "key_revoked"
    assert not caught.value.retryable


def test_quotes_come_as_a_stream(stage: Stage, client: Client) -> None:
    with client.market.stream(["AAPL", "MSFT"]) as quotes:
        seen: dict[str, tollgate.models.WatchedQuote] = {}
        while {symbol for symbol, one in seen.items() if one.quote is not None} != {"AAPL", "MSFT"}:
            one = next(quotes)
            seen[one.symbol] = one
        stage.control.post("/price", json={"symbol": "AAPL", "price": "111.00"}).raise_for_status()
        while not (seen["AAPL"].quote and seen["AAPL"].quote.ask and seen["AAPL"].quote.ask < 112):
            one = next(quotes)
            seen[one.symbol] = one
    with pytest.raises(tollgate.NotFound):
        next(client.market.stream("NOSUCH"))


def test_it_is_the_same_when_it_is_awaited(own_stage: Stage, small: Small) -> None:
    comeback = Comeback(own_stage)

    async def main(key: str) -> list[int]:
        seen = []
        client = AsyncClient(own_stage.url, key_file=own_stage.key_file(), sleep=comeback.later)
        async with client, AsyncClient(own_stage.url, key_file=own_stage.key_file()) as trader:
            async with client.events(after=0) as events:
                await trader.orders.submit(small(), key=key)
                async for record in events:
                    seen.append(record)
                    if told(seen, key):
                        break
                own_stage.gateway.kill()
                comeback.wanted = True
                while comeback.wanted:
                    seen.append(await anext(events))
            async with client.market.stream("AAPL") as quotes:
                assert (await anext(quotes)).symbol == "AAPL"
        return [record.seq for record in seen]

    for backend in ("asyncio", "trio"):
        seqs = anyio.run(main, f"on-{backend}", backend=backend)
        assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_the_decoder_reads_by_the_standard_however_the_bytes_come(size: int) -> None:
    text = '\ufeffretry: 250\n: a comment\nid: 7\n\nid: 8\r\nevent: order\r\ndata: {\r\ndata: "é"}\r\n\r\n\rdata:x\rid\r\r:\n\n'
    data, decoder = text.encode(), Decoder()
    blocks = [block for at in range(0, len(data), size) for block in decoder.feed(data[at : at + size])]
    assert blocks == [Block("7", None, None, 250), Block("8", "order", '{\n"é"}', None), Block("", None, "x", None)]


def test_an_event_without_an_end_is_refused() -> None:
    decoder = Decoder()
    with pytest.raises(tollgate.UnexpectedAnswer):
        for _ in range(100):
            decoder.feed(b"data: " + b"x" * 100_000)


def test_a_repeated_event_is_handed_out_once_and_pauses_grow() -> None:
    follow = FollowEvents({}, 0)
    follow.opened()
    record = '{"seq":%d,"at":"2026-03-02T15:04:05.123456789Z","kind":"started","event":{},"hash":"00","by":null,"new_one":1}'
    first = follow.take(Block("5", "started", record % 5, None))
    assert first is not None
    assert first.seq == 5
    assert follow.take(Block("5", "started", record % 5, None)) is None
    assert follow.headers()["Last-Event-ID"] == "5"
    assert follow.take(Block("9", None, None, None)) is None
    assert follow.place == "9"
    lost = tollgate.Unreachable("gone")
    assert [follow.lost(lost) for _ in range(6)] == [1, 2, 4, 8, 15, 15]
    with pytest.raises(tollgate.UnexpectedAnswer):
        follow.take(Block("10", "started", "{}", None))
