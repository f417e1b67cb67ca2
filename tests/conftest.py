"""Fixtures that every package's tests may use."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.cache import caches
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from schools.models import Campus, Programme, School
from tests.geo.reach import roads
from tests.matching.region import HERE

# A busy machine is no failure of what is tested.
hypothesis_settings.register_profile(
    "radar", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("radar")


@pytest.fixture(scope="session", autouse=True)
def cache_of_this_worker(worker_id: str) -> None:
    """Each process that runs tests has a cache (a number in Redis) of its own.

    And none has the number of the broker: a test that clears its cache would clear the queue that
    another one's worker listens to. It starts empty: what a run of an hour ago counted as asked too
    often is over.
    """
    location = settings.CACHES["default"]["LOCATION"]
    first = int(re.search(r"\d+$", location)[0])  # type: ignore[index]
    nth = int(re.sub(r"\D", "", worker_id) or 0)
    settings.CACHES["default"]["LOCATION"] = re.sub(r"\d+$", str(first + 1 + nth), location)
    # What was imported may have opened the cache already, under the broker's number.
    with suppress(AttributeError):
        del caches["default"]
    caches["default"].clear()


@pytest.fixture(scope="session")
def tiles(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Valhalla's configuration for the roads of a small town, built once for all who test."""
    mine = tmp_path_factory.getbasetemp()
    return roads.build((mine if worker_id == "master" else mine.parent) / "valhalla")


@pytest.fixture
def campus() -> Campus:
    school = School.objects.create(number="039107", name="Demoschool", type="121")
    return Campus.objects.create(
        school=school, site_number=1, point=Point(*HERE, srid=4326), precision="street"
    )


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.create(
        number=88,
        group_number="G-0082",
        title="Elektrische installaties duaal",
        grade=3,
        education_form="BSO",
        finality="A",
    )


@pytest.fixture
def in_english() -> Iterator[None]:
    """For tests that compare messages with the texts in the code."""
    with translation.override("en"):
        yield
