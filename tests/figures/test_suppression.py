"""No small group of pupils can be worked out from what is shown, however it is added up."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from figures.dimensions import DIMENSIONS, canonical
from figures.measures import Missing
from figures.models import Cube
from figures.protection import PUPILS, TO_PLACE, Atom, cells_of, worked_out
from figures.suppression import Partition, is_small, withheld
from tests.figures.conftest import ask
from tests.figures.region import THIS

PROVINCE = {"11002": "10000", "12025": "10000", "71072": "70000"}
PROGRAMMES = {
    "88": ("bouw", "3", "A"),
    "89": ("bouw", "2", "DU"),
    "90": ("hout", "3", "A"),
    "91": ("bouw+hout", "2", "7E"),
}


@st.composite
def atoms(draw: st.DrawFn) -> list[Atom]:
    """Offerings with their pupils: few places, programmes, forms and networks, so many overlaps."""
    found = {}
    for _ in range(draw(st.integers(1, 14))):
        town = draw(st.sampled_from(sorted(PROVINCE)))
        number = draw(st.sampled_from(sorted(PROGRAMMES)))
        sector, grade, finality = PROGRAMMES[number]
        members = {
            "province": PROVINCE[town],
            "municipality": town,
            "sector": sector,
            "grade": grade,
            "educationForm": draw(st.sampled_from(["BSO", "Syntra"])),
            "finality": finality,
            "network": draw(st.sampled_from(["GO", "VGO"])),
            "programme": number,
        }
        point = (draw(st.integers(300, 500)) / 100, 51.0)
        found[tuple(members.values())] = Atom(members, draw(st.integers(1, 12)), point)
    return list(found.values())


def derivable(shown: np.ndarray, group: np.ndarray) -> bool:
    """Whether adding and subtracting what is shown gives exactly this group."""
    if not len(shown):
        return False
    weights, *_ = np.linalg.lstsq(shown.T, group, rcond=None)
    return bool(np.allclose(shown.T @ weights, group, atol=1e-7))


@settings(max_examples=60, deadline=None)
@given(atoms())
def test_an_attack_by_adding_and_subtracting_finds_no_small_group(found: list[Atom]) -> None:
    hidden, blocks = worked_out(PUPILS, found)
    cells = cells_of(PUPILS, found)
    counts = np.array([atom.count for atom in found])

    def row(group: tuple[int, ...]) -> np.ndarray:
        line = np.zeros(len(found))
        line[list(group)] = 1
        return line

    shown = {
        name: group for name, group in cells.items() if list(name[1]) not in hidden.get(name[0], [])
    }
    published = np.array([row(group) for group in shown.values()])
    for name, group in cells.items():
        if is_small(int(counts[list(group)].sum())):
            assert name not in shown
            assert not derivable(published, row(group)), name
    # Nor does one figure less another that lies within it leave a few.
    for (_, one), (_, other) in combinations(shown.items(), 2):
        for whole, part in ((set(one), set(other)), (set(other), set(one))):
            if part < whole:
                assert not is_small(int(counts[list(whole - part)].sum()))
    assert all(block[3] >= 5 for block in blocks)


@settings(max_examples=60, deadline=None)
@given(atoms())
def test_a_total_less_all_that_is_shown_of_it_leaves_no_few(found: list[Atom]) -> None:
    hidden, _blocks = worked_out(TO_PLACE, [_narrow(atom) for atom in found])
    cells = cells_of(TO_PLACE, [_narrow(atom) for atom in found])
    counts = np.array([atom.count for atom in found])

    def is_shown(name: tuple[str, tuple[str, ...]]) -> bool:
        return list(name[1]) not in hidden.get(name[0], [])

    for whole, group in cells.items():
        if not is_shown(whole) or len(whole[1]) > 1:
            continue
        have = dict(zip(whole[0].split(","), whole[1], strict=True)) if whole[0] else {}
        for key in TO_PLACE.dimensions:
            if key in have:
                continue
            left = set(group)
            for i in group:
                part = canonical(have | {key: found[i].members[key]})
                if is_shown(part):
                    left -= set(cells[part])
            assert not is_small(int(counts[list(left)].sum())), (whole, key)


def _narrow(atom: Atom) -> Atom:
    return Atom({key: atom.members[key] for key in TO_PLACE.dimensions}, atom.count, atom.point)


def test_the_second_smallest_goes_with_the_only_small_one() -> None:
    # 3 + 7 + 20: the 3 is hidden, and with the total it would follow from the others.
    counts = np.array([3, 7, 20])
    cells = {"all": (0, 1, 2), "c": (2,), "b": (1,), "a": (0,)}
    assert withheld(counts, cells, [Partition("all", ("a", "b", "c"))]) == {"a", "b"}


def test_large_groups_are_all_shown() -> None:
    counts = np.array([8, 7, 20])
    cells = {"all": (0, 1, 2), "c": (2,), "b": (1,), "a": (0,)}
    assert withheld(counts, cells, [Partition("all", ("a", "b", "c"))]) == set()


@pytest.mark.django_db
def test_three_dimensions_of_pupils_are_in_no_table(cube: Cube) -> None:
    """A filter that makes a third dimension hides pupils; one that follows from a row does not."""
    third = ask(cube, "offerings", by="municipality,network", grade="3")
    shown = [row.values["pupils"] for row in third.rows]
    assert set(shown) <= {Missing.WITHHELD, 0, None}
    follows = ask(cube, "offerings", by="municipality,network", province="10000")
    whole = ask(cube, "offerings", by="municipality,network")
    values = {tuple(row.members.values()): row.values for row in whole.rows}
    for row in follows.rows:
        assert row.values["pupils"] == values[tuple(row.members.values())]["pupils"]


@pytest.mark.django_db
def test_all_tables_of_a_school_year_together_give_no_small_group(cube: Cube) -> None:
    """The attack on the real thing: every figure of pupils that any crossing shows."""
    from figures.models import OfferingFact

    keys = PUPILS.dimensions
    facts = list(
        OfferingFact.objects.filter(cube=cube, school_year=THIS, pupils__gt=0).order_by("pk")
    )
    members = [{key: getattr(f, DIMENSIONS[key].column) for key in keys} for f in facts]

    def line(cell: dict[str, str]) -> np.ndarray:
        inside = [all(of[key] == m for key, m in cell.items()) for of in members]
        return np.array(inside, dtype=float)

    counts = np.array([fact.pupils for fact in facts])
    shown, small = [], []
    for size in (0, 1, 2):
        for by in combinations(keys, size):
            result = ask(cube, "offerings", by=",".join(by))
            for row in (*result.rows, *result.totals):
                cell = {key: m for key, m in row.members.items() if m is not None}
                group = line(cell)
                if row.values["pupils"] is Missing.WITHHELD:
                    if is_small(int(group @ counts)):
                        small.append(group)
                elif row.values["pupils"]:
                    assert row.values["pupils"] >= 5
                    shown.append(group)
    assert small
    assert shown
    published = np.unique(np.array(shown), axis=0)
    for group in np.unique(np.array(small), axis=0):
        assert not derivable(published, group)
