"""Checks of companies, establishments and recognitions."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.establishments import EstablishmentQuerySet
from companies.models import Company, Establishment, Recognition
from geo.precision import ROUGH
from radar.web.quality import Check, Column

_ESTABLISHMENT = (
    Column(_("establishment"), str, "name"),
    Column(_("number"), lambda unit: unit.dotted_number, "unit_number"),
    Column(_("company"), lambda unit: unit.company.name, "company__name"),
    Column(_("address"), lambda unit: unit.address, "postal_code"),
)


def _establishments() -> EstablishmentQuerySet:
    return Establishment.objects.all().select_related("company", "municipality")


def _duplicates() -> QuerySet[Establishment]:
    """Active establishments with the name, street, number and postal code of another one."""
    twins = (
        Establishment.objects.active()
        .filter(
            name__iexact=OuterRef("name"),
            postal_code=OuterRef("postal_code"),
            street__iexact=OuterRef("street"),
            house_number__iexact=OuterRef("house_number"),
        )
        .exclude(pk=OuterRef("pk"))
    )
    return _establishments().active().exclude(postal_code="").filter(Exists(twins))


def _namesakes() -> QuerySet[Company]:
    """Active companies with the name of another one, whatever the case."""
    others = Company.objects.active().filter(name__iexact=OuterRef("name"))
    return Company.objects.active().filter(Exists(others.exclude(pk=OuterRef("pk"))))


def recognitions_of_ended_programmes(today: date | None = None) -> QuerySet[Recognition]:
    """Recognitions in force of a programme that has ended."""
    day = today or timezone.localdate()
    return (
        Recognition.objects.valid_on(day)
        .filter(programme__valid_until__lt=day)
        .select_related("establishment__company", "programme")
        .prefetch_related("programme__successors")
    )


def _successors(recognition: Recognition) -> str:
    return ", ".join(
        f"{programme} ({programme.number})" for programme in recognition.programme.successors.all()
    )


ENDED = Check(
    "erkenningen-van-beeindigde-opleidingen",
    _("Recognitions of ended programmes"),
    _("No pupil starts in them any more. Carry them over to the successor."),
    recognitions_of_ended_programmes,
    (
        Column(_("establishment"), lambda r: r.establishment.name, "establishment__name"),
        Column(_("number"), lambda r: r.establishment.dotted_number, "establishment__unit_number"),
        Column(_("programme"), lambda r: str(r.programme), "programme__title"),
        Column(_("ended on"), lambda r: r.programme.valid_until, "programme__valid_until"),
        Column(_("successor"), _successors, "programme__title"),
        Column(_("recognised until"), lambda r: r.valid_until, "valid_until"),
    ),
)

CHECKS = (
    ENDED,
    Check(
        "vestigingen-zonder-ligging",
        _("Establishments without a location"),
        _("No search finds them. Correct the address, or set the location by hand."),
        lambda: _establishments().active().filter(point__isnull=True),
        _ESTABLISHMENT,
    ),
    Check(
        "vestigingen-bij-benadering",
        _("Establishments with a rough location"),
        _("Their point is that of a postal code or a municipality, so distances may be wrong."),
        lambda: _establishments().active().filter(point__isnull=False, precision__in=ROUGH),
        (*_ESTABLISHMENT, Column(_("precision"), lambda u: u.get_precision_display(), "precision")),
    ),
    Check(
        "vestigingen-van-gestopte-ondernemingen",
        _("Establishments whose company stopped"),
        _("They take no pupils. Another company may have taken them over: import the KBO."),
        lambda: _establishments().filter(
            stopped_on__isnull=True, company__stopped_on__isnull=False
        ),
        (
            *_ESTABLISHMENT,
            Column(_("company stopped on"), lambda u: u.company.stopped_on, "company__stopped_on"),
        ),
    ),
    Check(
        "dubbele-vestigingen",
        _("Establishments that seem to be one"),
        _("The same name at the same address under two numbers. One of them may have stopped."),
        _duplicates,
        _ESTABLISHMENT,
    ),
    Check(
        "ondernemingen-met-een-naam",
        _("Companies with the same name"),
        _("Often right; sometimes one company that went on under another number."),
        _namesakes,
        (
            Column(_("company"), str, "name"),
            Column(_("number"), lambda company: company.dotted_number, "enterprise_number"),
        ),
    ),
    Check(
        "ondernemingen-zonder-vestiging",
        _("Companies without an establishment"),
        _("Nothing can be recognised at them."),
        lambda: Company.objects.active().filter(establishments__isnull=True),
        (
            Column(_("company"), str, "name"),
            Column(_("number"), lambda company: company.dotted_number, "enterprise_number"),
        ),
    ),
)
