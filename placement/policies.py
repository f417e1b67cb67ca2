"""Who may see what in placement: one object that answers every "may this user"."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from companies.establishments import EstablishmentQuerySet
from companies.models import Establishment


@dataclass(frozen=True)
class PlacementPolicy:
    """What a user may see of companies and of a school's work with them."""

    user: User

    def establishments(self) -> EstablishmentQuerySet:
        """Every one for schools, sectors and administrators; her own for a company's user."""
        user = self.user
        if user.schoolmemberships.exists() or user.sectormemberships.exists():
            return Establishment.objects.all()
        return Establishment.objects.of(user)
