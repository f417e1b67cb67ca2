"""What is kept of geocoding: the best answer per address, and who answered when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from geo.geocode_results import GeocodeResult, keep
from geo.geocoders.chain import Finding, Outcome
from geo.postal_addresses import PostalAddress
from geo.precision import LocationPrecision

LEUVEN = PostalAddress("Fonteinstraat", "75", "3000", ("Leuven",), "24062")

findings = st.builds(
    Finding,
    source=st.sampled_from(["flemish", "nominatim", "gazetteer"]),
    precision=st.sampled_from([p for p in LocationPrecision if p != LocationPrecision.UNKNOWN]),
    score=st.floats(0.8, 1.0),
    longitude=st.floats(2.6, 5.9),
    latitude=st.floats(50.7, 51.5),
)


def found(precision: str = "house_number", score: float = 1.0, source: str = "flemish") -> Finding:
    return Finding(source, LocationPrecision(precision), score, 4.694, 50.883)


def kept(finding: Finding | None, *asked: str) -> GeocodeResult:
    return keep([Outcome(LEUVEN, finding, asked or ("flemish",))])[LEUVEN.key]


class NeverWorse(HypothesisTestCase):
    @settings(deadline=None, max_examples=40)
    @given(sequence=st.lists(st.none() | findings, min_size=1, max_size=6))
    def test_the_row_holds_the_best_of_any_sequence(self, sequence: list[Finding | None]) -> None:
        GeocodeResult.objects.all().delete()
        before = GeocodeResult().quality.rank
        for finding in sequence:
            now = kept(finding).quality.rank
            assert now >= before
            before = now
        ranks = [finding.quality.rank for finding in sequence if finding]
        row = GeocodeResult.objects.get()
        assert row.quality.rank == max(ranks, default=GeocodeResult().quality.rank)


@pytest.mark.django_db
def test_a_finding_is_kept_with_all_that_belongs_to_it() -> None:
    row = kept(found(score=0.95), "nominatim", "flemish")
    row.refresh_from_db()
    assert row.address == "Fonteinstraat 75, 3000 Leuven"
    assert (row.source, row.precision, row.score) == ("flemish", "house_number", 0.95)
    assert row.point == Point(4.694, 50.883, srid=4326)
    assert row.asked == ["nominatim", "flemish"]
    assert row.found_on is not None
    assert timezone.now() - row.found_on < timedelta(minutes=1)


@pytest.mark.django_db
def test_nothing_found_is_kept_too_and_replaces_nothing() -> None:
    assert kept(None).point is None
    best = kept(found())
    again = kept(None)
    assert (again.point, again.found_on) == (best.point, best.found_on)
    assert again.checked_on > best.checked_on


@pytest.mark.django_db
def test_who_did_not_answer_leaves_no_trace() -> None:
    assert keep([Outcome(LEUVEN, None, ())]) == {}
    assert not GeocodeResult.objects.exists()


@pytest.mark.django_db
def test_many_are_kept_in_few_queries(django_assert_max_num_queries: Any) -> None:
    outcomes = [
        Outcome(PostalAddress("Kaai", str(number), "9000"), found(), ("flemish",))
        for number in range(200)
    ]
    for _ in range(2):
        with django_assert_max_num_queries(5):
            assert len(keep(outcomes)) == 200
    assert GeocodeResult.objects.count() == 200


@pytest.mark.django_db
def test_when_an_address_is_asked_again() -> None:
    row = kept(found("street"), "flemish", "gazetteer")
    month = timedelta(days=30)
    assert not row.is_due(["flemish", "gazetteer"], month)
    assert not row.is_due(["gazetteer"], month)
    assert row.is_due(["flemish", "nominatim"], month)
    row.checked_on -= month
    assert row.is_due(["flemish", "gazetteer"], month)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"point": Point(4, 51, srid=4326)},
        {"precision": "street"},
        {"score": 1.0},
        {"found_on": timezone.now()},
        {"source": "flemish"},
        {
            "point": Point(4, 51, srid=4326),
            "precision": "street",
            "score": 1.1,
            "found_on": timezone.now(),
            "source": "flemish",
        },
    ],
)
def test_the_database_holds_no_half_result(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        GeocodeResult.objects.create(address_key="x", address="x", **values)
