"""The stored radar: what is stale is computed anew, served as a whole, and the same as live."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from companies.models import Recognition, Workplace
from matching import refresh as refreshing
from matching.catchment import Decay
from matching.models import Change, RadarFigure, RadarRefresh, RadarSheet, RefreshStatus
from matching.opportunities import DEFAULT_RADAR, RadarPolicy
from matching.radar import programme_radar, radar
from matching.refresh import RefreshRunningError, begin, blocks, compute, publish
from matching.refreshes import ABANDONED_AFTER, STALLED_AFTER
from matching.region_cache import current_region
from matching.region_radar import campus_opportunities
from matching.tasks import refresh_radar
from radar.celery import app
from schools.models import Campus, Offering, OfferingStatus, Programme, SchoolYear
from tests.factories import ProgrammeFactory
from tests.matching.region import scatter

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(campus: Campus, programme: Programme) -> Programme:
    """Two programmes with workplaces; the campus offers this one."""
    other = ProgrammeFactory.create()
    scatter(programme, seed=1, n=30)
    scatter(other, seed=2, n=30, first=500)
    Offering.objects.create(
        campus=campus,
        programme=other,
        school_year=SchoolYear.objects.current(),
        status=OfferingStatus.RUNNING,
        pupils=5,
    )
    return other


def refreshed(**narrowed: Any) -> RadarRefresh | None:
    """Everything that is stale, computed and published."""
    refresh = begin(**narrowed)
    if refresh:
        for block in blocks(refresh, size=1):
            compute(block)
        refresh.refresh_from_db()
    return refresh


def programmes_of(refresh: RadarRefresh | None) -> set[int]:
    return set(refresh.sheets.values_list("programme", flat=True)) if refresh else set()


def test_what_is_stored_is_what_is_computed(campus: Campus, other: Programme) -> None:
    year = SchoolYear.objects.current()
    live = radar(campus, year)
    assert live.computed_at is None
    refreshed()
    stored = radar(campus, year)
    assert stored.computed_at is not None
    assert [row.opportunity for row in stored.rows] == campus_opportunities(
        current_region(year), campus.pk, DEFAULT_RADAR
    )
    assert [row.programme for row in stored.rows] == [row.programme for row in live.rows]


def test_only_what_changed_is_computed_anew(
    campus: Campus, programme: Programme, other: Programme
) -> None:
    first = refreshed()
    assert programmes_of(first) == {programme.pk, other.pk}
    assert begin() is None

    Workplace.objects.filter(recognition__programme=other).update(places_offered=9)
    assert programmes_of(refreshed()) == {other.pk}
    assert begin() is None

    campus.save()
    assert programmes_of(refreshed()) == {programme.pk, other.pk}
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert programmes_of(refreshed()) == {programme.pk, other.pk}


def test_another_policy_makes_all_stale_and_is_not_answered_with_the_old(
    campus: Campus, other: Programme, settings: Any
) -> None:
    refreshed()
    settings.RADAR_POLICY = RadarPolicy(decay=Decay((5_000.0,), (1.0,)))
    assert radar(campus, SchoolYear.objects.current()).computed_at is None
    refreshed()
    assert radar(campus, SchoolYear.objects.current()).computed_at is not None


def test_the_last_good_one_is_served_until_all_of_the_next_is_there(
    campus: Campus, other: Programme
) -> None:
    year = SchoolYear.objects.current()
    refreshed()
    before = radar(campus, year)
    Workplace.objects.update(places_offered=9)
    refresh = begin()
    assert refresh
    *most, last = blocks(refresh, size=1)
    for block in most:
        compute(block)
        assert not publish(refresh)
        assert radar(campus, year) == before
    compute(last)
    after = radar(campus, year)
    assert after != before
    assert all(row.opportunity.unknown + row.opportunity.places_low > 0 for row in after.rows)
    assert not RadarSheet.objects.exclude(refresh=refresh).exists()
    assert RadarFigure.objects.filter(sheet__refresh=refresh).count() == RadarFigure.objects.count()


def test_a_block_done_twice_is_done_once(other: Programme) -> None:
    refresh = begin()
    assert refresh
    (*_, one) = blocks(refresh, size=1)
    assert compute(one) == 1
    figures = RadarFigure.objects.count()
    assert compute(one) == 0
    assert RadarFigure.objects.count() == figures


def test_one_runs_at_a_time(other: Programme) -> None:
    begin()
    with pytest.raises(RefreshRunningError):
        begin()
    assert refresh_radar.delay().get() is None
    with pytest.raises(CommandError, match="under way"):
        call_command("refresh_radar")
    with pytest.raises(IntegrityError), transaction.atomic():
        RadarRefresh.objects.create(policy="x", day=timezone.localdate())


def test_a_silent_one_is_given_up_and_its_changes_are_done_again(other: Programme) -> None:
    lost = begin()
    assert lost
    (*_, late) = blocks(lost, size=1)
    with time_machine.travel(timezone.now() + ABANDONED_AFTER + timedelta(seconds=1), tick=False):
        found = begin(everything=True)
    assert found
    lost.refresh_from_db()
    assert lost.status == RefreshStatus.ABANDONED
    assert not lost.changes.exists()
    assert found.changes.exists()
    assert compute(late) == 0


def test_one_whose_blocks_were_lost_is_sent_again(other: Programme) -> None:
    lost = begin()
    assert lost
    assert refresh_radar.delay().get() is None
    with time_machine.travel(timezone.now() + STALLED_AFTER + timedelta(seconds=1), tick=False):
        assert refresh_radar.delay().get() == lost.pk
    lost.refresh_from_db()
    assert lost.status == RefreshStatus.DONE


def test_a_block_that_keeps_failing_ends_its_refresh(
    other: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def fail(*args: Any) -> None:
        attempts.append(args)
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(refreshing, "fill", fail)
    monkeypatch.setitem(app.conf, "task_eager_propagates", False)
    refresh_radar.delay()
    refresh = RadarRefresh.objects.get()
    assert len(attempts) > 1
    assert refresh.status == RefreshStatus.FAILED
    assert "the disk is full" in refresh.message
    monkeypatch.undo()
    assert refresh_radar.delay().get()
    assert not Change.objects.pending().exists()


def test_changes_are_kept_a_while_and_the_last_for_ever(other: Programme) -> None:
    refreshed()
    last = Change.objects.latest("pk")
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        Recognition.objects.first().save()  # type: ignore[union-attr]
        refreshed()
        assert Change.objects.filter(pk__gt=last.pk).exists()
    assert not Change.objects.filter(pk__lte=last.pk).exists()
    assert Change.objects.stamp() != "0-0"


def test_a_programme_at_every_campus(campus: Campus, other: Programme) -> None:
    year = SchoolYear.objects.current()
    near = Campus.objects.create(school=campus.school, site_number=2, point=campus.point)
    everyone = [campus.pk, near.pk]
    live = programme_radar(other, year, everyone)
    refreshed()
    stored = programme_radar(other, year, everyone)
    assert live.computed_at is None
    assert stored.computed_at is not None
    assert stored.found == live.found
    assert {row.campus for row in stored.rows(0, 10)} == {campus, near}
    assert [pk for pk, _ in programme_radar(other, year, [near.pk]).found] == [near.pk]


def test_the_command(
    programme: Programme, other: Programme, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("refresh_radar")
    assert "4 sheets" in capsys.readouterr().out
    call_command("refresh_radar")
    assert "up to date" in capsys.readouterr().out
    call_command("refresh_radar", "--all", "--programme", str(programme.number))
    assert "2 sheets" in capsys.readouterr().out
    year = SchoolYear.objects.current().name
    call_command("refresh_radar", "--all", "--school-year", year)
    assert "2 sheets" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--programme", "424242"], "--programme"),
        (["--school-year", "x"], "--school-year"),
        (["--school-year", "2010-2011"], "--school-year"),
    ],
)
def test_the_command_refuses_what_it_does_not_know(options: list[str], named: str) -> None:
    SchoolYear.objects.starting_in(2010)
    with pytest.raises(CommandError, match=named):
        call_command("refresh_radar", *options)
