"""docs/python.md and README.md, run as they are written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from test_contract import Nowhere

import tollgate
from stage import PATIENCE_S, ROOT, Stage, staged
from tollgate._operations import Operations

GUIDE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
README = (ROOT / "python/README.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def desk(tollgate: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The machine of a reader: the gateway's files where the first start puts them."""
    home = tmp_path_factory.mktemp("reader")
    with staged(tollgate, home) as stage:
        (home / ".local/share").mkdir(parents=True)
        (home / ".local/share/tollgate").symlink_to(home / "data")
        yield stage


def run(desk: Stage, *words: str) -> str:
    """What a command says in the reader's directory; it must succeed."""
    env = {
        "HOME": str(desk.home),
        "PATH": f"{Path(desk.tollgate).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT / "python/src"),
        "TOLLGATE_URL": desk.url,
        "TOLLGATE_CONFIG": str(desk.home / "tollgate.toml"),
    }
    done = subprocess.run(words, cwd=desk.home, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_snippet_runs(desk: Stage) -> None:
    *snippets, strategy = blocks(GUIDE, "python")
    assert len(snippets) == 3
    said = [run(desk, sys.executable, "-c", snippet) for snippet in [*snippets, *blocks(README, "python")]]
    assert said[0].startswith("paper True")
    assert "order_submitting" in said[2]
    assert said[3].strip() == "working"
    refs = [order["order_ref"] for order in desk.ledger()]
    assert len(refs) == 1, "the same order by the same name, in the guide and in the README"
    install, key = blocks(GUIDE, "sh")
    assert "pip install ./python" in install
    run(desk, "sh", "-c", key)
    (desk.home / "momentum.py").write_text(strategy, encoding="utf-8")


def test_the_strategy_trades_once_a_bar_and_is_typed(desk: Stage) -> None:
    with desk.client() as client:
        first = run(desk, sys.executable, "momentum.py")
        if "held 0, wanted 0" in first:
            client.orders.submit(tollgate.buy(10, "AAPL", strategy="momentum"), key="held")
            with client.events(cl_ord_id="held", kind="order.executed", after=0) as events:
                next(events)
            first = run(desk, sys.executable, "momentum.py")
        assert re.search(r"(buy|sell) 10 of 10 at [\d.]+ filled", first), first
        # Two runs within one bar; a bar that ends between them begins anew.
        while (trades := len(desk.ledger())) and (second := run(desk, sys.executable, "momentum.py"))[:5] != first[:5]:
            first = second
        assert " of " not in second, second
        assert len(desk.ledger()) == trades
        assert {order.requested_by for order in client.orders.each(strategy="momentum")} >= {"momentum"}
    env = {**os.environ, "MYPYPATH": str(ROOT / "python/src")}
    cache = str(ROOT / "target/python/mypy-guide")
    words = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, str(desk.home / "momentum.py")]
    typed = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert typed.returncode == 0, typed.stdout


def test_the_guide_names_what_there_is() -> None:
    client: Operations[Any] = Operations(Nowhere())
    for name in set(re.findall(r"client\.([a-z_.]+)\(", GUIDE)) - {"close", "intents"}:
        assert callable(attrgetter(name)(client)), name
    table = GUIDE[GUIDE.index("| exception |") : GUIDE.index("All but `Unreachable`")]
    named = set(re.findall(r"`([A-Z]\w+)`", table))
    refusals = {name for name in tollgate.errors.__all__ if issubclass(getattr(tollgate.errors, name), tollgate.Refusal)}
    assert named >= refusals - {"Refusal"}
