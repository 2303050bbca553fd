"""What all shapes have in common: how they are read, and how money and times are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar, get_args

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, PrivateAttr

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

Amount = Decimal | str | int
"""A figure as it may be given: never a float, which cannot hold it."""


def decimal(value: object) -> Decimal:
    """A figure without a doubt.

    Raises:
        ValueError: A float, or what is no plain number.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, str, int)):
        shown = type(value).__name__
        raise ValueError(f"must be a Decimal, a text or a whole number, not a {shown}: write '189.50' or Decimal('189.50')")
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise ValueError(f"must be a number such as '189.50', not {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"must be a number such as '189.50', not {value!r}")
    return number


def plain(number: Decimal) -> str:
    """A figure as the gateway reads it: digits and a point."""
    return format(number, "f")


def rfc3339(time: datetime) -> str:
    """A time as the gateway reads it.

    Raises:
        ValueError: A time without a zone.
    """
    if time.tzinfo is None or time.utcoffset() is None:
        raise ValueError(f"{time.isoformat()} has no time zone: write datetime(..., tzinfo=UTC)")
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


Number = Annotated[Decimal, BeforeValidator(decimal), PlainSerializer(plain, when_used="json")]
"""Money, a price, a quantity: exact."""

Time = Annotated[AwareDatetime, PlainSerializer(rfc3339, when_used="json")]
"""A moment, with its zone; to the microsecond."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What an answer said beside its body."""

    status: int
    """The HTTP status: of a submit 201 for acknowledged, 202 for waiting for a human, 200 for simulated or a replay."""
    request_id: str
    """The correlation id: also in the gateway's log, journal and audit."""
    etag: str | None
    """The version of what was read; give it as `if_match`."""
    replayed: bool
    """Whether the key was known: nothing new was done."""


class _Shown(str):
    """A text that stands for itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def shown(value: object) -> object:
    """A value as people read it: figures and times as on the wire."""
    if isinstance(value, Decimal):
        return _Shown(plain(value))
    if isinstance(value, datetime):
        return _Shown(rfc3339(value))
    if isinstance(value, list):
        return [shown(one) for one in value]
    if isinstance(value, dict):
        return {name: shown(one) for name, one in value.items()}
    return value


class Shape(BaseModel):
    """A shape of the REST face. It does not change."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, defer_build=True, use_attribute_docstrings=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return ((name, shown(value)) for name, value in super().__repr_args__())


class Request(Shape):
    """A body that is sent; it refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid")

    def body(self) -> dict[str, Any]:
        """It as JSON; what was left out is left out."""
        given = self.model_dump(mode="json", by_alias=True)
        return {name: value for name, value in given.items() if value is not None}


class Answer(Shape):
    """What the gateway answers; fields of a newer gateway are passed over."""

    model_config = ConfigDict(extra="ignore")

    _meta: Meta | None = PrivateAttr(default=None)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    @property
    def meta(self) -> Meta | None:
        """What the answer said beside its body; None for a part of an answer."""
        return self._meta

    def to_frame(self, *, numbers: Literal["decimal", "float"] = "decimal") -> pd.DataFrame:
        """Its `items` as a table, or itself as a row; see `tollgate.to_frame`."""
        from .frames import to_frame

        items = getattr(self, "items", None)
        if not isinstance(items, list):
            return to_frame([self], numbers=numbers)
        kinds = get_args(type(self).model_fields["items"].annotation)
        shape = kinds[0] if kinds and isinstance(kinds[0], type) and issubclass(kinds[0], Shape) else None
        return to_frame(items, numbers=numbers, shape=shape)


class Page(Answer, Generic[T]):
    """A part of a list."""

    items: list[T]
    """The part."""

    next_cursor: str | None = None
    """Give it as `cursor` to get the next part; None when there is none."""

    def __len__(self) -> int:
        return len(self.items)
