"""A client of the Flemish education ministry's API: lists of records, page by page.

Every list is an envelope `{"meta": {"total_elements": …}, "content": […]}`, asked for with `page`
(from 1) and `size`. A parameter that the service does not know it ignores, and then every page is
the first; so a page that was seen before, and a list that ends before its total, are errors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import requests
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from imports.errors import Text

#: Records per page. The service takes thousands; this keeps an answer under a few megabytes.
PAGE_SIZE = 1_000


class EducationApiError(Exception):
    """The API did not answer, or not as it should; the message says what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class EducationApi:
    """A session with the API. What fails for a moment is tried again, ever later, out of step."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 30.0,
        retries: int = 5,
        wait: float = 1.0,
        page_size: int = PAGE_SIZE,
    ) -> None:
        """`timeout` in seconds per answer; `wait` is the first pause in seconds, doubled each time.

        A pause that the service asks for (Retry-After) is kept.
        """
        if not key:
            raise EducationApiError(
                _("There is no key for the education API: set EDUCATION_API_KEY.")
            )
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._page_size = page_size
        self._session = requests.Session()
        # In a header: a key in the address ends up in logs.
        self._session.headers.update({"x-api-key": key, "Accept": "application/json"})
        adapter = HTTPAdapter(
            max_retries=Retry(
                retries,
                backoff_factor=wait,
                backoff_jitter=wait,
                backoff_max=60,
                status_forcelist=(429, 500, 502, 503, 504),
                allowed_methods=("GET",),
                raise_on_status=False,
            )
        )
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    @classmethod
    def of_settings(cls) -> Self:
        """With the address, key and patience of the settings."""
        return cls(
            settings.EDUCATION_API_URL,
            settings.EDUCATION_API_KEY,
            timeout=settings.EDUCATION_API_TIMEOUT,
            retries=settings.EDUCATION_API_RETRIES,
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

    def records(self, path: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """All records of a list, held one page at a time. Raises EducationApiError."""
        seen: set[bytes] = set()
        total: int | None = None
        number = received = 0
        while total is None or received < total:
            number += 1
            content, of = self._page(path, parameters, number)
            if total is not None and of != total:
                raise EducationApiError(
                    format_lazy(
                        _("{path} went from {total} to {of} records while it was read. Try again."),
                        path=path,
                        total=total,
                        of=of,
                    )
                )
            total = of
            received += len(content)
            if received > total or (not content and received < total):
                raise EducationApiError(
                    format_lazy(
                        _(
                            "{path} says that it has {total} records and gave {received} up to "
                            "page {number}. Nothing was imported."
                        ),
                        path=path,
                        total=total,
                        received=received,
                        number=number,
                    )
                )
            digest = hashlib.sha256(repr(content).encode("utf-8", "replace")).digest()
            if content and digest in seen:
                raise EducationApiError(
                    format_lazy(
                        _("Page {number} of {path} repeats an earlier one. Nothing was imported."),
                        path=path,
                        number=number,
                    )
                )
            seen.add(digest)
            yield from content

    def _page(
        self, path: str, parameters: dict[str, str], number: int
    ) -> tuple[list[dict[str, Any]], int]:
        """The records of a page, and how many the list has in all."""
        try:
            # A redirection elsewhere would be handed the key.
            answer = self._session.get(
                f"{self._url}/{path}",
                params={**parameters, "page": str(number), "size": str(self._page_size)},
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise EducationApiError(
                format_lazy(
                    _("{path} cannot be reached ({error}). Try again later."),
                    path=path,
                    error=type(error).__name__,
                )
            ) from error
        if answer.status_code in (401, 403):
            raise EducationApiError(
                _("The education API refuses the key: check EDUCATION_API_KEY.")
            )
        if answer.status_code != 200:
            raise EducationApiError(
                format_lazy(
                    _("{path} answered {status} on page {number}. Try again later."),
                    path=path,
                    status=answer.status_code,
                    number=number,
                )
            )
        try:
            envelope = answer.json()
            content, total = envelope["content"], envelope["meta"]["total_elements"]
            if not all(isinstance(record, dict) for record in content):
                raise TypeError("content")
            return list(content), int(total)
        except (ValueError, TypeError, KeyError) as error:
            raise EducationApiError(
                format_lazy(
                    _("{path} answered page {number} in a shape that we do not know."),
                    path=path,
                    number=number,
                )
            ) from error
