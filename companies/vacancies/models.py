"""What we keep of vacancies: enough to count them, and nothing about anybody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.models import Municipality
from schools.models import Programme


class OccupationLink(models.Model):
    """An occupation that a programme leads to, by its code in Competent (beroepsprofiel)."""

    programme = models.ForeignKey(
        Programme,
        on_delete=models.CASCADE,
        related_name="occupations",
        verbose_name=_("programme"),
    )
    code = models.CharField(_("Competent code"), max_length=40)
    label = models.CharField(_("occupation"), max_length=200, blank=True)

    class Meta:
        ordering = ("programme", "code")
        verbose_name = _("occupation of a programme")
        verbose_name_plural = _("occupations of programmes")
        indexes = (models.Index(fields=("code",), name="occupation_code"),)
        constraints = (
            models.UniqueConstraint(
                fields=("programme", "code"),
                name="occupation_unique_in_programme",
                violation_error_message=_("This programme has this occupation already."),
            ),
            models.CheckConstraint(
                condition=~Q(code=""),
                name="occupation_has_code",
                violation_error_message=_("An occupation has a code."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme} · {self.code}"


class Vacancy(models.Model):
    """A vacancy that is published at VDAB; one that no longer is, is deleted.

    `version` is VDAB's: an older one never replaces a newer. `snapshot` is the day of the `initial`
    that it was in, or after which it came.
    """

    reference = models.CharField(max_length=64, unique=True)
    version = models.BigIntegerField(default=0)
    code = models.CharField(max_length=40, blank=True)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, related_name="+"
    )
    places = models.PositiveIntegerField(default=1)
    snapshot = models.DateField()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("vacancy")
        verbose_name_plural = _("vacancies")
        indexes = (models.Index(fields=("municipality", "code"), name="vacancy_place_code"),)

    def __str__(self) -> str:
        return self.reference


class VacancySync(models.Model):
    """How far a source was read, so that reading goes on where it stopped.

    While `read_until` is empty, `initial_from` rows of the `initial` of `initial_day` were read.
    From then on every change up to `read_until` was.
    """

    source = models.CharField(_("source"), max_length=200, unique=True)
    initial_day = models.DateField(null=True)
    initial_from = models.PositiveIntegerField(default=0)
    read_until = models.DateTimeField(_("read until"), null=True)
    message = models.TextField(_("message"), blank=True)

    class Meta:
        ordering = ("source",)
        verbose_name = _("source of vacancies")
        verbose_name_plural = _("sources of vacancies")
        constraints = (
            models.CheckConstraint(
                condition=Q(read_until__isnull=True) | Q(initial_day__isnull=False),
                name="vacancy_sync_begins_with_initial",
            ),
        )

    def __str__(self) -> str:
        return self.source
