"""The radar of a campus: its figures against the whole region's, and what makes an advice."""

import json
import math
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from companies.models import Workplace
from matching.catchment import Decay, floating_catchment, reachable
from matching.opportunities import (
    DEFAULT_RADAR,
    Advice,
    Opportunity,
    RadarPolicy,
    Reason,
    opportunities,
)
from matching.radar import radar
from matching.region import Region
from matching.region_radar import region_opportunities, region_radar
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear
from tests.matching.region import scatter

CAMPUSES, SPOTS, PROGRAMMES = 5, 12, 3


@st.composite
def regions(draw: st.DrawFn) -> Region:
    """A small region, with unknown places, ties and programmes that nobody offers."""
    seed = np.random.default_rng(draw(st.integers(0, 10_000)))
    r, o = draw(st.integers(1, 25)), draw(st.integers(0, 8))
    pairs = seed.permutation(CAMPUSES * PROGRAMMES)[:o]
    return Region(
        stamp="",
        starts_in=2026,
        campus_ids=np.arange(CAMPUSES) + 10,
        campuses=seed.integers(-5, 5, (CAMPUSES, 2)) * 5000.0,
        establishment_ids=np.arange(SPOTS),
        establishments=seed.integers(-5, 5, (SPOTS, 2)) * 5000.0,
        programme_ids=np.arange(PROGRAMMES) + 80,
        recognition_ids=np.arange(r),
        at=seed.integers(0, SPOTS, r),
        programme=seed.integers(0, PROGRAMMES, r),
        offered=np.where(seed.random(r) < 0.3, np.nan, seed.integers(0, 4, r).astype(float)),
        taken=np.zeros(r) + seed.integers(0, 2),
        lapses=seed.random(r) < 0.3,
        campus=pairs // PROGRAMMES,
        offered_programme=pairs % PROGRAMMES,
        pupils=seed.integers(0, 6, len(pairs)).astype(float),
    )


def same(found: list[Opportunity], expected: list[Opportunity]) -> None:
    """Equal but for the order in which numbers were added up."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        for name, value in vars(other).items():
            like = pytest.approx(value) if isinstance(value, float) else value
            assert getattr(one, name) == like, name


@given(regions())
def test_what_a_campus_offers_has_the_figures_of_the_region(region: Region) -> None:
    places = region.table(np.nan_to_num(region.offered))
    whole = floating_catchment(region.campuses, region.establishments, region.pupil_table(), places)
    near = reachable(region.campuses, region.establishments, places)
    for row, campus in enumerate(region.campus_ids):
        for item in opportunities(region, int(campus)):
            column = item.programme - 80
            assert item.places_low == pytest.approx(near[row, column])
            if item.offered:
                assert item.per_pupil_low == pytest.approx(whole.per_pupil[row, column])


@given(regions())
def test_a_new_group_counts_as_if_it_were_there(region: Region) -> None:
    for row, campus in enumerate(region.campus_ids):
        for item in opportunities(region, int(campus)):
            if item.offered:
                continue
            pupils = region.pupil_table()
            pupils[row, item.programme - 80] += DEFAULT_RADAR.new_group
            places = region.table(np.nan_to_num(region.offered))
            after = floating_catchment(region.campuses, region.establishments, pupils, places)
            expected = after.per_pupil[row, item.programme - 80]
            assert item.per_pupil_low == pytest.approx(expected)


@given(regions())
def test_an_advice_follows_from_its_figures(region: Region) -> None:
    for campus in region.campus_ids:
        found = opportunities(region, int(campus))
        assert len({item.programme for item in found}) == len(found)
        for item in found:
            assert item.places_low <= item.places_high
            assert item.per_pupil_low <= item.per_pupil_high + 1e-9
            assert 0 <= item.lapsing_share <= 1
            assert (Reason.RIVALS in item.reasons) == bool(item.rivals)
            assert int(campus) not in item.rivals
            if item.offered:
                assert item.advice not in (Advice.OPEN, Advice.LEAVE)
            else:
                assert item.advice not in (Advice.KEEP, Advice.STRENGTHEN)
            if item.advice in (Advice.OPEN, Advice.KEEP, Advice.STRENGTHEN):
                assert item.per_pupil_low >= DEFAULT_RADAR.enough
            if item.advice is Advice.LEAVE:
                assert item.per_pupil_high < DEFAULT_RADAR.enough


@given(regions())
def test_the_whole_region_at_once_says_the_same(region: Region) -> None:
    found = dict[int, list[Opportunity]]()
    for campus, item in region_opportunities(region):
        found.setdefault(campus, []).append(item)
    for campus in region.campus_ids.tolist():
        alone = opportunities(region, campus)
        together = sorted(found.get(campus, []), key=lambda item: item.programme)
        same(together, sorted(alone, key=lambda item: item.programme))


@given(regions(), st.sets(st.integers(80, 79 + PROGRAMMES)))
def test_a_part_of_the_programmes_says_the_same_of_them(
    region: Region, programmes: set[int]
) -> None:
    whole = [row for row in region_opportunities(region) if row[1].programme in programmes]
    part = list(region_opportunities(region.of_programmes(programmes)))
    assert [campus for campus, _ in part] == [campus for campus, _ in whole]
    same([item for _, item in part], [item for _, item in whole])


@given(regions())
def test_what_campuses_draw_is_what_workplaces_give(region: Region) -> None:
    """Over every campus that offers a programme: places per pupil, times pupils, is the places."""
    radar = region_radar(region)
    drawn = (radar.per_pupil_low * radar.pupils)[radar.offered].sum()
    places = region.table(np.nan_to_num(region.offered))
    access = floating_catchment(
        region.campuses, region.establishments, region.pupil_table(), places
    )
    assert drawn == pytest.approx(places[access.demand > 0].sum())


def test_an_unknown_campus_has_none() -> None:
    empty = np.zeros(0)
    ids = np.zeros(0, dtype=np.int64)
    region = Region(
        "", 2026, ids, empty.reshape(0, 2), ids, empty.reshape(0, 2), ids, ids, ids, ids,
        empty, empty, empty.astype(bool), ids, ids, empty,
    )  # fmt: skip
    assert opportunities(region, 1) == []


@pytest.mark.django_db
def test_the_radar_shows_programmes_and_rivals(campus: Campus, programme: Programme) -> None:
    scatter(programme, seed=1, n=30)
    year = SchoolYear.objects.current(date(2026, 11, 23))
    rival = Campus.objects.create(school=campus.school, site_number=2, point=campus.point)
    Offering.objects.create(
        campus=rival,
        programme=programme,
        school_year=year,
        status=OfferingStatus.RUNNING,
        pupils=3,
    )
    (row,) = radar(campus, year).rows
    assert row.programme == programme
    assert row.rivals == (rival,)
    assert row.opportunity.pupils == DEFAULT_RADAR.new_group

    Workplace.objects.update(places_offered=0)
    (row,) = radar(campus, year).rows
    assert row.opportunity.places_low == 0


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_the_command_writes_it(
    campus: Campus, programme: Programme, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scatter(programme, seed=1, n=30)
    call_command("radar", campus=campus.key, format=form)
    written = capsys.readouterr().out
    assert "Elektrische" in written
    if form == "json":
        assert json.loads(written)["total"] == 1
    with pytest.raises(CommandError, match="--campus"):
        call_command("radar", campus="999999-9")


@pytest.mark.django_db
def test_settings_may_replace_the_policy(
    campus: Campus, programme: Programme, settings: Any
) -> None:
    scatter(programme, seed=1, n=30)
    year = SchoolYear.objects.current()
    (row,) = radar(campus, year).rows
    near = row.opportunity.recognitions
    settings.RADAR_POLICY = RadarPolicy(decay=Decay((5_000.0,), (1.0,)), new_group=9)
    (row,) = radar(campus, year).rows
    assert row.opportunity.recognitions < near
    assert row.opportunity.pupils == 9
    settings.RADAR_POLICY = "25 km"
    with pytest.raises(TypeError, match="RADAR_POLICY"):
        radar(campus, year)


@pytest.mark.parametrize(
    "nonsense",
    [{"new_group": 0}, {"enough": 3.0}, {"unknown_places": math.nan}, {"lapsing_share": 0.0}],
)
def test_a_senseless_policy_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        RadarPolicy(**nonsense)
