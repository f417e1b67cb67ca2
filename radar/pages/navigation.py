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
class Page:
    title: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the site in the main navigation, with the pages that stand in its second row."""

    title: str
    pages: tuple[Page, ...]

    @property
    def url(self) -> str:
        return self.pages[0].url

    @property
    def current(self) -> bool:
        return any(page.current for page in self.pages)


def navigation(request: HttpRequest) -> list[Section]:
    """The sections of the user at hand, with the page she is on; none for a visitor."""
    if not request.user.is_authenticated:
        return []
    sections = [
        (title, [(name, reverse(address)) for name, address in pages])
        for title, pages in _sections(Roles.of(request.user))
    ]
    urls = [url for _title, pages in sections for _name, url in pages]
    # The longest: /radar/ is the start of /radar/88/ as well.
    here = max(filter(request.path.startswith, urls), key=len, default="")
    return [
        Section(title, tuple(Page(name, url, url == here) for name, url in pages))
        for title, pages in sections
    ]


#: A page's title and the name of its address.
Pages = list[tuple[str, str]]


def _sections(roles: Roles) -> Iterator[tuple[str, Pages]]:
    """The sections of somebody with these roles. A page stands in one section only."""
    school = roles.coordinator or roles.administrator
    if school:
        yield _("Workplaces"), [(_("Search"), "matches")]
        yield _("Pupils"), [(_("Allocation"), "allocation")]
    if school or roles.consultant:
        radar: Pages = [(_("What if"), "scenarios")]
        if school:
            radar.insert(0, (_("Which programme where"), "radar"))
        yield _("Radar"), radar
    if roles.administrator:
        yield (
            _("Management"),
            [
                (_("Imports"), "imports"),
                (_("Data quality"), "quality"),
                (_("Administration"), "admin:index"),
            ],
        )


def context(request: HttpRequest) -> dict[str, object]:
    """Context processor: `navigation`, asked from the database only where a template draws it."""
    return {"navigation": SimpleLazyObject(lambda: navigation(request))}
