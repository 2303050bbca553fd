"""Tables where pandas is, and a clear word where it is not."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pandas as pd
import pytest

import tollgate
from stage import ROOT, Stage
from tollgate import Client, models


def test_bars_are_a_table_exact_or_for_arithmetic(client: Client) -> None:
    bars = client.market.bars("AAPL", size="5m", duration="2d")
    exact = bars.to_frame()
    assert list(exact["close"]) == [bar.close for bar in bars.items]
    assert all(isinstance(value, Decimal) for value in exact["close"])
    assert isinstance(exact["time"].dtype, pd.DatetimeTZDtype)
    table = bars.to_frame(numbers="float").set_index("time")
    assert table["close"].dtype == "float64"
    assert table["close"].rolling(3).mean().notna().sum() == len(bars.items) - 2


def test_lists_and_nested_shapes_are_tables_too(client: Client) -> None:
    watched = client.market.watched(symbols="AAPL").to_frame()
    assert {"symbol", "state"} <= set(watched.columns)
    orders = tollgate.to_frame(client.orders.each(limit=2))
    assert list(orders["cl_ord_id"]) == [order.cl_ord_id for order in client.orders.each()]
    nothing = client.orders.list(strategy="nobody").to_frame()
    assert len(nothing) == 0
    assert "cl_ord_id" in nothing.columns
    one = client.status().to_frame()
    assert one.loc[0, "broker.state"] == client.status().broker.state


def test_unknown_stays_unknown() -> None:
    point = {"seq": 1, "at": "2026-03-02T00:00:00Z", "currency": "USD", "net_liquidation": "1.10"}
    mark = models.AccountPoint.model_validate(point)
    table = tollgate.to_frame([mark], numbers="float")
    assert table.loc[0, "net_liquidation"] == pytest.approx(1.1)
    assert table["unrealized"].isna().all()


def test_without_pandas_everything_else_works(stage: Stage) -> None:
    program = """
import sys
sys.modules["pandas"] = None
import tollgate
with tollgate.Client(sys.argv[1], key_file=sys.argv[2]) as client:
    bars = client.market.bars("AAPL", size="1h", duration="2d")
    assert bars.items
    try:
        bars.to_frame()
    except tollgate.PandasMissing as error:
        print(error)
"""
    words = [sys.executable, "-c", program, stage.url, str(stage.key_file())]
    said = subprocess.run(words, env={"PYTHONPATH": str(ROOT / "python/src")}, capture_output=True, text=True, check=True).stdout
    assert "pip install pandas" in said


def test_its_absence_is_an_import_error_with_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(tollgate.PandasMissing):
        tollgate.to_frame([])
