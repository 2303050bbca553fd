"""The two clients: the same operations over a socket that answers at once, and over one that is awaited."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Any, Self, TypeVar

import anyio
import httpx

from ._base import Page
from ._call import Async, Call, Sync
from ._door import CONNECT_TIMEOUT_S, Door, Lines, read, read_line, refuse, sent, unreachable
from ._operations import Operations
from ._sse import Decoder
from ._streams import SILENCE_S, AsyncStream, Follow, Stream
from .errors import GatewayError, UnexpectedAnswer, Unreachable
from .intents import AsyncIntents, Intents

T = TypeVar("T")

FilePath = str | os.PathLike[str]


def _watch(follow: Follow[Any]) -> dict[str, Any]:
    """How httpx opens a stream."""
    timeout = httpx.Timeout(SILENCE_S, connect=CONNECT_TIMEOUT_S)
    return {"method": "GET", "url": follow.path, "params": follow.query, "headers": follow.headers(), "timeout": timeout}


def _begun(response: httpx.Response) -> None:
    """Raises where no stream follows."""
    media = response.headers.get("content-type", "").split(";")[0].strip()
    if media != "text/event-stream":
        raise UnexpectedAnswer(f"{response.request.url.path} was answered {response.status_code} {media}, not with a stream")


class _Wire:
    """Makes calls at once."""

    def __init__(self, http: httpx.Client, url: str, sleep: Callable[[float], None]) -> None:
        self.http, self.url, self.sleep = http, url, sleep

    def one(self, call: Call[T]) -> T:
        try:
            response = self.http.request(**sent(call))
        except httpx.HTTPError as error:
            raise unreachable(error, self.url) from error
        return read(call, response)

    def pages(self, call: Call[Page[T]]) -> Iterator[T]:
        while True:
            page = self.one(call)
            yield from page.items
            if page.next_cursor is None:
                return
            call = call.behind(page.next_cursor)

    def lines(self, call: Call[T]) -> Iterator[T]:
        try:
            with self.http.stream(**sent(call)) as response:
                if not response.is_success:
                    response.read()
                    refuse(response)
                lines = Lines()
                for chunk in response.iter_bytes():
                    for line in lines.feed(chunk):
                        yield read_line(call, line)
                for line in lines.rest():
                    yield read_line(call, line)
        except httpx.HTTPError as error:
            raise unreachable(error, self.url) from error

    def follow(self, follow: Follow[T]) -> Stream[T]:
        return Stream(follow, self._follow)

    def _follow(self, follow: Follow[T]) -> Iterator[T]:
        while True:
            try:
                yield from self._connection(follow)
                lost: GatewayError = Unreachable(f"the gateway at {self.url} ended the stream")
            except httpx.HTTPError as error:
                lost = unreachable(error, self.url)
            except GatewayError as error:
                lost = error
            self.sleep(follow.lost(lost))

    def _connection(self, follow: Follow[T]) -> Iterator[T]:
        with self.http.stream(**_watch(follow)) as response:
            if not response.is_success:
                response.read()
                refuse(response)
            _begun(response)
            follow.opened()
            decoder = Decoder()
            for chunk in response.iter_bytes():
                for block in decoder.feed(chunk):
                    event = follow.take(block)
                    if event is not None:
                        yield event


class _AsyncWire:
    """Makes calls that are awaited."""

    def __init__(self, http: httpx.AsyncClient, url: str, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.http, self.url, self.sleep = http, url, sleep

    async def one(self, call: Call[T]) -> T:
        try:
            response = await self.http.request(**sent(call))
        except httpx.HTTPError as error:
            raise unreachable(error, self.url) from error
        return read(call, response)

    async def pages(self, call: Call[Page[T]]) -> AsyncIterator[T]:
        while True:
            page = await self.one(call)
            for item in page.items:
                yield item
            if page.next_cursor is None:
                return
            call = call.behind(page.next_cursor)

    async def lines(self, call: Call[T]) -> AsyncIterator[T]:
        try:
            async with self.http.stream(**sent(call)) as response:
                if not response.is_success:
                    await response.aread()
                    refuse(response)
                lines = Lines()
                async for chunk in response.aiter_bytes():
                    for line in lines.feed(chunk):
                        yield read_line(call, line)
                for line in lines.rest():
                    yield read_line(call, line)
        except httpx.HTTPError as error:
            raise unreachable(error, self.url) from error

    def follow(self, follow: Follow[T]) -> AsyncStream[T]:
        return AsyncStream(follow, self._follow)

    async def _follow(self, follow: Follow[T]) -> AsyncIterator[T]:
        while True:
            try:
                async with aclosing(self._connection(follow)) as events:
                    async for event in events:
                        yield event
                lost: GatewayError = Unreachable(f"the gateway at {self.url} ended the stream")
            except httpx.HTTPError as error:
                lost = unreachable(error, self.url)
            except GatewayError as error:
                lost = error
            await self.sleep(follow.lost(lost))

    async def _connection(self, follow: Follow[T]) -> AsyncGenerator[T, None]:
        async with self.http.stream(**_watch(follow)) as response:
            if not response.is_success:
                await response.aread()
                refuse(response)
            _begun(response)
            follow.opened()
            decoder = Decoder()
            async for chunk in response.aiter_bytes():
                for block in decoder.feed(chunk):
                    event = follow.take(block)
                    if event is not None:
                        yield event


class Client(Operations[Sync]):
    """A gateway, asked at once.

    Args:
        url: Where it is; left out, `$TOLLGATE_URL`, else http://127.0.0.1:8787.
        key_file: The file that holds the API key; left out, the key is that of `$TOLLGATE_API_KEY`.
        ca_file: PEM of the authority of a gateway beyond loopback; left out, `$TOLLGATE_CA_FILE`, else the system's authorities.
        sleep: How to wait between attempts, seconds.

    Raises:
        KeyMissing: No key was given.
        ValueError: An address or a file that cannot be used.

    Nothing is asked before the first call. `close()` it, or use it in a `with` block. Threads may share it.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        key_file: FilePath | None = None,
        ca_file: FilePath | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        door = Door.found(url, key_file, ca_file)
        self._http = httpx.Client(**door.settings())
        self._wire = _Wire(self._http, door.url, sleep)
        self.url = door.url
        super().__init__(self._wire)

    def intents(self, path: FilePath) -> Intents:
        """Orders that are never doubled: their keys are kept in this file, before anything is sent. See `Intents`."""
        return Intents(path, self._wire.one, self._wire.sleep)

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self.url}>"


class AsyncClient(Operations[Async]):
    """A gateway, asked and awaited: the methods of `Client`. It runs on asyncio and on trio.

    Args:
        url: Where it is; left out, `$TOLLGATE_URL`, else http://127.0.0.1:8787.
        key_file: The file that holds the API key; left out, the key is that of `$TOLLGATE_API_KEY`.
        ca_file: PEM of the authority of a gateway beyond loopback; left out, `$TOLLGATE_CA_FILE`, else the system's authorities.
        sleep: How to wait between attempts, seconds.

    Raises:
        KeyMissing: No key was given.
        ValueError: An address or a file that cannot be used.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        key_file: FilePath | None = None,
        ca_file: FilePath | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        door = Door.found(url, key_file, ca_file)
        self._http = httpx.AsyncClient(**door.settings())
        self._wire = _AsyncWire(self._http, door.url, sleep)
        self.url = door.url
        super().__init__(self._wire)

    def intents(self, path: FilePath) -> AsyncIntents:
        """Orders that are never doubled: their keys are kept in this file, before anything is sent. See `AsyncIntents`."""
        return AsyncIntents(path, self._wire.one, self._wire.sleep)

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<AsyncClient of {self.url}>"
