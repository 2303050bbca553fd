"""The package as it is installed, typed and documented."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from stage import ROOT

PYTHON = ROOT / "python"


def run(*words: object, **env: str) -> str:
    """What a command says; it must succeed."""
    done = subprocess.run(
        [str(word) for word in words], cwd=PYTHON, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_installs_with_its_types_and_its_licence(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", tmp_path, PYTHON)
    [wheel] = tmp_path.glob("tollgate-0.*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "tollgate/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any("test" in name for name in names)
    place = tmp_path / "installed"
    run(*pip, "install", "--no-deps", "--no-index", "--target", place, wheel)
    said = run(sys.executable, "-c", "import tollgate; print(tollgate.__file__, tollgate.__version__)", PYTHONPATH=str(place))
    assert said.startswith(str(place))


def test_it_is_typed_strictly() -> None:
    run(sys.executable, "-m", "mypy", "--cache-dir", ROOT / "target/python/mypy")


def test_it_is_tidy() -> None:
    run(sys.executable, "-m", "ruff", "check", "--no-cache", "--quiet", ".")
    run(sys.executable, "-m", "ruff", "format", "--no-cache", "--quiet", "--check", ".")
