"""Who may do what with a school's data: one object that answers every "may this user"."""

from dataclasses import dataclass

from accounts.models import User
from schools.models import Campus, CampusQuerySet


@dataclass(frozen=True)
class CampusPolicy:
    """What a user may do with campuses: a coordinator with her own school's, nobody else's."""

    user: User

    def campuses(self) -> CampusQuerySet:
        """The open campuses the user may rank workplaces for; all for an administrator."""
        return Campus.objects.open().of(self.user)

    def may_rank(self, campus: Campus) -> bool:
        return self.campuses().filter(pk=campus.pk).exists()
