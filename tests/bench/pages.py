"""Every page as each demo user: its queries and its time, at demo scale under production settings.

The pages are the addresses of the access tables, so that none is forgotten, and those of `MORE`. A
page is asked of Django in this process, through all its middleware: once to warm up, once to count
its queries, then `BENCH_ROUNDS` times. `BENCH_PAGES` is a regular expression for some.

Static files are named without their hashes, so that none have to be collected and compressed first.
Beside the clock stands the processor time, of this process and of its PostgreSQL backend where that
runs on this machine: what the page takes when nobody else is busy here.
"""

from __future__ import annotations

import logging
import os
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import track  # noqa: E402
from rich.table import Table  # noqa: E402

from accounts.models import User  # noqa: E402
from figures.tables import TABLES  # noqa: E402
from radar.pages.quality import CHECKS  # noqa: E402
from tests.access.table import filled, rows  # noqa: E402
from tests.bench.demo_records import DemoRecords, VisitorError, askers  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "12"))
ONLY = re.compile(os.environ.get("BENCH_PAGES", ""))
MOST_MS, MOST_QUERIES = 150, 15
#: Beside the access tables: pages that only a region full of data has, and questions people ask.
MORE = (
    "/leerwerkplekken/?campus={campus}&programme={programme}&radius=50",
    "/leerwerkplekken/?campus={campus}&programme={programme}&free=on&sort=places",
    "/leerwerkplekken/?campus={campus}&programme={programme}&mode=cycling&max_minutes=45",
    "/leerwerkplekken/?start=Gent&programme={programme}&radius=25",
    "/radar/?campus={campus}&mode=cycling&max_minutes=45",
    "/contactnames/nieuw/?campus={campus}&programme={programme}&establishment={establishment.pk}",
    "/contactnames/lijst/?page=2",
    "/overeenkomsten/?page=2",
    "/leerlingen/?page=2",
    "/antwoord/{answer_link}/",
    "/wat-als/vergelijken/?a={scenario}&b={scenario2}",
    "/toewijzing/{allocation}/",
    "/plaatsen-bevestigen/{confirm_link}/",
    *(
        f"/erkenningen/aanvraag/{{request}}/{step}/"
        for step in ("opleiding", "mentoren", "zelfscan", "documenten", "overzicht")
    ),
    *(f"/beoordeling/?toon={show}" for show in ("te-laat", "onvolledig", "beroep", "beeindigd")),
    *(f"/cijfers/{table.slug}/" for table in TABLES.values()),
    "/cijfers/aanbod/achter/",
    "/cijfers/vraag-en-aanbod/achter/",
    "/forum/{province}/",
    "/forum/{province}/{forum_dossier}/",
    *(f"/datakwaliteit/{slug}/" for slug in CHECKS),
)


@dataclass(frozen=True)
class Page:
    """What one user waited for."""

    address: str
    role: str
    queries: int
    times: list[float]
    processor: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20, method="inclusive")[-1]

    @property
    def is_over(self) -> bool:
        return self.median > MOST_MS or self.queries > MOST_QUERIES

    def cells(self) -> list[str]:
        queries, median = str(self.queries), f"{self.median:.0f}"
        if self.queries > MOST_QUERIES:
            queries = f"[bold red]{queries}[/]"
        if self.median > MOST_MS:
            median = f"[bold red]{median}[/]"
        processor = f"{statistics.median(self.processor):.0f}"
        return [self.address, self.role, queries, median, f"{self.p95:.0f}", processor]


def addresses() -> list[str]:
    """What to ask, each once. The API has a benchmark of its own."""
    told = [row.address for row in rows() if row.method == "GET" and row.table != "api"]
    return [address for address in dict.fromkeys((*told, *MORE)) if ONLY.search(address)]


def pages(console: Console) -> Iterator[Page]:
    """Every address as every user whom it shows a page."""
    for role, user in askers().items():
        client, records = _client(user), DemoRecords(user)
        for address in track(addresses(), role, console=console, transient=True):
            try:
                path = filled(address, records)
            except VisitorError:
                continue
            if page := _asked(client, address, path, role):
                yield page


def _client(user: User | None) -> Client:
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    if user is not None:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def _asked(client: Client, address: str, path: str, role: str) -> Page | None:
    """The times of a page; None for an answer that shows none."""
    answer = client.get(path)
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code != 200 or not kind.startswith("text/html"):
        return None
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    # Where a transaction begins and ends is no question.
    count = sum(not query["sql"].startswith(("BEGIN", "COMMIT")) for query in queries)
    times, processor = [], []
    for _ in range(ROUNDS):
        busy, started = _processor_seconds(), time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - started) * 1000)
        processor.append((_processor_seconds() - busy) * 1000)
        assert answer.status_code == 200, path
    return Page(address, role, count, times, processor)


def _processor_seconds() -> float:
    """Of this process, and of the backend behind its connection if that is one of this machine."""
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    nanoseconds = int(backend.read_text().split()[0]) if backend.exists() else 0
    return time.process_time() + nanoseconds / 1e9


def main() -> None:
    console = Console(width=120)
    # Every login and every page that is somebody else's would be told.
    logging.disable(logging.WARNING)
    cache.clear()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        found = sorted(pages(console), key=lambda page: (-page.median, page.address, page.role))
    table = Table("page", "user")
    for head in ("queries", "median ms", "p95 ms", "processor ms"):
        table.add_column(head, justify="right")
    for page in found:
        table.add_row(*page.cells())
    console.print(table)
    over = sum(page.is_over for page in found)
    console.print(
        f"{len(found)} pages; {over} over the aim of {MOST_MS} ms and {MOST_QUERIES} queries; "
        f"the slowest {found[0].median:.0f} ms, in the middle "
        f"{statistics.median(page.median for page in found):.0f} ms"
    )
    console.print(
        f"load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
