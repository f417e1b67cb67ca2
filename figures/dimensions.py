"""By what the figures are counted: the dimensions, their members and how they nest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geo.models import Municipality, Province
from schools.models import EducationForm, Finality, Network, Programme, Sector

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise
else:
    _StrOrPromise = str | Promise

Labels = dict[str, str]

#: The key of offerings of a Syntra in the dimension of education forms.
SYNTRA = "Syntra"
#: What is put between sectors that share a programme, in keys.
SHARED = "+"


@dataclass(frozen=True)
class Dimension:
    """One way to divide the figures.

    `key` is its name in addresses and the API, `column` that of the facts. `within` names the
    dimensions that follow from this one: a municipality lies in one province. `labels` gives every
    known member by key, in order.
    """

    key: str
    column: str
    title: _StrOrPromise
    labels: Callable[[], Labels]
    within: tuple[str, ...] = ()
    explanation: _StrOrPromise = ""

    def label(self, member: str, labels: Mapping[str, str]) -> str:
        """What a member is called; one that is not known by its key."""
        return labels.get(member) or member or _("unknown")


def school_year_name(starts_in: int | str) -> str:
    """2026 as people write it: `2026-2027`."""
    return f"{starts_in}-{int(starts_in) + 1}"


def _school_years() -> Labels:
    return {}


def _provinces() -> Labels:
    name = "name" if get_language() == "nl" else "name_en"
    return dict(Province.objects.order_by("name").values_list("code", name))


def _municipalities() -> Labels:
    return dict(Municipality.objects.today().order_by("name").values_list("nis_code", "name"))


def _sectors() -> Labels:
    names = dict(Sector.objects.order_by("name").values_list("slug", "name"))
    shared: set[str] = set()
    for programme in Programme.objects.prefetch_related("sectors"):
        slugs = sorted(sector.slug for sector in programme.sectors.all())
        if len(slugs) > 1:
            shared.add(SHARED.join(slugs))
    together = {
        key: " + ".join(sorted(names[slug] for slug in key.split(SHARED))) for key in shared
    }
    ordered = sorted(together.items(), key=lambda item: item[1])
    return {**names, **dict(ordered), "": _("no sector")}


def _grades() -> Labels:
    return {str(n): _("grade %(n)s") % {"n": n} for n in (1, 2, 3)}


def _forms() -> Labels:
    return {**{form.value: str(form.label) for form in EducationForm}, SYNTRA: "Syntra"}


def _finalities() -> Labels:
    return {finality.value: str(finality.label) for finality in Finality}


def _networks() -> Labels:
    return {network.value: str(network.label) for network in Network}


def _programmes() -> Labels:
    programmes = Programme.objects.order_by("title", "number")
    return {str(number): title for number, title in programmes.values_list("number", "title")}


_ALL = (
    Dimension("schoolYear", "school_year", _lazy("school year"), _school_years),
    Dimension("province", "province", _lazy("province"), _provinces),
    Dimension(
        "municipality",
        "municipality",
        _lazy("municipality"),
        _municipalities,
        within=("province",),
        explanation=_lazy("As it is called today: what merged into it is counted with it."),
    ),
    Dimension(
        "sector",
        "sector",
        _lazy("sector"),
        _sectors,
        explanation=_lazy("A programme that sectors share is counted once, under both together."),
    ),
    Dimension("grade", "grade", pgettext_lazy("education", "grade"), _grades),
    Dimension(
        "educationForm",
        "education_form",
        _lazy("education form"),
        _forms,
        explanation=_lazy(
            "Syntra and BuSO by who offers it; for all others the form of the programme."
        ),
    ),
    Dimension("finality", "finality", _lazy("finality"), _finalities),
    Dimension("network", "network", _lazy("network"), _networks),
    Dimension(
        "programme",
        "programme",
        _lazy("programme"),
        _programmes,
        within=("sector", "grade", "finality"),
    ),
)
DIMENSIONS: dict[str, Dimension] = {dimension.key: dimension for dimension in _ALL}


def reduced(cell: Mapping[str, str]) -> dict[str, str]:
    """A cell without what follows from the rest: a municipality makes its province superfluous."""
    implied = {name for key in cell for name in DIMENSIONS[key].within}
    return {key: member for key, member in cell.items() if key not in implied}


def canonical(cell: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The one name that a cell has: its dimensions in our order, and its members in theirs."""
    left = reduced(cell)
    order = [key for key in DIMENSIONS if key in left]
    return ",".join(order), tuple(left[key] for key in order)


def ordered(keys: Iterable[str]) -> list[str]:
    """Dimensions in the order in which we name them."""
    wanted = set(keys)
    return [key for key in DIMENSIONS if key in wanted]
