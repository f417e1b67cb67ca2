"""Provinces, municipalities (with the mergers of 2025) and postal codes, each with a place."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.gis.db import models
from django.core.validators import RegexValidator
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.geocode_results import GeocodeResult
from geo.reach.travel_times import TravelTime

__all__ = [
    "BoundarySource",
    "GeocodeResult",
    "Municipality",
    "MunicipalityQuerySet",
    "PostalCode",
    "Province",
    "Region",
    "TravelTime",
    "nis_code_shape",
    "postal_code_shape",
]

nis_code_shape = RegexValidator(r"^\d{5}$", _("A NIS code has five digits."))
postal_code_shape = RegexValidator(r"^\d{4}$", _("A postal code has four digits."))


class Region(models.TextChoices):
    """Gewest: an establishment is recognised in the first two only."""

    FLANDERS = "vlg", _("Flemish Region")
    BRUSSELS = "bru", _("Brussels-Capital Region")


class BoundarySource(models.TextChoices):
    """Where a boundary comes from, so that an approximation is never shown as official."""

    NONE = "none", _("no boundary")
    APPROXIMATE = "approximate", _("approximated from cantons and places")
    OFFICIAL = "official", _("loaded from an official file")


class Province(models.Model):
    """Provincie; Brussels counts as one of its own, as it does in the field's figures."""

    code = models.CharField(_("NIS code"), max_length=5, unique=True, validators=[nis_code_shape])
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    region = models.CharField(_("region"), max_length=3, choices=Region)
    boundary = models.MultiPolygonField(_("boundary"), srid=4326, null=True, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        constraints = (
            models.CheckConstraint(
                name="province_code_shape",
                condition=Q(code__regex=r"^\d{5}$"),
                violation_error_message=_("A NIS code has five digits."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def valid_on(self, day: date) -> Self:
        """Municipalities that exist on a day: the merged ones count until the day before."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        )

    def today(self) -> Self:
        """Municipalities without a successor."""
        return self.filter(merged_into__isnull=True)

    def resolve(self, nis_code: str) -> Municipality | None:
        """The municipality of today that a code, old or new, stands for; None if unknown."""
        found = self.select_related("merged_into").filter(nis_code=nis_code).first()
        return found and found.today


class Municipality(models.Model):
    """Gemeente, keyed by NIS (REFNIS) code. A merged one points to what it became."""

    nis_code = models.CharField(
        _("NIS code"), max_length=5, unique=True, validators=[nis_code_shape]
    )
    name = models.CharField(_("name"), max_length=80)
    province = models.ForeignKey(
        Province,
        on_delete=models.PROTECT,
        related_name="municipalities",
        verbose_name=_("province"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("merged into"),
    )
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    point = models.PointField(_("centre"), srid=4326, null=True, blank=True)
    boundary = models.MultiPolygonField(_("boundary"), srid=4326, null=True, blank=True)
    boundary_source = models.CharField(
        _("source of the boundary"),
        max_length=12,
        choices=BoundarySource,
        default=BoundarySource.NONE,
    )

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        ordering = ("name", "nis_code")
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = (
            models.CheckConstraint(
                name="municipality_nis_code_shape",
                condition=Q(nis_code__regex=r"^\d{5}$"),
                violation_error_message=_("A NIS code has five digits."),
            ),
            models.CheckConstraint(
                name="municipality_period",
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                name="municipality_merged_has_ended",
                condition=Q(merged_into__isnull=True) | Q(valid_until__isnull=False),
                violation_error_message=_("A merged municipality has an end date."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def today(self) -> Municipality:
        """What this municipality is called today: itself, or what it was merged into."""
        current = self
        while current.merged_into is not None:
            current = current.merged_into
        return current


class PostalCode(models.Model):
    """Postcode with a place name. One code may have several places."""

    code = models.CharField(_("postal code"), max_length=4, validators=[postal_code_shape])
    place_name = models.CharField(_("place"), max_length=80)
    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        related_name="postal_codes",
        verbose_name=_("municipality"),
    )
    point = models.PointField(_("centre"), srid=4326, null=True, blank=True)

    class Meta:
        ordering = ("code", "place_name")
        verbose_name = _("postal code")
        verbose_name_plural = _("postal codes")
        constraints = (
            models.UniqueConstraint(
                fields=("code", "place_name", "municipality"), name="postal_code_unique_place"
            ),
            models.CheckConstraint(
                name="postal_code_shape",
                condition=Q(code__regex=r"^\d{4}$"),
                violation_error_message=_("A postal code has four digits."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.place_name}"
