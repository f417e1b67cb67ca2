"""The radar of a campus: its figures against the whole region's, and what makes an advice."""

import json
from datetime import date

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from companies.models import Workplace
from matching.catchment import floating_catchment, reachable
from matching.opportunities import DEFAULT_RADAR, Advice, Reason, opportunities
from matching.radar import radar
from matching.region import Region
from matching.region_radar import region_radar
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
        taken=np.zeros(r),
        lapses=seed.random(r) < 0.3,
        campus=pairs // PROGRAMMES,
        offered_programme=pairs % PROGRAMMES,
        pupils=seed.integers(0, 6, len(pairs)).astype(float),
    )


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
    whole = region_radar(region)
    for row, campus in enumerate(region.campus_ids):
        found = {item.programme - 80: item for item in opportunities(region, int(campus))}
        for p in range(PROGRAMMES):
            if p not in found:
                assert whole.recognitions[row, p] == 0
                assert not whole.offered[row, p]
                continue
            item = found[p]
            assert item.offered == whole.offered[row, p]
            assert item.pupils == whole.pupils[row, p]
            assert item.recognitions == pytest.approx(whole.recognitions[row, p])
            assert item.unknown == pytest.approx(whole.unknown[row, p])
            assert item.places_low == pytest.approx(whole.places_low[row, p])
            assert item.per_pupil_low == pytest.approx(whole.per_pupil_low[row, p])
            assert item.per_pupil_high == pytest.approx(whole.per_pupil_high[row, p])
            assert len(item.rivals) == whole.rivals[row, p]
            assert item.nearest == pytest.approx(whole.nearest[row, p], nan_ok=True) or (
                item.nearest is None and np.isnan(whole.nearest[row, p])
            )


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
    (row,) = radar(campus, year)
    assert row.programme == programme
    assert row.rivals == (rival,)
    assert row.opportunity.pupils == DEFAULT_RADAR.new_group

    Workplace.objects.update(places_offered=0)
    (row,) = radar(campus, year)
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
