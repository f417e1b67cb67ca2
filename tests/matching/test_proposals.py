"""`manage.py allocate` and what it rests on: real places, mentors and ways from home."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db.models import F

from companies.models import Agreement, Mentor, Workplace
from geo.models import PostalCode
from matching.proposals import Pupil, Why, propose
from schools.models import Campus, Programme, SchoolYear
from tests.factories import CampusFactory, ProgrammeFactory
from tests.matching.region import a_municipality, scatter

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.fixture
def year() -> SchoolYear:
    return SchoolYear.objects.starting_in(2026)


def test_each_free_place_is_given_once(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)
    pupils = [Pupil(campus, f"L-{i}", programme, 40_000) for i in range(60)]
    found = propose(pupils, year, TODAY).placements
    given = [item.recognition for item in found if item.recognition]
    assert 0 < len(given) < 60
    assert len(set(given)) == len(given)
    assert {item.why for item in found if not item.recognition} == {Why.NO_FREE_PLACE}
    assert len(found) == len(pupils)


def test_mentors_limit_what_an_establishment_takes(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    scatter(programme, seed=1, n=2)
    Workplace.objects.update(places_offered=9)
    pupils = [Pupil(campus, f"L-{i}", programme, 150_000) for i in range(9)]
    usual = [item for item in propose(pupils, year, TODAY).placements if item.recognition]
    assert len(usual) == 2  # one mentor, two pupils

    workplace = Workplace.objects.get()
    establishment = workplace.recognition.establishment
    for limit in (3, None):
        Mentor.objects.create(establishment=establishment, name="Voorbeeld", pupil_limit=limit)
    Agreement.objects.create(
        campus=campus,
        workplace=workplace,
        pupil_reference="L-99",
        kind="oao",
        status="running",
        starts_on=TODAY,
        ends_on=TODAY,
    )
    more = [item for item in propose(pupils, year, TODAY).placements if item.recognition]
    assert len(more) == 3 + 2 - 1


def test_the_way_starts_at_home(campus: Campus, programme: Programme, year: SchoolYear) -> None:
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)
    PostalCode.objects.create(
        code="8000",
        place_name="Brugge",
        municipality=a_municipality(),
        point=Point(3.22, 51.21, srid=4326),
    )
    at_campus, far_away = propose(
        [Pupil(campus, "L-1", programme, 20_000), Pupil(campus, "L-2", programme, 1_000, "8000")],
        year,
        TODAY,
    ).placements
    assert at_campus.recognition is not None
    assert far_away.why is Why.OUT_OF_REACH


@pytest.fixture
def far(campus: Campus) -> Campus:
    """A campus of another school, twenty kilometres to the north-east."""
    return CampusFactory.create(metres_east=14_000, metres_north=14_000)


def test_campuses_share_the_places_and_what_each_got_is_told(
    campus: Campus, far: Campus, programme: Programme, year: SchoolYear
) -> None:
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)
    pupils = [
        Pupil(school, f"L-{i}", programme, 30_000) for school in (campus, far) for i in range(30)
    ]
    together = propose(pupils, year, TODAY)
    given = [item.recognition for item in together.placements if item.recognition]
    assert len(set(given)) == len(given) == together.placed
    shares = {item.school: item for item in together.schools}
    assert shares.keys() == {campus.school_id, far.school_id}
    for school, share in shares.items():
        alone = propose([p for p in pupils if p.campus.school_id == school], year, TODAY)
        assert share.alone == alone.placed
        assert share.placed <= share.alone
    assert together.placed < sum(share.alone for share in shares.values())
    assert together.fairness
    assert 0.5 <= together.fairness <= 1


def test_what_would_place_a_pupil_does(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)
    pupils = [Pupil(campus, f"L-{i}", programme, 9_000) for i in range(12)]
    found = propose(pupils, year, TODAY)
    lost = next(i for i, item in enumerate(found.placements) if item.remedy)
    remedy = found.placements[lost].remedy
    assert remedy
    assert remedy.farther
    assert remedy.at
    assert remedy.ask

    farther = replace(pupils[lost], farthest=9_000 + remedy.farther + 1)
    then = [*pupils[:lost], farther, *pupils[lost + 1 :]]
    assert propose(then, year, TODAY).placed == found.placed + 1
    places = Workplace.objects.filter(recognition=remedy.at)
    Mentor.objects.create(
        establishment=places.get().recognition.establishment, name="Voorbeeld", pupil_limit=9
    )
    places.update(places_offered=F("places_offered") + 1)
    assert propose(pupils, year, TODAY).placed == found.placed + 1
    Workplace.objects.create(recognition_id=remedy.ask, school_year=year, places_offered=1)
    assert propose(pupils, year, TODAY).placed == found.placed + 2


def test_nobody_recognised_is_told_from_too_far(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    scatter(programme, seed=1, n=5)
    pupils = [
        Pupil(campus, "L-1", programme, 100),
        Pupil(campus, "L-2", ProgrammeFactory.create(), 25_000),
        Pupil(CampusFactory.create(point=None, precision="unknown"), "L-1", programme, 25_000),
    ]
    found = [item.why for item in propose(pupils, year, TODAY).placements]
    assert found == [Why.OUT_OF_REACH, Why.NOT_RECOGNISED, Why.NOT_RECOGNISED]


def test_the_command_writes_a_proposal(
    campus: Campus, programme: Programme, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)
    file = tmp_path / "leerlingen.csv"
    file.write_text("reference;programme;km\nL-1;88;40\nL-2;elektrische installaties;0,1\n")
    for method in ("best", "stable"):
        call_command("allocate", str(file), campus=campus.key, method=method)
        first, second = csv.DictReader(io.StringIO(capsys.readouterr().out))
        assert first["unitNumber"]
        assert bool(second["unitNumber"]) != bool(second["why"])


def test_the_command_takes_a_list_of_several_schools(
    campus: Campus,
    far: Campus,
    programme: Programme,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scatter(programme, seed=1, n=40)
    file = tmp_path / "leerlingen.csv"
    file.write_text(f"campus;opleiding;referentie\n{campus.key};88;L-1\n{far.key};88;L-1\n")
    call_command("allocate", str(file))
    said = capsys.readouterr()
    assert [row["campus"] for row in csv.DictReader(io.StringIO(said.out))] == [campus.key, far.key]
    assert "Jain" in said.err
    file.write_text("L-1;88\n")
    with pytest.raises(CommandError, match="line 1"):
        call_command("allocate", str(file))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reference\nL-1\n", "no column programme"),
        ("reference,programme\nAn Peeters,88\n", "line 2, reference"),
        ("reference,programme\nL-1,7777\n", "line 2, programme"),
        ("reference,programme,km\nL-1,88,nan\n", "line 2, kilometres"),
        ("reference,programme,km\nL-1,88,ver\n", "line 2, kilometres"),
        ("reference,campus,programme\nL-1,999999-1,88\n", "line 2, campus"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_a_wrong_list_names_line_and_column(
    campus: Campus, programme: Programme, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "leerlingen.csv"
    file.write_text(text)
    with pytest.raises(CommandError, match=message):
        call_command("allocate", str(file), campus=campus.key)
