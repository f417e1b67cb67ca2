"""`manage.py rank_matches` as its user calls it."""

import json

import pytest
from django.core.management import CommandError, call_command

from schools.models import Campus, Programme, SchoolYear
from tests.factories import RecognitionFactory
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str], **options: object) -> str:
    defaults = {"campus": "39107-1", "programme": "88", "radius": 40.0}
    call_command("rank_matches", **defaults | options)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["88", "Elektrische installaties", "elektrische INSTALLATIES duaal"]
)
def test_the_best_come_first(
    campus: Campus, programme: Programme, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scatter(programme, seed=3)
    answer = json.loads(run(capsys, programme=name, format="json", limit=5))
    scores = [item["score"] for item in answer["items"]]
    assert len(scores) == 5 < answer["total"]
    assert scores == sorted(scores, reverse=True)
    assert "hemelsbreed" in run(capsys)
    assert len(run(capsys, format="csv", limit=3).splitlines()) == 4
    assert json.loads(run(capsys, format="geojson"))["features"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"campus": "999999-1"}, "--campus"),
        ({"campus": "x"}, "--campus"),
        ({"programme": "7777"}, "--programme"),
        ({"radius": 0.0}, "--radius"),
        ({"radius": float("nan")}, "--radius"),
        ({"radius": "inf"}, "--radius"),
        ({"radius": 10_000.0}, "--radius"),
        ({"limit": 0}, "--limit"),
        ({"school_year": "2020-2021"}, "--school-year"),
        ({"school_year": "2026-2028"}, "2026-2027"),
    ],
)
def test_wrong_input_says_what_is_wrong(
    campus: Campus,
    programme: Programme,
    wrong: dict[str, object],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    SchoolYear.objects.starting_in(2020)
    with pytest.raises(CommandError, match=message):
        run(capsys, **wrong)


def test_a_spreadsheet_runs_nothing_from_the_csv(
    campus: Campus, programme: Programme, capsys: pytest.CaptureFixture[str]
) -> None:
    RecognitionFactory(programme=programme, establishment__name="=HYPERLINK(1)")
    assert ",'=HYPERLINK(1)," in run(capsys, format="csv")
