"""Schools, their campuses, what they offer per school year, and who acts for them."""

from __future__ import annotations

from typing import ClassVar, Self

import pghistory
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.db import models
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.memberships import Membership
from accounts.models import User
from geo.addresses import Located
from radar.api.callers import Caller
from schools.programmes import (
    AliasKind,
    Domain,
    EducationForm,
    Finality,
    NumberStatus,
    Programme,
    ProgrammeAlias,
    Sector,
)
from schools.school_years import SchoolYear

__all__ = [
    "AliasKind",
    "Campus",
    "CampusQuerySet",
    "Domain",
    "EducationForm",
    "Finality",
    "Network",
    "NumberStatus",
    "Offering",
    "OfferingStatus",
    "Programme",
    "ProgrammeAlias",
    "School",
    "SchoolMembership",
    "SchoolType",
    "SchoolYear",
    "Sector",
    "SectorMembership",
]


class SchoolType(models.TextChoices):
    """Instellingstype, with the code list's numbers."""

    FULL_TIME = "121", _("full-time secondary school")
    FULL_AND_PART_TIME = "122", _("full-time and part-time secondary school")
    CDO = "123", _("centre for part-time education (CDO)")
    SYNTRA = "125", _("Syntra")
    BUSO = "126", _("special secondary school (BuSO)")


class Network(models.TextChoices):
    """Onderwijsnet."""

    GO = "GO", _("GO! (Flemish Community)")
    OGO = "OGO", _("subsidised public")
    VGO = "VGO", _("subsidised free")
    NONE = "", _("none")


class SchoolQuerySet(models.QuerySet["School"]):
    def of(self, user: User) -> Self:
        """The schools a user acts for; every school for an administrator."""
        return self if user.is_superuser else self.filter(memberships__user=user)


class School(models.Model):
    """Onderwijsinstelling or Syntra, keyed by its instellingsnummer (six digits, zero-padded)."""

    number = models.CharField(
        _("school number"),
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^\d{6}$", _("A school number has six digits."))],
    )
    name = models.CharField(_("name"), max_length=160)
    type = models.CharField(_("type"), max_length=3, choices=SchoolType)
    network = models.CharField(_("network"), max_length=3, choices=Network, blank=True)
    website = models.URLField(_("website"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ("name", "number")
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        constraints = (
            models.CheckConstraint(
                name="school_number_shape",
                condition=Q(number__regex=r"^\d{6}$"),
                violation_error_message=_("A school number has six digits."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class CampusQuerySet(models.QuerySet["Campus"]):
    def of(self, user: User) -> Self:
        """The campuses of the schools a user acts for; every campus for an administrator."""
        return self if user.is_superuser else self.filter(school__memberships__user=user)

    def readable_by(self, user: User | AnonymousUser | Caller) -> Self:
        """Whose matches a user may read: her own campuses; every one for a consultant too.

        A client of the API reads every campus: its scope was looked at before.
        """
        if isinstance(user, Caller):
            return self
        if not isinstance(user, User):
            return self.none()
        return self if user.sectormemberships.exists() else self.of(user)

    def keyed(self, key: str) -> Campus:
        """The campus with key `039107-1`. Raises DoesNotExist for any other text."""
        school, dash, site = key.partition("-")
        if not (dash and school.isdecimal() and site.isdecimal() and key.isascii()):
            raise self.model.DoesNotExist(key)
        if len(school) > 6 or len(site) > 4:
            raise self.model.DoesNotExist(key)
        return self.get(school__number=school.zfill(6), site_number=int(site))

    def chosen(self, key: str) -> Campus:
        """The campus with a key that somebody gave. Raises ValidationError for any other text."""
        try:
            return self.keyed(key)
        except self.model.DoesNotExist:
            raise ValidationError(_("This campus is unknown."), code="unknown") from None

    def open(self) -> Self:
        """Campuses that are not closed, of schools that are not."""
        return self.filter(closed_on__isnull=True, school__closed_on__isnull=True)

    def offering(self, programme: Programme, school_year: SchoolYear) -> Self:
        """Campuses where pupils can follow a programme in a school year."""
        return self.filter(
            offerings__programme=programme,
            offerings__school_year=school_year,
            offerings__status__in=OfferingStatus.active(),
        )


class Campus(Located):
    """Vestigingsplaats of a school: `<school number>-<site number>`."""

    school = models.ForeignKey(
        School, on_delete=models.CASCADE, related_name="campuses", verbose_name=_("school")
    )
    site_number = models.PositiveSmallIntegerField(_("site number"))
    name = models.CharField(_("name"), max_length=160, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = CampusQuerySet.as_manager()

    class Meta(Located.Meta):
        ordering = ("school__name", "site_number")
        verbose_name = _("campus")
        verbose_name_plural = _("campuses")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Located.Meta.constraints,
            models.UniqueConstraint(
                fields=("school", "site_number"),
                name="campus_unique_in_school",
                violation_error_message=_("This school has a campus with this number already."),
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.school.name} ({self.key})"

    @property
    def key(self) -> str:
        """The public key, `039107-1`."""
        return f"{self.school.number}-{self.site_number}"


class OfferingStatus(models.TextChoices):
    """Where an offering stands in the yearly programming (programmatie)."""

    REQUESTED = "requested", _("requested")
    APPROVED = "approved", _("approved")
    RUNNING = "running", _("running")
    REFUSED = "refused", _("refused")
    STOPPED = "stopped", _("stopped")

    @classmethod
    def active(cls) -> tuple[OfferingStatus, ...]:
        """The statuses under which pupils draw on workplaces."""
        return cls.APPROVED, cls.RUNNING


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Offering(models.Model):
    """Geprogrammeerde opleiding: a programme at a campus in a school year, with its pupils."""

    campus = models.ForeignKey(
        Campus, on_delete=models.CASCADE, related_name="offerings", verbose_name=_("campus")
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="offerings", verbose_name=_("programme")
    )
    school_year = models.ForeignKey(
        SchoolYear,
        on_delete=models.PROTECT,
        related_name="offerings",
        verbose_name=_("school year"),
    )
    status = models.CharField(_("status"), max_length=9, choices=OfferingStatus)
    pupils = models.PositiveSmallIntegerField(
        _("enrolled pupils"), null=True, blank=True, help_text=_("Leave empty when unknown.")
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)

    class Meta:
        ordering = ("-school_year", "campus", "programme")
        verbose_name = _("offering")
        verbose_name_plural = _("offerings")
        indexes = (
            models.Index(fields=("programme", "school_year"), name="offering_programme_year"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("campus", "programme", "school_year"),
                name="offering_unique",
                violation_error_message=_(
                    "This campus has an offering of this programme in this school year already."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme} · {self.campus} · {self.school_year}"


class SchoolMembership(Membership):
    """A school coordinator (trajectbegeleider) acts for a school."""

    school = models.ForeignKey(
        School, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("school")
    )

    class Meta:
        verbose_name = _("coordinator")
        verbose_name_plural = _("coordinators")
        constraints = (
            models.UniqueConstraint(fields=("user", "school"), name="school_membership_unique"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.school}"


class SectorMembership(Membership):
    """A sector consultant (sectorconsulent) decides for a sectoral partnership."""

    sector = models.ForeignKey(
        Sector, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("sector")
    )

    class Meta:
        verbose_name = _("sector consultant")
        verbose_name_plural = _("sector consultants")
        constraints = (
            models.UniqueConstraint(fields=("user", "sector"), name="sector_membership_unique"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.sector}"
