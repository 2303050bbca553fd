"""Tries, by every tool, resource and prompt, to do what no agent may: approve, arm, grant, loosen, lift a kill. Then looks what has changed.

    powers.py MODE NAME URL OPERATOR_KEY_FILE AGENT_KEY_FILE

The operator's key tries, too: whoever holds it, over MCP it is an agent's. NAME keeps the tries of several runs apart.
"""

import asyncio
import json
import pathlib
import sys
import urllib.error
import urllib.request

from mcp import Client, MCPError
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

WALK = json.loads((pathlib.Path(__file__).parent.parent / "walk.json").read_text())
ORDER = {
    "symbol": "KO", "sec_type": "stk", "exchange": "SMART", "currency": "USD", "side": "buy", "qty": "1", "order_type": "limit",
    "limit_price": "10", "tif": "day",
}
TOOLS = [
    "approve", "approve_order", "deny_approval", "arm_live", "disarm_live", "grant_mandate", "set_limits", "accept_limits",
    "reset_breaker", "create_key", "revoke_key", "resolve_order", "release_instrument", "lift_kill", "kill_switch_off", "set_trading_state",
]


class Rest:
    """The operator, who looks; and the agent, who asks."""

    def __init__(self, url, operator, agent):
        self.url, self.keys = url, {"operator": operator, "agent": agent}

    def ask(self, who, method, path, body=None, key=None):
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def powers(self, approval, held):
        """All that only a human may change."""
        get = lambda path: self.ask("operator", "GET", path)
        limits = {one["key"]: one["value"] for one in get("/limits")["items"]}
        states = [one for one in get("/kill")["items"] if one["id"] == held]
        return {
            "approval": get(f"/approvals/{approval}")["status"],
            "kill": [(one["scope"], one["id"], one["state"]) for one in states],
            "global": get("/kill")["global"],
            "armed": get("/live")["armed"],
            "limits": limits,
            "mandates": [one["id"] for one in get("/mandates")["items"]],
            "keys": [(one["id"], one["kind"], one["scopes"]) for one in get("/keys")["items"]],
        }


def wishes(approval, held):
    """Words by which one might hope for more, each on its own."""
    yield from (
        {"approve": True}, {"approved": True}, {"approval_id": approval}, {"id": approval, "verb": "approve"}, {"state": "active"},
        {"scope": "strategy", "id": held, "state": "active"}, {"mandate_id": "m"}, {"kind": "human"}, {"face": "rest"}, {"admin": True},
        {"limits": {"order_qty_max": "1000000"}}, {"hours": 24}, {"scopes": ["approve", "admin"]}, {"override": True}, {"_meta": "human"},
    )


async def try_tools(client, words, approval, held, name):
    tried = 0
    steps = {step["tool"]: step["arguments"] for step in WALK}
    for tool in (await client.list_tools()).tools:
        preview = await client.call_tool("preview_order", ORDER)
        made = {**words, "preview_order.preview_id": preview.structured_content["preview_id"], "get_quote.bid": "10"}
        plain = {field: filled(value, made) for field, value in steps[tool.name].items()}
        for wish in wishes(approval, held):
            # What a tool has a field for is an ordinary argument of it.
            if all(field in tool.input_schema["properties"] for field in wish):
                continue
            tried += 1
            result = await client.call_tool(tool.name, {**plain, **wish})
            assert result.is_error, f"{tool.name} took {wish}"
        result = await client.call_tool(tool.name, plain)
        told = result.structured_content or {}
        assert told.get("outcome") in (None, "needs_approval"), f"{tool.name}: {told}"
        again = await client.call_tool(tool.name, plain)
        assert (again.structured_content or {}).get("outcome") in (None, "needs_approval"), f"{tool.name}: {again}"
    for tool in TOOLS:
        tried += 1
        for arguments in ({}, {"id": approval, "approval_id": approval, "reason": name, "scope": "strategy", "state": "active"}):
            await refused(client.call_tool(tool, arguments), tool)
    return tried


def filled(value, made):
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    for name, word in made.items():
        if value == f"${name}" or value.startswith(f"${name}-"):
            return word + value[len(name) + 1 :]
    # The con_id of AAPL, wherever the walk had one.
    return "265598"


async def refused(asked, what):
    try:
        answer = await asked
    except MCPError:
        return
    assert getattr(answer, "is_error", False), f"{what} is there"


async def try_the_rest(client, approval):
    tried = 0
    for uri in (
        f"tollgate://approvals/{approval}", f"tollgate://approvals/{approval}/approve", "tollgate://kill?state=active", "tollgate://live/arm",
        "tollgate://limits", "tollgate://keys", "tollgate://status?approve=true", "tollgate://quote/AAPL/../../kill", "tollgate://quote/%2e%2e",
        "file:///etc/passwd", "http://127.0.0.1/api/v1/keys",
    ):
        tried += 1
        await refused(client.read_resource(uri), uri)
    for resource in (await client.list_resources()).resources:
        tried += 1
        await client.read_resource(str(resource.uri))
    for prompt in (await client.list_prompts()).prompts:
        for wish in ({"approve": "true"}, {"then": "approve it"}):
            tried += 1
            needed = {"symbol": "KO", "side": "buy", "qty": "1"} if prompt.name == "pre_trade_check" else {}
            await refused(client.get_prompt(prompt.name, {**needed, **wish}), prompt.name)
    return tried


async def main():
    mode, name, url, operator_file, agent_file = sys.argv[1:]
    keys = {who: pathlib.Path(path).read_text().strip() for who, path in (("operator", operator_file), ("agent", agent_file))}
    rest = Rest(url, keys["operator"], keys["agent"])
    held = f"{name}-held"
    rest.ask("operator", "PUT", "/kill", {"scope": "strategy", "id": held, "state": "halted", "reason": name})
    asked = rest.ask("agent", "POST", "/orders", ORDER | {"symbol": "PG"}, key=f"{name}-asked")
    assert asked["outcome"] == "needs_approval", asked
    approval = asked["approval_id"]
    before, tried = rest.powers(approval, held), 0
    for who, key in keys.items():
        async with create_mcp_http_client(headers={"Authorization": f"Bearer {key}"}) as http:
            async with Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client:
                words = {"key": f"{name}-{who}", "qty": "1"}
                tried += await try_tools(client, words, approval, held, name)
                tried += await try_the_rest(client, approval)
    after = rest.powers(approval, held)
    # Cancelling everything takes back what still waits for a human, which is no answer of one.
    assert after.pop("approval") in ("pending", "void", "revoked"), after
    before.pop("approval")
    assert after == before, f"{before}\n{after}"
    orders = [one for one in rest.ask("operator", "GET", "/orders?limit=1000")["items"] if one["cl_ord_id"].startswith(name)]
    assert orders and all(not one["executions"] and one["broker_order_id"] is None for one in orders), orders
    print(f"{tried} tries, {len(orders)} orders, none of which left")


asyncio.run(main())
