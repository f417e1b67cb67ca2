"""VDAB's open services on this machine, as domain.md 6.1 describes them, faults included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from companies.vacancies.client import VdabVacancies
from tests.stub_server import Stub, serve

KEY, CLIENT, SECRET = "our-key", "our-client", "our-secret"
#: Seconds that a token lives.
LIFETIME = 900


@dataclass
class Published:
    """A vacancy at VDAB: what it is now, and when that changed."""

    reference: str
    changed: datetime
    code: str = "C-1"
    postal_code: str = "9000"
    is_published: bool = True
    version: int = 1

    def record(self, *, bare: bool = False) -> dict[str, Any]:
        name = {
            "vdabReferentie": self.reference,
            "interneReferentie": f"uuid-{self.reference}",
            "versie": self.version,
        }
        status = "GEPUBLICEERD" if self.is_published else "NIET_GEPUBLICEERD"
        found: dict[str, Any] = {"vacatureReferentie": name, "status": status}
        if not bare and self.is_published:
            found |= {
                "functie": {"beroepsprofiel": {"code": self.code, "label": "Beroep"}},
                "tewerkstellingsadres": {"postcode": self.postal_code, "landCode": "BE"},
                "leverancier": {"naam": "Wordt niet bewaard"},
                "eenNieuwVeld": None,
            }
        return found


@dataclass
class Vdab:
    """`seconds` is its clock, by which tokens end; `faults` are answered first, one a call."""

    stub: Stub
    vacancies: list[Published] = field(default_factory=list)
    seconds: int = 0
    #: By path: (status, body) or (status, body, headers) to answer with instead.
    faults: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    #: It keeps changes for this long.
    keeps: timedelta = timedelta(days=60)
    now: datetime | None = None
    ignores_offset: bool = False
    shortens_pages: bool = False
    tokens: dict[str, int] = field(default_factory=dict)

    def client(self, **more: Any) -> VdabVacancies:
        given: dict[str, Any] = {"timeout": 5, "retries": 2, "wait": 0, "rows": 3} | more
        url = self.stub.url
        return VdabVacancies(f"{url}/v4.2.0", f"{url}/token", KEY, CLIENT, SECRET, **given)

    def windows(self) -> list[tuple[datetime, datetime]]:
        """The windows that were asked, each once."""
        asked = [p for path, p in self.stub.asked if path.endswith("bulk")]
        found = [
            (datetime.fromisoformat(p["van"]), datetime.fromisoformat(p["tot"])) for p in asked
        ]
        return list(dict.fromkeys(found))

    def calls(self, path: str) -> int:
        return sum(asked.endswith(path) for asked, _ in self.stub.asked)

    def answer(self, path: str, parameters: dict[str, str]) -> Any:
        name = path.rpartition("/")[2]
        if self.faults.get(name):
            return self.faults[name].pop(0)
        if path == "/token":
            return self._token()
        headers = self.stub.headers[-1]
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if headers.get("x-ibm-client-id") != KEY:
            return 401, {"melding": "geen sleutel"}
        if self.tokens.get(token, -1) < self.seconds:
            return 401, {"melding": "token verlopen"}
        assert int(parameters.get("aantal", "0")) <= 2000
        match name:
            case "initial":
                rows = [v.record(bare=True) for v in self.vacancies if v.is_published]
            case "bulk":
                start, end = (datetime.fromisoformat(parameters[x]) for x in ("van", "tot"))
                assert end - start <= timedelta(days=5)
                if self.now and start < self.now - self.keeps:
                    return 400, {"melding": "te lang geleden"}
                rows = [v.record() for v in self.vacancies if start <= v.changed < end]
            case "vacatures":
                ids = json.loads(self.stub.bodies[-1])["vdabReferenties"]
                return {"resultaten": [v.record() for v in self.vacancies if v.reference in ids]}
            case _:
                return 404, {}
        first = 0 if self.ignores_offset else int(parameters["vanaf"])
        size = int(parameters["aantal"])
        if self.shortens_pages:
            size = max(1, size - 1)
        return {"resultaten": rows[first : first + size]}

    def _token(self) -> Any:
        form = parse_qs(self.stub.bodies[-1].decode())
        wanted = {
            "grant_type": ["client_credentials"],
            "client_id": [CLIENT],
            "client_secret": [SECRET],
            "scope": ["openid"],
        }
        if form != wanted:
            return 400, {"error": "invalid_client"}
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = self.seconds + LIFETIME
        return {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME}


@contextmanager
def vdab() -> Iterator[Vdab]:
    with serve() as stub:
        service = Vdab(stub)
        stub.answer = service.answer
        yield service
