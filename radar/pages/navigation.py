"""Who a user is to the site, and where the main navigation leads her."""

from collections.abc import Iterator
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import User
from companies.models import Company, CompanyMembership
from companies.portal.acting import SESSION_KEY, memberships_at_hand
from figures.tables import TABLES
from schools.models import SchoolMembership, SectorMembership


@dataclass(frozen=True)
class Roles:
    """What a user acts as, one may act as several, and whether a second factor says it is her."""

    administrator: bool
    coordinator: bool
    company_user: bool
    consultant: bool
    second_factor: bool

    @classmethod
    def of(cls, user: User) -> "Roles":
        """The roles that follow from the user's memberships, in one query."""
        me = OuterRef("pk")
        acts = User.objects.filter(pk=user.pk).values_list(
            Exists(SchoolMembership.objects.filter(user=me)),
            Exists(CompanyMembership.objects.filter(user=me)),
            Exists(SectorMembership.objects.filter(user=me)),
            Exists(Authenticator.objects.filter(user=me, type=Authenticator.Type.TOTP)),
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
        (title, [(name, _address(address)) for name, address in pages])
        for title, pages in _sections(roles_of(request, request.user))
    ]
    urls = [url for _title, pages in sections for _name, url in pages]
    # The longest: /radar/ is the start of /radar/88/ as well.
    here = max(filter(request.path.startswith, urls), key=len, default="")
    return [
        Section(title, tuple(Page(name, url, url == here) for name, url in pages))
        for title, pages in sections
    ]


def _address(name: str) -> str:
    """The address of a page; what stands behind a colon in its name is its argument."""
    name, _colon, argument = name.partition(":") if name.startswith("figures-") else (name, "", "")
    return reverse(name, args=[argument] if argument else [])


#: A page's title and the name of its address.
Pages = list[tuple[str, str]]


def _sections(roles: Roles) -> Iterator[tuple[str, Pages]]:
    """The sections of somebody with these roles. A page stands in one section only."""
    school = roles.coordinator or roles.administrator
    if school:
        yield (
            _("Workplaces"),
            [
                (_("Search"), "matches"),
                (_("Saved searches"), "saved-searches"),
                (_("Recognitions that end soon"), "lapsing"),
            ],
        )
        yield (
            _("Contacts"),
            [
                (_("Board"), "approaches"),
                (_("List"), "approach-list"),
                (_("Shortlists"), "shortlists"),
                (_("Messages and settings"), "message-templates"),
            ],
        )
        yield (
            _("Pupils"),
            [
                (_("To place"), "pupils"),
                (_("Allocation"), "allocation"),
                (_("Take in a list"), "pupil-list"),
                (_("Agreements"), "agreements"),
            ],
        )
    if school or roles.consultant:
        radar: Pages = [(_("What if"), "scenarios")]
        if school:
            radar.insert(0, (_("Which programme where"), "radar"))
        radar += [(_("Requests for programmes"), "dossiers"), (_("Provincial forum"), "forums")]
        yield _("Radar"), radar
    yield (
        _("Figures"),
        [
            (_("Overview"), "figures"),
            *((str(table.title), f"figures-table:{table.slug}") for table in TABLES.values()),
        ],
    )
    if roles.company_user:
        yield (
            _("Company"),
            [
                (_("Places"), "company-places"),
                (_("Schools near you"), "company-schools"),
                (_("Establishments"), "company-establishments"),
                (_("Mentors"), "company-mentors"),
                (_("Recognitions"), "recognitions"),
                (_("Users"), "company-members"),
            ],
        )
    elif roles.coordinator:
        yield _("Recognitions"), [(_("Recognitions"), "recognitions")]
    if roles.consultant or roles.administrator:
        yield (
            _("Sector"),
            [
                (_("Requests"), "review"),
                (_("Dashboard"), "review-dashboard"),
                (_("White spots"), "review-white-spots"),
                (_("Claims"), "claims"),
            ],
        )
    if roles.administrator:
        yield (
            _("Management"),
            [
                (_("Imports"), "imports"),
                (_("Data quality"), "quality"),
                (_("Administration"), "admin:index"),
            ],
        )


def roles_of(request: HttpRequest, user: User) -> Roles:
    """The roles of the user at hand, asked once for a page."""
    roles: Roles | None = getattr(request, "roles", None)
    if roles is None:
        roles = request.roles = Roles.of(user)  # type: ignore[attr-defined]
    return roles


def other_companies(request: HttpRequest) -> list[Company]:
    """The companies that the user could switch to; none for who acts for one at most."""
    user = request.user
    if not isinstance(user, User) or not roles_of(request, user).company_user:
        return []
    companies = [membership.company for membership in memberships_at_hand(request, user)]
    chosen = request.session.get(SESSION_KEY)
    here = next((company for company in companies if company.pk == chosen), companies[0])
    return [company for company in companies if company != here]


def context(request: HttpRequest) -> dict[str, object]:
    """Context processor: asked from the database only where a template draws it."""
    return {
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "other_companies": SimpleLazyObject(lambda: other_companies(request)),
    }
