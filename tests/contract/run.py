#!/usr/bin/env python3
"""The same cases through REST, MCP, the command line and Python: the same outcome, reasons and codes.

    run.py [--tollgate PATH] [CASE ...]

Runs in the environment of the Python package (scripts/python.sh); the official MCP client comes from its own (scripts/mcp_clients.sh).
"""

from __future__ import annotations

import argparse
import pathlib
import re
import sys
import tempfile
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CLIENTS = ROOT / "target" / "mcp-clients" / "venv" / "lib"
sys.path[:0] = [str(ROOT / "python" / "src"), str(ROOT / "python" / "tests")]
sys.path += [str(path) for path in CLIENTS.glob("python3*/site-packages")]

from faces import FACES, Face, Told  # noqa: E402
from stage import Stage, staged  # noqa: E402

PATIENCE_S = 60
CONTROL = re.compile(r"C\d\d_")
DENIED = 6
ROW = re.compile(r"^\| `(\w+)` \| \d+ \| (\d+) \|", re.MULTILINE)
EXITS = {code: int(told) for code, told in ROW.findall((ROOT / "docs" / "errors.md").read_text())}
# What is different about the gateway and the venue of each group of cases.
GROUPS = {"case": {}, "off": {"trading": "off"}, "blind": {"venue": ("--data", "none")}}


def written(policy):
    """A policy as a file."""
    def word(value):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]" if isinstance(value, list) else str(value)
    plain = "".join(f"{name} = {word(value)}\n" for name, value in policy.items() if not isinstance(value, dict))
    named = ((f"{kind}.{name}", one) for kind, all_of in policy.items() if isinstance(all_of, dict) for name, one in all_of.items())
    return plain + "".join(f"[{name}]\n{written(one)}" for name, one in named)


def arrange(stage: Stage, home: pathlib.Path, step) -> None:
    """A step that no face does."""
    if step["do"] == "fault":
        stage.fault(step["when"], step["fault"])
        return
    if step["do"] == "end_venue":
        stage.venue.kill()
        with stage.client() as operator:
            while operator.status().broker.state == "up":
                pass
        return
    with stage.client() as operator:
        approval = operator.orders.get(step["id"]).approval_id
        if step["do"] == "approve":
            operator.approvals.approve(approval)
        else:
            operator.approvals.deny(approval, reason="the contract")


def act(face: Face, key: str, step) -> Told:
    """A step through a face; `until` repeats a look until the order is so."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        told = face.do(key, step)
        if "until" not in step or told.order == step["until"]:
            return told
    raise AssertionError(f"the order never was {step['until']}: {told}")


def wrong(expected, told: Told) -> list[str]:
    """What a face told otherwise than the table."""
    seen = told.shown()
    seen["reasons"] = [code for _, code, _, _ in told.reasons]
    seen["several"] = len(told.reasons) > 1
    seen["some_candidates"] = told.candidates > 1
    found = []
    for name, value in expected.items():
        if name == "names":
            found += [] if value in seen["reasons"] else [f"{value} is not among {seen['reasons']}"]
        elif name in ("exit", "replayed") and seen[name] is None:
            # Only the command line ends with a code, and only in words does it tell of a repeat.
            continue
        elif seen[name] != value:
            found.append(f"{name} is {seen[name]!r}, not {value!r}")
    return found


def undocumented(told: Told) -> list[str]:
    """Where the command line ends otherwise than docs/errors.md says of the code."""
    if told.exit is None or told.code is None:
        return []
    documented = DENIED if CONTROL.match(told.code) else EXITS.get(told.code)
    return [] if told.exit == documented else [f"{told.code} ends with {told.exit}, and is documented to end with {documented}"]


def run(cases, name: str, stage: Stage, home: pathlib.Path, table) -> int:
    """All cases through one face; how many failed."""
    failed = 0
    keys = {who: stage.key_file(who).read_text().strip() for who in ("operator", "agent")}
    with stage.client() as operator:
        keys["reader"] = operator.keys.create(id="reader", kind="agent", scopes=["read"]).secret.get_secret_value()
    keys["nobody"] = keys["reader"][:-4] + "0000"
    with FACES[name](stage, keys, home) as face:
        for case in cases:
            if name in case.get("not_by", []):
                continue
            *before, last = case["steps"]
            for step in before:
                if step["do"] in ("fault", "end_venue") or "by" in step:
                    arrange(stage, home, step)
                else:
                    act(face, case.get("key", "agent"), step)
            told = act(face, case.get("key", "agent"), last)
            found = wrong(case["told"], told)
            same = table.setdefault(case["name"], (name, told))
            found += told.differences(same[1], same[0]) + undocumented(told)
            failed += bool(found)
            print(f"{'FAIL' if found else 'ok  '} {name:7} {case['name']}", flush=True)
            for line in found:
                print(f"       {line}\n       {told}", flush=True)
    return failed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tollgate", default=str(ROOT / "target" / "debug" / "tollgate"))
    parser.add_argument("--face", action="append", choices=sorted(FACES))
    arguments = parser.parse_args()
    table = tomllib.loads((HERE / "cases.toml").read_text())
    failed, told = 0, {}
    for name in arguments.face or FACES:
        for group, more in GROUPS.items():
            with tempfile.TemporaryDirectory() as home:
                home = pathlib.Path(home)
                policies = home / "data" / "policies"
                policies.mkdir(parents=True, mode=0o700)
                policies.parent.chmod(0o700)
                (policies / "contract.toml").write_text(written(table["policy"]))
                with staged(arguments.tollgate, home, more='policy = "contract"', **more) as stage:
                    failed += run(table[group], name, stage, home, told)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
