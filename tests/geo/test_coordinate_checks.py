"""Coordinates that cannot be what they are said to be, with the vectors of real records."""

import math
from typing import Any

import pytest
import shapely
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.coordinate_checks import (
    REGION,
    REGION_LAMBERT_72,
    REGION_LAMBERT_2008,
    Places,
    check_degrees,
    degrees_from_lambert_72,
    degrees_from_lambert_2008,
)
from geo.coordinates import LAMBERT_72, LAMBERT_2008, WGS84, transform
from geo.models import Municipality, PostalCode
from geo.reference import load

LEUVEN_72 = 172_899.0, 174_842.0
LEUVEN = 4.694159, 50.883485

#: The same points as the Flemish registers publish them: Lambert 72, WGS 84 (longitude, latitude).
RECORDED_72 = [
    (LEUVEN_72, LEUVEN),
    ((183_268.23, 207_018.23), (4.844441071620486, 51.17220987413536)),
    ((219_009.14, 187_317.72), (5.3517046535166282, 50.991974017459327)),
]
#: Lambert 72, Lambert 2008.
RECORDED_2008 = [
    ((73_862.07, 211_634.58), (573_857.26, 711_625.49)),
    ((140_252.76, 198_794.27), (640_249.09, 698_793.29)),
]

longitudes = st.floats(REGION.west, REGION.east)
latitudes = st.floats(REGION.south, REGION.north)


def refusal(check: Any, *arguments: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        check(*arguments)
    assert caught.value.message
    return str(caught.value.code)


@pytest.mark.parametrize(("metres", "degrees"), RECORDED_72)
def test_lambert_72_becomes_the_degrees_that_the_register_gives(
    metres: tuple[float, float], degrees: tuple[float, float]
) -> None:
    # A metre is about 1e-5 degrees; the passage from 72 is sure to about that.
    assert degrees_from_lambert_72(*metres) == pytest.approx(degrees, abs=2e-5)


@pytest.mark.parametrize(("old", "new"), RECORDED_2008)
def test_both_lambert_systems_give_one_point(
    old: tuple[float, float], new: tuple[float, float]
) -> None:
    assert degrees_from_lambert_72(*old) == pytest.approx(degrees_from_lambert_2008(*new), abs=2e-5)


@pytest.mark.parametrize(("old", "new"), RECORDED_2008)
def test_one_lambert_system_taken_for_the_other_is_refused(
    old: tuple[float, float], new: tuple[float, float]
) -> None:
    assert refusal(degrees_from_lambert_72, *new) == "lambert_2008"
    assert refusal(degrees_from_lambert_72, *reversed(new)) == "lambert_2008"
    assert refusal(degrees_from_lambert_2008, *old) == "lambert_72"
    assert refusal(degrees_from_lambert_2008, *reversed(old)) == "lambert_72"


@pytest.mark.parametrize(("old", "new"), RECORDED_2008)
def test_degrees_that_came_from_the_wrong_system_are_recognised(
    old: tuple[float, float], new: tuple[float, float]
) -> None:
    assert refusal(check_degrees, *transform(LAMBERT_2008, WGS84, *old)) == "lambert_72"
    assert refusal(check_degrees, *transform(LAMBERT_72, WGS84, *new)) == "lambert_2008"


def test_swapped_axes_are_refused() -> None:
    assert refusal(check_degrees, *reversed(LEUVEN)) == "swapped"
    assert refusal(degrees_from_lambert_72, 211_634.58, 73_862.07) == "swapped"
    assert refusal(degrees_from_lambert_2008, 711_625.49, 573_857.26) == "swapped"


def test_metres_and_degrees_are_told_apart() -> None:
    assert refusal(check_degrees, *LEUVEN_72) == "metres"
    assert refusal(degrees_from_lambert_72, *LEUVEN) == "degrees"
    assert refusal(degrees_from_lambert_2008, *reversed(LEUVEN)) == "degrees"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    for check in (check_degrees, degrees_from_lambert_72, degrees_from_lambert_2008):
        assert refusal(check, bad, 51.0) == "no_number"
        assert refusal(check, 4.0, bad) == "no_number"


@pytest.mark.parametrize(
    "point", [(0.0, 0.0), (5.5718, 50.6326), (2.3522, 48.8566), (-4.4, 51.2), (179.9, 89.9)]
)
def test_points_elsewhere_are_refused(point: tuple[float, float]) -> None:
    """Null Island, Liège, Paris, a lost sign, the end of the world."""
    assert refusal(check_degrees, *point) == "outside"


def test_metres_elsewhere_are_refused() -> None:
    assert refusal(degrees_from_lambert_72, 0.0, 0.0) == "outside"
    assert refusal(degrees_from_lambert_72, 250_000.0, 20_000.0) == "outside"  # Gaume
    assert refusal(degrees_from_lambert_2008, 750_000.0, 520_000.0) == "outside"


@given(longitude=longitudes, latitude=latitudes)
def test_a_point_of_the_region_passes_and_its_swap_does_not(
    longitude: float, latitude: float
) -> None:
    check_degrees(longitude, latitude)
    assert refusal(check_degrees, latitude, longitude) == "swapped"


@given(longitude=longitudes, latitude=latitudes)
def test_passage_to_lambert_and_back(longitude: float, latitude: float) -> None:
    for system, box, back in (
        (LAMBERT_72, REGION_LAMBERT_72, degrees_from_lambert_72),
        (LAMBERT_2008, REGION_LAMBERT_2008, degrees_from_lambert_2008),
    ):
        x, y = transform(WGS84, system, longitude, latitude)
        assume(box.holds(x, y))
        assert back(x, y) == pytest.approx((longitude, latitude), abs=1e-7)


@given(x=st.floats(allow_nan=True), y=st.floats(allow_nan=True))
def test_any_two_numbers_are_taken_or_refused(x: float, y: float) -> None:
    for check in (check_degrees, degrees_from_lambert_72, degrees_from_lambert_2008):
        try:
            result = check(x, y)
        except ValidationError:
            continue
        if result is not None:
            assert all(map(math.isfinite, result))


@pytest.fixture
def places() -> Places:
    """A region of one rectangle, with Leuven and Gent."""
    box = shapely.box(3.0, 50.7, 5.0, 51.2)
    return Places([box.wkb], [("3000", 4.70093, 50.87959), ("9000", 3.71667, 51.05)])


def test_a_point_near_its_postal_code_passes(places: Places) -> None:
    places.check(*LEUVEN, "3000")


def test_an_unknown_postal_code_is_no_reason_to_refuse(places: Places) -> None:
    places.check(*LEUVEN, "")
    places.check(*LEUVEN, "1234")


def test_a_point_far_from_its_postal_code_is_refused(places: Places) -> None:
    with pytest.raises(ValidationError, match=r"71 km .* 9000") as caught:
        places.check(*LEUVEN, "9000")
    assert caught.value.code == "far"


def test_the_postal_code_tells_swapped_metres_that_fit_both_ways() -> None:
    """(183268, 207018) and its swap both lie in Flanders."""
    herentals = Places([], [("2200", 4.83248, 51.17655)])
    herentals.check(*degrees_from_lambert_72(183_268.23, 207_018.23), "2200")
    swapped = degrees_from_lambert_72(207_018.23, 183_268.23)
    assert refusal(herentals.check, *swapped, "2200") == "swapped"


def test_the_outline_counts_with_some_slack(places: Places) -> None:
    places.check(5.01, 51.0)  # 700 m over the border
    assert refusal(places.check, 5.1, 51.0) == "outside"


def test_without_outlines_the_rectangle_counts() -> None:
    Places([], []).check(5.9, 50.7)
    assert refusal(Places([], []).check, 6.0, 50.7) == "outside"


@pytest.mark.django_db
def test_every_place_of_our_own_passes() -> None:
    load()
    places = Places.load()
    for code in PostalCode.objects.all():
        assert code.point is not None
        places.check(code.point.x, code.point.y, code.code)
    for municipality in Municipality.objects.all():
        assert municipality.point is not None
        places.check(municipality.point.x, municipality.point.y)
