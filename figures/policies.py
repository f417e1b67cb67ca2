"""Who sees which figures, and the records behind them."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from figures.measures import Source


@dataclass(frozen=True)
class FiguresPolicy:
    """The tables are public: anybody in the field may open, check and download them.

    What lies behind a figure is for who works with it: offerings for every user; recognised
    establishments for schools, sectors and administrators, who find them in a search as well. How
    many pupils an offering has is told to its own school and to administrators.
    """

    user: User | AnonymousUser

    def sees_records(self, source: Source | None) -> bool:
        """Whether the list of records behind a figure may be seen."""
        if not isinstance(self.user, User) or not self.user.is_authenticated:
            return False
        if source is Source.OFFERINGS:
            return True
        if source is Source.SUPPLY:
            return (
                self.user.is_superuser
                or self.user.schoolmemberships.exists()
                or self.user.sectormemberships.exists()
            )
        return False

    def schools(self) -> set[int] | None:
        """The schools (primary keys) whose numbers of pupils may be seen; None for all."""
        if not isinstance(self.user, User):
            return set()
        if self.user.is_superuser:
            return None
        return set(self.user.schoolmemberships.values_list("school", flat=True))
