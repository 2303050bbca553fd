#!/usr/bin/env python3
"""Runs the first chapter of docs/agents.md as it is written: its commands in a shell, a scripted client in place of the agent.

    guide.py [--tollgate PATH]
"""

import argparse
import asyncio
import json
import os
import pathlib
import re
import subprocess
import sys
from decimal import Decimal

from mcp import Client
from mcp.client.stdio import StdioServerParameters

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 60


def blocks():
    """The shell commands of the chapter, block by block."""
    chapter = (ROOT / "docs" / "agents.md").read_text().split("\n## ")[1]
    return re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)


def run(command, tollgate, variables):
    # The demo of the guide builds first; here the binary is built already.
    command = command.replace("target/debug/tollgate", tollgate)
    ran = subprocess.run(["bash", "-euc", command], env=variables, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


async def buy(client):
    """What an agent does with the words of the guide."""
    assert (await client.call_tool("get_status", {})).structured_content["ready"]
    quote = (await client.call_tool("get_quote", {"symbol": "AAPL"})).structured_content
    # A little above the ask, so that a market that moves fills it all the same.
    limit = (Decimal(quote["ask"]) * Decimal("1.002")).quantize(Decimal("0.01"))
    order = {
        "symbol": "AAPL", "sec_type": "stk", "exchange": "SMART", "currency": "USD", "side": "buy", "qty": "10",
        "order_type": "limit", "limit_price": str(limit), "tif": "day",
    }
    preview = (await client.call_tool("preview_order", order)).structured_content
    assert preview["decision"] == "needs_approval", preview
    placed = await client.call_tool("place_order", {**order, "preview_id": preview["preview_id"], "cl_ord_id": "guide-1"})
    placed = placed.structured_content
    assert placed["outcome"] == "needs_approval", placed
    return placed["approval"]


async def filled(client):
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        order = (await client.call_tool("get_order_status", {"cl_ord_id": "guide-1"})).structured_content
        if order["status"] == "filled":
            break
        assert asyncio.get_running_loop().time() < deadline, order
    positions = (await client.call_tool("get_positions", {})).structured_content["items"]
    held = [position["qty"] for position in positions if position["symbol"] == "AAPL"]
    assert held == ["10"], positions


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tollgate", default=str(ROOT / "target" / "debug" / "tollgate"))
    tollgate = parser.parse_args().tollgate
    demo, exports, configure, approve = blocks()
    assert demo.strip() == "make demo", demo
    process = subprocess.Popen([tollgate, "demo"], stdout=subprocess.PIPE, text=True)
    try:
        told = {}
        while len(told) < 3:
            line = process.stdout.readline()
            assert line, "the demo ended"
            for name in ("gateway", "operator key", "agent key"):
                if line.startswith(f"{name} "):
                    told[name] = line[len(name) :].strip()
        named = re.findall(r"export (\w+)=", exports)
        assert named == ["TOLLGATE_URL", "AGENT_KEY", "OPERATOR_KEY"], named
        variables = {
            **os.environ, "TOLLGATE_URL": told["gateway"], "AGENT_KEY": told["agent key"], "OPERATOR_KEY": told["operator key"],
        }
        server = json.loads(run(configure, tollgate, variables))["mcpServers"]["tollgate"]
        async with Client(StdioServerParameters(command=server["command"], args=server["args"])) as client:
            approval = await buy(client)
            listing, answer = approve.strip().splitlines()
            assert approval["id"] in run(listing, tollgate, variables)
            run(answer.replace("ap-…", approval["id"]), tollgate, variables)
            await filled(client)
    finally:
        process.terminate()
        process.wait()
    print("docs/agents.md holds: ten shares after a human's approval")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
