"""What Locust's users do: each asks once a second, in the mix that `tests.bench.api` names."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from locust import FastHttpUser, task

QUESTIONS: dict[str, Any] = json.loads(Path(os.environ["BENCH_QUESTIONS"]).read_text())
HEADERS = {"Authorization": f"Bearer {os.environ['BENCH_TOKEN']}"}


class Integrator(FastHttpUser):
    """A client that keeps its connection, as clients do."""

    def on_start(self) -> None:
        self.cursors: dict[str, str] = dict(QUESTIONS["cursors"])
        self.due = time.time()

    def wait_time(self) -> float:
        """Until its next moment; they come at random, and once a second on average.

        Locust's own pacing has all users ask at one moment, and the last wait for all the others.
        """
        self.due += random.expovariate(1)
        return max(self.due - time.time(), 0.0)

    def ask(self, kind: str) -> None:
        self.client.get(random.choice(QUESTIONS[kind]), headers=HEADERS, name=kind)

    @task(40)
    def matches(self) -> None:
        self.ask("matches")

    @task(10)
    def reverse(self) -> None:
        self.ask("reverse")

    @task(30)
    def lists(self) -> None:
        self.ask("lists")

    @task(10)
    def tiles(self) -> None:
        self.ask("tiles")

    @task(5)
    def changes(self) -> None:
        path = random.choice(list(self.cursors))
        url = f"{path}?cursor={self.cursors[path]}"
        with self.client.get(url, headers=HEADERS, name="changes", catch_response=True) as response:
            self.cursors[path] = response.json()["cursor"]

    @task(5)
    def writes(self) -> None:
        path = random.choice(QUESTIONS["workplaces"])
        etag = self.client.get(path, headers=HEADERS, name="read one").headers["ETag"]
        places = {"placesOffered": random.randint(20, 30)}
        headers = HEADERS | {"If-Match": etag, "Idempotency-Key": str(uuid4())}
        with self.client.patch(
            path, json=places, headers=headers, name="writes", catch_response=True
        ) as response:
            if response.status_code == 412:  # another user was first, and we are told
                response.success()
