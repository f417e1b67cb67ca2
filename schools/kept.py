"""What is kept of coordinators and consultants, and whose changes are noted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit, personal_data
from accounts.models import User
from accounts.personal_data import Kept, Record
from schools.models import SchoolMembership, SectorMembership


def _memberships(user: User) -> Iterator[Record]:
    for membership in SchoolMembership.objects.filter(user=user).select_related("school"):
        yield {"school": membership.school.number, "since": membership.since}
    for role in SectorMembership.objects.filter(user=user).select_related("sector"):
        yield {"sector": role.sector.slug, "since": role.since}


def _rows(user: User) -> list[QuerySet[Any]]:
    models = (SchoolMembership, SectorMembership)
    return [model._default_manager.filter(user=user) for model in models]


def _forget(user: User) -> None:
    for rows in _rows(user):
        rows.delete()


def register() -> None:
    """Tell what is kept, and whose changes are noted."""
    personal_data.register(
        Kept(
            "schools_and_sectors",
            _("The schools and sectors that you act for"),
            _("To show you their records, and others nothing of them."),
            _("Until an administrator ends it. Deleted with your account."),
            _rows,
            _memberships,
            forget=_forget,
        )
    )
    audit.watch(SchoolMembership)
    audit.watch(SectorMembership)
