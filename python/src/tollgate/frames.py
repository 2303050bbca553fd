"""Tables, where pandas is installed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from ._base import Shape
from .errors import PandasMissing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["to_frame"]


def to_frame(
    shapes: Iterable[Shape], *, numbers: Literal["decimal", "float"] = "decimal", shape: type[Shape] | None = None
) -> pd.DataFrame:
    """Shapes as the rows of a table: a column for each field, `quote.bid` for a field of a field; lists stay lists.

    Args:
        shapes: Such as `client.orders.each()`, `page.items`, `bars.items`.
        numbers: `decimal` keeps figures exact; `float` is for arithmetic and plots, never for orders. Unknown stays unknown:
            None, or NaN.
        shape: What the rows are, so that a table without rows has its columns.

    Raises:
        PandasMissing: pandas is not installed.
    """
    try:
        import pandas as table
    except ImportError as error:
        raise PandasMissing("tables need pandas: pip install pandas, or pip install 'tollgate[pandas]'") from error
    rows = [_row(one, numbers == "float") for one in shapes]
    columns = None if rows or shape is None else list(shape.model_fields)
    return table.DataFrame(rows, columns=columns)


def _row(shape: Shape, as_float: bool) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in shape:
        if isinstance(value, Shape):
            row.update({f"{name}.{inner}": one for inner, one in _row(value, as_float).items()})
        elif isinstance(value, Decimal) and as_float:
            row[name] = float(value)
        else:
            row[name] = value
    return row
