"""The facts of a cube as arrays: read once per process and cube, and counted from memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Case, Q, Value, When
from django.utils.translation import get_language
from numpy.typing import NDArray

from figures.dimensions import DIMENSIONS, Labels
from figures.measures import Source
from figures.models import Cube, OfferingFact, Protection
from matching.binary_copy import UNKNOWN, integer, number, read
from matching.candidates import Latitude, Longitude

Array = NDArray[Any]

#: Columns of each kind of fact, as they are read; -1 (or NaN) is unknown.
INTEGERS = {
    Source.OFFERINGS: ("campus", "school", "pupils", "to_place"),
    Source.SUPPLY: ("recognition", "establishment", "company", "offered", "taken", "pupils"),
    Source.GAPS: ("could_open",),
    Source.TERMS: ("recognition", "days"),
    Source.CONTACTS: ("days",),
    Source.VACANCIES: ("vacancy",),
}
#: Of those, keys that are only told apart.
KEYS = {"campus", "school", "recognition", "establishment", "company", "vacancy"}
FLAGS = {
    Source.OFFERINGS: ("is_active",),
    Source.SUPPLY: ("is_lonely",),
    Source.GAPS: (),
    Source.TERMS: ("has_begun", "is_renewed"),
    Source.CONTACTS: ("is_answered", "has_agreed"),
    Source.VACANCIES: (),
}
FLOATS = {Source.OFFERINGS: ("per_pupil_low", "per_pupil_high", "places_in_reach")}
#: Short texts, each with the values that are told apart.
WORDS: dict[Source, dict[str, tuple[str, ...]]] = {
    Source.OFFERINGS: {
        "status": ("requested", "approved", "running", "refused", "stopped"),
        "change": ("new", "continued", "stopped"),
    },
    Source.GAPS: {
        "reason": ("pending", "no_pupils", "refused", "stopped", "never_requested"),
    },
}
LOCATED = (Source.OFFERINGS, Source.SUPPLY, Source.VACANCIES)

#: What follows from a programme, and so is not read for every fact.
OF_PROGRAMME = ("sector", "grade", "finality")


@dataclass(frozen=True)
class Columns:
    """n facts of a kind. `values` hold its columns, `codes` the member of each dimension as a place
    in the cube's `members`, `years` the school year; all arrays (n,).
    """

    years: Array
    codes: dict[str, Array]
    values: dict[str, Array]


@dataclass(frozen=True)
class Rule:
    """What is withheld of a kind of pupils in a school year, and the blocks that are not.

    `hidden` holds, per dimensions (`figures.dimensions.canonical`), an array (cells, dimensions) of
    places in the members.
    """

    hidden: dict[str, Array]
    blocks: list[Any]


@dataclass(frozen=True)
class Arrays:
    """Every fact of a cube, the members of each dimension, sorted by key, and what is withheld.

    `labels` keeps what the members are called, per dimension and language.
    """

    cube: int
    years: tuple[int, ...]
    members: dict[str, list[str]]
    facts: dict[Source, Columns]
    rules: dict[tuple[str, int], Rule]
    labels: dict[tuple[str, str], Labels] = field(default_factory=dict)

    def labels_of(self, key: str) -> Labels:
        """What the members of a dimension are called, in order, in the language at hand."""
        name = key, get_language() or ""
        if name not in self.labels:
            self.labels[name] = DIMENSIONS[key].labels()
        return self.labels[name]


_held: dict[int, Arrays] = {}


def arrays_of(cube: Cube) -> Arrays:
    """The facts of a cube; those of cubes before it are let go."""
    found = _held.get(cube.pk)
    if found is None:
        found = _read(cube)
        _held.clear()
        _held[cube.pk] = found
    return found


def _read(cube: Cube) -> Arrays:
    raw = {source: _raw(cube, source) for source in Source}
    programmes: dict[int, tuple[str, ...]] = {}
    for source in Source:
        rows = source.model._default_manager.filter(cube=cube).order_by()
        for number_, *rest in rows.values_list("programme", *OF_PROGRAMME).distinct():
            programmes[int(number_)] = tuple(rest)
    members: dict[str, list[str]] = {
        "province": _numbers(raw, "province"),
        "municipality": _numbers(raw, "municipality"),
        "programme": [str(number_) for number_ in sorted(programmes)],
    }
    for place, key in enumerate(OF_PROGRAMME):
        members[key] = sorted({rest[place] for rest in programmes.values()})
    offerings = OfferingFact.objects.filter(cube=cube).order_by("pk")
    texts = np.array(list(offerings.values_list("education_form", "network")), dtype=object)
    texts = texts.reshape(-1, 2)
    own_forms = dict(
        row
        for source in (Source.GAPS, Source.SUPPLY, Source.VACANCIES)
        for row in source.model._default_manager.filter(cube=cube)
        .order_by()
        .values_list("programme", "education_form")
        .distinct()
    )
    members["educationForm"] = sorted({*texts[:, 0], *own_forms.values()})
    members["network"] = sorted(set(texts[:, 1]))
    facts = {
        source: _coded(source, rows, members, programmes, own_forms, texts)
        for source, rows in raw.items()
    }
    years = np.unique(raw[Source.OFFERINGS]["school_year"])
    rules = {
        (item.measure, item.school_year): _rule(item, members) for item in cube.protections.all()
    }
    return Arrays(cube.pk, tuple(years.tolist()), members, facts, rules)


def _rule(item: Protection, members: dict[str, list[str]]) -> Rule:
    place = {key: {member: n for n, member in enumerate(found)} for key, found in members.items()}
    hidden = {
        dimensions: np.array(
            [
                [place[key][member] for key, member in zip(keys, cell, strict=True)]
                for cell in cells
            ],
            dtype=np.int64,
        ).reshape(len(cells), len(keys))
        for dimensions, cells in item.withheld.items()
        for keys in [dimensions.split(",") if dimensions else []]
    }
    return Rule(hidden, item.blocks)


def _raw(cube: Cube, source: Source) -> Array:
    columns: dict[str, Any] = {
        "school_year": integer("school_year"),
        "programme": integer("programme"),
        **{key: integer(_number(key)) for key in ("province", "municipality")},
        **{name: integer(name) for name in INTEGERS[source]},
        **{
            name: integer(Case(When(**{name: True}, then=1), When(**{name: False}, then=0)))
            for name in FLAGS[source]
        },
        **{
            name: integer(
                Case(*(When(**{name: word}, then=n) for n, word in enumerate(words)), default=-1)
            )
            for name, words in WORDS.get(source, {}).items()
        },
        **{name: number(_or_nan(name)) for name in FLOATS.get(source, ())},
    }
    if source in LOCATED:
        columns["longitude"] = number(_or_nan("point", Longitude("point")))
        columns["latitude"] = number(_or_nan("point", Latitude("point")))
    return read(source.model._default_manager.filter(cube=cube).order_by("pk"), **columns)


def _number(key: str) -> Case:
    """A code of digits as a number; NULL for an empty one."""
    return Case(When(~Q(**{key: ""}), then=key), default=Value(None))


def _or_nan(name: str, expression: Any = None) -> Case:
    return Case(
        When(**{f"{name}__isnull": False}, then=expression or name), default=Value(float("nan"))
    )


def _numbers(raw: dict[Source, Array], name: str) -> list[str]:
    """The codes that occur, five digits each, with an empty one for unknown."""
    found = np.unique(np.concatenate([rows[name] for rows in raw.values()]))
    return ["" if code == UNKNOWN else f"{code:05d}" for code in found.tolist()]


def _coded(
    source: Source,
    rows: Array,
    members: dict[str, list[str]],
    programmes: dict[int, tuple[str, ...]],
    own_forms: dict[str, str],
    texts: Array,
) -> Columns:
    place = {key: {member: n for n, member in enumerate(found)} for key, found in members.items()}
    numbers = np.array(sorted(programmes), dtype=np.int64)
    programme = np.searchsorted(numbers, rows["programme"])
    codes: dict[str, Array] = {"programme": programme}
    for key in ("province", "municipality"):
        known = np.array([int(code) if code else UNKNOWN for code in members[key]], dtype=np.int64)
        codes[key] = np.searchsorted(known, rows[key])
    for n, key in enumerate(OF_PROGRAMME):
        of_programme = np.array([place[key][programmes[p][n]] for p in sorted(programmes)])
        codes[key] = of_programme[programme] if len(rows) else programme
    if source is Source.OFFERINGS:
        for n, key in enumerate(("educationForm", "network")):
            codes[key] = np.array([place[key][text] for text in texts[:, n]], dtype=np.int64)
    else:
        forms = np.array(
            [place["educationForm"].get(own_forms.get(str(p), ""), 0) for p in sorted(programmes)]
        )
        codes["educationForm"] = forms[programme] if len(rows) else programme
    values: dict[str, Array] = {
        name: _dense(rows[name]) if name in KEYS else rows[name] for name in INTEGERS[source]
    }
    values |= {name: rows[name] == 1 for name in FLAGS[source]}
    values |= {name: rows[name] for name in FLOATS.get(source, ())}
    for name, words in WORDS.get(source, {}).items():
        for n, word in enumerate(words):
            values[f"{name}={word}"] = rows[name] == n
        values[f"{name}="] = rows[name] < 0
    if source in LOCATED:
        values |= {name: rows[name] for name in ("longitude", "latitude")}
    values |= _worked_out(source, values)
    return Columns(rows["school_year"], codes, values)


def _dense(keys: Array) -> Array:
    """The same keys as numbers from 0."""
    return np.unique(keys, return_inverse=True)[1]


def _worked_out(source: Source, values: dict[str, Array]) -> dict[str, Array]:
    """Columns that measures need and that follow from others."""
    if source is Source.OFFERINGS:
        asked = values["status=requested"] | values["status=refused"] | values["is_active"]
        return {
            "has_pupils": values["pupils"] > 0,
            "has_reach": values["per_pupil_low"] >= 0,
            "has_no_places": values["places_in_reach"] == 0,
            "is_request": asked & ~values["change=continued"] & ~values["change=stopped"],
        }
    if source is Source.SUPPLY:
        return {"has_said": values["offered"] >= 0, "has_pupils": values["pupils"] > 0}
    return {}
