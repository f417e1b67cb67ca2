"""How many vacancies there are for a programme in municipalities: unknown is not zero."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Sum
from django.db.models.functions import Coalesce

from companies.vacancies.models import OccupationLink, Vacancy, VacancySync

#: Vacancies by (programme, municipality), as primary keys.
Counts = dict[tuple[int, int], int]


def linked_programmes() -> frozenset[int]:
    """The programmes (primary keys) of which the vacancies are known.

    Those with an occupation, once all vacancies were read; none before that.
    """
    if not VacancySync.objects.filter(read_until__isnull=False).exists():
        return frozenset()
    return frozenset(OccupationLink.objects.order_by().values_list("programme", flat=True))


def vacancies(municipalities: Collection[int], programmes: Collection[int] | None = None) -> Counts:
    """Published places in these municipalities for the occupations of programmes, or of all.

    A vacancy counts for each programme that leads to its occupation. Two queries.
    """
    links = OccupationLink.objects.order_by()
    if programmes is not None:
        links = links.filter(programme__in=programmes)
    leading: dict[str, list[int]] = {}
    for code, programme in links.values_list("code", "programme"):
        leading.setdefault(code, []).append(programme)
    found = (
        Vacancy.objects.filter(municipality__in=municipalities, code__in=leading)
        .order_by()
        .values_list("code", "municipality")
        .annotate(n=Coalesce(Sum("places"), 0))
    )
    counts: Counts = {}
    for code, municipality, n in found:
        for programme in leading[code]:
            key = (programme, municipality)
            counts[key] = counts.get(key, 0) + n
    return counts
