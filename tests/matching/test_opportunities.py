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
from matching.catchment import Decay
from matching.opportunities import (
    DEFAULT_RADAR,
    Advice,
    Opportunity,
    RadarPolicy,
    Reason,
)
from matching.radar import radar
from matching.region import Region
from matching.region_radar import campus_opportunities, region_opportunities
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear
from tests.matching.region import scatter
from tests.matching.regions import FIRST_PROGRAMME, PROGRAMMES, regions


@given(regions())
def test_an_advice_follows_from_its_figures(region: Region) -> None:
    for campus in region.campus_ids:
        found = campus_opportunities(region, int(campus))
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
def test_the_page_of_a_campus_and_the_whole_region_are_equal_to_the_last_digit(
    region: Region,
) -> None:
    found = dict[int, list[Opportunity]]()
    for campus, item in region_opportunities(region):
        found.setdefault(campus, []).append(item)
    for campus in region.campus_ids.tolist():
        alone = sorted(campus_opportunities(region, campus), key=lambda item: item.programme)
        assert found.get(campus, []) == alone


@given(regions(), st.sets(st.integers(FIRST_PROGRAMME, FIRST_PROGRAMME + PROGRAMMES - 1)))
def test_a_part_of_the_programmes_says_the_same_of_them(
    region: Region, programmes: set[int]
) -> None:
    whole = [row for row in region_opportunities(region) if row[1].programme in programmes]
    assert list(region_opportunities(region.of_programmes(programmes))) == whole


@given(regions())
def test_the_campuses_to_agree_with_are_named_nearest_first(region: Region) -> None:
    place = dict(zip(region.campus_ids.tolist(), region.campuses.tolist(), strict=True))
    for campus, item in region_opportunities(region):
        away = [math.dist(place[campus], place[rival]) for rival in item.rivals]
        assert away == sorted(away)
        if away:
            assert item.nearest == pytest.approx(away[0])


def test_an_unknown_campus_has_none() -> None:
    empty = np.zeros(0)
    ids = np.zeros(0, dtype=np.int64)
    region = Region(
        "", 2026, ids, empty.reshape(0, 2), ids, empty.reshape(0, 2), ids, ids, ids, ids,
        empty, empty, empty.astype(bool), ids, ids, empty,
    )  # fmt: skip
    assert campus_opportunities(region, 1) == []


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
