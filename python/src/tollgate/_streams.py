"""Streams that go on over every break: what is asked for, what comes, and where a new connection begins.

Nothing here reads a socket; `_client.py` has a thin reader for each side.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from pydantic import ValidationError

from ._call import Async, Group, M, Sync
from ._sse import Block
from .errors import GatewayError, Refusal, StreamEnded, UnexpectedAnswer
from .models import AuditRecord, StreamEnd, WatchedQuote

P = ParamSpec("P")
T = TypeVar("T")

SILENCE_S = 45.0
"""The gateway says something every fifteen seconds: three of them without a word, and the line is dead."""
PAUSE_MAX_S = 15.0
RETRY_MS = 1_000


class Follow(ABC, Generic[T]):
    """A stream over all its connections."""

    path: str

    def __init__(self, query: Mapping[str, str]) -> None:
        self.query = dict(query)
        self.place: str | None = None
        """The id of the last event that was handed out, or of what lies behind it and was not wanted."""
        self._retry_ms = RETRY_MS
        self._failures = 0
        self._was_open = False

    def headers(self) -> dict[str, str]:
        """Of the next connection."""
        place = {} if self.place is None else {"Last-Event-ID": self.place}
        return {"Accept": "text/event-stream", "Cache-Control": "no-store", **place}

    def opened(self) -> None:
        """A connection stands."""
        self._was_open = True

    def take(self, block: Block) -> T | None:
        """What a block hands out.

        Raises:
            StreamEnded: The gateway ended the stream.
        """
        self._failures = 0
        if block.retry_ms is not None:
            self._retry_ms = block.retry_ms
        if block.data is None:
            self.place = self.place if block.id is None else block.id
            return None
        try:
            if block.event == "stream_ended":
                raise StreamEnded(StreamEnd.model_validate_json(block.data))
            return self.event(block.event, block.data)
        except ValidationError as error:
            raise UnexpectedAnswer(f"an event that this version of the package does not know: {error}") from error

    @abstractmethod
    def event(self, name: str | None, data: str) -> T | None:
        """What an event is; None for one that was handed out before."""

    def lost(self, error: GatewayError) -> float:
        """How long to wait for the next connection, seconds.

        Raises:
            GatewayError: There is none: the stream never was, or the gateway does not want it.
        """
        if not self._was_open or not error.retryable:
            raise error
        asked = error.retry_after_s if isinstance(error, Refusal) else None
        pause = min(self._retry_ms / 1_000 * 2.0 ** min(self._failures, 10), PAUSE_MAX_S)
        self._failures += 1
        return pause if asked is None else float(asked)


class FollowEvents(Follow[AuditRecord]):
    """Records of the journal: each once, in their order."""

    path = "/api/v1/events"

    def __init__(self, query: Mapping[str, str], after: int | str | None) -> None:
        super().__init__(query)
        self.place = None if after is None else str(after)

    def event(self, name: str | None, data: str) -> AuditRecord | None:  # noqa: ARG002 - its kind is in the record
        record = AuditRecord.model_validate_json(data)
        if self.place is not None and self.place.isdigit() and record.seq <= int(self.place):
            return None
        self.place = str(record.seq)
        return record


class FollowQuotes(Follow[WatchedQuote]):
    """The newest of each instrument; nothing of it is replayed."""

    path = "/api/v1/market/stream"

    def event(self, name: str | None, data: str) -> WatchedQuote | None:
        return WatchedQuote.model_validate_json(data) if name == "quote" else None


class Stream(Iterator[T]):
    """A stream that is read in a `for` loop. It goes on over breaks and restarts of the gateway; `close()` ends it."""

    def __init__(self, follow: Follow[T], read: Callable[[Follow[T]], Iterator[T]]) -> None:
        self._follow = follow
        self._reading = read(follow)

    @property
    def place(self) -> str | None:
        """Where to go on: keep it, and give it as `after` to a later stream of events. None before the stream is open."""
        return self._follow.place

    def __iter__(self) -> Stream[T]:
        return self

    def __next__(self) -> T:
        return next(self._reading)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the stream."""
        close = getattr(self._reading, "close", None)
        if close is not None:
            close()


class AsyncStream(AsyncIterator[T]):
    """A stream that is read in an `async for` loop. It goes on over breaks and restarts of the gateway; `aclose()` ends it."""

    def __init__(self, follow: Follow[T], read: Callable[[Follow[T]], AsyncIterator[T]]) -> None:
        self._follow = follow
        self._reading = read(follow)

    @property
    def place(self) -> str | None:
        """Where to go on: keep it, and give it as `after` to a later stream of events. None before the stream is open."""
        return self._follow.place

    def __aiter__(self) -> AsyncStream[T]:
        return self

    async def __anext__(self) -> T:
        return await anext(self._reading)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends the stream."""
        close = getattr(self._reading, "aclose", None)
        if close is not None:
            await close()


class streaming(Generic[P, T]):
    """A method that opens a stream."""

    def __init__(self, make: Callable[Concatenate[Any, P], Follow[T]]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, group: Group[Sync], owner: Any = None) -> Callable[P, Stream[T]]: ...
    @overload
    def __get__(self, group: Group[Async], owner: Any = None) -> Callable[P, AsyncStream[T]]: ...
    @overload
    def __get__(self, group: None, owner: Any = None) -> streaming[P, T]: ...
    def __get__(self, group: Group[Any] | None, owner: Any = None) -> Any:
        if group is None:
            return self

        def method(*args: P.args, **kwargs: P.kwargs) -> Any:
            return group._run.follow(self.make(group, *args, **kwargs))

        method.__doc__ = self.__doc__
        return method


def _words(given: str | Sequence[str] | None) -> str | None:
    """One word, or several, as a query says them."""
    return given if given is None or isinstance(given, str) else ",".join(given)


def _query(**given: str | None) -> dict[str, str]:
    return {name: value for name, value in given.items() if value is not None}


class EventStreams(Group[M]):
    """Events: `client.events(...)` follows them, `client.events.page(...)` reads a part."""

    @streaming
    def follow(
        self, *, kind: str | Sequence[str] | None = None, cl_ord_id: str | None = None, after: int | str | None = None
    ) -> Follow[AuditRecord]:
        """What happens, as it happens: every record of the journal once and in its order, also over breaks and restarts.

        Args:
            kind: Only these kinds, such as `["order", "order_denied"]`; `order.executed` is only that of what becomes of orders.
            cl_ord_id: Only this order, the moves of its approval among them.
            after: Begin behind this place: a record's `seq`, or the `place` of an earlier stream. 0 is the whole journal;
                left out, it begins at the present.

        Raises, while it is read: `Unreachable` where there never was a connection; `StreamEnded` when the key counts no more.

        `GET /api/v1/events`, as server-sent events.
        """
        return FollowEvents(_query(kind=_words(kind), cl_ord_id=cl_ord_id), after)

    __call__ = follow


class QuoteStreams(Group[M]):
    """Market data: `stream(...)` follows quotes, `watched(...)` reads the newest of each."""

    @streaming
    def stream(
        self, symbols: str | Sequence[str] | None = None, *, con_ids: str | Sequence[str] | None = None
    ) -> Follow[WatchedQuote]:
        """Quotes as they come: the newest of each instrument when it has changed, a few times a second at most.

        Args:
            symbols: Such as `["AAPL", "MSFT"]`: stocks, SMART, USD.
            con_ids: IBKR's contract ids.

        `GET /api/v1/market/stream`, as server-sent events.
        """
        return FollowQuotes(_query(symbols=_words(symbols), con_ids=_words(con_ids)))
