"""Proposals: the pupils of a campus set against the free places in reach, with their records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from companies.mentoring import guidable
from companies.models import Recognition
from geo.coordinates import geodesic_metres
from geo.models import PostalCode
from matching.allocation import (
    UNPLACED,
    Allocation,
    Demand,
    Floats,
    Ids,
    Supply,
    Why,
    best,
    stable,
)
from matching.candidates import Candidates, find_candidates
from matching.policy import DEFAULT, Policy
from matching.scoring import score
from schools.models import Campus, Programme, SchoolYear

METHODS = {"best": best, "stable": stable}


@dataclass(frozen=True)
class Pupil:
    """Who is to be placed: the school's own reference, never a name.

    The way is measured from the middle of the postal code where one is given, else from the campus,
    and may be at most `farthest` metres in a straight line.
    """

    reference: str
    programme: Programme
    farthest: float
    postal_code: str = ""


@dataclass(frozen=True)
class Placement:
    """A pupil with the recognition proposed and the way in metres, or with the reason for none."""

    pupil: Pupil
    recognition: Recognition | None
    metres: float | None
    why: Why | None


def propose(
    campus: Campus,
    pupils: Sequence[Pupil],
    school_year: SchoolYear,
    today: date,
    method: str = "best",
    policy: Policy = DEFAULT,
) -> list[Placement]:
    """A place for as many pupils as can be, in the order given; nothing is written.

    Only places that a company said are free count. `method` is `best` or `stable`, as
    `matching.allocation` describes them.
    """
    widest = max((pupil.farthest for pupil in pupils), default=0.0)
    starts = homes(campus, pupils)
    # Whoever lives far from the campus may find work near home.
    radius = widest + max((metres for _, metres in starts), default=0.0)
    programmes = sorted({pupil.programme for pupil in pupils}, key=lambda p: p.pk)
    found = [
        find_candidates(campus, programme, radius, school_year, today, policy)
        for programme in programmes
    ]
    ids = np.concatenate([c.recognition_ids for c in found] or [np.zeros(0, dtype=np.int64)])
    recognitions = (
        Recognition.objects.select_related("establishment__company", "establishment__municipality")
        .defer("establishment__municipality__boundary")
        .in_bulk(ids.tolist())
    )
    supply, spots = _supply(found, recognitions)
    place_of = {programme.pk: row for row, programme in enumerate(programmes)}
    demand = Demand(
        programme=np.array([place_of[p.programme.pk] for p in pupils], dtype=np.int64),
        farthest=np.array([p.farthest for p in pupils], dtype=np.float64),
    )
    metres = np.zeros((len(pupils), len(ids)))
    for row, ((longitude, latitude), _) in enumerate(starts):
        if len(ids):
            metres[row] = geodesic_metres(longitude, latitude, spots[:, 0], spots[:, 1])
    scores = np.concatenate([score(c.facts, policy).score for c in found] or [np.zeros(0)])
    allocation = METHODS[method](supply, demand, metres, np.tile(scores, (len(pupils), 1)))
    return _placements(pupils, ids, recognitions, metres, allocation)


def homes(campus: Campus, pupils: Sequence[Pupil]) -> list[tuple[tuple[float, float], float]]:
    """Where the way of each pupil starts, and how far that is from the campus in metres."""
    if campus.point is None:
        return [((0.0, 0.0), 0.0) for _ in pupils]
    here = (campus.point.x, campus.point.y)
    points = {
        place.code: (place.point.x, place.point.y)
        for place in PostalCode.objects.filter(
            code__in={pupil.postal_code for pupil in pupils}, point__isnull=False
        )
        if place.point is not None
    }
    starts = [points.get(pupil.postal_code, here) for pupil in pupils]
    away = [
        float(geodesic_metres(*here, np.array([x]), np.array([y]))[0]) if (x, y) != here else 0.0
        for x, y in starts
    ]
    return list(zip(starts, away, strict=True))


def _supply(
    found: Sequence[Candidates], recognitions: dict[int, Recognition]
) -> tuple[Supply, Floats]:
    """The supply of all programmes, and the longitude and latitude (m, 2) of each place."""
    ids = [int(pk) for c in found for pk in c.recognition_ids]
    establishments = [recognitions[pk].establishment for pk in ids]
    keys = sorted({establishment.pk for establishment in establishments})
    row = {pk: i for i, pk in enumerate(keys)}
    guided = guidable(keys)
    supply = Supply(
        programme=np.array(
            [p for p, c in enumerate(found) for _ in c.recognition_ids], dtype=np.int64
        ),
        establishment=np.array([row[e.pk] for e in establishments], dtype=np.int64),
        free=np.array(
            [0 if np.isnan(n) else int(n) for c in found for n in c.facts.places_free],
            dtype=np.int64,
        ),
        guided=np.array([guided[pk] for pk in keys], dtype=np.int64),
    )
    spots = np.array([(e.point.x, e.point.y) for e in establishments if e.point is not None])
    return supply, spots.reshape(-1, 2)


def _placements(
    pupils: Sequence[Pupil],
    ids: Ids,
    recognitions: dict[int, Recognition],
    metres: Floats,
    allocation: Allocation,
) -> list[Placement]:
    return [
        Placement(
            pupil,
            None if place == UNPLACED else recognitions[int(ids[place])],
            None if place == UNPLACED else float(metres[i, place]),
            why,
        )
        for i, (pupil, place, why) in enumerate(
            zip(pupils, allocation.place, allocation.why, strict=True)
        )
    ]
