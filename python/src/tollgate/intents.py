"""Orders that are never doubled, whatever breaks: the key of each is on the disk before the order leaves.

Everything is decided here once, as steps that either client carries out.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TypeAlias

import anyio.to_thread

from ._call import Call
from ._intents_file import IntentsFile, Kept, State
from ._operations import OrdersGroup
from .errors import GatewayError, NotFound, OutcomeUnknown, Refusal, Unreachable
from .models import NewOrder, Order, OrderAnswer

ATTEMPTS_MAX = 12
PAUSE_S = 0.2
PAUSE_MAX_S = 10.0

# Refusals before anything is done and any key is spent; see docs/errors.md.
NOTHING_DONE = {400, 401, 403, 404, 405, 413, 415, 429}
NOTHING_DONE_CODES = {"not_ready", "lease_not_held"}
# The order is refused for good, under this key.
OVER = {"denied", "rejected", "canceled"}


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wanted done, by the name that he gave it."""

    name: str
    """His name for it."""
    key: str
    """The key under which the gateway has it: the `cl_ord_id`."""
    order: NewOrder
    """What was wanted."""
    state: State
    """`open`: no answer is on the disk, it may be live. `answered`: the gateway took it. `refused`: denied, rejected or
    canceled. `void`: nothing was done."""
    found: Order | None = None
    """How it stands at the gateway, where that was looked up; None where the gateway never had it."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait, seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Write:
    """Write to the disk."""

    write: Callable[[], Any]


Step: TypeAlias = Call[Any] | Pause | Write
Steps: TypeAlias = Generator[Step, Any, Any]


class _Book:
    """The file and the rules; what both sides share."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._file = IntentsFile(path)
        self.path = self._file.path

    def __iter__(self) -> Iterator[Intent]:
        return iter([_intent(kept) for kept in self._file.all()])

    def __repr__(self) -> str:
        return f"<intents in {self.path}: {len(self._file.all())}>"

    def close(self) -> None:
        """Lets others use the file."""
        self._file.close()

    def _submit(self, name: str, order: NewOrder, wait: int | None) -> Generator[Step, Any, OrderAnswer]:
        kept, is_new = yield Write(partial(self._file.claim, name, order.body()))
        # The order as it was first wanted: the same bytes, whatever this version of the package makes of them.
        call = OrdersGroup.submit.make(None, NewOrder.model_validate(kept.order), key=kept.key, wait=wait)
        attempts = _Attempts(is_new)
        while True:
            try:
                answer: OrderAnswer = yield call
            except GatewayError as error:
                state, pause = attempts.judge(error)
                if pause is not None:
                    yield Pause(pause)
                    continue
                if state is not None:
                    yield Write(partial(self._file.settle, kept.key, state))
                error.add_note(f"the intent {name!r} has the key {kept.key}")
                raise
            yield Write(partial(self._file.settle, kept.key, "answered"))
            return answer

    def _settle(self) -> Generator[Step, Any, list[Intent]]:
        found = []
        for kept in self._file.all():
            if kept.state != "open":
                continue
            attempts = _Attempts(False)
            while True:
                try:
                    order: Order | None = yield OrdersGroup.get.make(None, kept.key)
                except NotFound:
                    order = None
                except GatewayError as error:
                    _, pause = attempts.judge(error)
                    if pause is None:
                        raise
                    yield Pause(pause)
                    continue
                break
            found.append(_intent(kept, order))
        return found


class _Attempts:
    """Judges what went wrong, attempt by attempt."""

    def __init__(self, is_new: bool) -> None:
        self.left = ATTEMPTS_MAX
        self.pause_s = PAUSE_S
        # Whether every attempt under the key is known to have done nothing.
        self.nothing_done = is_new

    def judge(self, error: GatewayError) -> tuple[State | None, float | None]:
        """What the error makes of the intent, if anything; and how long to wait for the next attempt, if there is one."""
        self.nothing_done = self.nothing_done and _did_nothing(error)
        if isinstance(error, Refusal) and error.outcome in OVER:
            return "refused", None
        self.left -= 1
        if _is_repeatable(error) and self.left > 0:
            asked = error.retry_after_s if isinstance(error, Refusal) else None
            pause, self.pause_s = self.pause_s, min(self.pause_s * 2, PAUSE_MAX_S)
            return None, pause if asked is None else float(asked)
        return ("void" if self.nothing_done else None), None


def _did_nothing(error: GatewayError) -> bool:
    return isinstance(error, Refusal) and (error.status in NOTHING_DONE or error.code in NOTHING_DONE_CODES)


def _is_repeatable(error: GatewayError) -> bool:
    """Whether the same key may be asked again: always, where the answer is missing or unknown."""
    unknown = isinstance(error, (Unreachable, OutcomeUnknown))
    return unknown or error.retryable or (isinstance(error, Refusal) and error.code == "internal")


def _intent(kept: Kept, found: Order | None = None) -> Intent:
    return Intent(kept.name, kept.key, NewOrder.model_validate(kept.order), kept.state, found)


class Intents(_Book):
    """Orders with names, kept in a file: `client.intents("momentum.intents")`.

    A name stands for one order for ever. `submit` makes a key for it, writes both to the file, waits until the disk has them,
    and only then sends. Whatever happens then, the same call with the same name asks with the same key: after a broken
    connection, an unknown outcome, an end of the script, the gateway or the machine. It is never a second order. Lines are
    added to the file and never changed; one process uses it at a time.

    Raises:
        AlreadyOpen: Another process uses the file.
        IntentsError: It cannot be read, or something else stands in it.
    """

    def __init__(self, path: str | os.PathLike[str], run: Callable[[Call[Any]], Any], sleep: Callable[[float], None]) -> None:
        super().__init__(path)
        self._run, self._sleep = run, sleep

    def submit(self, name: str, order: NewOrder, *, wait: int | None = None) -> OrderAnswer:
        """Submits an order once, however often it is called; the answer tells how it stands now.

        Args:
            name: What you call this order, the same whenever the script runs again: `"2026-03-02 AAPL entry"`. A new attempt at
                an order that was denied, rejected or canceled is a new order, and needs a new name.
            order: What is wanted.
            wait: Seconds to wait for the broker at each attempt; 2 when left out, 30 at most.

        Raises:
            IntentChanged: The name stands for another order. Nothing was sent.
            IntentsError: The disk did not take the intent. Nothing was sent.
            Denied, Rejected, Canceled: The order is refused, for good.
            OutcomeUnknown, Unreachable: After a dozen attempts it is still not known. Call it again, by the same name.
            Refusal: Any other refusal of the gateway.
        """
        answer: OrderAnswer = self._carry_out(self._submit(name, order, wait))
        return answer

    def settle(self) -> list[Intent]:
        """Looks up every intent whose answer is not on the disk, as after a crash. It sends nothing.

        Each is told with the order as the gateway has it (`found`), or None where the gateway never had it. To have it done, or
        its answer noted, submit it again by its name.
        """
        intents: list[Intent] = self._carry_out(self._settle())
        return intents

    def _carry_out(self, steps: Steps) -> Any:
        step, take = None, partial(next, steps)
        try:
            while True:
                step = take()
                take = partial(steps.send, None)
                try:
                    if isinstance(step, Call):
                        take = partial(steps.send, self._run(step))
                    elif isinstance(step, Pause):
                        self._sleep(step.seconds)
                    else:
                        take = partial(steps.send, step.write())
                except GatewayError as error:
                    take = partial(steps.throw, error)
        except StopIteration as end:
            return end.value

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class AsyncIntents(_Book):
    """The same as `Intents`, awaited: `client.intents("momentum.intents")` of an `AsyncClient`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        run: Callable[[Call[Any]], Awaitable[Any]],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        super().__init__(path)
        self._run, self._sleep = run, sleep

    async def submit(self, name: str, order: NewOrder, *, wait: int | None = None) -> OrderAnswer:
        """Submits an order once, however often it is called: see `Intents.submit`."""
        answer: OrderAnswer = await self._carry_out(self._submit(name, order, wait))
        return answer

    async def settle(self) -> list[Intent]:
        """Looks up every intent whose answer is not on the disk: see `Intents.settle`."""
        intents: list[Intent] = await self._carry_out(self._settle())
        return intents

    async def _carry_out(self, steps: Steps) -> Any:
        step, take = None, partial(next, steps)
        try:
            while True:
                step = take()
                take = partial(steps.send, None)
                try:
                    if isinstance(step, Call):
                        take = partial(steps.send, await self._run(step))
                    elif isinstance(step, Pause):
                        await self._sleep(step.seconds)
                    else:
                        take = partial(steps.send, await anyio.to_thread.run_sync(step.write))
                except GatewayError as error:
                    take = partial(steps.throw, error)
        except StopIteration as end:
            return end.value

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.close()
