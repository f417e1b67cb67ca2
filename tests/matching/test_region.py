"""The region as arrays says what a search says, and is read anew when the data changed."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from companies.models import Company, Establishment, Exclusion, Recognition, Workplace
from matching import region_cache
from matching.binary_copy import integer, number, read
from matching.models import Change
from matching.ranking import rank
from matching.region import load_region
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.fixture
def year() -> SchoolYear:
    return SchoolYear.objects.starting_in(2026)


@pytest.fixture
def offering(campus: Campus, programme: Programme, year: SchoolYear) -> Offering:
    return Offering.objects.create(
        campus=campus,
        programme=programme,
        school_year=year,
        status=OfferingStatus.RUNNING,
        pupils=4,
    )


def test_it_holds_what_a_search_finds(
    campus: Campus, programme: Programme, year: SchoolYear, offering: Offering
) -> None:
    scatter(programme, seed=1, n=60)
    excluded = Establishment.objects.order_by("pk")[1]
    Exclusion.objects.create(establishment=excluded, valid_from=TODAY, reason="a check")
    region = load_region(year, TODAY)
    found = rank(campus, programme, 150, year, TODAY).candidates

    by_id = np.argsort(found.recognition_ids)
    assert region.recognition_ids.tolist() == found.recognition_ids[by_id].tolist()
    np.testing.assert_array_equal(region.free, found.facts.places_free[by_id])
    assert region.campus_ids.tolist() == [campus.pk]
    assert region.pupil_table().sum() == 4
    lapsing = Recognition.objects.filter(pk__in=found.recognition_ids, valid_until__lt=year.end)
    assert region.lapses.sum() == lapsing.count()
    planar = np.hypot(*(region.establishments[region.at] - region.campuses[0]).T)
    np.testing.assert_allclose(planar, found.facts.distance[by_id], rtol=1e-3, atol=1)


def test_it_is_read_while_queries_are_logged(year: SchoolYear) -> None:
    """As under `DEBUG`, where Django's cursor is another one."""
    with CaptureQueriesContext(connection):
        assert load_region(year, TODAY).campus_ids.size == 0


def test_an_empty_region_is_empty(year: SchoolYear) -> None:
    region = load_region(year, TODAY)
    assert len(region.recognition_ids) == len(region.campus_ids) == 0


def test_a_missing_number_is_refused(programme: Programme) -> None:
    with pytest.raises(ValueError, match="NULL"):
        read(Programme.objects.all(), id=integer("pk"), missing=number("valid_from__year"))


@pytest.mark.parametrize("what", ["workplace", "recognition", "company", "campus", "offering"])
def test_a_change_is_noted_with_its_programme(
    campus: Campus, programme: Programme, offering: Offering, what: str
) -> None:
    scatter(programme, seed=1, n=8)
    before = Change.objects.stamp()
    match what:
        case "workplace":
            Workplace.objects.update(places_offered=9)
        case "recognition":
            Recognition.objects.first().delete()  # type: ignore[union-attr]
        case "company":
            Company.objects.update(stopped_on=TODAY)
        case "campus":
            campus.save()
        case "offering":
            offering.delete()
    assert Change.objects.stamp() != before
    concerned = Change.objects.order_by("-pk").values_list("programme", flat=True).first()
    assert concerned == (None if what == "campus" else programme.pk)


def test_what_is_rolled_back_changes_nothing(programme: Programme) -> None:
    scatter(programme, seed=1, n=8)
    before = Change.objects.stamp()
    with transaction.atomic():
        Workplace.objects.update(places_offered=9)
        transaction.set_rollback(True)
    assert Change.objects.stamp() == before


def test_processes_share_it_until_it_changes(
    programme: Programme, year: SchoolYear, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(region_cache, "FOLDER", tmp_path)
    monkeypatch.setattr(region_cache, "_in_memory", {})
    scatter(programme, seed=1, n=20)
    first = region_cache.current_region(year, TODAY)
    assert region_cache.current_region(year, TODAY) is first

    monkeypatch.setattr(region_cache, "_in_memory", {})
    monkeypatch.setattr(region_cache, "load_region", lambda *args: pytest.fail("read again"))
    again = region_cache.current_region(year, TODAY)
    np.testing.assert_array_equal(again.offered, first.offered)
    assert again.stamp == first.stamp

    monkeypatch.setattr(region_cache, "load_region", load_region)
    Workplace.objects.update(places_offered=7)
    newer = region_cache.current_region(year, TODAY)
    assert np.nanmax(newer.offered) == 7
    assert len(list(tmp_path.iterdir())) == 1

    next(tmp_path.iterdir()).write_bytes(b"half a file")
    monkeypatch.setattr(region_cache, "_in_memory", {})
    assert region_cache.current_region(year, TODAY).stamp == newer.stamp
