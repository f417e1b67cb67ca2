"""One ranking through the service and through HTTP, beside what one would write first.

(a) a loop over every recognition of the programme with geopy; (b) GeoDjango's `distance_lte` on a
geography column. Each is timed twice: as it stands, finding and sorting by distance only, and "with
facts", reading through `prefetch_related` what a score needs, which is the job the service does.
"""

import http.client
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.gis.db import models  # noqa: E402
from django.contrib.gis.db.models.functions import Distance  # noqa: E402
from django.contrib.gis.measure import D  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from geopy.distance import geodesic  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from accounts.models import User  # noqa: E402
from companies.models import Recognition  # noqa: E402
from matching.pairs import pairs  # noqa: E402
from matching.ranking import rank  # noqa: E402
from schools.models import Campus, Offering, OfferingStatus, SchoolYear  # noqa: E402

RADIUS_KM = 25
Case = tuple[Campus, Any]


class GeographyPlace(models.Model):
    """What alternative (b) searches: recognitions with a geography column and its index."""

    programme_id = models.BigIntegerField()
    point = models.PointField(geography=True)

    class Meta:
        managed = False
        app_label = "bench"
        db_table = "bench_geography"


def cases(year: SchoolYear, n: int = 60) -> list[Case]:
    """Campuses with a programme they offer, drawn with a fixed seed."""
    offerings = (
        Offering.objects.filter(
            school_year=year, status__in=OfferingStatus.active(), campus__point__isnull=False
        )
        .select_related("campus__school", "programme")
        .order_by("pk")
    )
    drawn = random.Random(1).sample(list(offerings), min(n, len(offerings)))
    return [(offering.campus, offering.programme) for offering in drawn]


def timed(call: Callable[[Case], Any], of: list[Case]) -> list[float]:
    """Milliseconds of each call, after one that does not count."""
    call(of[0])
    times = []
    for case in of:
        start = time.perf_counter()
        call(case)
        times.append((time.perf_counter() - start) * 1000)
    return times


#: What a score is made of, as the ORM reads it: one query for each relation.
FACTS = (
    "workplaces",
    "establishment__approaches",
    "establishment__exclusions",
    "establishment__company__exclusions",
    "establishment__recognitions__workplaces__agreements",
)


def loop_with_geopy(case: Case, facts: tuple[str, ...] = ()) -> list[tuple[float, int]]:
    campus, programme = case
    here = (campus.point.y, campus.point.x) if campus.point else (0, 0)
    found = []
    for recognition in (
        Recognition.objects.recognised()
        .filter(programme=programme, establishment__point__isnull=False)
        .select_related("establishment__company")
        .prefetch_related(*facts)
    ):
        point = recognition.establishment.point
        assert point is not None
        km = geodesic(here, (point.y, point.x)).km
        if km <= RADIUS_KM:
            found.append((km, recognition.pk))
    return sorted(found)


def geography(case: Case, facts: tuple[str, ...] = ()) -> list[Any]:
    campus, programme = case
    near = list(
        GeographyPlace.objects.filter(
            programme_id=programme.pk, point__distance_lte=(campus.point, D(km=RADIUS_KM))
        )
        .annotate(distance=Distance("point", campus.point))
        .order_by("distance")
    )
    if not facts:
        return near
    recognitions = Recognition.objects.select_related("establishment__company")
    return list(recognitions.prefetch_related(*facts).filter(pk__in=[place.pk for place in near]))


def make_geography_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_geography")
        cursor.execute(
            """
            CREATE TABLE bench_geography AS
            SELECT r.id, r.programme_id, e.point::geography AS point
            FROM companies_recognition r JOIN companies_establishment e ON e.id = r.establishment_id
            WHERE r.status = 'recognised' AND e.point IS NOT NULL
            """
        )
        cursor.execute("CREATE INDEX ON bench_geography USING gist (point)")
        cursor.execute("CREATE INDEX ON bench_geography (programme_id)")
        cursor.execute("ANALYZE bench_geography")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def server(workers: int = 1, threads: int = 1) -> Any:
    """The site under granian; yields its port and its process."""
    port = free_port()
    command = ["granian", "--interface", "wsgi", "--port", str(port), "--workers", str(workers)]
    command += ["--blocking-threads", str(threads)]
    program = Path(sys.executable).parent / command[0]
    process = subprocess.Popen(
        [program, *command[1:], "--log-level", "error", "radar.wsgi:application"]
    )
    try:
        _wait_for(port)
        yield port, process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("The server did not start within a minute.")


def session_of_an_administrator() -> str:
    user, _ = User.objects.get_or_create(email="bench@radar.example", is_superuser=True)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def memory_mb(pid: int) -> float:
    """Resident memory of a process or its children, whichever has most, in MB."""
    most = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except (OSError, ValueError):
            continue
        if pid in (int(lines["Pid"]), int(lines["PPid"])):
            most = max(most, int(lines.get("VmRSS", "0 kB").split()[0]))
    return most / 1024


def main() -> None:
    console = Console()
    year, today = SchoolYear.objects.current(), timezone.localdate()
    of = cases(year)
    make_geography_table()

    def service(case: Case) -> None:
        pairs(rank(*case, RADIUS_KM, year, today), 0, 50)

    candidates = [len(rank(*case, RADIUS_KM, year, today)) for case in of]
    results = {"service: rank and read 50": timed(service, of)}
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_of_an_administrator()}"}
    with server() as (port, process):
        http_client = http.client.HTTPConnection("127.0.0.1", port)

        def request(case: Case) -> None:
            campus, programme = case
            url = f"/api/v1/campuses/{campus.key}/matches"
            query = f"?programme={programme.number}&radius={RADIUS_KM}"
            http_client.request("GET", url + query, headers=cookie)
            response = http_client.getresponse()
            body = response.read()
            assert response.status == 200, body

        results["HTTP: 50 matches as JSON"] = timed(request, of)
        memory = memory_mb(process.pid)
    results["(a) Django and geopy, every recognition"] = timed(loop_with_geopy, of[:30])
    results["(a) with facts"] = timed(lambda case: loop_with_geopy(case, FACTS), of[:30])
    results["(b) distance_lte on geography"] = timed(geography, of)
    results["(b) with facts"] = timed(lambda case: geography(case, FACTS), of)

    ours = statistics.median(results["service: rank and read 50"])
    table = Table("", "median ms", "p95 ms", "x service")
    for name, times in results.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        median = statistics.median(times)
        table.add_row(name, f"{median:.1f}", f"{p95:.1f}", f"{median / ours:.1f}")
    console.print(table)
    console.print(
        f"{Recognition.objects.count():,} recognitions; "
        f"candidates within {RADIUS_KM} km: median {statistics.median(candidates):.0f}, "
        f"at most {max(candidates)}; memory of the web process {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
