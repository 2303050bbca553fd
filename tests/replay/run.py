#!/usr/bin/env python3
"""Replays the past through the whole of Tollgate by two signals, calculates the same apart, and compares each evening to the
cent. Ends with 1 where anything differs. See tests/replay/README.md."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "target/python/venv/bin/python"
HERE = Path(__file__).resolve().parent
SIGNALS = ["equal_weight", "momentum"]
SLICE = ("1990-01-02", "1990-06-29")

if PYTHON.exists() and Path(sys.prefix) != PYTHON.parent.parent:
    # pandas lives there, put in by scripts/python.sh.
    sys.exit(subprocess.run([PYTHON, "-B", *sys.argv], check=False).returncode)

sys.path.insert(0, str(HERE))
import pandas  # noqa: E402
from curve import draw  # noqa: E402
from independent import Rule, course  # noqa: E402


def begin(tollgate: Path, signal: str, words: argparse.Namespace, out: Path) -> subprocess.Popen:
    """Begins a replay."""
    command = [tollgate, "--config", HERE / f"{signal}.toml", "--json", "replay"]
    command += ["--from", words.begin, "--to", words.end, "--out", out, "--faults", words.faults, "--seed", str(words.seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def compare(signal: str, words: argparse.Namespace, out: Path, told: dict) -> tuple[list[str], pandas.Series]:
    """What differs between a replay and the calculation, and the course of the account."""
    wrong = []
    calculated = course(Rule.read(HERE / f"{signal}.toml"), words.begin, words.end)
    replayed = pandas.read_csv(out / "daily.csv", index_col="date", parse_dates=True, dtype=str)
    said = (
        f"{told['slots']} slots, runs {told['runs']}, {len(told['missed'])} missed, {told['orders']} orders, "
        f"{told['executions']} executions, {told['records']} records; {told['last_value']} USD at the end; "
        f"{told['took_ms'] / 1000:.1f} s"
    )
    for kind, what in told["mishaps"].items():
        ended = ", ".join(f"{count} {state}" for state, count in what["ended"].items())
        said += f"\n  {kind}: {what['occurred']} times ({ended or 'never'}), {what['found_nothing']} times there was nothing for it"
    wrong += [f"the replay itself: {what}" for what in told["wrong"]]
    if told["slots"] != calculated.slots:
        wrong.append(f"{told['slots']} slots were replayed and {calculated.slots} calculated")
    if words.faults == "all":
        # The account takes another course: what must hold is said by the replay itself.
        print(f"{signal}: {said}")
        return wrong, replayed["value"].map(Decimal)
    if list(replayed.index) != list(calculated.daily.index):
        wrong.append(f"{len(replayed)} days were replayed and {len(calculated.daily)} calculated, or not the same ones")
    both = calculated.daily.join(replayed.add_suffix("_replayed"), how="inner")
    differences = {}
    for what in ("value", "cash"):
        there = both[f"{what}_replayed"].map(Decimal)
        apart = (there - both[what]).abs()
        differences[what] = apart.max()
        if differences[what] != 0:
            day = apart.ne(0).idxmax()
            wrong.append(f"{day.date()}: {what} is {there[day]} in the replay and {both[what][day]} as calculated")
    if told["orders"] != calculated.orders:
        wrong.append(f"{told['orders']} orders were replayed and {calculated.orders} calculated")
    if told["runs"].get("failed", 0) != calculated.refused:
        wrong.append(f"{told['runs'].get('failed', 0)} runs failed, and the signal has too few closes {calculated.refused} times")
    print(
        f"{signal}: {len(both)} days compared, greatest difference {differences['value']:.2f} "
        f"(cash {differences['cash']:.4f}); {said}"
    )
    return wrong, replayed["value"].map(Decimal)


def main() -> int:
    """Runs both signals side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tollgate", type=Path, default=ROOT / "target/release/tollgate")
    parser.add_argument("--from", dest="begin", default="1990-01-02")
    parser.add_argument("--to", dest="end", default="2022-12-28")
    parser.add_argument("--faults", choices=["none", "harmless", "all"], default="none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--signal", dest="signals", action="append", choices=SIGNALS, help="one signal only")
    parser.add_argument("--slice", action="store_true", help="half a year only, as in make test")
    parser.add_argument("--out", type=Path, default=ROOT / "target/replay")
    words = parser.parse_args()
    if words.slice:
        words.begin, words.end = SLICE
    began = time.monotonic()
    outs = {signal: words.out / signal for signal in words.signals or SIGNALS}
    for out in outs.values():
        shutil.rmtree(out, ignore_errors=True)
    running = {signal: begin(words.tollgate.resolve(), signal, words, out) for signal, out in outs.items()}
    wrong, curves = [], {}
    for signal, process in running.items():
        said, _ = process.communicate()
        if process.returncode not in (0, 1) or not said:
            wrong.append(f"{signal}: the replay ended with {process.returncode}: {said.strip()}")
            continue
        told = json.loads(said)
        if "slots" not in told:
            wrong.append(f"{signal}: {said.strip()}")
            continue
        found, curves[signal] = compare(signal, words, outs[signal], told)
        wrong += [f"{signal}: {what}" for what in found]
    if curves:
        picture = words.out / "curve.svg"
        draw(curves, f"A million dollars, {words.begin} to {words.end}, adjusted closes", picture)
        print(f"the course of both: {picture}")
    print(f"{time.monotonic() - began:.1f} s in all")
    for what in wrong:
        print(f"WRONG: {what}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
