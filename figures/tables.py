"""The tables: each says once what it counts and by what, for page, download, API and command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from figures.aggregates import Count, Distinct, Known, Percentile, Sum, TopShare
from figures.dimensions import DIMENSIONS
from figures.measures import Figures, Measure, Source, difference, quotient, share
from figures.protection import PUPILS, TAKEN, TO_PLACE

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise
else:
    from django.utils.functional import Promise

    _StrOrPromise = str | Promise

EVERYTHING = tuple(DIMENSIONS)
WHERE_AND_WHAT = ("schoolYear", "province", "municipality", "sector", "programme")


@dataclass(frozen=True)
class Table:
    """A table of figures.

    `key` names it in the API and on the command line, `slug` in addresses. `dimensions` are those
    it may be divided by; `usual` is what it is divided by when nobody says so. `ahead` is how many
    school years after this one it shows when nobody names one. `source` says where the data come
    from.
    """

    key: str
    slug: str
    title: _StrOrPromise
    question: _StrOrPromise
    source: _StrOrPromise
    dimensions: tuple[str, ...]
    usual: tuple[str, ...]
    measures: tuple[Measure, ...]
    ahead: int = 0
    #: A drawn area may narrow it.
    takes_area: bool = False
    #: Its thresholds may be set.
    takes_thresholds: bool = False
    #: Two measures that a map of municipalities shows side by side as dots.
    dots: tuple[str, ...] = ()
    #: Notes that belong under it.
    notes: tuple[_StrOrPromise, ...] = field(default=())

    @property
    def shown(self) -> tuple[Measure, ...]:
        """The measures that are columns."""
        return tuple(measure for measure in self.measures if not measure.is_helper)

    def measure(self, key: str) -> Measure:
        """The column with a key. Raises KeyError for none."""
        return {measure.key: measure for measure in self.shown}[key]


ACTIVE = Count("is_active")

OFFERED = Measure(
    "offerings",
    _("offerings"),
    _("A programme at a campus that pupils may follow in the school year: approved or running."),
    Source.OFFERINGS,
    ACTIVE,
    has_change=True,
    is_additive=True,
)
CAMPUSES = Measure(
    "campuses",
    _("campuses"),
    _("Different campuses with an offering."),
    Source.OFFERINGS,
    Distinct("campus", "is_active"),
    has_change=True,
)
SCHOOLS = Measure(
    "schools",
    _("schools"),
    _("Different schools, or Syntra, with an offering."),
    Source.OFFERINGS,
    Distinct("school", "is_active"),
    has_change=True,
)
PUPIL_COUNT = Measure(
    "pupils",
    _("pupils"),
    _("Enrolled pupils of the offerings of which the number is known."),
    Source.OFFERINGS,
    Sum("pupils", "is_active"),
    kind=PUPILS,
    has_change=True,
    is_additive=True,
)
UNKNOWN_PUPILS = Measure(
    "offeringsWithoutPupilCount",
    _("offerings with an unknown number of pupils"),
    _("Offerings of which nobody said how many pupils there are: they are in no sum of pupils."),
    Source.OFFERINGS,
    Known("pupils", "is_active", unknown=True),
    is_additive=True,
)

OFFERINGS = Table(
    key="offerings",
    slug="aanbod",
    title=_("Programmed programmes"),
    question=_("What is offered where, and to how many pupils?"),
    source=_("Offerings and enrolments of the education ministry"),
    dimensions=EVERYTHING,
    usual=("province",),
    measures=(
        OFFERED,
        CAMPUSES,
        SCHOOLS,
        PUPIL_COUNT,
        Measure(
            "pupilsPerSchool",
            _("pupils per school"),
            _("Pupils divided by schools."),
            needs=("pupils", "schools"),
            derive=quotient,
            has_change=True,
            decimals=1,
        ),
        UNKNOWN_PUPILS,
    ),
)


GAPS = Table(
    key="not-offered",
    slug="niet-aangeboden",
    title=_("Could be offered, is not"),
    question=_("Which programmes does nobody in a province offer, and why?"),
    source=_("Programmes, offerings and requests of the education ministry; the radar"),
    dimensions=(
        *("schoolYear", "province", "sector", "grade", "educationForm", "finality", "programme"),
    ),
    usual=("province",),
    measures=(
        Measure(
            "possible",
            _("possible"),
            _("Programmes that exist in the school year, counted once per province."),
            Source.GAPS,
            Count(),
            is_additive=True,
        ),
        Measure(
            "offered",
            _("offered"),
            _("Followed by a pupil at some campus of the province, or planned there."),
            Source.GAPS,
            Count("reason="),
            has_change=True,
            is_additive=True,
        ),
        Measure(
            "notOffered",
            _("not offered"),
            _("The others: what is possible less what is offered."),
            Source.GAPS,
            Count("-reason="),
            has_change=True,
            is_additive=True,
        ),
        Measure(
            "neverRequested",
            _("never requested"),
            _("No school of the province ever asked for it."),
            Source.GAPS,
            Count("reason=never_requested"),
            is_additive=True,
        ),
        Measure(
            "refused",
            _("refused"),
            _("Asked for, and refused; nobody offered it before."),
            Source.GAPS,
            Count("reason=refused"),
            is_additive=True,
        ),
        Measure(
            "noPupils",
            _("no pupils"),
            _("Allowed this school year, but no pupil follows it, or stopped this school year."),
            Source.GAPS,
            Count("reason=no_pupils"),
            is_additive=True,
        ),
        Measure(
            "stopped",
            _("stopped earlier"),
            _("Offered in an earlier school year, and no more."),
            Source.GAPS,
            Count("reason=stopped"),
            is_additive=True,
        ),
        Measure(
            "pending",
            _("being decided"),
            _("A request for the school year waits for its decision."),
            Source.GAPS,
            Count("reason=pending"),
            is_additive=True,
        ),
        Measure(
            "advisedCampuses",
            _("campuses advised to open"),
            _(
                "Campuses to which the radar advises to open one of the programmes that are not "
                "offered, once per programme. Only for this school year and the next."
            ),
            Source.GAPS,
            Sum("could_open", "-reason="),
        ),
    ),
    notes=(_("A programme counts once for each of the five provinces and Brussels."),),
)


NEXT_YEAR = Table(
    key="next-year",
    slug="volgend-schooljaar",
    title=_("Next school year"),
    question=_("What is new, what goes on, and what stops?"),
    source=_("Offerings, requests and decisions of the education ministry"),
    dimensions=EVERYTHING,
    usual=("educationForm", "grade"),
    ahead=1,
    measures=(
        Measure(
            "new",
            _("new"),
            _("Offered in this school year and not in the one before, at the same campus."),
            Source.OFFERINGS,
            Count("change=new"),
            is_additive=True,
        ),
        Measure(
            "continued",
            _("continued"),
            _("Offered in both; a programme that follows another continues it."),
            Source.OFFERINGS,
            Count("change=continued"),
            is_additive=True,
        ),
        Measure(
            "stopped",
            _("stopped"),
            _("Offered in the school year before, and no more."),
            Source.OFFERINGS,
            Count("change=stopped"),
            is_additive=True,
        ),
        Measure(
            "requests",
            _("requests"),
            _("Asked for what was not offered in the school year before."),
            Source.OFFERINGS,
            Count("is_request"),
            is_additive=True,
        ),
        Measure(
            "approved",
            _("approved"),
            _("Of the requests: approved."),
            Source.OFFERINGS,
            Count("is_request is_active"),
            is_additive=True,
        ),
        Measure(
            "refused",
            _("refused"),
            _("Of the requests: refused."),
            Source.OFFERINGS,
            Count("is_request status=refused"),
            is_additive=True,
        ),
        Measure(
            "pending",
            _("being decided"),
            _("Of the requests: no decision yet."),
            Source.OFFERINGS,
            Count("is_request status=requested"),
            is_additive=True,
        ),
    ),
)

#: Campuses from which on a spread says nothing of one of them.
FEWEST = 3


def _spread(value: Figures, pupils: Figures, campuses: Figures) -> Figures:
    """A percentile over campuses; withheld where few campuses would let their pupils be told."""
    few = (campuses.numbers > 0) & (campuses.numbers < FEWEST)
    return Figures(value.numbers, pupils.withheld | few)


SUPPLY = Table(
    key="supply-demand",
    slug="vraag-en-aanbod",
    title=_("Supply and demand"),
    question=_("Where are there enough places, and where do pupils or programmes lack?"),
    source=_("Recognitions and places of the sectors, offerings and enrolments, the radar, VDAB"),
    dimensions=WHERE_AND_WHAT,
    usual=("sector",),
    takes_area=True,
    takes_thresholds=True,
    measures=(
        Measure(
            "recognitions",
            _("recognitions"),
            _("Recognitions under which a pupil can train in the school year."),
            Source.SUPPLY,
            Count(),
            has_change=True,
            is_additive=True,
        ),
        Measure(
            "establishments",
            _("establishments"),
            _("Different establishments with such a recognition."),
            Source.SUPPLY,
            Distinct("establishment"),
        ),
        Measure(
            "placesOffered",
            _("places offered"),
            _("Places that companies said they have in the school year."),
            Source.SUPPLY,
            Sum("offered"),
            is_additive=True,
        ),
        Measure(
            "placesTaken",
            _("taken"),
            _("Of those: taken by a pupil."),
            Source.SUPPLY,
            Sum("taken", "has_said"),
            kind=TAKEN,
            is_additive=True,
        ),
        Measure(
            "placesFree",
            _("free"),
            _("Of those: not taken."),
            needs=("placesOffered", "placesTaken"),
            derive=difference,
            is_additive=True,
        ),
        Measure(
            "recognitionsWithUnknownPlaces",
            _("recognitions with unknown places"),
            _("The company never said how many places it has: they are in no sum of places."),
            Source.SUPPLY,
            Count("-has_said"),
            is_additive=True,
        ),
        OFFERED,
        PUPIL_COUNT,
        Measure(
            "pupilsToPlace",
            _("pupils to place"),
            _(
                "Pupils whom schools said to be looking for a workplace; of schools that said "
                "nothing, the enrolled pupils less those with an agreement for the school year."
            ),
            Source.OFFERINGS,
            Sum("to_place", "is_active"),
            kind=TO_PLACE,
            is_additive=True,
        ),
        Measure(
            "reachCampuses",
            "",
            "",
            Source.OFFERINGS,
            Distinct("campus", "has_pupils has_reach"),
            is_helper=True,
        ),
        Measure(
            "placesPerPupil",
            _("places per pupil in reach"),
            _(
                "The radar's measure, no quotient within a border: half of the offerings have "
                "less, half have more. Only for this school year."
            ),
            Source.OFFERINGS,
            Percentile("per_pupil_low", 0.5, "has_pupils"),
            needs=("pupils", "reachCampuses"),
            derive=_spread,
            decimals=1,
        ),
        Measure(
            "placesPerPupilP10",
            _("the lowest tenth has less than"),
            _("Of the offerings, a tenth has fewer places per pupil in reach than this."),
            Source.OFFERINGS,
            Percentile("per_pupil_low", 0.1, "has_pupils"),
            needs=("pupils", "reachCampuses"),
            derive=_spread,
            decimals=1,
        ),
        Measure(
            "placesPerPupilP90",
            _("the highest tenth has more than"),
            _("Of the offerings, a tenth has more places per pupil in reach than this."),
            Source.OFFERINGS,
            Percentile("per_pupil_low", 0.9, "has_pupils"),
            needs=("pupils", "reachCampuses"),
            derive=_spread,
            decimals=1,
        ),
        Measure(
            "placesPerPupilMost",
            _("with the unknown places"),
            _("The middle value, if every company that never said so has the places assumed."),
            Source.OFFERINGS,
            Percentile("per_pupil_high", 0.5, "has_pupils"),
            needs=("pupils", "reachCampuses"),
            derive=_spread,
            decimals=1,
        ),
        Measure(
            "vacancies",
            _("vacancies"),
            _(
                "Different vacancies at VDAB for occupations that the programmes lead to, in the "
                "municipalities themselves. Only for this school year, where any is known."
            ),
            Source.VACANCIES,
            Distinct("vacancy", none_is_unknown=True),
        ),
        Measure(
            "lonelyPlaces",
            _("places without a programme in reach"),
            _("Of the places offered: no campus within the radar's reach offers the programme."),
            Source.SUPPLY,
            Sum("offered", "is_lonely"),
            is_additive=True,
        ),
    ),
)

WHITE_SPOTS = Table(
    key="white-spots",
    slug="witte-vlekken",
    title=_("White spots"),
    question=_("Where do places lie without a programme in reach, and programmes without places?"),
    source=_("Recognitions and places of the sectors, offerings, the radar"),
    dimensions=WHERE_AND_WHAT,
    usual=("municipality",),
    dots=("lonelyRecognitions", "lonelyOfferings"),
    measures=(
        Measure(
            "lonelyRecognitions",
            _("recognitions without a programme in reach"),
            _("No campus within the reach of the radar (hemelsbreed) offers the programme."),
            Source.SUPPLY,
            Count("is_lonely"),
            is_additive=True,
        ),
        Measure(
            "lonelyPlaces",
            _("their places"),
            _("Places offered there, where the company said how many."),
            Source.SUPPLY,
            Sum("offered", "is_lonely"),
            is_additive=True,
        ),
        Measure(
            "lonelyOfferings",
            _("offerings without places in reach"),
            _("No company within the reach of the radar has, or may have, a place."),
            Source.OFFERINGS,
            Count("is_active has_no_places"),
            is_additive=True,
        ),
        Measure(
            "recognitions",
            _("all recognitions"),
            _("Recognitions under which a pupil can train in the school year."),
            Source.SUPPLY,
            Count(),
            is_additive=True,
        ),
        OFFERED,
    ),
)

USE = Table(
    key="use",
    slug="gebruik",
    title=_("Use"),
    question=_("Are recognitions used, how soon, and who answers?"),
    source=_("Recognitions of the sectors, agreements and contacts of schools"),
    dimensions=(
        "schoolYear",
        "province",
        "municipality",
        "sector",
        "grade",
        "finality",
        "programme",
    ),
    usual=("sector",),
    measures=(
        Measure(
            "recognitions",
            _("recognitions"),
            _("Recognitions under which a pupil can train in the school year."),
            Source.SUPPLY,
            Count(),
            is_additive=True,
        ),
        Measure(
            "recognitionsUsed",
            _("with an agreement"),
            _("Of those: with an agreement in the school year that was not ended early."),
            Source.SUPPLY,
            Count("has_pupils"),
            is_additive=True,
        ),
        Measure(
            "recognitionsUsedShare",
            _("share used"),
            _("Recognitions with an agreement, of all."),
            needs=("recognitionsUsed", "recognitions"),
            derive=share,
            has_change=True,
            decimals=1,
            unit="%",
        ),
        Measure(
            "companies",
            _("companies"),
            _("Different companies with such a recognition."),
            Source.SUPPLY,
            Distinct("company"),
        ),
        Measure(
            "companiesUsed",
            _("companies with an agreement"),
            _("Of those: with an agreement in the school year that was not ended early."),
            Source.SUPPLY,
            Distinct("company", "has_pupils"),
        ),
        Measure(
            "companiesUsedShare",
            _("share of the companies"),
            _("Companies with an agreement, of all."),
            needs=("companiesUsed", "companies"),
            derive=share,
            has_change=True,
            decimals=1,
            unit="%",
        ),
        Measure(
            "begun",
            _("begun"),
            _("Recognitions that began in the school year, renewals not counted."),
            Source.TERMS,
            Count("has_begun"),
            is_additive=True,
        ),
        Measure(
            "daysToFirstAgreement",
            _("days to a first agreement"),
            _("Of those that have had an agreement: half had one within so many days."),
            Source.TERMS,
            Percentile("days", 0.5, "has_begun"),
            unit=_("days"),
        ),
        Measure(
            "withAgreement",
            "",
            "",
            Source.TERMS,
            Known("days"),
            is_helper=True,
        ),
        Measure(
            "begunWithAgreementShare",
            _("had one so far"),
            _("Of the recognitions that began in the school year: had an agreement by today."),
            needs=("withAgreement", "begun"),
            derive=share,
            decimals=1,
            unit="%",
        ),
        Measure(
            "contacts",
            _("contacts"),
            _("Contacts of schools with companies, sent in the school year and not withdrawn."),
            Source.CONTACTS,
            Count(),
            is_additive=True,
        ),
        Measure("answers", "", "", Source.CONTACTS, Known("days"), is_helper=True),
        Measure(
            "answeredShare",
            _("answered"),
            _("Of the contacts: with an answer."),
            needs=("answers", "contacts"),
            derive=share,
            has_change=True,
            decimals=1,
            unit="%",
        ),
        Measure(
            "daysToAnswer",
            _("days to an answer"),
            _("Half of the answers came within so many days."),
            Source.CONTACTS,
            Percentile("days", 0.5),
            unit=_("days"),
        ),
        Measure(
            "ended",
            _("ended"),
            _("Recognitions whose period ended in the school year."),
            Source.TERMS,
            Count("-has_begun"),
            is_additive=True,
        ),
        Measure(
            "renewed",
            "",
            "",
            Source.TERMS,
            Count("-has_begun is_renewed"),
            is_helper=True,
        ),
        Measure(
            "renewedShare",
            _("renewed"),
            _("Of the recognitions that ended: followed by another for the same programme."),
            needs=("renewed", "ended"),
            derive=share,
            has_change=True,
            decimals=1,
            unit="%",
        ),
        Measure(
            "concentration",
            _("with the largest tenth"),
            _(
                "The share of the pupils in training who are with the tenth of the companies that "
                "train most of them. Not told for fewer than ten companies."
            ),
            Source.SUPPLY,
            TopShare("pupils", "company"),
            decimals=1,
            unit="%",
        ),
    ),
)

TABLES: dict[str, Table] = {
    table.key: table for table in (OFFERINGS, GAPS, NEXT_YEAR, SUPPLY, WHITE_SPOTS, USE)
}
BY_SLUG: dict[str, Table] = {table.slug: table for table in TABLES.values()}
