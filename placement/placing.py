"""A pupil gets a place, or loses it: the agreement, and the request that it closes."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts.models import User
from companies.agreeing import Terms, agree, complete_terms, end_early
from companies.models import Agreement, Approach
from placement.pupil_requests import PupilRequest


@transaction.atomic
def place_pupil(approach: Approach, terms: Terms, by: User, today: date) -> Agreement:
    """Make an agreement and end the pupil's search, if the school keeps one under the reference."""
    agreement = agree(approach, terms, by, today)
    _end_search(agreement, today)
    return agreement


@transaction.atomic
def change_terms(agreement: Agreement, terms: Terms, by: User, today: date) -> Agreement:
    """Change or complete an agreement; under another reference it is another pupil's."""
    changed = complete_terms(agreement, terms, by, today)
    if terms.pupil_reference != agreement.pupil_reference:
        _search_again(agreement)
    _end_search(changed, today)
    return changed


@transaction.atomic
def end_placement(
    agreement: Agreement, on: date, reason: str, by: User, today: date, searches: bool
) -> Agreement:
    """End an agreement early; the pupil searches again if asked, else the search has ended."""
    ended = end_early(agreement, on, reason, by, today)
    if searches:
        _search_again(ended)
    else:
        for request in PupilRequest.objects.placed().filter(agreement=ended):
            request.end(max(today, request.started_on))
            _save(request)
    return ended


def _end_search(agreement: Agreement, today: date) -> None:
    request = (
        PupilRequest.objects.open()
        .select_for_update()
        .filter(
            campus=agreement.campus_id,
            reference=agreement.pupil_reference,
            programme=agreement.workplace.recognition.programme_id,
            school_year=agreement.workplace.school_year_id,
        )
        .first()
    )
    if request is not None:
        request.place(max(today, request.started_on), agreement)
        _save(request)


def _search_again(agreement: Agreement) -> None:
    for request in PupilRequest.objects.placed().filter(agreement=agreement):
        request.reopen()
        _save(request)


def _save(request: PupilRequest) -> None:
    request.version += 1
    request.save()
