"""The four faces, each as a caller uses it, and what it told in the words of one contract."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import anyio.from_thread
import httpx
import jsonschema
from mcp import Client as McpClient
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from stage import Stage
from tollgate import Client, errors, models

Step = dict[str, Any]

ACCOUNT = "DUV0000001"
PRICE_COLLAR = 15
FIGURE = re.compile(r"\d+(\.\d+)?")


@dataclass
class Told:
    """What a face told."""

    code: str | None = None
    outcome: str | None = None
    decision: str | None = None
    order: str | None = None
    orders: list[str] | None = None
    items: list[str] | None = None
    state: str | None = None
    proven: bool | None = None
    retryable: bool | None = None
    reasons: list[tuple[int, str, str | None, str]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    candidates: int = 0
    hint: str | None = None
    replayed: bool | None = None
    exit: int | None = None

    def shown(self) -> dict[str, Any]:
        return asdict(self)

    def differences(self, other: Told, name: str) -> list[str]:
        """Where it is told otherwise than by another face. An exit code and a repeat are not told by each."""
        mine, theirs = self.shown(), other.shown()
        told_by_each = [one for one in mine if one != "exit" and not (one == "replayed" and None in (mine[one], theirs[one]))]
        return [f"{one} is {mine[one]!r}, by {name} {theirs[one]!r}" for one in told_by_each if mine[one] != theirs[one]]


def reasons(answer: dict[str, Any]) -> list[tuple[int, str, str | None, str]]:
    """Each with its control, code, limit and hint. Where the limit is a price of the market, its figures are left out: each gateway of
    this test has a market of its own."""

    def words(reason: dict[str, Any], name: str) -> str | None:
        said: str | None = reason[name]
        return said if said is None or reason["control"] != PRICE_COLLAR else FIGURE.sub("#", said)

    told = answer.get("reasons") or []
    return [(one["control"], one["code"], words(one, "limit"), words(one, "hint") or "") for one in told]


def refused(problem: dict[str, Any], **more: Any) -> Told:
    """A problem, or what MCP shows of it."""
    return Told(
        code=problem["code"],
        outcome=problem.get("outcome"),
        order=(problem.get("order") or {}).get("status"),
        retryable=problem["retryable"],
        reasons=reasons(problem),
        fields=sorted(one["field"] for one in problem.get("errors") or []),
        candidates=len(problem.get("candidates") or []),
        hint=problem["hint"],
        **more,
    )


def done(do: str, answer: dict[str, Any], **more: Any) -> Told:
    """An answer of the REST face, and of those that show it as it is."""
    match do:
        case "preview":
            return Told(decision=answer["decision"], reasons=reasons(answer), **more)
        case "place":
            return Told(outcome=answer["outcome"], order=answer["status"], reasons=reasons(answer), **more)
        case "replace":
            return Told(order=answer["status"], **more)
        case "cancel":
            return Told(order=answer["status"], proven=answer["proven"], **more)
        case "cancel_all":
            items = answer["items"]
            return Told(orders=[one["status"] for one in items], proven=all(one["proven"] for one in items), **more)
        case "show":
            return Told(order=answer["status"], reasons=reasons(answer), **more)
        case "kill":
            return Told(state=answer["global"], **more)
        case "positions":
            return Told(items=[f"{one['symbol']} {one['qty']}" for one in answer["items"]], **more)
        case "executions":
            told = [f"{one['symbol']} {one['side']} {one['last_qty']} {one['cl_ord_id']}" for one in answer["items"]]
            return Told(items=told, **more)
        case "approvals":
            told = [f"{one['cl_ord_id']} {one['status']} {one['reasons'][0]['code']}" for one in answer["items"]]
            return Told(items=told, **more)
        case "quote" | "summary":
            return Told(**more)
    raise AssertionError(do)


def whole(order: Step, preview_id: str | None = None) -> dict[str, Any]:
    """An order of the table with all its fields."""
    kind = "limit" if "limit_price" in order else "market"
    filled = {"sec_type": "stk", "exchange": "SMART", "currency": "USD", "tif": "day", "order_type": kind, **order}
    return filled if preview_id is None else {**filled, "preview_id": preview_id}


def changed(amendment: Step) -> dict[str, Any]:
    return {"order_type": "limit", "tif": "day", **amendment}


class Face:
    """One face of one gateway."""

    def __init__(self, stage: Stage, keys: dict[str, str], home: os.PathLike[str]) -> None:
        self.stage, self.keys, self.home = stage, keys, home

    def key_file(self, key: str) -> str:
        """A file with that key, as the command line and the package want it."""
        path = os.path.join(self.home, f"{key}.contract.key")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.keys[key] + "\n")
        return path

    def __enter__(self) -> Face:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def do(self, key: str, step: Step) -> Told:
        """A step of the table, with that key."""
        if step["do"] == "place" and step.get("preview") != "none":
            order = whole(step["order"])
            previewed, preview_id = self.preview(key, order)
            if preview_id is None:
                return previewed
            return self.place(key, step, whole(step["order"], preview_id))
        if step["do"] == "place":
            return self.place(key, step, whole(step["order"], "pv-0123456789abcdef01234567"))
        if step["do"] == "preview":
            return self.preview(key, whole(step["order"]))[0]
        return getattr(self, step["do"])(key, step)

    def preview(self, key: str, order: dict[str, Any]) -> tuple[Told, str | None]:
        raise NotImplementedError

    def place(self, key: str, step: Step, order: dict[str, Any]) -> Told:
        raise NotImplementedError


class Rest(Face):
    """Plain HTTP."""

    def __enter__(self) -> Face:
        self.http = httpx.Client(base_url=f"{self.stage.url}/api/v1", trust_env=False, timeout=60)
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, key: str, do: str, method: str, path: str, *, keyed: str | None = None, **more: Any) -> tuple[Told, Any]:
        headers = {"Authorization": f"Bearer {self.keys[key]}"} | ({"Idempotency-Key": keyed} if keyed else {})
        response = self.http.request(method, path, headers=headers, **more)
        # A preview and a quote do nothing that could be repeated.
        has_key = keyed is not None and do in ("place", "replace", "cancel")
        replayed = response.headers.get("Idempotent-Replayed") == "true" if has_key else None
        answer = response.json()
        if response.is_success:
            return done(do, answer, replayed=replayed), answer
        assert response.headers["content-type"] == "application/problem+json", response.text
        assert response.headers["x-request-id"] == answer["request_id"]
        return refused(answer), answer

    def preview(self, key: str, order: dict[str, Any]) -> tuple[Told, str | None]:
        told, answer = self.ask(key, "preview", "POST", "/orders/preview", json=order)
        return told, answer.get("preview_id")

    def place(self, key: str, step: Step, order: dict[str, Any]) -> Told:
        return self.ask(key, "place", "POST", "/orders", keyed=step["id"], json=order)[0]

    def replace(self, key: str, step: Step) -> Told:
        path = f"/orders/{step['id']}"
        return self.ask(key, "replace", "PUT", path, keyed=step["key_of"], json=changed(step["amendment"]))[0]

    def cancel(self, key: str, step: Step) -> Told:
        return self.ask(key, "cancel", "POST", f"/orders/{step['id']}/cancel", keyed=step["key_of"])[0]

    def cancel_all(self, key: str, step: Step) -> Told:
        return self.ask(key, "cancel_all", "POST", "/orders/cancel-all")[0]

    def show(self, key: str, step: Step) -> Told:
        return self.ask(key, "show", "GET", f"/orders/{step['id']}")[0]

    def quote(self, key: str, step: Step) -> Told:
        return self.ask(key, "quote", "GET", "/market/quote", params=step["instrument"])[0]

    def positions(self, key: str, step: Step) -> Told:
        return self.ask(key, "positions", "GET", f"/accounts/{ACCOUNT}/positions")[0]

    def executions(self, key: str, step: Step) -> Told:
        return self.ask(key, "executions", "GET", "/executions")[0]

    def approvals(self, key: str, step: Step) -> Told:
        return self.ask(key, "approvals", "GET", "/approvals")[0]

    def summary(self, key: str, step: Step) -> Told:
        return self.ask(key, "summary", "GET", f"/accounts/{step['account']}/summary")[0]

    def kill(self, key: str, step: Step) -> Told:
        body = {"scope": "global", "state": "halted", "reason": step["reason"]}
        return self.ask(key, "kill", "PUT", "/kill", json=body)[0]


class Python(Face):
    """The Python package."""

    def call(self, key: str, do: str, call: Any) -> tuple[Told, Any]:
        with Client(url=self.stage.url, key_file=self.key_file(key)) as client:
            try:
                answer = call(client)
            except errors.Refusal as refusal:
                return refused(refusal.problem.model_dump(mode="json", by_alias=True)), None
        replayed = answer.meta.replayed if do in ("place", "replace", "cancel") else None
        return done(do, answer.model_dump(mode="json", by_alias=True), replayed=replayed), answer

    def preview(self, key: str, order: dict[str, Any]) -> tuple[Told, str | None]:
        # Words that the package's own types do not know, too, so that the gateway says what is wrong.
        figures = {name: Decimal(order[name]) for name in ("qty", "limit_price") if name in order}
        ticket = models.NewOrder.model_construct(**{**order, **figures})
        told, answer = self.call(key, "preview", lambda client: client.orders.preview(ticket))
        return told, answer and answer.preview_id

    def place(self, key: str, step: Step, order: dict[str, Any]) -> Told:
        ticket = models.NewOrder.model_validate(order)
        return self.call(key, "place", lambda client: client.orders.submit(ticket, key=step["id"]))[0]

    def replace(self, key: str, step: Step) -> Told:
        amendment = models.AmendOrder.model_validate(changed(step["amendment"]))
        return self.call(key, "replace", lambda client: client.orders.replace(step["id"], amendment, key=step["key_of"]))[0]

    def cancel(self, key: str, step: Step) -> Told:
        return self.call(key, "cancel", lambda client: client.orders.cancel(step["id"], key=step["key_of"]))[0]

    def cancel_all(self, key: str, step: Step) -> Told:
        return self.call(key, "cancel_all", lambda client: client.orders.cancel_all())[0]

    def show(self, key: str, step: Step) -> Told:
        return self.call(key, "show", lambda client: client.orders.get(step["id"]))[0]

    def quote(self, key: str, step: Step) -> Told:
        return self.call(key, "quote", lambda client: client.market.quote(**step["instrument"]))[0]

    def positions(self, key: str, step: Step) -> Told:
        return self.call(key, "positions", lambda client: client.accounts.positions(ACCOUNT))[0]

    def executions(self, key: str, step: Step) -> Told:
        return self.call(key, "executions", lambda client: client.executions.list())[0]

    def approvals(self, key: str, step: Step) -> Told:
        return self.call(key, "approvals", lambda client: client.approvals.list())[0]

    def summary(self, key: str, step: Step) -> Told:
        return self.call(key, "summary", lambda client: client.accounts.summary(step["account"]))[0]

    def kill(self, key: str, step: Step) -> Told:
        return self.call(key, "kill", lambda client: client.kill.set(scope="global", state="halted", reason=step["reason"]))[0]


class Cli(Face):
    """The command line, for programs: `--json` and the exit code."""

    def run(self, key: str, do: str, *words: str) -> tuple[Told, Any]:
        there = ["--url", self.stage.url, "--key-file", self.key_file(key)]
        command = [self.stage.tollgate, "--json", "--no-input", *there, *words]
        env = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
        try:
            answer = json.loads(ran.stdout)
        except ValueError as error:
            raise AssertionError(f"{words}: exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}") from error
        if isinstance(answer, dict) and "code" in answer and "hint" in answer:
            return refused(answer, exit=ran.returncode), answer
        return done(do, answer, exit=ran.returncode), answer

    def ticket(self, order: dict[str, Any]) -> list[str]:
        names = {
            "limit_price": "limit", "tif": "tif", "strategy": "strategy", "account": "account", "preview_id": "preview-id",
            "sec_type": "sec-type", "exchange": "exchange", "currency": "currency",
        }
        flags = [word for name, flag in names.items() if name in order for word in (f"--{flag}", order[name])]
        return [order["side"], order["qty"], order["symbol"], *flags]

    def preview(self, key: str, order: dict[str, Any]) -> tuple[Told, str | None]:
        told, answer = self.run(key, "preview", "order", "preview", *self.ticket(order))
        return told, answer.get("preview_id")

    def place(self, key: str, step: Step, order: dict[str, Any]) -> Told:
        return self.run(key, "place", "order", "submit", *self.ticket(order), "--key", step["id"])[0]

    def replace(self, key: str, step: Step) -> Told:
        amendment = step["amendment"]
        words = [step["id"], "--qty", amendment["qty"], "--limit", amendment["limit_price"], "--key", step["key_of"]]
        return self.run(key, "replace", "order", "replace", *words)[0]

    def cancel(self, key: str, step: Step) -> Told:
        return self.run(key, "cancel", "order", "cancel", step["id"], "--key", step["key_of"])[0]

    def cancel_all(self, key: str, step: Step) -> Told:
        return self.run(key, "cancel_all", "order", "cancel-all")[0]

    def show(self, key: str, step: Step) -> Told:
        return self.run(key, "show", "order", "show", step["id"])[0]

    def quote(self, key: str, step: Step) -> Told:
        named = dict(step["instrument"])
        symbol = named.pop("symbol")
        words = [word for name, value in named.items() for word in (f"--{name.replace('_', '-')}", value)]
        return self.run(key, "quote", "quote", symbol, *words)[0]

    def positions(self, key: str, step: Step) -> Told:
        return self.run(key, "positions", "account", "positions")[0]

    def executions(self, key: str, step: Step) -> Told:
        return self.run(key, "executions", "order", "executions")[0]

    def approvals(self, key: str, step: Step) -> Told:
        return self.run(key, "approvals", "approval", "list")[0]

    def summary(self, key: str, step: Step) -> Told:
        return self.run(key, "summary", "account", "summary", step["account"])[0]

    def kill(self, key: str, step: Step) -> Told:
        return self.run(key, "kill", "kill", "on", "--reason", step["reason"])[0]


class Mcp(Face):
    """The official client of Python, in the newer version of the protocol; each answer is judged by its tool's schema."""

    def __enter__(self) -> Face:
        self.portal_of = anyio.from_thread.start_blocking_portal()
        self.portal = self.portal_of.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.portal_of.__exit__(*error)

    async def asked(self, key: str, tool: str, arguments: dict[str, Any]) -> tuple[Any, dict[str, Any] | None]:
        headers = {"Authorization": f"Bearer {self.keys[key]}"}
        async with create_mcp_http_client(headers=headers) as http:
            reach = streamable_http_client(f"{self.stage.url}/mcp", http_client=http)
            async with McpClient(reach, mode="2026-07-28") as client:
                schemas = {one.name: one.output_schema for one in (await client.list_tools()).tools}
                return await client.call_tool(tool, arguments), schemas.get(tool)

    def call(self, key: str, do: str, tool: str, arguments: dict[str, Any]) -> tuple[Told, Any]:
        result, schema = self.portal.call(self.asked, key, tool, arguments)
        told = json.loads(result.content[-1].text)
        if result.is_error:
            assert result.structured_content is None and told["request_id"], told
            return refused(told), told
        assert told == result.structured_content
        jsonschema.validate(told, schema, cls=jsonschema.Draft202012Validator)
        # The order lies one step further in.
        flat = {**told.get("order", {}), **{name: value for name, value in told.items() if name != "order"}}
        if do == "cancel_all":
            flat["items"] = [{**one["order"], "proven": one["proven"]} for one in told["items"]]
        return done(do, flat, replayed=told.get("replayed") if do in ("place", "replace", "cancel") else None), told

    def preview(self, key: str, order: dict[str, Any]) -> tuple[Told, str | None]:
        told, answer = self.call(key, "preview", "preview_order", order)
        return told, answer.get("preview_id")

    def place(self, key: str, step: Step, order: dict[str, Any]) -> Told:
        return self.call(key, "place", "place_order", {**order, "cl_ord_id": step["id"]})[0]

    def replace(self, key: str, step: Step) -> Told:
        arguments = {**changed(step["amendment"]), "cl_ord_id": step["id"], "key": step["key_of"]}
        return self.call(key, "replace", "replace_order", arguments)[0]

    def cancel(self, key: str, step: Step) -> Told:
        return self.call(key, "cancel", "cancel_order", {"cl_ord_id": step["id"], "key": step["key_of"]})[0]

    def cancel_all(self, key: str, step: Step) -> Told:
        return self.call(key, "cancel_all", "cancel_all_orders", {})[0]

    def show(self, key: str, step: Step) -> Told:
        return self.call(key, "show", "get_order_status", {"cl_ord_id": step["id"]})[0]

    def quote(self, key: str, step: Step) -> Told:
        return self.call(key, "quote", "get_quote", step["instrument"])[0]

    def positions(self, key: str, step: Step) -> Told:
        return self.call(key, "positions", "get_positions", {})[0]

    def executions(self, key: str, step: Step) -> Told:
        return self.call(key, "executions", "list_executions", {})[0]

    def approvals(self, key: str, step: Step) -> Told:
        return self.call(key, "approvals", "list_approvals", {})[0]

    def summary(self, key: str, step: Step) -> Told:
        return self.call(key, "summary", "get_account_status", {"account": step["account"]})[0]

    def kill(self, key: str, step: Step) -> Told:
        return self.call(key, "kill", "kill_switch", {"scope": "global", "reason": step["reason"]})[0]


FACES: dict[str, type[Face]] = {"rest": Rest, "mcp": Mcp, "cli": Cli, "python": Python}
