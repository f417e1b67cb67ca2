"""Working out, for a cube, which figures about pupils may be shown (`figures.suppression`).

The figures of a kind and a school year are protected together over every table that shows them:
each dimension, and each two of them crossed. Blocks of neighbouring pupils, for drawn areas, come
last. Nothing else about pupils is shown, so nothing else can be subtracted.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from figures.dimensions import DIMENSIONS, canonical, ordered
from figures.models import Cube, OfferingFact, Protection, SupplyFact
from figures.suppression import SMALLEST, Group, Partition, is_small, withheld

#: A cell: its dimensions and its members (`figures.dimensions.canonical`).
Name = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Atom:
    """Pupils who are counted together everywhere: those of an offering, or of a recognition."""

    members: dict[str, str]
    count: int
    point: tuple[float, float] | None


@dataclass(frozen=True)
class Kind:
    """A figure about pupils: where it is counted, and by which dimensions it is shown."""

    key: str
    dimensions: tuple[str, ...]


PUPILS = Kind("pupils", tuple(key for key in DIMENSIONS if key != "schoolYear"))
TO_PLACE = Kind("pupilsToPlace", ("province", "municipality", "sector", "programme"))
TAKEN = Kind("placesTaken", ("province", "municipality", "sector", "programme"))
KINDS = (PUPILS, TO_PLACE, TAKEN)


def protect(cube: Cube, before: Cube | None) -> None:
    """Work out what may be shown of every kind and school year of a cube.

    What the cube before was given for the same pupils is taken over.
    """
    known = {
        (item.measure, item.school_year, item.fingerprint): item
        for item in (before.protections.all() if before else ())
    }
    for kind in KINDS:
        for year, atoms in _atoms(cube, kind).items():
            mark = fingerprint(kind, atoms)
            found = known.get((kind.key, year, mark))
            if found is not None:
                hidden, blocks = found.withheld, found.blocks
            else:
                hidden, blocks = worked_out(kind, atoms)
            Protection.objects.create(
                cube=cube,
                school_year=year,
                measure=kind.key,
                fingerprint=mark,
                withheld=hidden,
                blocks=blocks,
            )


def fingerprint(kind: Kind, atoms: Iterable[Atom]) -> str:
    """A text that differs between any two sets of pupils."""
    told = sorted([sorted(atom.members.items()), atom.count, atom.point or []] for atom in atoms)
    return hashlib.sha256(json.dumps([kind.dimensions, SMALLEST, told]).encode()).hexdigest()


def worked_out(kind: Kind, atoms: list[Atom]) -> tuple[dict[str, Any], list[Any]]:
    """What is withheld, and the blocks: both as `Protection` keeps them."""
    cells = cells_of(kind, atoms)
    blocks = _blocks(atoms)
    named: dict[Hashable, Group] = dict(cells.items())
    named |= {("block", i): block for i, block in enumerate(blocks)}
    counts = np.array([atom.count for atom in atoms], dtype=np.int64)
    hidden = withheld(
        counts, named, [*partitions_of(kind, atoms, cells), *_into_blocks(atoms, blocks)]
    )
    listed: dict[str, list[list[str]]] = defaultdict(list)
    for name in cells:
        if name in hidden:
            listed[name[0]].append(list(name[1]))
    shown = [block for i, block in enumerate(blocks) if ("block", i) not in hidden]
    return dict(listed), [_told(atoms, block) for block in shown]


def cells_of(kind: Kind, atoms: list[Atom]) -> dict[Name, Group]:
    """Every cell of every table, the most wanted first: of few members, with many pupils."""
    groups: dict[Name, list[int]] = defaultdict(list)
    tables = [keys for size in (0, 1, 2) for keys in combinations(ordered(kind.dimensions), size)]
    for row, atom in enumerate(atoms):
        names = {canonical({key: atom.members[key] for key in keys}) for keys in tables}
        for name in names:
            groups[name].append(row)
    sizes: dict[str, int] = defaultdict(int)
    for dimensions, _ in groups:
        sizes[dimensions] += 1

    def wanted(name: Name) -> tuple[Any, ...]:
        keys = len(name[1])
        return keys, sizes[name[0]], name[0], -sum(atoms[i].count for i in groups[name]), name[1]

    return {name: tuple(groups[name]) for name in sorted(groups, key=wanted)}


def partitions_of(kind: Kind, atoms: list[Atom], cells: dict[Name, Group]) -> list[Partition]:
    """Every cell with the cells that a further dimension divides it into, where a table does."""
    parts: dict[tuple[Name, str], set[Name]] = defaultdict(set)
    by_atom: dict[int, list[Name]] = defaultdict(list)
    for name, group in cells.items():
        for row in group:
            by_atom[row].append(name)
    singles: dict[int, dict[str, str]] = {}
    for row, names in by_atom.items():
        singles[row] = {name[0]: name[1][0] for name in names if len(name[1]) == 1}
    for whole, group in cells.items():
        have = dict(zip(whole[0].split(","), whole[1], strict=True)) if whole[0] else {}
        for key in kind.dimensions:
            if key in have or any(key in DIMENSIONS[k].within for k in have):
                continue
            for row in group:
                part = canonical(have | {key: singles[row][key]})
                if len(part[1]) > 2:
                    break
                parts[whole, key].add(part)
    lines = [Partition(whole, tuple(sorted(found))) for (whole, _), found in parts.items()]
    return [*lines, *_nested(atoms, cells, by_atom)]


def _nested(
    atoms: list[Atom], cells: dict[Name, Group], by_atom: dict[int, list[Name]]
) -> Iterable[Partition]:
    """Cells that lie within another and are nearly all of it: the few left over are a group too."""
    counts = {name: sum(atoms[row].count for row in group) for name, group in cells.items()}
    around = {row: set(names) for row, names in by_atom.items()}
    for part, group in cells.items():
        wholes = {name for name in by_atom[group[0]] if is_small(counts[name] - counts[part])}
        for row in group:
            if not wholes:
                break
            wholes &= around[row]
        yield from (Partition(whole, (part,)) for whole in sorted(wholes))


def _blocks(atoms: list[Atom]) -> list[Group]:
    """Neighbouring pupils of one programme in one province, in groups that are large enough."""
    by_place: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, atom in enumerate(atoms):
        if atom.point is not None:
            by_place[atom.members["programme"], atom.members["province"]].append(row)
    blocks: list[Group] = []
    for _, rows in sorted(by_place.items()):
        # West to east in strips of some ten kilometres: near ones follow each other.
        rows.sort(key=lambda row: (round(atoms[row].point[0], 1), atoms[row].point[1], row))  # type: ignore[index]
        found: list[list[int]] = [[]]
        for row in rows:
            found[-1].append(row)
            if sum(atoms[i].count for i in found[-1]) >= SMALLEST:
                found.append([])
        rest = found.pop()
        if found:
            found[-1] += rest
            blocks += [tuple(sorted(block)) for block in found]
    return blocks


def _into_blocks(atoms: list[Atom], blocks: list[Group]) -> list[Partition]:
    """The programmes of a province with their blocks: those without a point are left over."""
    parts: dict[Name, list[Hashable]] = defaultdict(list)
    for i, block in enumerate(blocks):
        members = atoms[block[0]].members
        parts[canonical({key: members[key] for key in ("programme", "province")})].append(
            ("block", i)
        )
    return [Partition(whole, tuple(found)) for whole, found in parts.items()]


def _told(atoms: list[Atom], block: Group) -> list[Any]:
    """A block as it is kept: the point of its first pupils, what it is of, and its count."""
    first = atoms[block[0]]
    point = first.point or (0.0, 0.0)
    members = {key: first.members[key] for key in ("programme", "sector", "province")}
    return [*point, members, sum(atoms[i].count for i in block)]


def _atoms(cube: Cube, kind: Kind) -> dict[int, list[Atom]]:
    """The pupils of each school year, in an order of their own."""
    found: dict[int, list[Atom]] = defaultdict(list)
    columns = [DIMENSIONS[key].column for key in kind.dimensions]
    source: Any = SupplyFact if kind is TAKEN else OfferingFact
    facts = source.objects.filter(cube=cube).order_by("school_year", *columns, "pk")
    if kind is TAKEN:
        rows = facts.filter(taken__gt=0, offered__isnull=False).values_list(
            "school_year", "point", "taken", *columns
        )
    else:
        column = "pupils" if kind is PUPILS else "to_place"
        told = facts.filter(is_active=True, **{f"{column}__gt": 0})
        rows = told.values_list("school_year", "point", column, *columns)
    for year, point, count, *members in rows:
        atoms = found[year]
        named = dict(zip(kind.dimensions, members, strict=True))
        if atoms and atoms[-1].members == named:
            # Those that no table tells apart are one.
            atoms[-1] = replace(atoms[-1], count=atoms[-1].count + count)
        else:
            spot = (round(point.x, 5), round(point.y, 5)) if point else None
            atoms.append(Atom(named, count, spot))
    return found
