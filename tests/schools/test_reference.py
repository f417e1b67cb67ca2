"""Sectors, programmes and aliases of `fixtures/`, loaded through the command."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command

from schools.models import NumberStatus, Programme, ProgrammeAlias, Sector

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_reference")
    capsys.readouterr()


def test_counts() -> None:
    assert Programme.objects.valid_on(date(2026, 9, 1)).count() == 178
    assert Programme.objects.count() == 181
    assert Sector.objects.filter(is_confirmed=True, is_fallback=False).count() == 15


def test_a_second_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_reference")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert all("(0 new, 0 changed)" in line for line in lines)


def test_a_second_run_repairs_sectors_and_successors() -> None:
    Programme.objects.get(number=88).sectors.clear()
    Programme.objects.get(number=2).successors.clear()
    call_command("load_reference")
    assert [s.slug for s in Programme.objects.get(number=88).sectors.all()] == ["elektrotechniek"]
    assert Programme.objects.get(number=2).successors.get().number == 680


def test_every_programme_has_a_sector_and_valid_values() -> None:
    assert not Programme.objects.filter(sectors=None).exists()
    for programme in Programme.objects.all():
        programme.full_clean()
    for alias in ProgrammeAlias.objects.all():
        alias.full_clean()


def test_an_ended_programme_has_its_successor() -> None:
    for old, new in ((2, 680), (6, 800), (7, 718)):
        programme = Programme.objects.get(number=old)
        assert programme.valid_until == date(2025, 8, 31)
        assert [successor.number for successor in programme.successors.all()] == [new]


def test_numbers_say_how_sure_they_are() -> None:
    status = dict(Programme.objects.values_list("number", "number_status"))
    assert {status[n] for n in (1, 2, 6, 7, 8, 13, 680, 718, 800)} == {NumberStatus.CONFIRMED}
    assert status[88] == NumberStatus.PATTERN
    assert status[554] == NumberStatus.WEAK


def test_a_name_people_use_finds_its_programme() -> None:
    for word, number in (
        ("Medewerker grootkeuken duaal", 112),
        ("zorgkundige duaal", 755),
        ("beenhouwer", 323),
        ("loodgieter", 313),
        ("elektricien", 88),
        ("KAPPER", 115),
        ("Elektrische installaties", 88),
    ):
        found = {programme.number for programme in Programme.objects.called(word)}
        assert number in found, word
