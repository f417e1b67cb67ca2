"""Sectors and the dual programmes they answer for."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

GROUP_NUMBER_SHAPE = r"^G-\d{4,6}$"


class SectorQuerySet(models.QuerySet["Sector"]):
    def fallback(self) -> Sector:
        """Who decides where no sectoral partnership is competent."""
        return self.get(is_fallback=True)


class Sector(models.Model):
    """Sectoraal partnerschap: social partners that recognise companies for their programmes."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    is_confirmed = models.BooleanField(
        _("confirmed by a source"), default=False, help_text=_("Whether a public source names it.")
    )
    is_fallback = models.BooleanField(
        _("fallback"), default=False, help_text=_("Decides where no sector is competent.")
    )
    pupils_per_mentor = models.PositiveSmallIntegerField(_("pupils per mentor"), default=2)

    objects = SectorQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        constraints = (
            models.UniqueConstraint(
                fields=("is_fallback",), condition=Q(is_fallback=True), name="sector_one_fallback"
            ),
            models.CheckConstraint(
                name="sector_pupils_per_mentor_positive",
                condition=Q(pupils_per_mentor__gte=1),
                violation_error_message=_("A mentor guides at least one pupil."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class EducationForm(models.TextChoices):
    """Onderwijsvorm."""

    BSO = "BSO", _("BSO (vocational)")
    TSO = "TSO", _("TSO (technical)")
    BUSO = "BuSO", _("BuSO (special)")


class Finality(models.TextChoices):
    """Finaliteit."""

    LABOUR_MARKET = "A", _("labour market")
    DOUBLE = "DU", _("double")
    TRANSFER = "DO", pgettext_lazy("finality", "transfer")
    SEVENTH_YEAR = "7E", _("seventh year")


class Domain(models.TextChoices):
    """Studiedomein."""

    STEM = "STEM", _("STEM")
    ECONOMY = "ECO", _("Economy and organisation")
    AGRICULTURE = "LTB", _("Agriculture and horticulture")
    WELFARE = "MW", _("Society and welfare")
    FOOD = "VH", _("Food and catering")


class NumberStatus(models.TextChoices):
    """How sure the official number of a programme is."""

    CONFIRMED = "confirmed", _("confirmed")
    PATTERN = "pattern", _("derived from a pattern")
    WEAK = "weak", _("uncertain")


#: Names less alike than this are other names: "elektrishe instalaties" is 0.69 like "Elektrische
#: installaties duaal", and what merely shares a word with it 0.4.
LEAST_LIKENESS = 0.35


def _likeness(wanted: str, name: Any) -> Any:
    """How alike a text and a name are: as a part of it, and a little as a whole."""
    return TrigramWordSimilarity(wanted, name) * 0.8 + TrigramSimilarity(name, wanted) * 0.2


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def valid_on(self, day: date) -> Self:
        """Programmes that exist on a day."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        )

    def called(self, name: str) -> Self:
        """Programmes with this title or alias, whatever the case, "duaal" left out or not."""
        plain = name.strip()
        with_suffix = plain if plain.lower().endswith(" duaal") else f"{plain} duaal"
        return self.filter(
            Q(title__iexact=plain) | Q(title__iexact=with_suffix) | Q(aliases__name__iexact=plain)
        ).distinct()

    def like(self, text: str) -> Self:
        """Programmes whose title or other name looks like a text, typing errors allowed.

        The best first, by PostgreSQL's trigrams; `likeness` is 0 to 1.
        """
        # Over-long texts cost time and match nothing, and PostgreSQL knows no NUL.
        wanted = text.replace("\x00", "").strip().upper()[:160]
        names = ProgrammeAlias.objects.filter(programme=OuterRef("pk")).order_by()
        best_alias = names.values("programme").annotate(
            n=Max(_likeness(wanted, Upper("name")), output_field=models.FloatField())
        )
        return (
            self.annotate(
                likeness=Greatest(
                    _likeness(wanted, Upper("title")),
                    Coalesce(Subquery(best_alias.values("n")), 0.0),
                )
            )
            .filter(likeness__gte=LEAST_LIKENESS)
            .order_by("-likeness", "title", "number")
        )

    def named(self, text: str) -> Programme:
        """The one programme that a number, group number, title or alias stands for.

        Raises ValidationError (codes `unknown`, `ambiguous`). Of several under one name, those
        that exist today go before those that ended.
        """
        text = text.strip()
        if text.isascii() and text.isdecimal():
            found = self.filter(number=int(text)) if len(text) < 10 else self.none()
        elif re.fullmatch(GROUP_NUMBER_SHAPE, text.upper(), re.ASCII):
            found = self.filter(group_number=text.upper())
        else:
            found = self.called(text)
        programmes = list(found[:10])
        today = timezone.localdate()
        programmes = [p for p in programmes if p.is_valid_on(today)] or programmes
        if not programmes:
            raise ValidationError(_("This programme is unknown."), code="unknown")
        if len(programmes) > 1:
            raise ValidationError(
                _("More than one programme has this name: use one of the numbers %(numbers)s."),
                code="ambiguous",
                params={"numbers": ", ".join(str(p.number) for p in programmes)},
            )
        return programmes[0]


class Programme(models.Model):
    """Duale opleiding (structuuronderdeel), keyed by its official number."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    number_status = models.CharField(
        _("certainty of the number"),
        max_length=9,
        choices=NumberStatus,
        default=NumberStatus.CONFIRMED,
    )
    group_number = models.CharField(
        _("group number"),
        max_length=8,
        validators=[RegexValidator(GROUP_NUMBER_SHAPE, _("A group number looks like G-0082."))],
    )
    title = models.CharField(_("title"), max_length=160)
    grade = models.PositiveSmallIntegerField(_("grade"))
    year_type = models.CharField(_("type of seventh year"), max_length=16, blank=True)
    education_form = models.CharField(_("education form"), max_length=4, choices=EducationForm)
    finality = models.CharField(_("finality"), max_length=2, choices=Finality)
    domain = models.CharField(_("domain"), max_length=4, choices=Domain, blank=True)
    sectors = models.ManyToManyField(
        Sector, related_name="programmes", blank=True, verbose_name=_("sectors")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    successors = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="predecessors",
        blank=True,
        verbose_name=_("successors"),
    )

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ("title", "number")
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        indexes = (
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="programme_title_trigram"),
        )
        constraints = (
            models.CheckConstraint(
                name="programme_group_number_shape",
                condition=Q(group_number__regex=GROUP_NUMBER_SHAPE),
                violation_error_message=_("A group number looks like G-0082."),
            ),
            models.CheckConstraint(
                name="programme_grade_range",
                condition=Q(grade__range=(1, 3)),
                violation_error_message=_("The grade is 1, 2 or 3."),
            ),
            models.CheckConstraint(
                name="programme_period",
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The end lies before the start."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def is_valid_on(self, day: date) -> bool:
        """Whether the programme exists on a day; an open end counts as existing."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class AliasKind(models.TextChoices):
    """Why another name leads to a programme."""

    OLDER_NAME = "older_name", _("older name")
    SYNONYM = "synonym", _("synonym")
    ABBREVIATION = "abbreviation", _("abbreviation")


class ProgrammeAlias(models.Model):
    """Another name under which people look for a programme."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("programme")
    )
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=12, choices=AliasKind)

    class Meta:
        ordering = ("name",)
        verbose_name = _("alias of a programme")
        verbose_name_plural = _("aliases of programmes")
        indexes = (
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="programme_alias_trigram"),
        )
        constraints = (
            models.UniqueConstraint(fields=("programme", "name"), name="programme_alias_unique"),
        )

    def __str__(self) -> str:
        return self.name
