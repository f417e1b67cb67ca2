"""Refreshing the cube: when it is stale, who takes over, and that readers never wait."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from figures.cube import is_stale, refresh, refresh_if_stale
from figures.models import Cube, OfferingFact
from figures.tasks import refresh as refresh_task
from figures.tasks import refresh_if_stale as refresh_if_stale_task
from schools.models import Offering, Programme, School
from tests.figures.conftest import ask

pytestmark = pytest.mark.django_db


def test_nothing_is_counted_anew_while_nothing_changes(cube: Cube) -> None:
    assert not is_stale()
    Cube.objects.update(computed_at=timezone.now() - timedelta(hours=1))
    assert refresh_if_stale() is None


@pytest.mark.parametrize("change", ["offering", "name", "school"])
def test_a_change_makes_it_stale_and_waits_a_moment(cube: Cube, change: str) -> None:
    if change == "offering":
        Offering.objects.filter(school_year=2026).update(pupils=99)
    elif change == "name":
        Programme.objects.update(title="Anders")
    else:
        School.objects.update(network="GO")
    assert is_stale()
    assert refresh_if_stale() is None  # the last one is a moment ago
    Cube.objects.update(computed_at=timezone.now() - timedelta(hours=1))
    new = refresh_if_stale_task()
    assert new
    assert Cube.objects.current() == Cube.objects.get(pk=new)
    # Who reads the one before still finds it whole.
    assert OfferingFact.objects.filter(cube=cube).exists()
    assert ask(cube, "offerings", by="").rows[0].values["offerings"]
    refresh()
    assert not Cube.objects.filter(pk=cube.pk).exists()


def test_figures_follow_the_data(cube: Cube) -> None:
    before = ask(cube, "offerings", by="").rows[0].values["offerings"]
    offering = Offering.objects.filter(school_year=2026, status="running").first()
    assert offering
    offering.delete()
    new = refresh()
    assert ask(new, "offerings", by="").rows[0].values["offerings"] == before - 1


def test_what_is_protected_already_is_taken_over(
    cube: Cube, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("figures.protection.worked_out", lambda *_: pytest.fail("worked out anew"))
    new = refresh()
    assert new.protections.count() == cube.protections.count()


def test_by_hand_and_at_night(cube: Cube) -> None:
    out = StringIO()
    call_command("refresh_figures", stdout=out)
    assert "up to date" in out.getvalue()
    call_command("refresh_figures", "--all", stdout=out)
    assert "Cube" in out.getvalue()
    assert refresh_task()
