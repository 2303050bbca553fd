"""One call, and how a method that describes it becomes one that makes it: at once, or to be awaited.

An operation is written once, as a method that returns a `Call`. On a group of a `Client` the same method gives the answer, on
one of an `AsyncClient` something to await.
"""

from __future__ import annotations

import functools
import inspect
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeAlias, TypeVar, overload
from urllib.parse import quote

from ._base import Page, Request, decimal, plain, rfc3339

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=Request)


class Sync:
    """Marks what answers at once."""


class Async:
    """Marks what is awaited."""


M = TypeVar("M", Sync, Async)

Value: TypeAlias = str | int | bool | Decimal | datetime | None


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and the type of what answers it."""

    method: str
    path: str
    answer: type[T]
    query: Mapping[str, Value] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: Request | None = None
    read_timeout_s: float | None = None
    """How long the answer may take, where it is longer than usual."""

    def params(self) -> dict[str, str]:
        """The query as texts."""
        return {name: text(value) for name, value in self.query.items() if value is not None}

    def behind(self, cursor: str) -> Call[T]:
        """The same, from the next page on."""
        return replace(self, query={**self.query, "cursor": cursor})


def text(value: str | int | bool | Decimal | datetime) -> str:
    """A value as a query says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(decimal(value))
    if isinstance(value, datetime):
        return rfc3339(value)
    return str(value)


def in_path(value: str) -> str:
    """A value as a part of a path.

    Raises:
        ValueError: It is empty, or would be another path.
    """
    if value in ("", ".", ".."):
        raise ValueError(f"{value!r} names nothing")
    return quote(value, safe="")


def new_key() -> str:
    """A key that nobody else has."""
    return f"py-{secrets.token_hex(16)}"


def body_of(shape: type[R], fields: Mapping[str, object], *, optional: bool = False) -> R | None:
    """The body made of what was given; with `optional`, None where nothing was."""
    given = {name: value for name, value in fields.items() if value is not None}
    return None if optional and not given else shape.model_validate(given)


class Runner(Protocol):
    """Makes calls: either side of `Client` and `AsyncClient`."""

    def one(self, call: Call[Any], /) -> Any:
        """The answer, or what is awaited for it."""

    def pages(self, call: Call[Page[Any]], /) -> Any:
        """Every item of every page."""

    def lines(self, call: Call[Any], /) -> Any:
        """Every line of the answer."""

    def follow(self, follow: Any, /) -> Any:
        """A stream."""


class Group(Generic[M]):
    """Operations that belong together."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    def __repr__(self) -> str:
        methods = sorted(name for name in dir(type(self)) if not name.startswith("_"))
        return f"<{type(self).__name__}: {', '.join(methods)}>"


class _Described(Generic[P, T]):
    """What the three kinds of methods have in common."""

    def __init__(self, make: Callable[Concatenate[Any, P], Call[T]]) -> None:
        self.make = make
        functools.update_wrapper(self, make)  # type: ignore[arg-type]

    def bound(self, group: Group[Any], run: Callable[[Call[Any]], Any]) -> Callable[P, Any]:
        """The method as it is called, with the signature that help() shows."""

        @functools.wraps(self.make)
        def method(*args: P.args, **kwargs: P.kwargs) -> Any:
            return run(self.make(group, *args, **kwargs))

        shown = inspect.signature(self.make)
        own = list(shown.parameters.values())[1:]
        method.__signature__ = shown.replace(parameters=own, return_annotation=inspect.Signature.empty)  # type: ignore[attr-defined]
        return method


class operation(_Described[P, T]):
    """A method that gives one answer."""

    @overload
    def __get__(self, group: Group[Sync], owner: Any = None) -> Callable[P, T]: ...
    @overload
    def __get__(self, group: Group[Async], owner: Any = None) -> Callable[P, Awaitable[T]]: ...
    @overload
    def __get__(self, group: None, owner: Any = None) -> operation[P, T]: ...
    def __get__(self, group: Group[Any] | None, owner: Any = None) -> Any:
        return self if group is None else self.bound(group, group._run.one)


class paged(_Described[P, Page[T]]):
    """A method that walks over every page."""

    @overload
    def __get__(self, group: Group[Sync], owner: Any = None) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, group: Group[Async], owner: Any = None) -> Callable[P, AsyncIterator[T]]: ...
    @overload
    def __get__(self, group: None, owner: Any = None) -> paged[P, T]: ...
    def __get__(self, group: Group[Any] | None, owner: Any = None) -> Any:
        return self if group is None else self.bound(group, group._run.pages)


class lined(_Described[P, T]):
    """A method whose answer comes line by line."""

    @overload
    def __get__(self, group: Group[Sync], owner: Any = None) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, group: Group[Async], owner: Any = None) -> Callable[P, AsyncIterator[T]]: ...
    @overload
    def __get__(self, group: None, owner: Any = None) -> lined[P, T]: ...
    def __get__(self, group: Group[Any] | None, owner: Any = None) -> Any:
        return self if group is None else self.bound(group, group._run.lines)
