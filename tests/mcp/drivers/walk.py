"""Every tool of a Tollgate by the official Python client; each answer is judged by the schema that the tool came with.

    walk.py MODE KEY QTY (--http URL KEY_FILE | --stdio COMMAND ...)

MODE is `legacy` (2025-11-25) or a version of the protocol such as 2026-07-28.
"""

import asyncio
import json
import pathlib
import sys

import jsonschema
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

WALK = json.loads((pathlib.Path(__file__).parent.parent / "walk.json").read_text())
RESOURCES = ["tollgate://status", "tollgate://positions", "tollgate://orders", "tollgate://quote/AAPL"]
PROMPTS = {
    "daily_brief": {},
    "pre_trade_check": {"symbol": "AAPL", "side": "buy", "qty": "10"},
    "incident_review": {},
}


def filled(value, told, words):
    """`$tool.field` is what an earlier call told, `$key` and `$qty` are this walk's own."""
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    for name, word in words.items():
        if value == f"${name}" or value.startswith(f"${name}-"):
            return word + value[len(name) + 1 :]
    tool, field = value[1:].split(".")
    return told[tool][field]


async def walk(client, words):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    told = {}
    for step in WALK:
        name = step["tool"]
        arguments = {field: filled(value, told, words) for field, value in step["arguments"].items()}
        jsonschema.validate(arguments, tools[name].input_schema)
        result = await client.call_tool(name, arguments)
        if step.get("refused"):
            assert result.is_error, f"{name} was not refused"
            refusal = json.loads(result.content[-1].text)
            assert refusal["code"] and refusal["hint"], refusal
            continue
        assert not result.is_error, f"{name}: {result.content}"
        told[name] = result.structured_content
        jsonschema.validate(told[name], tools[name].output_schema, cls=jsonschema.Draft202012Validator)
        assert json.loads(result.content[-1].text) == told[name], f"{name}: text and structure differ"
        for field, wanted in step.get("is", {}).items():
            assert told[name][field] == wanted, f"{name}: {field} is {told[name][field]}"
    assert set(tools) == {step["tool"] for step in WALK}, "a tool was not called"
    listed = {str(resource.uri) for resource in (await client.list_resources()).resources}
    assert listed == set(RESOURCES[:3]), listed
    for uri in RESOURCES:
        json.loads((await client.read_resource(uri)).contents[0].text)
    assert {prompt.name for prompt in (await client.list_prompts()).prompts} == set(PROMPTS)
    for name, arguments in PROMPTS.items():
        assert (await client.get_prompt(name, arguments)).messages
    print(f"{len(tools)} tools, {len(WALK)} calls, {len(RESOURCES)} resources, {len(PROMPTS)} prompts")


async def main():
    mode, key, qty, how, *where = sys.argv[1:]
    words = {"key": key, "qty": qty}
    if how == "--stdio":
        async with Client(StdioServerParameters(command=where[0], args=where[1:]), mode=mode) as client:
            await walk(client, words)
        return
    url, key_file = where
    bearer = f"Bearer {pathlib.Path(key_file).read_text().strip()}"
    async with create_mcp_http_client(headers={"Authorization": bearer}) as http:
        async with Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client:
            await walk(client, words)


asyncio.run(main())
