"""What a coordinator does with a pupil to place: each one step, checked, in one transaction."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from placement.pupil_requests import PupilRequest, PupilRequestStatus
from placement.search_terms import is_extendable


@transaction.atomic
def extend(request: PupilRequest, today: date) -> None:
    """Give a pupil the second term. Raises ValidationError when that was done already."""
    request = _locked(request)
    if not is_extendable(request):
        raise ValidationError(_("This term cannot be extended."), code="not_extendable")
    request.extended_on = today
    _save(request)


@transaction.atomic
def close(request: PupilRequest, status: str, today: date) -> None:
    """End a search: placed, moved or ended. Raises ValidationError when it has ended already."""
    request = _locked(request)
    steps = {
        PupilRequestStatus.PLACED.value: request.place,
        PupilRequestStatus.MOVED.value: request.move,
        PupilRequestStatus.ENDED.value: request.end,
    }
    if status not in steps:
        raise ValidationError(_("Say how the search ended."), code="invalid")
    if not request.is_open:
        raise ValidationError(_("This search has ended already."), code="closed")
    steps[status](max(today, request.started_on))
    _save(request)


@transaction.atomic
def reopen(request: PupilRequest) -> None:
    """Look for a workplace again. Raises ValidationError where an agreement or another search of
    this pupil stands in the way.
    """
    request = _locked(request)
    if request.is_open:
        raise ValidationError(_("This search is open already."), code="open")
    if request.agreement_id is not None:
        raise ValidationError(
            _("This pupil has an agreement: end that one first, then start a new search."),
            code="agreement",
        )
    request.reopen()
    try:
        with transaction.atomic():
            _save(request)
    except IntegrityError:
        raise ValidationError(
            _("This campus has a pupil with this reference in this school year already."),
            code="unique",
        ) from None


def _locked(request: PupilRequest) -> PupilRequest:
    rows = PupilRequest.objects.select_for_update(of=("self",)).select_related("campus__school")
    return rows.get(pk=request.pk)


def _save(request: PupilRequest) -> None:
    request.version += 1
    request.save()
