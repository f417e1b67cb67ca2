"""`manage.py allocate` and what it rests on: real places, mentors and ways from home."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command

from companies.models import Agreement, Mentor, Workplace
from geo.models import PostalCode
from matching.allocation import Why
from matching.proposals import Pupil, propose
from schools.models import Campus, Programme, SchoolYear
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
    pupils = [Pupil(f"L-{i}", programme, 40_000) for i in range(60)]
    found = propose(campus, pupils, year, TODAY)
    given = [item.recognition.pk for item in found if item.recognition]
    assert 0 < len(given) < 60
    assert len(set(given)) == len(given)
    assert {item.why for item in found if not item.recognition} == {Why.NO_FREE_PLACE}
    assert [item.pupil for item in found] == pupils


def test_mentors_limit_what_an_establishment_takes(
    campus: Campus, programme: Programme, year: SchoolYear
) -> None:
    scatter(programme, seed=1, n=2)
    Workplace.objects.update(places_offered=9)
    pupils = [Pupil(f"L-{i}", programme, 150_000) for i in range(9)]
    usual = [item for item in propose(campus, pupils, year, TODAY) if item.recognition]
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
    more = [item for item in propose(campus, pupils, year, TODAY) if item.recognition]
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
        campus,
        [Pupil("L-1", programme, 20_000), Pupil("L-2", programme, 1_000, "8000")],
        year,
        TODAY,
    )
    assert at_campus.recognition is not None
    assert far_away.why is Why.OUT_OF_REACH


def test_the_command_writes_a_proposal(
    campus: Campus, programme: Programme, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scatter(programme, seed=1, n=40)
    Workplace.objects.update(places_offered=1)
    file = tmp_path / "leerlingen.csv"
    file.write_text("reference;programme;km\nL-1;88;40\nL-2;elektrische installaties;0,001\n")
    for method in ("best", "stable"):
        call_command("allocate", str(file), campus=campus.key, method=method)
        first, second = csv.DictReader(io.StringIO(capsys.readouterr().out))
        assert first["unitNumber"]
        assert bool(second["unitNumber"]) != bool(second["why"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("naam\nx\n", "no column reference"),
        ("reference,programme\nAn Peeters,88\n", "line 2, column reference"),
        ("reference,programme\nL-1,7777\n", "line 2, column programme"),
        ("reference,programme,km\nL-1,88,nan\n", "line 2, column km"),
        ("reference,programme,km\nL-1,88,ver\n", "line 2, column km"),
    ],
)
def test_a_wrong_list_names_line_and_column(
    campus: Campus, programme: Programme, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "leerlingen.csv"
    file.write_text(text)
    with pytest.raises(CommandError, match=message):
        call_command("allocate", str(file), campus=campus.key)
