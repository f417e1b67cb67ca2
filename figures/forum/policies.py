"""Who may read a province's forum, speak in it, and write its opinions down."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from geo.models import Province
from schools.models import Campus


@dataclass(frozen=True)
class ForumPolicy:
    """Schools, sectors, secretaries and the department read every forum: spread is its subject.

    A school speaks in the forum of a province where it has a campus, a consultant in every one.
    """

    user: User

    @property
    def may_read(self) -> bool:
        user = self.user
        return (
            user.is_superuser
            or user.schoolmemberships.exists()
            or user.sectormemberships.exists()
            or user.forummemberships.exists()
        )

    def may_speak(self, province: Province) -> bool:
        if self.user.is_superuser or self.user.sectormemberships.exists():
            return True
        return Campus.objects.open().of(self.user).filter(
            municipality__province=province
        ).exists() or self.may_conclude(province)

    def may_conclude(self, province: Province) -> bool:
        """Write down what the forum thinks: its secretary, and the department."""
        return (
            self.user.is_superuser or self.user.forummemberships.filter(province=province).exists()
        )
