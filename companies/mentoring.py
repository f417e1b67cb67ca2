"""How many pupils the mentors of an establishment can guide."""

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from companies.models import Establishment, Mentor
from companies.pupils import HOLDING
from schools.models import Sector

#: What a mentor may guide: her own limit, else her sector's.
_LIMIT = Coalesce(
    F("pupil_limit"),
    F("establishment__company__sector__pupils_per_mentor"),
    Sector._meta.get_field("pupils_per_mentor").default,
)


def with_load(mentors: QuerySet[Mentor]) -> QuerySet[Mentor]:
    """Mentors, each with the most pupils she may guide (`limit`) and how many she has (`guiding`).

    Planned agreements count: those pupils are coming.
    """
    holding = Count("agreements", filter=Q(agreements__status__in=HOLDING))
    return mentors.annotate(limit=_LIMIT, guiding=holding)


def guidable(establishments: list[int]) -> dict[int, int]:
    """How many pupils more the mentors of each establishment can guide, planned ones counted.

    A mentor without a limit of her own has the sector's. An establishment whose mentors are unknown
    has one: without, it would not be recognised.
    """
    usual = Sector._meta.get_field("pupils_per_mentor").default
    mentors = dict(
        Mentor.objects.present()
        .filter(establishment__in=establishments)
        .order_by()
        .values_list("establishment")
        .annotate(limit=Sum(_LIMIT))
    )
    running: QuerySet[Establishment] = Establishment.objects.filter(pk__in=establishments)
    guiding = dict(
        running.order_by()
        .values_list("pk")
        .annotate(
            n=Count(
                "recognitions__workplaces__agreements",
                filter=Q(recognitions__workplaces__agreements__status__in=HOLDING),
            )
        )
    )
    return {pk: max(mentors.get(pk, usual) - guiding.get(pk, 0), 0) for pk in establishments}
