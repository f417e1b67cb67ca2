"""The API under load: Locust from a second process against granian, at demo scale.

The mix is 80 % matches and lists, 10 % tiles, 5 % changes, 5 % writes, at 50 requests
a second. `initial` follows, row by row, with the memory of the web process while it streams.
"""

from __future__ import annotations

import csv
import http.client
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from accounts.models import ApiClient  # noqa: E402
from companies.models import Recognition, Workplace  # noqa: E402
from radar.api.scopes import SCOPES  # noqa: E402
from schools.models import SchoolYear  # noqa: E402
from tests.bench.ranking import cases, memory_mb, server  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
LOCUST_FILE = Path(__file__).with_name("api_load.py")
SECONDS = int(os.environ.get("BENCH_SECONDS", "30"))
#: As in the Dockerfile (docs/adr/0031-web-processes.md).
WORKERS, THREADS = 4, 2
#: Each user asks once a second, on average.
REQUESTS_A_SECOND = int(os.environ.get("BENCH_RATE", "50"))
STREAMED = ("recognitions", "workplaces")


def questions(cursors: dict[str, str]) -> dict[str, Any]:
    """What the users draw from, with a fixed seed: as the demo region has it."""
    of = cases(SchoolYear.objects.current())
    draw = random.Random(2)
    workplaces = list(Workplace.objects.order_by("pk").values_list("pk", flat=True)[:5000])
    units = list(
        Recognition.objects.recognised()
        .order_by("pk")
        .values_list("establishment__unit_number", flat=True)[:5000]
    )
    return {
        "matches": [
            f"/api/v1/campuses/{campus.key}/matches?programme={programme.number}&radius=25"
            for campus, programme in of
        ],
        "reverse": [f"/api/v1/establishments/{unit}/matches" for unit in draw.sample(units, 200)],
        "lists": [
            f"/api/v1/{path}"
            for path in (
                "recognitions?status=recognised&embed=establishment&pageSize=50",
                "establishments?bbox=3.6,50.9,4.0,51.2",
                "workplaces?schoolYear=2026-2027&pageSize=100",
                "offerings?schoolYear=2026-2027&status=running",
                "programmes?q=elektr",
            )
        ],
        "tiles": [
            f"/api/v1/tiles/{zoom}/{x}/{y}.mvt"
            for zoom, first_x, first_y in ((9, 260, 170), (11, 1044, 684))
            for x in range(first_x, first_x + 5)
            for y in range(first_y, first_y + 3)
        ],
        "cursors": cursors,
        "workplaces": [f"/api/v1/workplaces/{pk}" for pk in draw.sample(workplaces, 500)],
    }


def a_token(port: int) -> tuple[ApiClient, str]:
    """A client of the benchmark's own, and its token."""
    client, secret = ApiClient.make("bench", SCOPES, calls_per_minute=10_000_000)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    form = f"grant_type=client_credentials&client_id={client.client_id}&client_secret={secret}"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/api/v1/token", form, kind)
    return client, json.loads(connection.getresponse().read())["access_token"]


def load(port: int, token: str, folder: Path) -> list[dict[str, str]]:
    """Locust's figures, a row for each kind of request and one for all."""
    asked = folder / "questions.json"
    cursors = {f"/api/v1/{name}/changes": first_cursor(port, token, name) for name in STREAMED}
    drawn = questions(cursors)
    asked.write_text(json.dumps(drawn))
    warm_up(port, token, drawn)
    command = [sys.executable, "-m", "locust", "--locustfile", str(LOCUST_FILE), "--headless"]
    command += ["--host", f"http://127.0.0.1:{port}", "--users", str(REQUESTS_A_SECOND)]
    command += ["--spawn-rate", "25", "--run-time", f"{SECONDS}s", "--reset-stats"]
    command += ["--csv", str(folder / "load"), "--loglevel", "ERROR", "--exit-code-on-error", "0"]
    environment = os.environ | {"BENCH_TOKEN": token, "BENCH_QUESTIONS": str(asked)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    with (folder / "load_stats.csv").open() as file:
        return list(csv.DictReader(file))


def warm_up(port: int, token: str, drawn: dict[str, Any]) -> None:
    """Ask each kind a few times, each time anew, so that every process has answered it before."""
    for kind in ("matches", "reverse", "lists", "tiles"):
        for path in itertools.islice(itertools.cycle(drawn[kind]), 12 * WORKERS):
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            connection.getresponse().read()
            connection.close()


def first_cursor(port: int, token: str, resource: str) -> str:
    """From which to follow a resource."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}"}
    connection.request("GET", f"/api/v1/{resource}/initial", headers=headers)
    cursor: str = json.loads(connection.getresponse().readline())["cursor"]
    connection.close()
    return cursor


def stream(port: int, token: str, resource: str, pid: int) -> tuple[int, float, float]:
    """Read `initial` to its end: items, seconds, and the most memory of the server, in MB."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}"}
    started, count, most, last = time.perf_counter(), 0, 0.0, b""
    connection.request("GET", f"/api/v1/{resource}/initial", headers=headers)
    for line in connection.getresponse():
        count, last = count + 1, line
        if count % 5000 == 0:
            most = max(most, memory_mb(pid))
    seconds = time.perf_counter() - started
    assert json.loads(last)["count"] == count - 2, last
    return count - 2, seconds, most


def main() -> None:
    console = Console()
    with server(WORKERS, THREADS) as (port, process), tempfile.TemporaryDirectory() as folder:
        client, token = a_token(port)
        try:
            before = memory_mb(process.pid)
            rows = load(port, token, Path(folder))
            table = Table("", "requests", "a second", "p50 ms", "p95 ms", "p99 ms", "failed")
            for row in rows:
                table.add_row(
                    row["Name"],
                    row["Request Count"],
                    f"{float(row['Requests/s']):.1f}",
                    *(row[share] for share in ("50%", "95%", "99%")),
                    row["Failure Count"],
                )
            console.print(table)
            console.print(f"memory of a web process {before:.0f} MB, then:")
            for resource in STREAMED:
                count, seconds, most = stream(port, token, resource, process.pid)
                console.print(
                    f"initial of {count:,} {resource} in {seconds:.1f} s: {count / seconds:,.0f} a "
                    f"second, at most {most:.0f} MB"
                )
        finally:
            client.delete()
    load_average = os.getloadavg()[0]
    console.print(f"load of the machine at the end: {load_average:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
