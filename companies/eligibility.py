"""What keeps an establishment from being recognised for a programme, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from companies.establishments import Establishment, Exclusion
from companies.recognitions import Recognition
from schools.models import Programme, Sector


def competent_sector(establishment: Establishment) -> Sector | None:
    """The partnership that decides on requests of an establishment.

    The sector of its company, whatever the programme: sectors train for one another's programmes.
    Without a sector the fallback decides; None when there is no fallback either.
    """
    return establishment.company.sector or Sector.objects.filter(is_fallback=True).first()


def exclusions_of(establishments: Iterable[Establishment], today: date) -> dict[int, Exclusion]:
    """The exclusion in force of each establishment that has one, by its primary key. One query."""
    here = list(establishments)
    found = list(
        Exclusion.objects.in_force_on(today).filter(
            Q(establishment__in=here) | Q(company__in=[unit.company_id for unit in here])
        )
    )
    own = {exclusion.establishment_id: exclusion for exclusion in found}
    whole = {exclusion.company_id: exclusion for exclusion in found if exclusion.company_id}
    pairs = ((unit.pk, whole.get(unit.company_id) or own.get(unit.pk)) for unit in here)
    return {pk: exclusion for pk, exclusion in pairs if exclusion is not None}


def obstacles_at(
    establishment: Establishment, today: date, exclusions: Mapping[int, Exclusion] | None = None
) -> Iterator[ValidationError]:
    """Why the establishment cannot be recognised for any programme.

    `exclusions` are those of `exclusions_of`, where many are looked at together.
    """
    if establishment.municipality_id is None:
        yield ValidationError(
            _("It lies outside the Flemish and the Brussels-Capital Region."), code="elsewhere"
        )
    if stopped := establishment.stopped_on or establishment.company.stopped_on:
        yield ValidationError(
            _("It stopped on %(day)s."), code="stopped", params={"day": date_format(stopped)}
        )
    if exclusions is None:
        exclusions = exclusions_of([establishment], today)
    exclusion = exclusions.get(establishment.pk)
    if exclusion is not None and exclusion.valid_until is None:
        yield ValidationError(_("It is excluded for good."), code="excluded")
    elif exclusion is not None and exclusion.valid_until is not None:
        yield ValidationError(
            _("It is excluded until %(day)s."),
            code="excluded",
            params={"day": date_format(exclusion.valid_until)},
        )


def obstacles_to_request(
    establishment: Establishment, programme: Programme, today: date
) -> Iterator[ValidationError]:
    """Why no request for this programme can be made now; nothing when one can."""
    yield from obstacles_at(establishment, today)
    if not programme.is_valid_on(today):
        yield ValidationError(_("This programme has ended."), code="ended")
    there = Recognition.objects.filter(establishment=establishment, programme=programme)
    if there.waiting().exists():
        yield ValidationError(
            _("A request for this programme at this establishment is running already."),
            code="running",
        )
    last = there.recognised().filter(valid_until__gte=today).order_by("-valid_until").first()
    if last is not None and last.valid_until is not None and not last.is_renewable(today):
        yield ValidationError(
            _("It is recognised for this programme until %(day)s: renew it in its last half year."),
            code="recognised",
            params={"day": date_format(last.valid_until)},
        )


def renewed_by_request(
    establishment: Establishment, programme: Programme, today: date
) -> Recognition | None:
    """The recognition in force that a request now would renew."""
    there = Recognition.objects.filter(establishment=establishment, programme=programme)
    return there.valid_on(today).order_by("-valid_until").first()
