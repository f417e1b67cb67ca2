"""Never a worse point for a better one, and never anything for what was set by hand."""

from itertools import permutations

import pytest
from django.contrib.gis.geos import Point
from hypothesis import given
from hypothesis import strategies as st

from geo.addresses import LocationPrecision, LocationSource
from geo.precision import Quality, replaces
from schools.models import Campus

GENT = Point(3.72, 51.05, srid=4326)
LEUVEN = Point(4.7, 50.88, srid=4326)

qualities = st.builds(
    Quality,
    has_point=st.booleans(),
    precision=st.sampled_from(LocationPrecision),
    score=st.floats(0, 1),
    source=st.sampled_from(LocationSource),
)
geocoded = st.builds(
    Quality,
    has_point=st.just(True),
    precision=st.sampled_from([p for p in LocationPrecision if p != LocationPrecision.UNKNOWN]),
    score=st.floats(0.8, 1),
)
NOTHING = Quality(has_point=False, precision=LocationPrecision.UNKNOWN)


def kept(sequence: list[Quality], start: Quality = NOTHING) -> Quality:
    """What is left after each of a sequence tried to replace what was there."""
    for new in sequence:
        if replaces(new, start):
            start = new
    return start


@given(new=qualities, old=qualities)
def test_never_replaced_by_a_worse_one(new: Quality, old: Quality) -> None:
    by_hand = new.source == LocationSource.MANUAL
    if replaces(new, old) and not by_hand:
        assert new.rank >= old.rank
        assert old.source != LocationSource.MANUAL


@given(new=qualities, old=qualities)
def test_by_hand_always_wins(new: Quality, old: Quality) -> None:
    if new.has_point and new.source == LocationSource.MANUAL:
        assert replaces(new, old)
    elif old.source == LocationSource.MANUAL:
        assert not replaces(new, old)


@given(new=qualities, old=qualities)
def test_two_sources_do_not_take_turns(new: Quality, old: Quality) -> None:
    if new.source != old.source and replaces(new, old):
        assert not replaces(old, new) or LocationSource.MANUAL in (new.source, old.source)


@given(sequence=st.lists(geocoded, max_size=8))
def test_the_best_is_left_whatever_the_order(sequence: list[Quality]) -> None:
    best = max((quality.rank for quality in sequence), default=NOTHING.rank)
    assert kept(sequence).rank == kept(sequence[::-1]).rank == best


@given(quality=geocoded)
def test_the_same_again_is_welcome(quality: Quality) -> None:
    assert replaces(quality, quality)
    assert replaces(quality, NOTHING)
    assert not replaces(NOTHING, quality)


def test_precisions_in_order() -> None:
    order = [
        LocationPrecision.HOUSE_NUMBER,
        LocationPrecision.STREET,
        LocationPrecision.POSTAL_CODE,
        LocationPrecision.MUNICIPALITY,
    ]
    for sequence in permutations(order):
        points = [Quality(has_point=True, precision=precision) for precision in sequence]
        assert kept(points).precision == LocationPrecision.HOUSE_NUMBER


@pytest.mark.parametrize("source", LocationSource)
def test_a_campus_takes_a_better_point(source: LocationSource) -> None:
    campus = Campus(point=GENT, precision="postal_code", location_source="imported")
    assert campus.locate(LEUVEN, LocationPrecision.STREET, source)
    assert campus.point == LEUVEN
    assert (campus.precision, campus.location_source) == ("street", source)


@pytest.mark.parametrize(
    "source", [LocationSource.IMPORTED, LocationSource.GEOCODED, LocationSource.UNKNOWN]
)
def test_a_campus_set_by_hand_stays(source: LocationSource) -> None:
    campus = Campus(point=GENT, precision="municipality", location_source="manual")
    for moved in (False, True):
        assert not campus.locate(LEUVEN, LocationPrecision.HOUSE_NUMBER, source, moved=moved)
        assert campus.point == GENT


def test_a_campus_that_moved_takes_a_worse_point() -> None:
    campus = Campus(point=GENT, precision="house_number", location_source="geocoded")
    assert not campus.locate(LEUVEN, LocationPrecision.STREET, LocationSource.GEOCODED)
    assert campus.locate(LEUVEN, LocationPrecision.STREET, LocationSource.GEOCODED, moved=True)
    assert campus.point == LEUVEN


def test_the_same_point_again_changes_nothing() -> None:
    campus = Campus(point=GENT, precision="street", location_source="geocoded")
    assert not campus.locate(GENT.clone(), LocationPrecision.STREET, LocationSource.GEOCODED)
