"""What the engine keeps of a user."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accounts import personal_data
from accounts.models import User
from accounts.personal_data import Kept, Record
from matching.scenarios import Scenario


def _scenarios(user: User) -> Iterator[Record]:
    for scenario in Scenario.objects.of(user).order_by("pk"):
        yield {"name": scenario.name, "created_at": scenario.created_at}


def register() -> None:
    """Tell what is kept."""
    personal_data.register(
        Kept(
            "scenarios",
            _("Scenarios that you made"),
            _("To let you go on with them."),
            _("Until you delete them. Deleted with your account."),
            lambda user: [Scenario.objects.of(user)],
            _scenarios,
            forget=lambda user: Scenario.objects.of(user).delete(),
        )
    )
