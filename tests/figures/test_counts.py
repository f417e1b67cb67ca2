"""Each figure equals a plain recount, by every dimension and every two of them crossed."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from figures.measures import Missing
from figures.models import Cube
from figures.tables import TABLES
from tests.figures.conftest import ask
from tests.figures.recount import FACTS, MEASURES, Fact, gaps
from tests.figures.region import THIS, YEARS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def facts(cube: Cube) -> dict[str, list[Fact]]:
    found = {name: read() for name, read in FACTS.items()}
    return found | {"gaps": gaps(found["offerings"])}


def chosen(facts: list[Fact], members: dict[str, str | None], year: int | None) -> list[Fact]:
    wanted = {key: member for key, member in members.items() if member is not None}
    if year is not None:
        wanted["schoolYear"] = str(year)
    return [fact for fact in facts if all(fact[key] == m for key, m in wanted.items())]


def as_number(value: Any) -> Any:
    return "c" if value is Missing.WITHHELD else value


@pytest.mark.parametrize("key", TABLES)
def test_each_figure_equals_a_plain_recount(
    key: str, facts: dict[str, list[Fact]], cube: Cube
) -> None:
    table = TABLES[key]
    crossings = [by for size in (0, 1, 2) for by in combinations(table.dimensions, size)]
    looked_at = 0
    for by in crossings:
        result = ask(cube, key, by=",".join(by), school_year=f"{THIS}-{THIS + 1}")
        for row in (*result.rows, *result.totals):
            for column in result.columns:
                if column.is_change or column.measure.is_text:
                    continue
                value = as_number(row.values[column.key])
                source, recount = MEASURES[key, column.key]
                expected = recount(chosen(facts[source], row.members, result.question.school_year))
                if value == "c" and column.measure.kind:
                    assert expected, (by, row.members, column.key)
                elif value != "c":
                    assert value == (expected if expected is None else pytest.approx(expected)), (
                        by,
                        row.members,
                        column.key,
                    )
                    looked_at += 1
    assert looked_at > 100


def test_every_column_has_a_recount() -> None:
    told = {(table.key, measure.key) for table in TABLES.values() for measure in table.shown}
    assert told == MEASURES.keys()


@pytest.mark.parametrize("key", TABLES)
def test_totals_add_up_over_every_dimension(key: str, cube: Cube) -> None:
    table = TABLES[key]
    for by in combinations(table.dimensions, 2):
        result = ask(cube, key, by=",".join(by))
        for measure in table.shown:
            if not measure.is_additive:
                continue
            for total in result.totals:
                parts = [
                    row.values[measure.key]
                    for row in result.rows
                    if all(m in (None, row.members[k]) for k, m in total.members.items())
                    # Years are not added up: an offering goes on from one to the next.
                    and ("schoolYear" not in by or total.members["schoolYear"] is not None)
                ]
                if "schoolYear" in by and total.members["schoolYear"] is None:
                    continue
                values = [*parts, total.values[measure.key]]
                if Missing.WITHHELD not in values:
                    # Where nothing at all is known, so is the total: unknown is not zero.
                    known = sum(part for part in parts if part is not None)
                    assert known == (values[-1] or 0), (by, total.members, measure.key)


@pytest.mark.parametrize("key", TABLES)
def test_differences_are_with_the_year_before(key: str, cube: Cube) -> None:
    table = TABLES[key]
    by_year = ask(cube, key, by="schoolYear,province")
    values = {tuple(row.members.values()): row.values for row in (*by_year.rows, *by_year.totals)}
    for measure in table.shown:
        if not measure.has_change:
            continue
        for (year, province), now in values.items():
            before = values.get((str(int(year) - 1), province))
            change, here = now[measure.change_key], now[measure.key]
            if int(year) == YEARS[0]:
                assert change is None
            elif before is None or None in (here, before[measure.key]):
                continue
            elif Missing.WITHHELD in (here, before[measure.key]):
                assert change is Missing.WITHHELD
            else:
                assert change == pytest.approx(here - before[measure.key])


def test_merged_municipalities_keep_their_series(cube: Cube) -> None:
    result = ask(cube, "offerings", by="schoolYear,municipality")
    names = {row.members["municipality"] for row in result.rows}
    assert "73040" not in names
    years = {
        row.members["schoolYear"] for row in result.rows if row.members["municipality"] == "71072"
    }
    assert years == set(map(str, YEARS))
    # Asked by its old code, it is what it became.
    old = ask(cube, "offerings", by="", municipality="73040")
    new = ask(cube, "offerings", by="", municipality="71072")
    assert dict(old.rows[0].values) == dict(new.rows[0].values)
    assert new.rows[0].values["offerings"]
