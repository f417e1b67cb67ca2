"""What we publish about the API holds: the quick start runs, what was promised is there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.api.clients import Caller
from tests.factories import RecognitionFactory, WorkplaceFactory

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = ROOT / "docs/api"
PUBLISHED = json.loads((DOCUMENTS / "openapi.json").read_text())

TILE = "application/vnd.mapbox-vector-tile"


def code(language: str) -> str:
    """The block of the quick start in this language."""
    text = (DOCUMENTS / "README.md").read_text()
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return block


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "command", "expected"),
    [
        ("sh", ["bash", "-euo", "pipefail", "-c"], '"FeatureCollection"'),
        ("python", [sys.executable, "-c"], "workplaces, followed up to"),
    ],
)
def test_the_quick_start_runs(
    live_server: Any, language: str, command: list[str], expected: str
) -> None:
    WorkplaceFactory()
    RecognitionFactory()
    caller = Caller()
    environment = {
        "BASE_URL": live_server.url,
        "CLIENT_ID": caller.client_id,
        "CLIENT_SECRET": caller.secret,
    }
    done = subprocess.run(
        [*command, code(language)],
        env=os.environ | environment | {"no_proxy": "*", "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


def breaks(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What a client of the old document could do and of the new one could not."""
    for path, methods in old["paths"].items():
        for method, before in methods.items():
            after = new["paths"].get(path, {}).get(method)
            where = f"{method} {path}"
            if after is None:
                yield f"{where} is gone"
            else:
                yield from breaks_in_operation(where, before, after)
    schemas = new["components"]["schemas"]
    for name, before in old["components"]["schemas"].items():
        if name not in schemas:
            yield f"schema {name} is gone"
        else:
            yield from breaks_in_schema(name, before, schemas[name])


def breaks_in_operation(where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    known = {(p["in"], p["name"]) for p in new.get("parameters", ())}
    before = {(p["in"], p["name"]): p for p in old.get("parameters", ())}
    yield from (f"{where}: parameter {name} is gone" for name in before.keys() - known)
    for p in new.get("parameters", ()):
        was_required = before.get((p["in"], p["name"]), {}).get("required", False)
        if p.get("required") and not was_required:
            yield f"{where}: parameter {p['name']} became required"
    for status, response in old["responses"].items():
        if status not in new["responses"]:
            yield f"{where}: status {status} is gone"
            continue
        kinds = new["responses"][status].get("content", {}).keys()
        gone = response.get("content", {}).keys() - kinds
        yield from (f"{where}: {kind} is gone" for kind in gone)


def breaks_in_schema(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if old.get("type") != new.get("type"):
        yield f"{name} has another type"
    for value in set(old.get("enum", ())) - set(new.get("enum", ())):
        yield f"{name}: value {value} is gone"
    for key, before in old.get("properties", {}).items():
        after = new.get("properties", {}).get(key)
        if after is None:
            yield f"{name}.{key} is gone"
        elif (before.get("type"), before.get("$ref")) != (after.get("type"), after.get("$ref")):
            yield f"{name}.{key} has another type"
    for key in set(new.get("required", ())) - set(old.get("required", ())):
        if key in old.get("properties", {}):
            yield f"{name}.{key} became required"


@pytest.fixture
def current(client: Client) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return document


@pytest.mark.django_db
def test_nothing_that_was_published_is_broken(current: dict[str, Any]) -> None:
    assert list(breaks(PUBLISHED, current)) == []


def test_a_break_is_seen() -> None:
    new = deepcopy(PUBLISHED)
    del new["paths"]["/api/v1/schools"]
    del new["components"]["schemas"]["Campus"]["properties"]["name"]
    new["components"]["schemas"]["School"]["properties"]["name"]["type"] = "integer"
    offerings = new["paths"]["/api/v1/offerings"]["get"]
    offerings["parameters"] = [
        {"in": "query", "name": "new", "required": True},
        *(p for p in offerings["parameters"] if p["name"] != "sort"),
    ]
    assert sorted(breaks(PUBLISHED, new)) == [
        "Campus.name is gone",
        "School.name has another type",
        "get /api/v1/offerings: parameter ('query', 'sort') is gone",
        "get /api/v1/offerings: parameter new became required",
        "get /api/v1/schools is gone",
    ]


@pytest.mark.django_db
def test_every_operation_has_an_example_and_a_description(current: dict[str, Any]) -> None:
    for path, methods in current["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation.get("description"), where
            bodies = [r for s, r in operation["responses"].items() if s in ("200", "201")]
            if "requestBody" in operation:
                bodies.append(operation["requestBody"])
            for body in bodies:
                kinds = body["content"].items()
                # A tile is binary: nobody reads an example of it.
                assert any(k.get("examples") or name == TILE for name, k in kinds), where


@pytest.mark.django_db
def test_the_page_for_reading_asks_no_outside_server(client: Client) -> None:
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    assert all(address.startswith("/") for address in addresses)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        answer.close()
