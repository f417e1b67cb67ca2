"""A client of VDAB's open services for vacancies (Vacatures 4.2), as domain.md 6.1 describes them.

Two credentials go with each call: an API key in a header, and a token that lives fifteen minutes.
Unknown fields are ignored, as VDAB asks: adding one is no breaking change there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from imports.errors import Text

#: What the service gives at once at most, and how long a window of `bulk` may be.
MAX_ROWS = 2_000
MAX_WINDOW = timedelta(days=5)
#: References in one request for details.
MAX_DETAILS = 200
#: A token is renewed this long before it ends, in seconds.
MARGIN = 60
PUBLISHED = "GEPUBLICEERD"


class VdabError(Exception):
    """The service did not answer, or not as it should; the message says what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class WindowGoneError(VdabError):
    """The service keeps no changes of so long ago: take the whole once more."""


@dataclass(frozen=True)
class Row:
    """A vacancy as it stands in a list: what of it is counted, or that it is not published."""

    reference: str
    version: int
    is_published: bool
    #: Empty where the list gives a reference only: ask the details.
    code: str = ""
    postal_code: str = ""
    town: str = ""
    places: int = 1

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError for a record in another shape."""
        name = record["vacatureReferentie"]
        address = record.get("tewerkstellingsadres") or {}
        profile = (record.get("functie") or {}).get("beroepsprofiel") or {}
        return cls(
            reference=str(name["vdabReferentie"]),
            version=int(name.get("versie", record.get("versie", 0))),
            is_published=record.get("status", PUBLISHED) == PUBLISHED,
            code=str(profile.get("code", ""))[:40],
            postal_code=str(address.get("postcode", ""))[:10],
            town=str(address.get("gemeente", ""))[:80],
            places=max(1, int(record.get("aantalJobs", 1))),
        )


class VdabVacancies:
    """A session with the service. What fails for a moment is tried again, ever later."""

    def __init__(
        self,
        url: str,
        token_url: str,
        key: str,
        client_id: str,
        client_secret: str,
        *,
        timeout: float = 30.0,
        retries: int = 5,
        wait: float = 1.0,
        rows: int = MAX_ROWS,
    ) -> None:
        """`timeout` in seconds per answer; `wait` is the first pause in seconds, doubled each time.

        A pause that the service asks for (Retry-After, with 429) is kept.
        """
        self.url = url.rstrip("/")
        self.rows = rows
        self._token_url, self._timeout = token_url, timeout
        self._credentials = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": "openid",
        }
        self._token, self._ends = "", 0.0
        self._session = requests.Session()
        self._session.headers.update({"X-IBM-Client-Id": key, "Accept": "application/json"})
        adapter = HTTPAdapter(
            max_retries=Retry(
                retries,
                backoff_factor=wait,
                backoff_max=60,
                status_forcelist=(429, 500, 502, 503, 504),
                # Each of ours only reads.
                allowed_methods=("GET", "POST"),
                raise_on_status=False,
            )
        )
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    @classmethod
    def of_settings(cls) -> Self:
        """With the addresses and credentials of the settings. Raises VdabError without them."""
        if not settings.VDAB_CONFIGURED:
            raise VdabError(
                _("There are no credentials: set VDAB_API_KEY, VDAB_CLIENT_ID, VDAB_CLIENT_SECRET.")
            )
        return cls(
            settings.VDAB_API_URL,
            settings.VDAB_TOKEN_URL,
            settings.VDAB_API_KEY,
            settings.VDAB_CLIENT_ID,
            settings.VDAB_CLIENT_SECRET,
            timeout=settings.VDAB_TIMEOUT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def initial(self, day: date, start: int) -> list[Row]:
        """References of what was published on a day, from a row on; empty past the last one."""
        return self._list("vacatures/initial", datum=day.isoformat(), vanaf=str(start))

    def bulk(self, start: datetime, end: datetime) -> Iterator[list[Row]]:
        """Pages of what was made, changed or removed in a window of at most five days.

        A page may hold fewer rows than were asked, with more to come: the list ends with an empty
        one. Raises VdabError for a page that holds nothing but rows of before, for then the service
        goes round; WindowGoneError for a window too long ago.
        """
        if not timedelta(0) < end - start <= MAX_WINDOW:
            raise ValueError("A window is longer than nothing, and at most five days.")
        window = {"van": _moment(start), "tot": _moment(end)}
        seen: set[tuple[str, int]] = set()
        received = 0
        while page := self._list("vacatures/bulk", **window, vanaf=str(received)):
            keys = {(row.reference, row.version) for row in page}
            if keys <= seen:
                raise VdabError(_("VDAB gave the same page twice. Nothing of it was kept."))
            seen |= keys
            received += len(page)
            yield page

    def details(self, references: Iterable[str]) -> list[Row]:
        """What is counted of vacancies; one that is no longer published is left out.

        The name of the list in the body is ours to check with VDAB: it is in no public page.
        """
        wanted, found = list(references), []
        for n in range(0, len(wanted), MAX_DETAILS):
            ids = {"vdabReferenties": wanted[n : n + MAX_DETAILS]}
            found += _rows("vacatures", self._call("POST", "vacatures", json=ids))
        return [row for row in found if row.is_published]

    def _list(self, path: str, **parameters: str) -> list[Row]:
        return _rows(path, self._call("GET", path, {**parameters, "aantal": str(self.rows)}))

    def _call(
        self, method: str, path: str, params: dict[str, str] | None = None, json: Any = None
    ) -> requests.Response:
        answer = self._ask(method, path, params, json)
        if answer.status_code == 401:  # it ended before its time
            self._ends = 0.0
            answer = self._ask(method, path, params, json)
        if answer.status_code in (401, 403):
            raise VdabError(_("VDAB refuses the credentials: check the settings VDAB_…"))
        if answer.status_code in (400, 410) and path.endswith("bulk"):
            raise WindowGoneError(_("VDAB keeps no changes of this window."))
        if answer.status_code != 200:
            raise VdabError(
                format_lazy(
                    _("{path} answered {status}. Try again later."),
                    path=path,
                    status=answer.status_code,
                )
            )
        return answer

    def _ask(
        self, method: str, path: str, params: dict[str, str] | None, json: Any
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._valid_token()}"}
        return self._send(method, f"{self.url}/{path}", params=params, json=json, headers=headers)

    def _send(self, method: str, url: str, **more: Any) -> requests.Response:
        try:
            # A redirection elsewhere would be handed the credentials.
            return self._session.request(
                method, url, timeout=self._timeout, allow_redirects=False, **more
            )
        except requests.RequestException as error:
            raise VdabError(
                format_lazy(
                    _("VDAB cannot be reached ({error}). Try again later."),
                    error=type(error).__name__,
                )
            ) from error

    def _valid_token(self) -> str:
        """The token, or a new one when it is about to end."""
        if time.monotonic() < self._ends:
            return self._token
        answer = self._send("POST", self._token_url, data=self._credentials)
        try:
            body = answer.json() if answer.status_code == 200 else {}
            self._token = str(body["access_token"])
            self._ends = time.monotonic() + max(0, int(body.get("expires_in", 900)) - MARGIN)
        except (ValueError, TypeError, KeyError) as error:
            raise VdabError(_("VDAB gives no token: check the settings VDAB_…")) from error
        return self._token


def _moment(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def _rows(path: str, answer: requests.Response) -> list[Row]:
    try:
        return [Row.of(record) for record in answer.json()["resultaten"]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise VdabError(
            format_lazy(_("{path} answered in a shape that we do not know."), path=path)
        ) from error
