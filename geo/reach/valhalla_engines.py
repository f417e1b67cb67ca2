"""Two ways to a Valhalla: a server over HTTP, behind a circuit breaker, or the library itself."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pybreaker
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from geo.reach.provider import ReachError
from geo.reach.valhalla import Refused


class ValhallaServer:
    """A server is given up for a while after so many failures on end, each with its retries."""

    def __init__(
        self, url: str, *, timeout: float, retries: int, failures: int, rest: float
    ) -> None:
        """`timeout` in seconds per answer, `rest` in seconds before a silent server is tried."""
        self._url, self._timeout = url.rstrip("/"), timeout
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=failures, reset_timeout=rest, exclude=[Refused], name="valhalla"
        )
        self._session = requests.Session()
        adapter = HTTPAdapter(
            max_retries=Retry(
                retries,
                backoff_factor=0.2,
                status_forcelist=(429, 502, 503, 504),
                # Every question may be asked twice.
                allowed_methods=None,
                raise_on_status=False,
            )
        )
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def call(self, action: str, question: dict[str, Any]) -> Any:
        try:
            # Not `breaker.call`, which lets one thread ask at a time.
            with self._breaker.calling():
                return self._post(action, question)
        except pybreaker.CircuitBreakerError:
            raise ReachError("it failed too often and is left alone for a while") from None

    def _post(self, action: str, question: dict[str, Any]) -> Any:
        try:
            answer = self._session.post(
                f"{self._url}/{action}", json=question, timeout=self._timeout
            )
            body = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ReachError(type(error).__name__) from None
        if answer.status_code == 400 and isinstance(body, dict) and "error" in body:
            raise Refused(str(body["error"]))
        if answer.status_code != 200:
            raise ReachError(f"status {answer.status_code}")
        return body


class ValhallaLibrary:
    """The library `pyvalhalla` with the road tiles that a configuration file names.

    Raises ReachError when it is not installed, or the file or its tiles cannot be read.
    """

    def __init__(self, config: Path) -> None:
        try:
            from valhalla import Actor  # not a dependency: whoever sets a path installs it

            self._actor = Actor(config)
        except ImportError:
            raise ReachError("pyvalhalla is not installed") from None
        except Exception as error:
            raise ReachError(f"{config}: {error}") from None
        # One question at a time: its buffers are its own.
        self._lock = threading.Lock()
        self._actions = {
            "sources_to_targets": self._actor.matrix,
            "locate": self._actor.locate,
            "isochrone": self._actor.isochrone,
            "status": self._actor.status,
        }

    def call(self, action: str, question: dict[str, Any]) -> Any:
        try:
            with self._lock:
                answer = self._actions[action](json.dumps(question))
        except RuntimeError as error:
            raise Refused(str(error)) from None
        return json.loads(answer)
