"""What a list would change, and changing it: whole, in one transaction, and twice is once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from placement.pupil_lists.columns import Values
from placement.pupil_lists.reading import Read, Rejection, Row, read
from placement.pupil_requests import PupilRequest, PupilRequestStatus
from schools.models import Campus, SchoolYear

#: What a list may change of a pupil who still looks for a place.
CHANGEABLE = ("programme", "postal_code", "mode", "started_on")


@dataclass
class Outcome:
    """Pupils that are new, that changed and that were known already, and the rejected rows."""

    new: list[PupilRequest] = field(default_factory=list)
    changed: list[PupilRequest] = field(default_factory=list)
    same: int = 0
    rejections: list[Rejection] = field(default_factory=list)

    @property
    def changes_anything(self) -> bool:
        return bool(self.new or self.changed)


def compare(campus: Campus, school_year: SchoolYear, rows: list[Row], today: date) -> Outcome:
    """What taking the rows in would do. Nothing is written.

    An empty cell leaves what is known. Pupils that the list does not name stay as they are.
    """
    found = read(rows)
    return _compare(campus, school_year, found, _known(campus, school_year, found), today)


@transaction.atomic
def take_in(campus: Campus, school_year: SchoolYear, rows: list[Row], today: date) -> Outcome:
    """Do what `compare` says, against the pupils as they are now, which nobody else changes."""
    # Two who take in the same new pupil wait for each other here: there is no row yet to lock.
    Campus.objects.select_for_update().get(pk=campus.pk)
    found = read(rows)
    known = _known(campus, school_year, found, lock=True)
    outcome = _compare(campus, school_year, found, known, today)
    PupilRequest.objects.bulk_create(outcome.new)
    for request in outcome.changed:
        request.version += 1
    PupilRequest.objects.bulk_update(outcome.changed, [*CHANGEABLE, "version"])
    return outcome


def _known(
    campus: Campus, school_year: SchoolYear, found: Read, *, lock: bool = False
) -> dict[str, PupilRequest]:
    """The campus's pupils of the list, by reference: of one who searched twice, the last search."""
    references = [values["reference"] for _line, values in found.rows]
    requests = PupilRequest.objects.filter(
        campus=campus, school_year=school_year, reference__in=references
    ).order_by("pk")
    if lock:
        requests = requests.select_for_update()
    return {request.reference: request for request in requests}


def _compare(
    campus: Campus,
    school_year: SchoolYear,
    found: Read,
    known: dict[str, PupilRequest],
    today: date,
) -> Outcome:
    outcome = Outcome(rejections=list(found.rejections))
    for line, values in found.rows:
        request = known.get(values["reference"])
        if request is None:
            _add(outcome, line, _request(campus, school_year, values, today))
        elif not (differing := _differing(request, values)):
            outcome.same += 1
        elif request.status != PupilRequestStatus.OPEN:
            state = request.get_status_display()
            reason = _("This pupil is %(state)s: change it on the pupil's own page.")
            outcome.rejections.append(Rejection(line, "", reason % {"state": state}))
        else:
            for name, value in differing.items():
                setattr(request, name, value)
            outcome.changed.append(request)
    outcome.rejections.sort(key=lambda rejection: rejection.line)
    return outcome


def _request(campus: Campus, school_year: SchoolYear, values: Values, today: date) -> PupilRequest:
    return PupilRequest(
        campus=campus,
        school_year=school_year,
        reference=values["reference"],
        programme=values["programme"],
        postal_code=values["postal_code"] or "",
        mode=values["mode"] or "",
        started_on=values["started_on"] or today,
    )


def _add(outcome: Outcome, line: int, request: PupilRequest) -> None:
    """A new pupil, if the model agrees. That the reference is new was seen before."""
    try:
        # The records it refers to were read from the database just now.
        request.clean_fields(exclude=("campus", "programme", "school_year"))
    except ValidationError as error:
        outcome.rejections.append(Rejection(line, "", " ".join(error.messages)))
    else:
        outcome.new.append(request)


def _differing(request: PupilRequest, values: Values) -> dict[str, Any]:
    """The values of a list that differ from what is known; empty cells say nothing."""
    return {
        name: values[name]
        for name in CHANGEABLE
        if values[name] is not None and values[name] != getattr(request, name)
    }
