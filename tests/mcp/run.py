#!/usr/bin/env python3
"""Official MCP clients of other languages against the real binary: every tool, over stdio and HTTP, in both versions of the protocol.

    run.py [--tollgate PATH]
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CLIENTS = ROOT / "target" / "mcp-clients"
PATIENCE_S = 120


def demo(tollgate):
    """A demonstration gateway that stays, with its URL and the key files of the operator and the agent."""
    process = subprocess.Popen([tollgate, "demo"], stdout=subprocess.PIPE, text=True)
    told = {}
    for line in process.stdout:
        for name in ("gateway", "operator key", "agent key"):
            if line.startswith(f"{name} "):
                told[name] = line[len(name) :].strip()
        if len(told) == 3:
            return process, told["gateway"], told["operator key"], told["agent key"]
    sys.exit("the demo did not begin")


def inspector():
    """The words that run the command line of the MCP inspector."""
    there = CLIENTS / "inspector" / "node_modules"
    (node,) = there.glob("node-linux-*/bin/node")
    return [node, there / "@modelcontextprotocol" / "inspector" / "clients" / "launcher" / "build" / "index.js", "--cli"]


def inspections(tollgate, url, key_file):
    """What the inspector asks: by which way, and what its answer must hold."""
    bearer = f"Authorization: Bearer {pathlib.Path(key_file).read_text().strip()}"
    ways = {
        "stdio": [tollgate, "mcp", "--url", url, "--key-file", key_file],
        "http": ["--server-url", f"{url}/mcp", "--transport", "http", "--header", bearer],
    }
    # `--strict` ends with a code where a schema is one that programs of models cannot take.
    asked = {
        "every tool": (["--method", "tools/list", "--strict"], lambda told: len(told["tools"]) >= 23),
        "get_status": (
            ["--method", "tools/call", "--tool-name", "get_status"],
            lambda told: not told.get("isError") and told["structuredContent"]["ready"] is True,
        ),
        "get_quote": (
            ["--method", "tools/call", "--tool-name", "get_quote", "--tool-arg", "symbol=AAPL"],
            lambda told: not told.get("isError") and told["structuredContent"]["symbol"] == "AAPL",
        ),
        "resources": (["--method", "resources/list"], lambda told: len(told["resources"]) == 3),
    }
    for way, words in ways.items():
        for name, (question, holds) in asked.items():
            yield f"inspector, {name}, {way}", [*inspector(), *words, *question], holds


def inspect(tollgate, url, key_file):
    """All that the inspector asks; how many failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as home:
        for name, words, holds in inspections(tollgate, url, key_file):
            began = time.monotonic()
            asked = subprocess.run(
                [str(word) for word in words],
                env={**os.environ, "HOME": home},
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
            ok = asked.returncode == 0 and holds(json.loads(asked.stdout))
            failed += not ok
            print(f"{'ok  ' if ok else 'FAIL'} {name:42} {time.monotonic() - began:5.1f} s", flush=True)
            if not ok:
                print(asked.stdout[-2000:], asked.stderr[-3000:], flush=True)
    return failed


def walks(tollgate, url, key_file):
    """Each walk: its name, and the words that run it behind a key and a quantity of its own."""
    stdio = ["--stdio", tollgate, "mcp", "--url", url, "--key-file", key_file]
    http = ["--http", url, key_file]
    node = CLIENTS / "node" / "walk.mjs"
    shutil.copy(HERE / "drivers" / "node" / "walk.mjs", node)
    for how in (stdio, http):
        for mode in ("legacy", "2026-07-28"):
            python = [CLIENTS / "venv" / "bin" / "python", HERE / "drivers" / "walk.py", mode]
            yield f"python mcp, {mode}, {how[0][2:]}", lambda key, qty, python=python, how=how: [*python, key, qty, *how]
        for mode in ("sdk", "legacy", "2026-07-28"):
            words = ["node", node, mode]
            yield (
                f"typescript, {mode}, {how[0][2:]}",
                lambda key, qty, words=words, how=how: [*words, key, qty, HERE / "walk.json", *how],
            )


def tries(url, operator, key_file):
    """What no agent may, tried by everything that there is, in both versions of the protocol."""
    for mode in ("legacy", "2026-07-28"):
        words = [CLIENTS / "venv" / "bin" / "python", HERE / "drivers" / "powers.py", mode]
        yield f"what no agent may, {mode}", lambda key, _qty, words=words: [*words, key, url, operator, key_file]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tollgate", default=str(ROOT / "target" / "debug" / "tollgate"))
    tollgate = parser.parse_args().tollgate
    if not (CLIENTS / "stamp").exists():
        sys.exit("the clients are missing: run scripts/mcp_clients.sh")
    process, url, operator, key_file = demo(tollgate)
    failed = 0
    try:
        failed += inspect(tollgate, url, key_file)
        all_walks = [*walks(tollgate, url, key_file), *tries(url, operator, key_file)]
        for number, (name, words) in enumerate(all_walks, start=1):
            began = time.monotonic()
            walked = subprocess.run(
                [str(word) for word in words(f"walk-{number}", str(number))],
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
            took = time.monotonic() - began
            ok = walked.returncode == 0
            failed += not ok
            print(f"{'ok  ' if ok else 'FAIL'} {name:42} {took:5.1f} s  {walked.stdout.strip()}", flush=True)
            if not ok:
                print(walked.stderr[-3000:], flush=True)
    finally:
        process.terminate()
        process.wait()
    sys.exit(1 if failed else 0)


main()
