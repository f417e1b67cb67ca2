"""For how long what schools keep of their pupils to place is kept."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts import retention
from accounts.retention import Rule
from placement.models import PupilRequest
from schools.models import SchoolYear


def _delete_requests(last: date) -> int:
    """Pupils to place of the school years that were over by that day, whatever became of them."""
    _all, deleted = PupilRequest.objects.filter(
        school_year__in=SchoolYear.objects.over_by(last)
    ).delete()
    return deleted.get(PupilRequest._meta.label, 0)


def register() -> None:
    """Tell what ends."""
    retention.register(
        Rule(
            "pupil_requests",
            _("Pupils to place, after the school year in which they looked for a workplace"),
            _delete_requests,
        )
    )
