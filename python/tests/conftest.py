"""One stage for all tests that leave it as they found it, and a stage of its own for each that does not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stage import ROOT, Stage, staged
from tollgate import Client, NewOrder, buy


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tollgate", default=str(ROOT / "target/debug/tollgate"), help="the binary")


@pytest.fixture(scope="session")
def tollgate(request: pytest.FixtureRequest) -> str:
    """The binary."""
    path = str(request.config.getoption("--tollgate"))
    if not Path(path).exists():
        pytest.exit(f"{path} is missing: run cargo build -p tollgate", returncode=2)
    return path


@pytest.fixture(scope="session")
def stage(tollgate: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A gateway that stays up."""
    with staged(tollgate, tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture
def own_stage(tollgate: str, tmp_path: Path) -> Iterator[Stage]:
    """A gateway that a test may kill."""
    with staged(tollgate, tmp_path / "home") as made:
        yield made


@pytest.fixture
def client(stage: Stage) -> Iterator[Client]:
    """The operator."""
    with stage.client() as made:
        yield made


@pytest.fixture(scope="session")
def small() -> Callable[[], NewOrder]:
    """Orders that pass, rest far from the market, and are none like the other; few in each instrument, for there is a limit."""
    sizes, symbols = (
        itertools.count(1),
        itertools.cycle(["KO", "PG", "JNJ", "PEP", "WMT", "XOM", "PFE", "MRK", "UNH", "JPM", "CVX", "HD"]),
    )
    return lambda: buy(next(sizes), next(symbols), limit="10", tif="gtc")
