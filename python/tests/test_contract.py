"""The package follows openapi.json, docs/errors.md and the workspace: whatever drifts fails here."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import tomllib
import types
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import AwareDatetime

import tollgate
from stage import ROOT
from tollgate import errors, models
from tollgate._base import Page
from tollgate._call import Call, Group, lined, operation, paged
from tollgate._operations import TABLE, Operations

DOCUMENT = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))
SCHEMAS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    one["operationId"]: (method.upper(), path, one)
    for path, methods in DOCUMENT["paths"].items()
    for method, one in methods.items()
}


class Nowhere:
    """A door that leads nowhere: calls are looked at, not made."""

    def one(self, call: Call[Any], /) -> Any:
        return call

    pages = lines = follow = one


def described(operation_id: str) -> tuple[Group[Any], str]:
    """The group and the method of an operation."""
    group, method, _ = TABLE[operation_id]
    client: Operations[Any] = Operations(Nowhere())
    return (getattr(client, group) if group else client), method


def sample(name: str, annotation: str) -> object:
    """Something for an argument."""
    wholes = {
        "order": tollgate.buy(1, "AAPL"),
        "amendment": models.AmendOrder(qty=Decimal(1), order_type="market", tif="day"),
    }
    if name in wholes:
        return wholes[name]
    kinds = {
        "bool": True,
        "int": 1,
        "Amount": "1.5",
        "datetime": datetime.fromisoformat("2026-03-02T00:00:00Z"),
        "dict": {"order_qty_max": "1"},
        "Sequence[Side]": ["buy"],
        "Sequence[Scope]": ["read"],
        "Sequence[Target]": [{"symbol": "KO", "weight": "1"}],
        "Sequence": ["x"],
        "KeyKind": "agent",
        "ScopeOfState": "global",
        "TradingState": "halted",
        "VenueTrouble": "halt",
    }
    return next((value for kind, value in kinds.items() if annotation.startswith(kind)), "x")


def called(operation_id: str) -> Call[Any]:
    """The call that the method makes of every argument that it has."""
    group, method = described(operation_id)
    bound = getattr(group, method)
    arguments = inspect.signature(bound).parameters
    place = [sample(name, str(one.annotation)) for name, one in arguments.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
    named = {name: sample(name, str(one.annotation)) for name, one in arguments.items() if one.kind is one.KEYWORD_ONLY}
    call: Call[Any] = bound(*place, **named)
    return call


def test_what_is_made_is_made_of_the_document_as_it_is() -> None:
    made = subprocess.run([sys.executable, ROOT / "python/generate.py", "--check"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def test_every_operation_of_the_document_has_one_method() -> None:
    assert set(TABLE) == set(OPERATIONS)
    assert len({(group, method) for group, method, _ in TABLE.values()}) == len(TABLE)
    for operation_id, (_, method, each) in TABLE.items():
        group, _ = described(operation_id)
        kind = inspect.getattr_static(type(group), method)
        assert isinstance(kind, (operation, lined)), operation_id
        assert not each or isinstance(inspect.getattr_static(type(group), each), paged), operation_id
        assert inspect.getdoc(kind), operation_id


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_a_method_says_all_that_its_operation_takes(operation_id: str) -> None:
    method, path, schema = OPERATIONS[operation_id]
    call = called(operation_id)
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
    assert call.method == method
    assert re.fullmatch(pattern, call.path), (call.path, path)
    parameters = schema.get("parameters", [])
    query = {one["name"] for one in parameters if one["in"] == "query"}
    # A stream's own place, and a second name for the same thing.
    headers = {one["name"] for one in parameters if one["in"] == "header"} - {"Last-Event-ID"}
    assert set(call.query) == query - ({"cursor"} if operation_id == "follow_events" else set())
    assert set(call.headers) == headers
    assert all(isinstance(value, str) for value in call.params().values())
    body = schema.get("requestBody")
    assert (call.body is None) == (body is None)
    if call.body is not None:
        shape = body["content"]["application/json"]["schema"]
        names = [one["$ref"].rsplit("/", 1)[1] for one in shape.get("oneOf", [shape]) if "$ref" in one]
        assert names == [type(call.body).__name__]


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_a_method_answers_with_the_shape_that_the_document_says(operation_id: str) -> None:
    answer = called(operation_id).answer
    said = set()
    for status, response in OPERATIONS[operation_id][2]["responses"].items():
        for media, content in response.get("content", {}).items():
            if media == "application/json":
                said.add(content["schema"]["$ref"].rsplit("/", 1)[1])
            elif media in ("text/plain", "application/x-ndjson"):
                said.add({"text/plain": "str", "application/x-ndjson": "AuditRecord"}[media])
        if status == "204":
            said.add("NoneType")
    name = answer.__name__
    assert {re.sub(r"^Page\[(\w+)\]$", r"Page_\1", name)} == said


def words(annotation: Any) -> set[Any]:
    """A type without `| None` and without what is around it."""
    if isinstance(annotation, types.UnionType) or get_origin(annotation) is Union:
        return set().union(*(words(one) for one in get_args(annotation) if one is not types.NoneType))
    if get_origin(annotation) in (list, dict):
        return words(get_args(annotation)[-1])
    if get_origin(annotation) is Annotated:
        return words(get_args(annotation)[0])
    return {annotation}


@pytest.mark.parametrize("name", sorted(name for name in SCHEMAS if "enum" not in SCHEMAS[name] and not name.startswith("Page_")))
def test_a_model_has_the_fields_of_its_schema(name: str) -> None:
    schema = SCHEMAS[name]
    model = getattr(models, name)
    properties: dict[str, Any] = {}
    required: set[str] = set()
    for one in [schema, *schema.get("allOf", [])]:
        part = SCHEMAS[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
        properties |= part.get("properties", {})
        required |= set(part.get("required", []))
    fields = {field.alias or own: (own, field) for own, field in model.model_fields.items()}
    assert set(fields) == set(properties)
    assert {said for said, (_, field) in fields.items() if field.is_required()} == required
    assert (model.model_config.get("extra") == "forbid") == (schema.get("additionalProperties") is False)
    for said, (_, field) in fields.items():
        text = json.dumps(properties[said])
        kinds = words(field.annotation)
        assert (Decimal in kinds) == ('"format": "decimal"' in text), said
        assert (AwareDatetime in kinds) == ('"format": "date-time"' in text and "$ref" not in text), said
        assert float not in kinds, said
        reference = re.search(r'"#/components/schemas/(\w+)"', text)
        if reference:
            referred = getattr(models, reference[1].removeprefix("Page_"))
            assert words(referred) & kinds or referred in kinds or Page in kinds, said


@pytest.mark.parametrize("name", sorted(name for name in SCHEMAS if "enum" in SCHEMAS[name]))
def test_a_word_list_has_the_words_of_its_schema(name: str) -> None:
    assert list(get_args(getattr(models, name))) == SCHEMAS[name]["enum"]


def test_a_page_s_items_are_the_shape_that_its_name_says() -> None:
    for name in (name for name in SCHEMAS if name.startswith("Page_")):
        items = SCHEMAS[name]["properties"]["items"]["items"]
        whole = SCHEMAS[name.removeprefix("Page_")]
        assert {key: items[key] for key in ("allOf", "properties", "required") if key in items} == {
            key: whole[key] for key in ("allOf", "properties", "required") if key in whole
        }


def test_every_code_has_an_exception_of_its_status() -> None:
    text = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    codes = re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", text, flags=re.MULTILINE)
    assert len(codes) > 30
    for code, status in codes:
        if code == "needs_approval":
            continue
        problem = models.Problem(
            type=f"urn:tollgate:problem:{code}", title="", status=int(status), detail="", code=code, reasons=[], hint="",
            request_id="r", retryable=False,
        )  # fmt: skip
        made = errors.refusal(problem, None)
        assert type(made) is not errors.Refusal, f"{code} {status}"
    assert set(errors.BY_CODE) <= {code for code, _ in codes}


def test_the_version_is_the_gateway_s() -> None:
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "python/pyproject.toml").read_text(encoding="utf-8"))
    version = cargo["workspace"]["package"]["version"]
    assert tollgate.__version__ == project["project"]["version"] == DOCUMENT["info"]["version"] == version
    assert project["project"]["license"] == cargo["workspace"]["package"]["license"]
    assert (ROOT / "python/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_pins_are_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "python/pyproject.toml").read_text(encoding="utf-8"))
    pins = (ROOT / "python/requirements.in").read_text(encoding="utf-8")
    for wanted in project["project"]["dependencies"]:
        name, least = wanted.split(">=")
        pinned = re.search(rf"^{name}==([\d.]+)$", pins, flags=re.MULTILINE)
        assert pinned, wanted
        assert pinned[1].startswith(least), wanted
