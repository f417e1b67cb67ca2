"""What the provincial forum keeps of users."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts import audit, personal_data
from accounts.models import User
from accounts.personal_data import Kept, Record
from figures.forum.models import ForumMembership


def _memberships(user: User) -> Iterator[Record]:
    found = ForumMembership.objects.filter(user=user).select_related("province")
    for membership in found.order_by("pk"):
        yield {"province": membership.province.name, "since": membership.since}


def register() -> None:
    """Tell what is kept, and whose changes are noted."""
    personal_data.register(
        Kept(
            "forums",
            _("The provincial forums that you write for"),
            _("To let you write down what the forum says."),
            _("Until an administrator ends it. Deleted with your account."),
            lambda user: [ForumMembership.objects.filter(user=user)],
            _memberships,
            forget=lambda user: ForumMembership.objects.filter(user=user).delete(),
        )
    )
    audit.watch(ForumMembership)
