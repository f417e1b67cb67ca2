"""What placement keeps of users, and for how long what schools keep of their pupils is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts import personal_data, retention
from accounts.models import User
from accounts.personal_data import Kept, Record
from accounts.retention import Rule
from placement.models import PupilRequest, SavedSearch
from schools.models import SchoolYear


def _saved_searches(user: User) -> Iterator[Record]:
    for search in SavedSearch.objects.filter(user=user).order_by("pk"):
        yield {"name": search.name, "query": search.query, "created_at": search.created_at}


def _delete_requests(last: date) -> int:
    """Pupils to place of the school years that were over by that day, whatever became of them."""
    _all, deleted = PupilRequest.objects.filter(
        school_year__in=SchoolYear.objects.over_by(last)
    ).delete()
    return deleted.get(PupilRequest._meta.label, 0)


def register() -> None:
    """Tell what is kept, and what ends."""
    personal_data.register(
        Kept(
            "saved_searches",
            _("Searches that you saved"),
            _("To write to you when something new fits."),
            _("Until you delete them. Deleted with your account."),
            lambda user: [SavedSearch.objects.filter(user=user)],
            _saved_searches,
            forget=lambda user: SavedSearch.objects.filter(user=user).delete(),
        )
    )
    retention.register(
        Rule(
            "pupil_requests",
            _("Pupils to place, after the school year in which they looked for a workplace"),
            _delete_requests,
        )
    )
