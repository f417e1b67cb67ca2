"""Who a user is to the site, and where the main navigation leads her."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import User
from companies.models import CompanyMembership
from schools.models import SchoolMembership, SectorMembership


@dataclass(frozen=True)
class Roles:
    """What a user acts as; one may act as several."""

    administrator: bool
    coordinator: bool
    company_user: bool
    consultant: bool

    @classmethod
    def of(cls, user: User) -> "Roles":
        """The roles that follow from the user's memberships, in one query."""
        me = OuterRef("pk")
        acts = User.objects.filter(pk=user.pk).values_list(
            Exists(SchoolMembership.objects.filter(user=me)),
            Exists(CompanyMembership.objects.filter(user=me)),
            Exists(SectorMembership.objects.filter(user=me)),
        )
        return cls(user.is_superuser, *acts.get())


@dataclass(frozen=True)
class Item:
    title: str
    url: str
    current: bool


def navigation(request: HttpRequest) -> list[Item]:
    """The main navigation of the user at hand; empty for a visitor."""
    if not request.user.is_authenticated:
        return []
    return [
        Item(title, reverse(name), request.path.startswith(reverse(name)))
        for title, name in _places(Roles.of(request.user))
    ]


def _places(roles: Roles) -> Iterator[tuple[str, str]]:
    if roles.coordinator or roles.administrator:
        yield _("Workplaces"), "matches"
        yield _("Radar"), "radar"
        yield _("Allocation"), "allocation"
    if roles.coordinator or roles.administrator or roles.consultant:
        yield _("What if"), "scenarios"
    if roles.administrator:
        yield _("Imports"), "imports"
        yield _("Data quality"), "quality"
        yield _("Administration"), "admin:index"


def context(request: HttpRequest) -> dict[str, object]:
    """Context processor: `navigation`, asked from the database only where a template draws it."""
    return {"navigation": SimpleLazyObject(lambda: navigation(request))}
