"""schemathesis throws at the API what its document allows and what it forbids, and follows links.

Every check it has is on. Where a rule can be said in no schema (a programme that exists, a window
of at most five days, an ETag), the statuses that then follow are named, operation by operation.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth

from radar.wsgi import application
from schools.models import Programme, SchoolYear
from tests.api.clients import Caller
from tests.factories import OfferingFactory, PostalCodeFactory, WorkplaceFactory

ROOT = Path(__file__).resolve().parent.parent.parent
#: More in a run of one's own: FUZZ_EXAMPLES=200 ./dev test tests/api/test_fuzzing.py
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "4"))
THOROUGH = EXAMPLES > 20

SUCCESS = ["2xx", "3xx", "404"]
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "415", "422", "428", "429"]
#: Operations whose rules go beyond the schema, and how they answer then.
BEYOND = {
    # The programme, campus, school year or recognition that is named exists; the ETag is that of
    # now; periods end after they start, and more that the models hold.
    "list.*Matches|list.*Opportunities|(compute|start|create|update).*": ["400", "409", "412"],
    # A cursor is one of ours; a window lasts at most five days.
    "list.*Changes|get.*Initial": ["400", "410"],
    # The south of a bbox lies under its north.
    "list(Municipalities|Campuses|Establishments|Recognitions|Workplaces)$": ["400"],
    # A result is there when the job is done.
    "get.*Result": ["409"],
}
#: Made by the code that makes campuses and workplaces: fuzzed, and not covered value by value.
ALIKE = (
    "/(sectors|programmes|municipalities|schools|offerings|companies|establishments|recognitions)"
)
#: In a batch, and in a job, each item is answered by itself.
ONE_BY_ONE = "write.*"

#: Values that mean something here, for parameters that schemathesis could not guess.
PARAMETERS = {
    "bbox": "3.6,50.5,5.2,51.3",
    "programme": 88,
    "schoolYear": "2026-2027",
    "If-Match": "*",
}


def configuration() -> SchemathesisConfig:
    operations: list[dict[str, Any]] = [
        {
            "include-operation-id-regex": pattern,
            "checks": {"positive_data_acceptance": {"expected-statuses": [*SUCCESS, *more]}},
        }
        for pattern, more in BEYOND.items()
    ]
    operations.append(
        {
            "include-operation-id-regex": ONE_BY_ONE,
            "checks": {"negative_data_rejection": {"expected-statuses": [*REFUSED, "200"]}},
        }
    )
    if not THOROUGH:
        operations.append({"include-path-regex": ALIKE, "phases": {"coverage": {"enabled": False}}})
    return SchemathesisConfig.from_dict(
        {
            "seed": 20261124,
            "parameters": PARAMETERS,
            "continue-on-failure": True,
            "generation": {
                "max-examples": EXAMPLES,
                # NUL is tried in test_bad_input.py: a schema cannot exclude it from a text.
                "allow-x00": False,
                "database": "none",
            },
            "phases": {"stateful": {"max-steps": 6}},
            "operations": operations,
        }
    )


SCHEMA = schemathesis.openapi.from_dict(
    json.loads((ROOT / "docs/api/openapi.json").read_text()), config=configuration()
)
SCHEMA.app = application
BOUNDED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
    "derandomize": True,
}


@pytest.fixture
def headers(db: Any, settings: Any, programme: Programme) -> Iterator[dict[str, str]]:
    """Those of a client that may do everything, in a region with one of each."""
    SchoolYear.objects.starting_in(2026)
    PostalCodeFactory()
    WorkplaceFactory(recognition__programme=programme)
    OfferingFactory(programme=programme)
    # No name is looked up: a test asks no outside server.
    settings.WEBHOOK_HOSTS = ["receiver.example"]
    caller = Caller(calls_per_minute=10_000_000)
    # As Django's own test client does: the connection, with its transaction, outlives a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield {"Authorization": caller.defaults["HTTP_AUTHORIZATION"]}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@SCHEMA.parametrize()
@hypothesis.settings(max_examples=EXAMPLES, **BOUNDED)
def test_each_operation_keeps_its_promises(
    case: schemathesis.Case, headers: dict[str, str]
) -> None:
    case.call_and_validate(headers=headers)


def test_operations_one_after_the_other_keep_them_too(headers: dict[str, str]) -> None:
    class Workflow(SCHEMA.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Any, case: Any, *_: Any, **kwargs: Any) -> None:
            # It alters the cookie while our token stays, and is right to be let in.
            case.validate_response(
                response, excluded_checks=[ignored_auth], transport_kwargs=kwargs or None
            )

    bounds = hypothesis.settings(max_examples=EXAMPLES, stateful_step_count=6, **BOUNDED)
    Workflow.run(settings=bounds)
